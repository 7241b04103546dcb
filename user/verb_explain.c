// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `explain`: what the attached program does with a question, and why. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "command.h"
#include "netlink_detail.h"
#include "deciding.h"
#include "explain.h"
#include "guest_words.h"
#include "icmp6.h"
#include "verdict.h"

#define DEFAULT_ASKER "fe80::6e64:7078:1" /* nobody's: link-local, and made up */
#define NEAREST	      3			  /* rules shown where none decides */

struct words {
	const char *frame; /* hex, else NULL */
	struct in6_addr target;
	struct place place;
	bool have_from;
	struct question question;
};

/* What is known about the question once it was tried. */
struct story {
	struct words words;
	uint8_t frame[EXPLAIN_FRAME];
	size_t len;
	struct trial trial;
	uint16_t vlan;
	struct deciding rule;
	struct entry *nearest; /* owned */
	size_t n_nearest;
	struct nl_hop hop; /* the guest's route */
	uint32_t route;	   /* ifindex that it leaves by, 0: none */
	bool joined;	   /* the guest's group is heard: joined, or allmulticast */
};

/* `argv` is left with the words that say where, for command_parse_dev(). */
static int parse_words(int argc, char **argv, struct words *w, struct error *err)
{
	bool dad = false, probe = false, have_target = false, have_dev;
	int i, left = 0, r;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < argc; i++) {
		const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
		bool where = !strcmp(word, "dev") || !strcmp(word, "vlan");
		bool takes = where || !strcmp(word, "from") || !strcmp(word, "frame");

		if (takes && !value)
			return error_set(err, EXIT_USAGE, EINVAL, "explain: '%s' wants a value",
					 word);
		i += takes;
		if (!strcmp(word, "dad")) {
			dad = true;
		} else if (!strcmp(word, "probe")) {
			probe = true;
		} else if (!strcmp(word, "frame")) {
			w->frame = value;
		} else if (!strcmp(word, "from")) {
			if (inet_pton(AF_INET6, value, &w->question.source) != 1)
				return error_set(err, EXIT_USAGE, EINVAL,
						 "from '%s': not an IPv6 address", value);
			w->have_from = true;
		} else if (where) {
			argv[left++] = argv[i - 1];
			argv[left++] = argv[i];
		} else if (!have_target && inet_pton(AF_INET6, word, &w->target) == 1) {
			have_target = true;
		} else {
			return error_set(err, EXIT_USAGE, EINVAL,
					 have_target ? "explain: unknown word '%s'"
						     : "explain: '%s' is not an IPv6 address",
					 word);
		}
	}
	r = command_parse_dev(left, argv, &w->place, &have_dev, err);
	if (r)
		return r;
	if (!have_dev)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "explain: 'dev DEV' is missing: on which uplink?");
	if (have_target == !!w->frame)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "explain: one address to ask for, or 'frame HEX'");
	if (w->frame && (dad || probe || w->have_from))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "explain: 'frame' says everything: no dad, probe or from");
	if (dad && (probe || w->have_from))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "explain: 'dad' asks from :: and everybody: no probe, no from");
	w->question.kind = dad ? QUESTION_DAD : probe ? QUESTION_PROBE : QUESTION_MULTICAST;
	return 0;
}

/* A MAC of our own making: individual, locally administered. */
static void make_mac(uint8_t mac[6])
{
	static const uint8_t otherwise[6] = { 0x02, 'n', 'd', 'p', 'x', 1 };

	if (getrandom(mac, 6, 0) != 6)
		memcpy(mac, otherwise, sizeof(otherwise));
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 0x02);
}

static int make_frame(struct dataplane *dp, struct story *s, struct error *err)
{
	struct question *q = &s->words.question;
	int n, r;

	if (s->words.frame) {
		n = frame_from_hex(s->words.frame, s->frame);
		if (n < 0)
			return error_set(err, EXIT_USAGE, EINVAL,
					 "frame: up to %d bytes in hex digits, as tcpdump -xx "
					 "prints them",
					 EXPLAIN_FRAME);
		s->len = (size_t)n;
		return 0;
	}
	r = command_choose_vlan(dataplane_record(dp), &s->words.place, &s->vlan, err);
	if (r)
		return r;
	q->vlan = s->vlan;
	q->target = s->words.target;
	memcpy(q->port_mac, dataplane_settings(dp)->mac, sizeof(q->port_mac));
	make_mac(q->mac);
	if (!s->words.have_from)
		inet_pton(AF_INET6, DEFAULT_ASKER, &q->source);
	s->len = question_build(q, s->frame);
	return 0;
}

