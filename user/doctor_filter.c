// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The chains of a ruleset, walked with each frame. An accept ends one base chain only; a
 * drop in any is a drop.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_filter.h"

#define MOST_JUMPS 16 /* as the kernel's NFT_JUMP_STACK_SIZE */

static const struct filter_kind {
	bool in;
	uint8_t type;
	const char *text;
} kinds[] = {
	{ true, 135, "solicitations in" },
	{ true, 136, "advertisements in" },
	{ false, 135, "solicitations out" },
	{ false, 136, "advertisements out" },
};

/* Where a frame was dropped. */
struct spot {
	const json_t *chain;
	long handle; /* of the rule, 0: by the chain's policy */
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static bool same_chain(const json_t *rule, const json_t *chain)
{
	return !strcmp(text_of(rule, "family"), text_of(chain, "family")) &&
	       !strcmp(text_of(rule, "table"), text_of(chain, "table")) &&
	       !strcmp(text_of(rule, "chain"), text_of(chain, "name"));
}

static const json_t *find_chain(const json_t *list, const json_t *from, const char *name)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_object_get(json_array_get(list, i), "chain");

		if (c && !strcmp(text_of(c, "family"), text_of(from, "family")) &&
		    !strcmp(text_of(c, "table"), text_of(from, "table")) &&
		    !strcmp(text_of(c, "name"), name))
			return c;
	}
	return NULL;
}

static enum filter_verdict walk(const json_t *list, const json_t *chain,
				const struct filter_frame *frame, int depth, struct spot *where);

/* A rule that may have taken the frame away: what comes behind it is no longer sure. */
static enum filter_verdict follow(const json_t *list, const json_t *chain,
				  const struct filter_effect *effect,
				  const struct filter_frame *frame, int depth, struct spot *where)
{
	enum filter_verdict v = effect->verdict;
	const json_t *to;

	if (v == JUMP || v == GOTO) {
		to = find_chain(list, chain, effect->chain);
		v = to ? walk(list, to, frame, depth + 1, where) : UNKNOWN;
		if (v == GO_ON && effect->verdict == GOTO)
			v = RETURN;
	}
	if (effect->matches == YES || v == GO_ON)
		return v;
	return v == DROP ? GO_ON : UNKNOWN;
}

static enum filter_verdict walk(const json_t *list, const json_t *chain,
				const struct filter_frame *frame, int depth, struct spot *where)
{
	size_t i;

	if (depth > MOST_JUMPS)
		return UNKNOWN;
	for (i = 0; i < json_array_size(list); i++) {
		const json_t *rule = json_object_get(json_array_get(list, i), "rule");
		struct filter_effect effect;
		enum filter_verdict v;

		if (!rule || !same_chain(rule, chain))
			continue;
		effect = filter_effect_of(json_object_get(rule, "expr"), frame);
		if (effect.matches == NO)
			continue;
		v = follow(list, chain, &effect, frame, depth, where);
		if (v == DROP && effect.verdict == DROP)
			*where = (struct spot){ chain, json_integer_value(
							       json_object_get(rule, "handle")) };
		if (v == RETURN)
			return GO_ON;
		if (v != GO_ON)
			return v;
	}
	return GO_ON;
}

/* Does a frame of that direction pass this base chain? The device's name is filled in. */
static bool passes(const json_t *chain, bool in, const char *dev, const char *stack, bool bridged,
		   filter_on_device on_device, const void *arg, const char **ret_dev)
{
	const char *family = text_of(chain, "family"), *hook = text_of(chain, "hook");
	bool ingress = !strcmp(hook, "ingress"), egress = !strcmp(hook, "egress");

	/* nat sees the first packet of a connection, and this is none. */
	if (!hook[0] || !strcmp(text_of(chain, "type"), "nat"))
		return false;
	*ret_dev = dev;
	if (ingress || egress)
		return (in ? ingress : egress) &&
		       on_device(arg, text_of(chain, "table"), text_of(chain, "name"), dev);
	if (!strcmp(family, "bridge") && !bridged)
		return false;
	if (strcmp(family, "bridge") != 0) {
		if (strcmp(family, "inet") != 0 && strcmp(family, "ip6") != 0 &&
		    strcmp(family, "ip6tables") != 0)
			return false;
		*ret_dev = stack;
	}
	if (in)
		return !strcmp(hook, "prerouting") || !strcmp(hook, "input");
	return !strcmp(hook, "output") || !strcmp(hook, "postrouting");
}

static void name_spot(const struct spot *where, struct doctor_filter *f)
{
	const char *family = text_of(where->chain, "family"), *name = text_of(where->chain, "name");
	const char *table = text_of(where->chain, "table");
	char rule[40] = "";

	f->by_policy = !where->handle;
	if (!strcmp(family, "ip6tables")) {
		if (where->handle)
			snprintf(rule, sizeof(rule), " in line %ld of ip6tables-save",
				 where->handle);
		snprintf(f->remedy, sizeof(f->remedy),
			 "ip6tables -t %s -I %s -p icmpv6 --icmpv6-type %s -j ACCEPT", table, name,
			 "neighbour-solicitation (neighbour-advertisement)");
	} else {
		if (where->handle)
			snprintf(rule, sizeof(rule), " handle %ld", where->handle);
		snprintf(f->remedy, sizeof(f->remedy),
			 "nft insert rule %s %s %s icmpv6 type { nd-neighbor-solicit, "
			 "nd-neighbor-advert } accept",
			 family, table, name);
	}
	snprintf(f->what, sizeof(f->what), "%s %s %s%s", family, table, name, rule);
}

static int add(struct doctor_filter **list, size_t *n, uint32_t ifindex, const struct spot *where,
	       const char *frames)
{
	struct doctor_filter filter = { .ifindex = ifindex }, *more;
	size_t i, len;

	name_spot(where, &filter);
	for (i = 0; i < *n; i++) {
		struct doctor_filter *f = &(*list)[i];

		if (f->ifindex != ifindex || strcmp(f->what, filter.what) != 0)
			continue;
		len = strlen(f->frames);
		if (!strstr(f->frames, frames))
			snprintf(f->frames + len, sizeof(f->frames) - len, ", %s", frames);
		return 0;
	}
	snprintf(filter.frames, sizeof(filter.frames), "%s", frames);
	more = realloc(*list, (*n + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	*list = more;
	more[(*n)++] = filter;
	return 0;
}

int filter_judge(const json_t *ruleset, uint32_t ifindex, const char *dev, const char *stack,
		 bool bridged, filter_on_device on_device, const void *arg,
		 struct doctor_filter **ret_list, size_t *ret_n)
{
	const json_t *list = json_object_get(ruleset, "nftables");
	size_t i, k;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *chain = json_object_get(json_array_get(list, i), "chain");

		for (k = 0; chain && k < sizeof(kinds) / sizeof(*kinds); k++) {
			struct filter_frame frame = { kinds[k].in, kinds[k].type, NULL };
			struct spot where = { chain, 0 };
			enum filter_verdict v;

			if (!passes(chain, frame.in, dev, stack, bridged, on_device, arg,
				    &frame.dev))
				continue;
			v = walk(list, chain, &frame, 0, &where);
			if (v == GO_ON && !strcmp(text_of(chain, "policy"), "drop")) {
				where = (struct spot){ chain, 0 };
				v = DROP;
			}
			if (v == DROP && add(ret_list, ret_n, ifindex, &where, kinds[k].text))
				return -ENOMEM;
		}
	}
	return 0;
}
