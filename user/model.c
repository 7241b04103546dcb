// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The words of the configuration and the model they fill. No kernel, no files. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *const mode_words[] = { "auto", "native", "generic", "tc" };
static const char *const groups_words[] = { "auto", "join", "allmulti", "none" };
static const char *const answer_words[] = { "always", "routed", "alive" };
static const char *const source_words[] = { "target", "link-local", "address" };
static const char *const origin_words[] = { "host", "file", "command", "route", "learned" };
static const char *const dad_words[] = { "defend", "ignore" };

static int bad(struct error *err, const char *fmt, const char *text)
{
	return error_set(err, EXIT_USAGE, EINVAL, fmt, text);
}

/* Index of `text` in `words`, or -EINVAL with all of them in the message. */
static int choose(const char *text, const char *const *words, size_t n, struct error *err)
{
	char list[128] = "";
	size_t i, at = 0;

	for (i = 0; i < n; i++) {
		if (!strcmp(text, words[i]))
			return (int)i;
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", i ? ", " : "",
				       words[i]);
	}
	return error_set(err, EXIT_USAGE, EINVAL, "'%s' is none of %s", text, list);
}

int parse_on_off(const char *text, bool *ret, struct error *err)
{
	static const char *const words[] = { "off", "on" };
	int i = choose(text, words, ARRAY_SIZE(words), err);

	if (i < 0)
		return i;
	*ret = i;
	return 0;
}

int parse_number(const char *text, unsigned long most, unsigned long *ret, struct error *err)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno || value > most)
		return error_set(err, EXIT_USAGE, EINVAL, "'%s' is no number from 0 to %lu", text,
				 most);
	*ret = value;
	return 0;
}

int parse_origin(const char *text, enum ndpx_origin *ret, struct error *err)
{
	int i = choose(text, origin_words, ARRAY_SIZE(origin_words), err);

	if (i < 0)
		return i;
	*ret = (enum ndpx_origin)(i + NDPX_ORIGIN_HOST);
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int parse_mac(const char *text, uint8_t ret[6], struct error *err)
{
	const char *p = text;
	uint8_t mac[6];
	int i, digit, n;

	/* One digit or two an octet, as ether_aton(3) takes it. */
	for (i = 0; i < 6; i++) {
		mac[i] = 0;
		for (n = 0; n < 2 && (digit = hex_digit(*p)) >= 0; n++, p++)
			mac[i] = (uint8_t)(mac[i] << 4 | digit);
		if (n == 0 || *p != (i < 5 ? ':' : '\0'))
			return bad(err, "'%s' is no MAC address (02:00:00:00:00:01)", text);
		p++;
	}
	if (mac[0] & 1)
		return bad(err, "'%s' is a group address: a guest needs its own MAC", text);
	if (!(mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]))
		return bad(err, "'%s' is no station's MAC address", text);
	memcpy(ret, mac, sizeof(mac));
	return 0;
}

int parse_ifname(const char *text, char ret[IFNAMSIZ], struct error *err)
{
	const char *p;
	size_t len = strlen(text);

	/* The kernel's own rule, dev_valid_name(). */
	if (len == 0 || len >= IFNAMSIZ || !strcmp(text, ".") || !strcmp(text, ".."))
		return bad(err, "'%s' is no interface name (1 to 15 characters)", text);
	for (p = text; *p; p++) {
		if (*p == '/' || *p == ':' || isspace((unsigned char)*p))
			return bad(err, "'%s' is no interface name", text);
	}
	memcpy(ret, text, len + 1);
	return 0;
}

int parse_dev(const char *text, struct place *ret, struct error *err)
{
	const char *dot = strrchr(text, '.');
	unsigned long vid = 0;
	char name[64];
	struct error ignored;

	if (strpbrk(text, "*?["))
		return bad(err, "'%s' is a pattern: an uplink is one interface", text);
	if (dot && dot != text && (size_t)(dot - text) < sizeof(name) &&
	    parse_number(dot + 1, 4094, &vid, &ignored) == 0 && vid > 0) {
		memcpy(name, text, (size_t)(dot - text));
		name[dot - text] = '\0';
		ret->vlan = (uint16_t)vid;
		ret->have_vlan = ret->dotted = true;
		return parse_ifname(name, ret->dev, err);
	}
	return parse_ifname(text, ret->dev, err);
}

