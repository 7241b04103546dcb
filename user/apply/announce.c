// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which guests are answered for, and so may be announced. */
#include "util/array.h"
#include "apply/announce.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/dataplane.h"
#include "config/model.h"
#include "util/solicitation.h"

static int refuse(struct error *err, const struct in6_addr *addr, const char *why)
{
	char text[RULE_TEXT_LEN];

	return error_set(err, EXIT_USAGE, EINVAL, "%s: %s", target_text(addr, 128, text), why);
}

static int add(struct announcements *list, const uint8_t addr[16], uint16_t vlan,
	       const struct ndpx_policy *policy, struct error *err)
{
	struct announcement *items = array_room(list->items, list->n, sizeof(*items));

	if (!items)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	list->items = items;
	memcpy(list->items[list->n].addr, addr, 16);
	list->items[list->n].vlan = vlan;
	list->items[list->n].policy = *policy;
	list->n++;
	return 0;
}

/*
 * Do the routes let the program answer? It is asked itself: what is on-link here, local or
 * another interface's (P82) it knows best. One that is not alive yet is announced all the same.
 */
static int is_routed(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr, bool *ret,
		     struct error *err)
{
	struct solicitation q = { .target = *addr, .vlan = vlan };
	uint8_t frame[FRAME_ROOM];
	struct test_run test_run;
	int r;

	solicitation_requester(&q);
	r = dataplane_test_run(dp, frame, solicitation_build(&q, frame), &test_run, err);
	*ret = !r && test_run.verdict != NDPX_V_NOT_ROUTED;
	return r;
}

int announce_add(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr,
		 struct announcements *list, struct error *err)
{
	const struct ndpx_policy *policy;
	struct match rule;
	bool routed = true;
	int r = match_rule(dp, vlan, addr, &rule, err);

	if (r)
		return r;
	policy = &rule.entry.policy;
	if (rule.anycast)
		return refuse(err, addr,
			      "the first address of a prefix (subnet-router anycast) is not "
			      "answered for: name it as a guest");
	if (policy->action == NDPX_ACT_NONE)
		return refuse(err, addr, "no rule answers for it: 'ndpx guest add' first");
	if (policy->action == NDPX_ACT_OWN)
		return refuse(err, addr,
			      "an address or gateway of this host: the kernel answers for it");
	if (policy->action == NDPX_ACT_DENY)
		return refuse(err, addr,
			      "denied by the file: remove it there and run 'ndpx apply'");
	if (policy->flags & NDPX_F_PAUSED)
		return refuse(err, addr,
			      "its rule is paused: run 'ndpx guest replace' without 'paused'");
	if (policy->answer != NDPX_ANSWER_ALWAYS && !(policy->flags & NDPX_F_HOST))
		r = is_routed(dp, vlan, addr, &routed, err);
	if (!r && !routed)
		return refuse(err, addr,
			      "answered only with a route that leaves by another interface: "
			      "'ip -6 route add' first");
	return r ? r : add(list, (const uint8_t *)addr, vlan, policy, err);
}

int announce_add_all(struct dataplane *dp, int vlan, struct announcements *list, struct error *err)
{
	struct entry *entries = NULL;
	size_t n = 0, i;
	int r = dataplane_read(dp, &entries, NULL, &n, err);

	for (i = 0; i < n && !r; i++) {
		const struct entry *e = &entries[i];
		bool answered = !(e->policy.flags & NDPX_F_PAUSED);

		if (e->key.bits != 128 || e->policy.action != NDPX_ACT_ANSWER ||
		    (vlan >= 0 && e->key.vlan != vlan))
			continue;
		if (answered && e->policy.answer != NDPX_ANSWER_ALWAYS &&
		    !(e->policy.flags & NDPX_F_HOST))
			r = is_routed(dp, e->key.vlan, (const struct in6_addr *)e->key.addr,
				      &answered, err);
		if (r)
			break;
		if (answered)
			r = add(list, e->key.addr, e->key.vlan, &e->policy, err);
		else
			list->skipped++;
	}
	free(entries);
	return r;
}

void announce_free(struct announcements *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}
