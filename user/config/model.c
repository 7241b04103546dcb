// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Single values of the configuration, and the model they fill. No kernel, no files. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/model.h"
#include "util/array.h"
#include "util/network.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

const char *const mode_names[] = { "auto", "native", "generic", "tc", NULL };
const char *const groups_names[] = { "auto", "join", "allmulti", "none", NULL };
const char *const answer_names[] = { "always", "routed", "alive", NULL };
const char *const dad_names[] = { "defend", "ignore", NULL };
const char *const off_on_names[] = { "off", "on", NULL };
const char *const paused_names[] = { "off", "on", "until-seen", NULL };
static const char *const source_names[] = { "target", "link-local", "address", NULL };
static const char *const origin_names[] = { "host", "file", "command", "route", "learned", NULL };

static int bad(struct error *err, const char *fmt, const char *text)
{
	return error_set(err, EXIT_USAGE, EINVAL, fmt, text);
}

int parse_choice(const char *text, const char *const *choices, struct error *err)
{
	char list[128] = "";
	size_t i, at = 0;

	for (i = 0; choices[i]; i++) {
		if (!strcmp(text, choices[i]))
			return (int)i;
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s",
				       i == 0		? ""
				       : choices[i + 1] ? ", "
							: " or ",
				       choices[i]);
	}
	return error_set(err, EXIT_USAGE, EINVAL, "invalid value '%s' (expected %s)", text, list);
}

int parse_number(const char *text, unsigned long max, unsigned long *ret, struct error *err)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno || value > max)
		return error_set(err, EXIT_USAGE, EINVAL, "'%s': expected a number from 0 to %lu",
				 text, max);
	*ret = value;
	return 0;
}

int parse_origin(const char *text, enum ndpx_origin *ret, struct error *err)
{
	int i = parse_choice(text, origin_names, err);

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
			return bad(err, "'%s': not a MAC address like 02:00:00:00:00:01", text);
		p++;
	}
	if (mac[0] & 1)
		return bad(err, "'%s' is a group address: a guest needs its own MAC", text);
	if (!(mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]))
		return bad(err, "'%s': not a usable MAC address", text);
	memcpy(ret, mac, sizeof(mac));
	return 0;
}

_Static_assert(DEV_NAME_LEN == 128, "parse_ifname() says so");

int parse_ifname(const char *text, char ret[DEV_NAME_LEN], struct error *err)
{
	const char *p;
	size_t len = strlen(text);

	/* The kernel's own rule, dev_valid_name(), but for the length of an altname. */
	if (len == 0 || len >= DEV_NAME_LEN || !strcmp(text, ".") || !strcmp(text, ".."))
		return bad(err, "'%s': not an interface name (1 to 127 characters)", text);
	for (p = text; *p; p++) {
		if (*p == '/' || *p == ':' || isspace((unsigned char)*p))
			return bad(err, "'%s': not an interface name", text);
	}
	memcpy(ret, text, len + 1);
	return 0;
}

int parse_dev(const char *text, struct place *ret, struct error *err)
{
	const char *dot = strrchr(text, '.');
	unsigned long vid = 0;
	char name[DEV_NAME_LEN];
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

int parse_pattern(const char *text, char ret[NDPX_PATTERN_LEN], struct error *err)
{
	size_t len = strlen(text);

	if (len == 0 || len >= NDPX_PATTERN_LEN)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "'%s': not an interface name or pattern (1 to %d characters)",
				 text, NDPX_PATTERN_LEN - 1);
	/* What no interface's name holds; "/" and the like would match nothing for ever. */
	if (strpbrk(text, "/: \t\n"))
		return bad(err, "'%s' cannot match any interface name", text);
	memset(ret, 0, NDPX_PATTERN_LEN);
	memcpy(ret, text, len + 1);
	return 0;
}

bool ports_match(const char *pattern, const char *dev)
{
	return fnmatch(pattern, dev, 0) == 0;
}

int follow_add(struct uplink *uplink, const char *text, struct error *err)
{
	struct follow follow = { 0 };
	int r = parse_pattern(text, follow.pattern, err);

	if (!r && !array_push(uplink->follow, uplink->n_follow, follow))
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	return r;
}

bool follow_match(const struct uplink *uplink, const char *dev)
{
	size_t i;

	for (i = 0; i < uplink->n_follow; i++) {
		if (ports_match(uplink->follow[i].pattern, dev))
			return true;
	}
	return false;
}