static unsigned int common_bits(const uint8_t *a, const uint8_t *b)
{
	unsigned int i;

	for (i = 0; i < 128; i++) {
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8))
			break;
	}
	return i;
}

/* The rules that answer on this VLAN and share most of the address, the closest first. */
static int find_nearest(struct dataplane *dp, struct story *s, struct error *err)
{
	unsigned int bits[NEAREST] = { 0 }, b;
	struct entry *entries, *best;
	size_t n, i, at;
	int r = dataplane_read(dp, &entries, NULL, &n, err);

	if (r)
		return r;
	best = calloc(NEAREST + 1, sizeof(*best));
	for (i = 0; best && i < n; i++) {
		if (entries[i].say.action != NDPX_ACT_ANSWER || entries[i].key.vlan != s->vlan)
			continue;
		b = common_bits(entries[i].key.addr, s->words.target.s6_addr);
		for (at = s->n_nearest; at > 0 && bits[at - 1] < b; at--) {
			best[at] = best[at - 1];
			if (at < NEAREST)
				bits[at] = bits[at - 1];
		}
		if (at == NEAREST)
			continue;
		best[at] = entries[i];
		bits[at] = b;
		s->n_nearest += s->n_nearest < NEAREST;
	}
	free(entries);
	s->nearest = best;
	return best ? 0 : error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
}

/* The interface on which this host's stack sees the VLAN: that is where a group is joined. */
static uint32_t stack_of(const struct ndpx_record *record, uint16_t vlan)
{
	__u32 i;

	for (i = 0; i < record->n_vlans && i < NDPX_MAX_VLANS; i++) {
		if (record->vlans[i] == vlan && record->stacks[i])
			return record->stacks[i];
	}
	return record->ifindex;
}

static int find_membership(struct dataplane *dp, struct story *s, struct error *err)
{
	const struct ndpx_record *record = dataplane_record(dp);
	uint32_t ifindex = stack_of(record, s->vlan);
	struct nl_member *members = NULL;
	const struct in6_addr group = solicited_node(&s->words.target);
	struct nl_state state;
	size_t n = 0, i;
	int r = nl_state_read(&state, err);

	if (r)
		return r;
	for (i = 0; i < state.n_links; i++) {
		if (state.links[i].ifindex == record->ifindex)
			s->joined = state.links[i].flags & (IFF_ALLMULTI | IFF_PROMISC);
	}
	nl_state_free(&state);
	if (!s->joined)
		r = nl_members_read(&members, &n, err);
	for (i = 0; i < n; i++)
		s->joined |= members[i].ifindex == ifindex &&
			     !memcmp(&members[i].group, &group, sizeof(group));
	free(members);
	return r;
}

static int find_route(struct dataplane *dp, struct story *s, struct error *err)
{
	int r = nl_hops_read(dataplane_record(dp)->ifindex, &s->words.target, 1, &s->hop, err);

	if (!r && !s->hop.error && s->hop.type == RTN_UNICAST)
		s->route = s->hop.oif;
	return r;
}

static int find_out(struct dataplane *dp, struct story *s, struct error *err)
{
	int r = make_frame(dp, s, err);

	if (!r)
		r = dataplane_try(dp, s->frame, s->len, &s->trial, err);
	if (r || s->words.frame)
		return r;
	r = deciding_rule(dp, s->vlan, &s->words.target, &s->rule, err);
	if (!r && s->trial.verdict == NDPX_V_NO_GUEST)
		r = find_nearest(dp, s, err);
	if (!r && s->rule.entry.say.action == NDPX_ACT_ANSWER)
		r = find_route(dp, s, err);
	if (!r && s->rule.entry.say.action == NDPX_ACT_ANSWER)
		r = find_membership(dp, s, err);
	return r;
}