int parse_address(const char *text, struct in6_addr *ret, struct error *err)
{
	struct in_addr v4;

	if (inet_pton(AF_INET6, text, ret) == 1)
		return 0;
	if (inet_pton(AF_INET, text, &v4) == 1)
		return bad(err, "'%s' is IPv4: ndpx answers Neighbor Solicitations, not ARP", text);
	return bad(err, "'%s' is no IPv6 address", text);
}

struct in6_addr network_of(const struct in6_addr *addr, unsigned int bits)
{
	struct in6_addr net = *addr;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		if (bits <= i * 8)
			net.s6_addr[i] = 0;
		else if (bits < i * 8 + 8)
			net.s6_addr[i] &= (uint8_t)(0xff << (i * 8 + 8 - bits));
	}
	return net;
}

int parse_target(const char *text, struct rule *rule, struct error *err)
{
	char addr_text[INET6_ADDRSTRLEN + 1], fixed[RULE_TEXT_LEN];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct in6_addr addr, net;
	unsigned long bits = 128;
	int r;

	if (len > INET6_ADDRSTRLEN)
		return bad(err, "'%s' is no IPv6 address", text);
	memcpy(addr_text, text, len);
	addr_text[len] = '\0';
	r = parse_address(addr_text, &addr, err);
	if (r)
		return r;
	if (slash && parse_number(slash + 1, 128, &bits, err))
		return bad(err, "'%s': the prefix length is a number from 0 to 128", text);
	net = network_of(&addr, (unsigned int)bits);
	if (memcmp(&net, &addr, sizeof(net)))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "'%s' has host bits set: %s is the prefix", text,
				 target_text(&net, (unsigned int)bits, fixed));
	/* RFC 4861 7.1.1 forbids to ask for these, so a rule for them is a slip. */
	if (IN6_IS_ADDR_MULTICAST(&addr))
		return bad(err, "'%s' is multicast: nobody may ask for it", text);
	if (bits == 128 && (IN6_IS_ADDR_LOOPBACK(&addr) || IN6_IS_ADDR_UNSPECIFIED(&addr)))
		return bad(err, "'%s' is no guest's address", text);
	if (bits < 128 && IN6_IS_ADDR_LINKLOCAL(&addr))
		return bad(err, "'%s': link-local addresses are answered for one by one only",
			   text);
	if (bits >= 96 && IN6_IS_ADDR_V4MAPPED(&addr))
		return bad(err, "'%s' is IPv4-mapped: it is never on the wire", text);
	rule->addr = addr;
	rule->bits = (uint8_t)bits;
	return 0;
}

static int set_flag(struct rule *rule, uint8_t flag, const char *value, struct error *err)
{
	bool on;
	int r = parse_on_off(value, &on, err);

	if (r)
		return r;
	rule->flags = on ? rule->flags | flag : rule->flags & (uint8_t)~flag;
	return 0;
}

int rule_set(struct rule *rule, const char *key, const char *value, struct error *err)
{
	int i;

	if (!strcmp(key, "port"))
		return parse_ifname(value, rule->port, err);
	if (!strcmp(key, "lladdr")) {
		rule->flags |= NDPX_F_LLADDR;
		return parse_mac(value, rule->lladdr, err);
	}
	if (!strcmp(key, "router"))
		return set_flag(rule, NDPX_F_ROUTER, value, err);
	if (!strcmp(key, "override"))
		return set_flag(rule, NDPX_F_OVERRIDE, value, err);
	if (!strcmp(key, "paused"))
		return set_flag(rule, NDPX_F_PAUSED, value, err);
	if (!strcmp(key, "wide"))
		return parse_on_off(value, &rule->wide, err);
	if (!strcmp(key, "dad")) {
		i = choose(value, dad_words, ARRAY_SIZE(dad_words), err);
		if (i < 0)
			return i;
		rule->flags = i ? rule->flags | NDPX_F_DAD_IGNORE
				: rule->flags & (uint8_t)~NDPX_F_DAD_IGNORE;
		return 0;
	}
	if (!strcmp(key, "answer")) {
		i = choose(value, answer_words, ARRAY_SIZE(answer_words), err);
		if (i < 0)
			return i;
		rule->answer = (uint8_t)i;
		return 0;
	}
	return error_set(err, EXIT_USAGE, ENOENT, "unknown word '%s'", key);
}

