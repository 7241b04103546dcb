// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One rule of nftables, as nft -j prints it, against one frame. */
#include <fnmatch.h>
#include <string.h>

#include "doctor_filter.h"

static const struct {
	const char *name;
	int number;
} icmp_types[] = {
	{ "destination-unreachable", 1 }, { "packet-too-big", 2 },
	{ "time-exceeded", 3 },		  { "parameter-problem", 4 },
	{ "echo-request", 128 },	  { "echo-reply", 129 },
	{ "mld-listener-query", 130 },	  { "mld-listener-report", 131 },
	{ "mld-listener-done", 132 },	  { "mld-listener-reduction", 132 },
	{ "nd-router-solicit", 133 },	  { "nd-router-advert", 134 },
	{ "nd-neighbor-solicit", 135 },	  { "nd-neighbor-advert", 136 },
	{ "nd-redirect", 137 },		  { "router-renumbering", 138 },
	{ "ind-neighbor-solicit", 141 },  { "ind-neighbor-advert", 142 },
	{ "mld2-listener-report", 143 },
};

/* What a field of our frame holds: a number, or any of some names. */
struct value {
	enum { NUMBER, NAMES, ICMP_TYPE, DEVICE, UNTOLD, NOT_THERE } kind;
	long number;
	const char *names[3];
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int icmp_number(const json_t *j)
{
	const char *text = json_string_value(j);
	size_t i;

	if (json_is_integer(j))
		return (int)json_integer_value(j);
	for (i = 0; text && i < sizeof(icmp_types) / sizeof(*icmp_types); i++) {
		if (!strcmp(icmp_types[i].name, text))
			return icmp_types[i].number;
	}
	return -1;
}

static struct value value_of_meta(const char *key, const struct filter_frame *frame)
{
	if (!strcmp(key, "iifname") || !strcmp(key, "iif"))
		return (struct value){ DEVICE, 0, { frame->in ? frame->dev : "" } };
	if (!strcmp(key, "oifname") || !strcmp(key, "oif"))
		return (struct value){ DEVICE, 0, { frame->in ? "" : frame->dev } };
	if (!strcmp(key, "l4proto"))
		return (struct value){ NAMES, 58, { "ipv6-icmp", "icmpv6", NULL } };
	if (!strcmp(key, "nfproto"))
		return (struct value){ NAMES, 10, { "ipv6", NULL } };
	if (!strcmp(key, "protocol"))
		return (struct value){ NAMES, 0x86dd, { "ip6", NULL } };
	return (struct value){ .kind = UNTOLD };
}

static struct value value_of_payload(const char *protocol, const char *field,
				     const struct filter_frame *frame)
{
	static const char *const absent[] = { "ip",   "arp", "tcp", "udp",  "udplite", "sctp",
					      "dccp", "ah",  "esp", "comp", "icmp",    "igmp" };
	size_t i;

	for (i = 0; i < sizeof(absent) / sizeof(*absent); i++) {
		if (!strcmp(protocol, absent[i]))
			return (struct value){ .kind = NOT_THERE };
	}
	if (!strcmp(protocol, "icmpv6") && !strcmp(field, "type"))
		return (struct value){ .kind = ICMP_TYPE, .number = frame->type };
	if (!strcmp(protocol, "icmpv6") && !strcmp(field, "code"))
		return (struct value){ .kind = NUMBER, .number = 0 };
	if (!strcmp(protocol, "ip6") && !strcmp(field, "nexthdr"))
		return (struct value){ NAMES, 58, { "ipv6-icmp", "icmpv6", NULL } };
	if (!strcmp(protocol, "ip6") && !strcmp(field, "hoplimit"))
		return (struct value){ .kind = NUMBER, .number = 255 };
	if (!strcmp(protocol, "ether") && !strcmp(field, "type"))
		return (struct value){ NAMES, 0x86dd, { "ip6", NULL } };
	return (struct value){ .kind = UNTOLD };
}

static struct value value_of(const json_t *left, const struct filter_frame *frame)
{
	const json_t *part;

	if ((part = json_object_get(left, "meta")))
		return value_of_meta(text_of(part, "key"), frame);
	if ((part = json_object_get(left, "payload")))
		return value_of_payload(text_of(part, "protocol"), text_of(part, "field"), frame);
	part = json_object_get(left, "ct");
	/* The kernel does not track Neighbor Discovery. */
	if (part && !strcmp(text_of(part, "key"), "state"))
		return (struct value){ NAMES, 64, { "untracked", NULL } };
	return (struct value){ .kind = UNTOLD };
}

static enum tri holds_text(const struct value *v, const char *text)
{
	size_t i;

	if (text[0] == '@')
		return MAYBE;
	if (v->kind == DEVICE)
		return v->names[0][0] && !fnmatch(text, v->names[0], 0) ? YES : NO;
	if (v->kind != NAMES)
		return MAYBE;
	for (i = 0; i < 3 && v->names[i]; i++) {
		if (!strcmp(v->names[i], text))
			return YES;
	}
	return NO;
}

static enum tri holds(const struct value *v, const json_t *right);

static enum tri holds_any(const struct value *v, const json_t *list)
{
	enum tri best = NO, one;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		one = holds(v, json_array_get(list, i));
		best = one > best ? one : best;
	}
	return best;
}

