// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `near`: the rules of `guests` once more, where the program reads them as memory. It is
 * memory here too, so no element is replaced as a whole as the kernel's hash does it:
 * every store leaves what a program that runs meanwhile may see right, and where a
 * place changes hands, we wait for an RCU grace period.
 */
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/internal.h"

static bool is_near(const struct ndpx_prefix_key *key)
{
	return dataplane_map_of(key) == MAP_GUESTS;
}

/* One of the two places of an address. */
static struct ndpx_near *place_of(const struct dataplane *dp, const struct ndpx_prefix_key *key,
				  __u32 which)
{
	__u64 half[2];

	memcpy(half, key->addr, sizeof(half));
	return &dp->near[ndpx_near_place(half[0], half[1], key->vlan) ^ which];
}

static struct ndpx_near *find(const struct dataplane *dp, const struct ndpx_prefix_key *key)
{
	__u32 i;

	for (i = 0; i < 2; i++) {
		struct ndpx_near *slot = place_of(dp, key, i);

		if (__atomic_load_n(&slot->tag, __ATOMIC_ACQUIRE) == NDPX_NEAR_TAG(key->vlan) &&
		    !memcmp(slot->addr, key->addr, sizeof(key->addr)))
			return slot;
	}
	return NULL;
}

/* An RCU grace period: every program that runs now has ended. membarrier() is synchronize_rcu(). */
static void wait_for_programs(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	/* Without the call, a thousand times as long as the program may take. */
	if (syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0))
		nanosleep(&moment, NULL);
}

/* Fills a free place, and says at last that it is taken; false if there is none. */
static bool place(struct dataplane *dp, const struct change *c, __u32 generation)
{
	__u32 i;

	for (i = 0; i < 2; i++) {
		struct ndpx_near *slot = place_of(dp, &c->key, i);

		if (slot->tag)
			continue;
		memset(&slot->rule, 0, sizeof(slot->rule));
		slot->rule.policy[1] = c->after;
		slot->rule.since = generation;
		memcpy(slot->addr, c->key.addr, sizeof(slot->addr));
		__atomic_store_n(&slot->tag, NDPX_NEAR_TAG(c->key.vlan), __ATOMIC_RELEASE);
		return true;
	}
	return false;
}

void near_stage(struct dataplane *dp, const struct plan *plan, __u32 generation, __u32 *far)
{
	bool wait = false;
	size_t i;

	/* The policy in force moves to say[0]; from then on no program reads say[1]. */
	for (i = 0; i < plan->n; i++) {
		const struct change *c = &plan->changes[i];
		struct ndpx_near *slot = is_near(&c->key) ? find(dp, &c->key) : NULL;

		if (!slot)
			continue;
		slot->rule.policy[0] = c->before;
		__atomic_store_n(&slot->rule.since, generation, __ATOMIC_RELEASE);
		wait = true;
	}
	if (wait)
		wait_for_programs();
	for (i = 0; i < plan->n; i++) {
		const struct change *c = &plan->changes[i];
		struct ndpx_near *slot = is_near(&c->key) ? find(dp, &c->key) : NULL;

		if (slot)
			slot->rule.policy[1] = c->after;
		else if (is_near(&c->key) && c->before.action == NDPX_ACT_NONE)
			*far += place(dp, c, generation) ? 0 : 1;
		else if (is_near(&c->key) && c->after.action == NDPX_ACT_NONE)
			*far -= *far > 0;
	}
}

/* No program finds it from here on; the caller waits for those that have found it already. */
static void clear(struct ndpx_near *slot)
{
	__atomic_store_n(&slot->tag, 0, __ATOMIC_RELEASE);
	memset(slot->addr, 0, sizeof(slot->addr));
}

void near_sweep(struct dataplane *dp, const struct plan *plan)
{
	bool wait = false;
	size_t i;

	for (i = 0; i < plan->n; i++) {
		const struct change *c = &plan->changes[i];
		struct ndpx_near *slot = NULL;

		if (is_near(&c->key) && c->after.action == NDPX_ACT_NONE)
			slot = find(dp, &c->key);
		if (!slot)
			continue;
		clear(slot);
		wait = true;
	}
	if (wait)
		wait_for_programs();
}

void near_recover(struct dataplane *dp)
{
	__u32 generation = dataplane_generation_of(dp), i;

	for (i = 0; i < NDPX_NEAR_SLOTS; i++) {
		struct ndpx_near *slot = &dp->near[i];

		if (!slot->tag)
			continue;
		if (dataplane_policy(&slot->rule, generation)->action == NDPX_ACT_NONE) {
			clear(slot);
		} else if ((__s32)(generation - slot->rule.since) < 0) {
			slot->rule.policy[1] = slot->rule.policy[0];
			__atomic_store_n(&slot->rule.since, generation, __ATOMIC_RELEASE);
		}
	}
	wait_for_programs();
}

void near_add_stats(const struct dataplane *dp, const struct ndpx_prefix_key *key,
		    struct entry_stats *stats)
{
	const struct ndpx_near *slot = is_near(key) ? find(dp, key) : NULL;

	if (!slot)
		return;
	stats->answers += slot->rule.answers;
	if (slot->rule.last_answer > stats->last_answer) {
		stats->last_answer = slot->rule.last_answer;
		memcpy(stats->last_requester, slot->rule.last_requester,
		       sizeof(stats->last_requester));
	}
}