int rule_parse_words(int n, char *const words[], struct rule *ret, struct place *ret_place,
		     struct error *err)
{
	struct rule rule = { .bits = 128, .action = NDPX_ACT_ANSWER };
	struct place place = { 0 };
	unsigned long vid = 0;
	struct error why;
	int i, j, r;

	if (n < 1)
		return error_set(err, EXIT_USAGE, EINVAL, "the guest's address is missing");
	r = parse_target(words[0], &rule, err);
	if (r)
		return r;
	for (i = 1; i < n; i += 2) {
		for (j = 1; j < i; j += 2) {
			if (!strcmp(words[i], words[j]))
				return bad(err, "'%s' is given twice", words[i]);
		}
		if (i + 1 == n)
			return bad(err, "'%s' needs a value", words[i]);
		if (!strcmp(words[i], "dev")) {
			struct place named = { 0 };

			r = parse_dev(words[i + 1], &named, &why);
			if (!r && place.have_vlan && named.have_vlan && place.vlan != named.vlan)
				r = error_set(&why, EXIT_USAGE, EINVAL, "%s contradicts vlan %u",
					      words[i + 1], place.vlan);
			if (!named.have_vlan) {
				named.vlan = place.vlan;
				named.have_vlan = place.have_vlan;
			}
			place = named;
		} else if (!strcmp(words[i], "vlan")) {
			r = parse_number(words[i + 1], 4094, &vid, &why);
			if (!r && place.have_vlan && place.vlan != vid)
				r = error_set(&why, EXIT_USAGE, EINVAL,
					      "%lu, but the device says VLAN %u", vid, place.vlan);
			if (!r) {
				place.vlan = (uint16_t)vid;
				place.have_vlan = true;
			}
		} else {
			r = rule_set(&rule, words[i], words[i + 1], &why);
			if (r == -ENOENT) {
				*err = why;
				return r;
			}
		}
		if (r)
			return error_set(err, EXIT_USAGE, -r, "%s %s", words[i], why.message);
	}
	if (!place.dev[0])
		return error_set(err, EXIT_USAGE, EINVAL, "'dev DEV' is missing: on which uplink?");
	r = rule_check(&rule, err);
	if (r)
		return r;
	rule.vlan = place.vlan;
	*ret = rule;
	*ret_place = place;
	return 0;
}

int rule_check(const struct rule *rule, struct error *err)
{
	char text[RULE_TEXT_LEN];

	if (rule->action == NDPX_ACT_ANSWER && rule->bits < MODEL_WIDE_BITS && !rule->wide)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "%s is shorter than /%d: 'wide' must be on if so many are meant",
				 target_text(&rule->addr, rule->bits, text), MODEL_WIDE_BITS);
	if (rule->answer != NDPX_ANSWER_ALWAYS && IN6_IS_ADDR_LINKLOCAL(&rule->addr))
		return error_set(
			err, EXIT_USAGE, EINVAL,
			"%s is link-local: the kernel routes nothing there, so 'answer' can "
			"only be always",
			target_text(&rule->addr, rule->bits, text));
	return 0;
}