int parse_address(const char *text, struct in6_addr *ret, struct error *err)
{
	struct in_addr v4;

	if (inet_pton(AF_INET6, text, ret) == 1)
		return 0;
	if (inet_pton(AF_INET, text, &v4) == 1)
		return bad(err, "'%s' is IPv4: ndpx answers Neighbor Solicitations, not ARP", text);
	return bad(err, "'%s': not an IPv6 address", text);
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
		return bad(err, "'%s': not an IPv6 address", text);
	memcpy(addr_text, text, len);
	addr_text[len] = '\0';
	r = parse_address(addr_text, &addr, err);
	if (r)
		return r;
	if (slash && parse_number(slash + 1, 128, &bits, err))
		return bad(err, "'%s': the prefix length must be a number from 0 to 128", text);
	net = network_of(&addr, (unsigned int)bits);
	if (memcmp(&net, &addr, sizeof(net)))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "'%s' has host bits set: %s is the prefix", text,
				 target_text(&net, (unsigned int)bits, fixed));
	/* RFC 4861 7.1.1 forbids to ask for these, so a rule for them is a slip. */
	if (IN6_IS_ADDR_MULTICAST(&addr))
		return bad(err, "'%s' is multicast: it cannot be solicited", text);
	if (bits == 128 && (IN6_IS_ADDR_LOOPBACK(&addr) || IN6_IS_ADDR_UNSPECIFIED(&addr)))
		return bad(err, "'%s' cannot be a guest's address", text);
	if (bits < 128 && IN6_IS_ADDR_LINKLOCAL(&addr))
		return bad(err, "'%s': link-local addresses must be listed individually", text);
	if (bits >= 96 && IN6_IS_ADDR_V4MAPPED(&addr))
		return bad(err, "'%s' is IPv4-mapped: such addresses never appear on the wire",
			   text);
	rule->addr = addr;
	rule->bits = (uint8_t)bits;
	return 0;
}

int parse_gateway(const char *value, struct rule *rule, struct error *err)
{
	int r = parse_target(value, rule, err);

	if (!r && rule->bits < 128)
		r = bad(err, "'%s' is a prefix: a gateway is an address", value);
	rule->flags = NDPX_F_GATEWAY;
	return r;
}

int parse_onlink(const char *value, struct rule *rule, struct error *err)
{
	int r = parse_target(value, rule, err);

	/* Prefixes of them are refused for all rules. */
	if (!r && IN6_IS_ADDR_LINKLOCAL(&rule->addr))
		r = bad(err, "'%s' is link-local: the host cannot route there", value);
	rule->flags = NDPX_F_ONLINK;
	return r;
}

int rule_check(const struct rule *rule, struct error *err)
{
	char text[RULE_TEXT_LEN];

	if (rule->action == NDPX_ACT_ANSWER && rule->bits < MODEL_WIDE_BITS && !rule->wide)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "%s is shorter than /%d: set 'wide = on' if that is intended",
				 target_text(&rule->addr, rule->bits, text), MODEL_WIDE_BITS);
	if (rule->answer != NDPX_ANSWER_ALWAYS && IN6_IS_ADDR_LINKLOCAL(&rule->addr))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "%s is link-local: the kernel does not route it, so 'answer' must "
				 "be always",
				 target_text(&rule->addr, rule->bits, text));
	if ((rule->more & NDPX_M_UNTIL_SEEN) && (rule->bits < 128 || !rule->port))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "%s: paused until-seen is for a single address with a port, on "
				 "which it is to be seen: %s",
				 target_text(&rule->addr, rule->bits, text),
				 rule->bits < 128 ? "list its addresses" : "add 'port'");
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

int uplink_compare(const void *a, const void *b)
{
	const struct uplink *x = a, *y = b;
	int c = strcmp(x->dev, y->dev);

	return c ? c : (int)x->vlan - (int)y->vlan;
}

int model_sort_uplinks(struct model *model, struct error *err)
{
	size_t i;

	if (model->n_uplinks)
		qsort(model->uplinks, model->n_uplinks, sizeof(*model->uplinks), uplink_compare);
	for (i = 1; i < model->n_uplinks; i++) {
		const struct uplink *u = &model->uplinks[i];

		if (uplink_compare(u - 1, u) == 0)
			return error_set(err, EXIT_USAGE, EEXIST,
					 "uplink %s: in the file twice, in lines %d and %d, under "
					 "different names: use one section",
					 u->dev, u[-1].line, u->line);
	}
	return 0;
}

void model_free(struct model *model)
{
	size_t i;

	for (i = 0; i < model->n_uplinks; i++) {
		free(model->uplinks[i].rules);
		free(model->uplinks[i].follow);
	}
	free(model->uplinks);
	for (i = 0; i < model->n_ports; i++)
		free(model->ports[i].rules);
	free(model->ports);
	memset(model, 0, sizeof(*model));
}

const char *want_mode_name(enum want_mode mode)
{
	return (size_t)mode < ARRAY_SIZE(mode_names) - 1 ? mode_names[mode] : "?";
}

const char *want_groups_name(enum want_groups groups)
{
	return (size_t)groups < ARRAY_SIZE(groups_names) - 1 ? groups_names[groups] : "?";
}

const char *answer_mode_name(enum ndpx_answer_mode mode)
{
	return (size_t)mode < ARRAY_SIZE(answer_names) - 1 ? answer_names[mode] : "?";
}

const char *origin_name(enum ndpx_origin origin)
{
	size_t i = (size_t)origin - NDPX_ORIGIN_HOST;

	return i < ARRAY_SIZE(origin_names) - 1 ? origin_names[i] : "?";
}

const char *source_name(enum ndpx_source source)
{
	return (size_t)source < ARRAY_SIZE(source_names) - 1 ? source_names[source] : "?";
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