static const char *act_word(enum trial_act act)
{
	switch (act) {
	case TRIAL_ANSWER:
		return "answer";
	case TRIAL_DROP:
		return "drop";
	default:
		return "pass";
	}
}

static const char *kind_word(enum question_kind kind)
{
	switch (kind) {
	case QUESTION_DAD:
		return "dad";
	case QUESTION_PROBE:
		return "probe";
	default:
		return "multicast";
	}
}

static const char *action_word(const struct ndpx_say *say)
{
	return say->action == NDPX_ACT_OWN    ? "own"
	       : say->action == NDPX_ACT_DENY ? "deny"
					      : "guest";
}

static void print_rule(const struct story *s, struct output *out)
{
	const struct entry *e = &s->rule.entry;
	char text[RULE_TEXT_LEN];

	if (s->words.frame || e->say.action == NDPX_ACT_NONE) {
		out_null(out, "rule");
		return;
	}
	target_text((const struct in6_addr *)e->key.addr, e->key.bits, text);
	out_object(out, "rule");
	out_string(out, "action", "; rule: %s ", action_word(&e->say));
	out_string(out, "address", "%s", text);
	out_bool(out, "anycast", ", whose first address is the routers' (RFC 4861 7.2.7)",
		 s->rule.anycast);
	out_close(out, '}');
}

static void print_nearest(const struct story *s, const char *dev, struct output *out)
{
	size_t i;

	if (s->trial.verdict != NDPX_V_NO_GUEST || s->words.frame)
		return;
	out_array(out, "nearest");
	if (!s->n_nearest)
		out_text(out, "    there is no guest on this VLAN: ndpx guest add\n");
	for (i = 0; i < s->n_nearest; i++) {
		out_text(out, "    nearest: ");
		guest_print(out, dev, &s->nearest[i], NULL, 0, 0);
	}
	out_close(out, ']');
}

static const char *addr_text(const struct in6_addr *addr, char buf[INET6_ADDRSTRLEN])
{
	inet_ntop(AF_INET6, addr, buf, INET6_ADDRSTRLEN);
	return buf;
}

static void print_na(const struct story *s, struct output *out)
{
	char text[INET6_ADDRSTRLEN], mac[18];
	struct advertisement na;

	if (s->trial.act != TRIAL_ANSWER || advertisement_read(s->trial.frame, s->trial.len, &na)) {
		out_null(out, "na");
		return;
	}
	out_object(out, "na");
	out_string(out, "src_mac", "    NA %s", mac_text(na.src_mac, mac));
	out_string(out, "dst_mac", " > %s", mac_text(na.dst_mac, mac));
	out_number(out, "vlan", na.vlan ? ", vlan %llu" : NULL, na.vlan);
	out_string(out, "src", ", %s", addr_text(&na.src, text));
	out_string(out, "dst", " > %s", addr_text(&na.dst, text));
	out_number(out, "hop_limit", ", hop limit %llu", na.hop_limit);
	out_text(out, ",\n       R%d S%d O%d", na.router, na.solicited, na.override);
	out_bool(out, "router", NULL, na.router);
	out_bool(out, "solicited", NULL, na.solicited);
	out_bool(out, "override", NULL, na.override);
	out_string(out, "target", ", target %s", addr_text(&na.target, text));
	if (na.has_lladdr)
		out_string(out, "lladdr", ", lladdr %s", mac_text(na.lladdr, mac));
	out_bool(out, "checksum_ok", NULL, na.checksum_ok);
	out_text(out, na.checksum_ok ? "\n" : ", checksum WRONG\n");
	out_close(out, '}');
}

/* One thing beside the program that keeps the guest from being reached. */
static void obstacle(struct output *out, const char *code, const char *text)
{
	out_object(out, NULL);
	out_string(out, "code", NULL, code);
	out_string(out, "message", "    but: %s\n", text);
	out_close(out, '}');
}