static enum tri in_range(const struct value *v, const json_t *range)
{
	const json_t *from = json_array_get(range, 0), *to = json_array_get(range, 1);
	long low = v->kind == ICMP_TYPE ? icmp_number(from) : json_integer_value(from);
	long high = v->kind == ICMP_TYPE ? icmp_number(to) : json_integer_value(to);

	if (v->kind != ICMP_TYPE && (!json_is_integer(from) || !json_is_integer(to)))
		return MAYBE;
	if (low < 0 || high < 0 || v->kind == DEVICE)
		return MAYBE;
	return v->number >= low && v->number <= high ? YES : NO;
}

/* Is the value the right side, or among it? */
static enum tri holds(const struct value *v, const json_t *right)
{
	const json_t *part;

	if (v->kind == UNTOLD)
		return MAYBE;
	if (json_is_array(right))
		return holds_any(v, right);
	if ((part = json_object_get(right, "set")))
		return json_is_array(part) ? holds_any(v, part) : holds(v, part);
	if ((part = json_object_get(right, "range")))
		return in_range(v, part);
	if ((part = json_object_get(right, "elem")))
		return holds(v, json_object_get(part, "val"));
	if (v->kind == ICMP_TYPE && icmp_number(right) >= 0)
		return icmp_number(right) == v->number ? YES : NO;
	if (json_is_string(right))
		return holds_text(v, json_string_value(right));
	if (json_is_integer(right) && v->kind != DEVICE)
		return json_integer_value(right) == v->number ? YES : NO;
	return MAYBE;
}

static enum tri match_of(const json_t *match, const struct filter_frame *frame)
{
	struct value v = value_of(json_object_get(match, "left"), frame);
	const char *op = text_of(match, "op");
	enum tri is;

	if (v.kind == NOT_THERE)
		return NO;
	is = holds(&v, json_object_get(match, "right"));
	if (!strcmp(op, "==") || !strcmp(op, "in"))
		return is;
	if (!strcmp(op, "!="))
		return is == YES ? NO : is == NO ? YES : MAYBE;
	return MAYBE;
}

/* The verdict that a statement is, GO_ON where it is none. */
static enum filter_verdict verdict_of(const json_t *statement, const char **ret_chain)
{
	static const struct {
		const char *word;
		enum filter_verdict verdict;
	} words[] = { { "accept", ACCEPT },   { "drop", DROP },	       { "reject", DROP },
		      { "return", RETURN },   { "queue", UNKNOWN },    { "fwd", UNKNOWN },
		      { "tproxy", UNKNOWN },  { "synproxy", UNKNOWN }, { "dnat", UNKNOWN },
		      { "redirect", UNKNOWN } };
	const json_t *part;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (json_object_get(statement, words[i].word))
			return words[i].verdict;
	}
	part = json_object_get(statement, "jump");
	if (part) {
		*ret_chain = text_of(part, "target");
		return JUMP;
	}
	part = json_object_get(statement, "goto");
	if (part) {
		*ret_chain = text_of(part, "target");
		return GOTO;
	}
	return GO_ON;
}

/* A map from values to verdicts. */
static void apply_vmap(const json_t *vmap, const struct filter_frame *frame,
		       struct filter_effect *effect)
{
	const json_t *data = json_object_get(json_object_get(vmap, "data"), "set");
	struct value v = value_of(json_object_get(vmap, "key"), frame);
	size_t i;

	if (v.kind == NOT_THERE) {
		effect->matches = NO;
		return;
	}
	if (!json_is_array(data)) {
		effect->verdict = UNKNOWN;
		return;
	}
	for (i = 0; i < json_array_size(data); i++) {
		const json_t *pair = json_array_get(data, i);
		enum tri is = holds(&v, json_array_get(pair, 0));

		if (is == NO)
			continue;
		effect->verdict =
			is == MAYBE ? UNKNOWN : verdict_of(json_array_get(pair, 1), &effect->chain);
		return;
	}
	effect->matches = NO; /* without the value in it, a map ends the rule */
}

/* Statements that neither match nor decide. */
static bool is_harmless(const json_t *statement)
{
	static const char *const words[] = { "counter", "log",	"mangle", "comment", "notrack",
					     "dup",	"flow", "set",	  "secmark", "ct timeout" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (json_object_get(statement, words[i]))
			return true;
	}
	return false;
}

struct filter_effect filter_effect_of(const json_t *expr, const struct filter_frame *frame)
{
	struct filter_effect effect = { .matches = YES, .verdict = GO_ON };
	size_t i;

	for (i = 0; i < json_array_size(expr); i++) {
		const json_t *statement = json_array_get(expr, i), *part;
		enum filter_verdict verdict = verdict_of(statement, &effect.chain);
		enum tri is = YES;

		if ((part = json_object_get(statement, "match")))
			is = match_of(part, frame);
		else if ((part = json_object_get(statement, "vmap")))
			apply_vmap(part, frame, &effect);
		else if (verdict != GO_ON)
			effect.verdict = verdict;
		else if (!is_harmless(statement))
			is = MAYBE; /* limit, quota, what an extension of iptables does */
		if (is < effect.matches)
			effect.matches = is;
		if (effect.matches == NO || effect.verdict != GO_ON)
			break;
	}
	return effect;
}