int uplink_set(struct uplink *uplink, const char *key, const char *value, struct error *err)
{
	unsigned long number = 0;
	int r;

	if (!strcmp(key, "mode")) {
		r = choose(value, mode_words, ARRAY_SIZE(mode_words), err);
		if (r >= 0)
			uplink->mode = (enum want_mode)r;
		return r < 0 ? r : 0;
	}
	if (!strcmp(key, "groups")) {
		r = choose(value, groups_words, ARRAY_SIZE(groups_words), err);
		if (r >= 0)
			uplink->groups = (enum want_groups)r;
		return r < 0 ? r : 0;
	}
	if (!strcmp(key, "vlan")) {
		r = parse_number(value, 4094, &number, err);
		if (!r)
			uplink->vlan = (uint16_t)number;
		return r;
	}
	if (!strcmp(key, "rate")) {
		r = parse_number(value, 1000000000, &number, err);
		if (!r)
			uplink->rate = (uint32_t)number;
		return r;
	}
	if (!strcmp(key, "strict_lladdr"))
		return parse_on_off(value, &uplink->strict_lladdr, err);
	if (!strcmp(key, "wide"))
		return parse_on_off(value, &uplink->wide, err);
	if (!strcmp(key, "source")) {
		if (!strcmp(value, source_words[NDPX_SOURCE_TARGET])) {
			uplink->source_mode = NDPX_SOURCE_TARGET;
			return 0;
		}
		if (!strcmp(value, source_words[NDPX_SOURCE_LINK_LOCAL])) {
			uplink->source_mode = NDPX_SOURCE_LINK_LOCAL;
			return 0;
		}
		if (parse_address(value, &uplink->source, err))
			return bad(err, "'%s' is none of target, link-local, an IPv6 address",
				   value);
		if (IN6_IS_ADDR_MULTICAST(&uplink->source) ||
		    IN6_IS_ADDR_UNSPECIFIED(&uplink->source) ||
		    IN6_IS_ADDR_LOOPBACK(&uplink->source))
			return bad(err, "'%s' cannot be the source of an answer", value);
		uplink->source_mode = NDPX_SOURCE_FIXED;
		return 0;
	}
	return error_set(err, EXIT_USAGE, ENOENT, "unknown word '%s'", key);
}

int uplink_add(struct uplink *uplink, const struct rule *rule)
{
	if (uplink->n_rules == uplink->cap_rules) {
		size_t cap = uplink->cap_rules ? uplink->cap_rules * 2 : 64;
		struct rule *rules = realloc(uplink->rules, cap * sizeof(*rules));

		if (!rules)
			return -ENOMEM;
		uplink->rules = rules;
		uplink->cap_rules = cap;
	}
	uplink->rules[uplink->n_rules++] = *rule;
	return 0;
}

int rule_compare(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	if (x->vlan != y->vlan)
		return x->vlan < y->vlan ? -1 : 1;
	if (x->bits != y->bits)
		return x->bits > y->bits ? -1 : 1;
	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

void model_free(struct model *model)
{
	size_t i;

	for (i = 0; i < model->n_uplinks; i++)
		free(model->uplinks[i].rules);
	free(model->uplinks);
	for (i = 0; i < model->n_ports; i++)
		free(model->ports[i].rules);
	free(model->ports);
	memset(model, 0, sizeof(*model));
}

const char *want_mode_word(enum want_mode mode)
{
	return (size_t)mode < ARRAY_SIZE(mode_words) ? mode_words[mode] : "?";
}

const char *want_groups_word(enum want_groups groups)
{
	return (size_t)groups < ARRAY_SIZE(groups_words) ? groups_words[groups] : "?";
}

const char *answer_mode_word(enum ndpx_answer_mode mode)
{
	return (size_t)mode < ARRAY_SIZE(answer_words) ? answer_words[mode] : "?";
}

const char *origin_word(enum ndpx_origin origin)
{
	size_t i = (size_t)origin - NDPX_ORIGIN_HOST;

	return i < ARRAY_SIZE(origin_words) ? origin_words[i] : "?";
}

const char *source_word(enum ndpx_source source)
{
	return (size_t)source < ARRAY_SIZE(source_words) ? source_words[source] : "?";
}

const char *target_text(const struct in6_addr *addr, unsigned int bits, char buf[RULE_TEXT_LEN])
{
	size_t len;

	inet_ntop(AF_INET6, addr, buf, INET6_ADDRSTRLEN);
	len = strlen(buf);
	if (bits < 128)
		snprintf(buf + len, RULE_TEXT_LEN - len, "/%u", bits);
	return buf;
}

const char *mac_text(const uint8_t mac[6], char buf[MAC_TEXT_LEN])
{
	snprintf(buf, MAC_TEXT_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return buf;
}