static void print_obstacles(const struct story *s, struct dataplane *dp, struct output *out)
{
	const struct entry *e = &s->rule.entry;
	char text[512], addr[INET6_ADDRSTRLEN], port[IFNAMSIZ];

	out_array(out, "obstacles");
	if (!s->words.frame && e->say.action == NDPX_ACT_ANSWER) {
		addr_text(&s->words.target, addr);
		if (!s->hop.error && s->hop.type == RTN_LOCAL) {
			; /* AnyIP: the host itself takes it */
		} else if (!s->route) {
			snprintf(text, sizeof(text),
				 "the host has no route to %s: ip -6 route add %s dev PORT", addr,
				 addr);
			obstacle(out, "no-route", text);
		} else if (s->route == dataplane_record(dp)->ifindex) {
			snprintf(text, sizeof(text),
				 "the host's route to %s goes back out of the uplink: "
				 "ip -6 route add %s dev PORT",
				 addr, addr);
			obstacle(out, "route-uplink", text);
		} else if (s->trial.verdict == NDPX_V_NOT_ROUTED) {
			snprintf(
				text, sizeof(text),
				"the host's route to %s leaves elsewhere, but is no longer than an "
				"on-link prefix of this link, and no neighbour there has it: "
				"ip -6 route add %s dev PORT",
				addr, addr);
			obstacle(out, "route-on-link", text);
		} else if (e->say.port && e->say.port != s->route) {
			snprintf(text, sizeof(text),
				 "the rule says port %s, the host's route leaves by another one",
				 if_indextoname(e->say.port, port) ? port : "(gone)");
			obstacle(out, "route-port", text);
		}
		if (!s->joined)
			obstacle(out, "not-joined",
				 "the group of this address is not joined, so the NIC or a switch "
				 "may keep questions away: groups = join, or ndpx doctor --heal");
	}
	out_close(out, ']');
}

static void print_story(const struct story *s, struct dataplane *dp, struct output *out)
{
	const struct words *w = &s->words;
	enum ndpx_verdict v = s->trial.verdict;
	char text[INET6_ADDRSTRLEN];

	if (w->frame) {
		out_text(out, "frame dev %s", w->place.dev);
	} else {
		out_string(out, "address", "%s", addr_text(&w->target, text));
		out_text(out, " dev %s", w->place.dev);
		out_number(out, "vlan", s->vlan ? " vlan %llu" : NULL, s->vlan);
		out_string(out, "question", " (%s)", kind_word(w->question.kind));
		if (w->question.kind == QUESTION_DAD)
			out_string(out, "from", NULL, "::");
		else
			out_string(out, "from", NULL, addr_text(&w->question.source, text));
	}
	out_string(out, "dev", NULL, w->place.dev);
	out_string(out, "verdict", ": %s", verdict_name(v));
	out_string(out, "act", " (%s)", act_word(s->trial.act));
	out_string(out, "text", ": %s",
		   v == NDPX_V_NONE ? "no Neighbor Solicitation" : verdict_text(v));
	print_rule(s, out);
	out_text(out, "\n");
	print_nearest(s, w->place.dev, out);
	print_na(s, out);
	print_obstacles(s, dp, out);
}

int verb_explain(struct command *cmd)
{
	struct dataplane *dp = NULL;
	struct attachment at;
	struct output out;
	struct story s = { 0 };
	struct error err;
	int lock, r;

	r = parse_words(cmd->argc, cmd->argv, &s.words, &err);
	if (!r)
		r = command_open(cmd, s.words.place.dev, &dp, &lock, &err);
	if (r)
		return command_fail(cmd, &err);
	dataplane_attachment(dp, &at);
	if (at.mode == NDPX_MODE_NONE)
		r = error_set(&err, EXIT_NOT_ATTACHED, ENOENT,
			      "%s: not attached, only pinned: 'ndpx apply' mends",
			      s.words.place.dev);
	else
		r = find_out(dp, &s, &err);
	dataplane_unlock(lock);
	if (!r) {
		out_start(&out, stdout, cmd->json, cmd->pretty);
		out_object(&out, "explain");
		print_story(&s, dp, &out);
		out_close(&out, '}');
		r = command_finish(cmd, &out, EXIT_DONE);
	} else {
		r = command_fail(cmd, &err);
	}
	dataplane_close(dp);
	free(s.nearest);
	return r;
}
