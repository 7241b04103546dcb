/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The writer of the table of rules, whose look-up is in nd/table.h. Works on memory, wherever
 * that comes from; takes no lock and makes no system call. Callers hold the lock, wait for grace
 * periods, and store the word with the generation (space.c).
 */
#ifndef NDPX_TABLE_H
#define NDPX_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "nd/table.h"

struct table {
	struct ndpx_bucket *bucket;
	__u32 buckets; /* in use; a power of two */
};

/* Is it a rule of this uplink, or of the guest ports (0), that holds at a generation? */
static inline bool slot_is_of(const struct ndpx_slot *slot, __u32 uplink, __u64 generation)
{
	return NDPX_SCOPE_UPLINK(slot->scope) == uplink && slot->born <= generation &&
	       generation < slot->dies;
}

/* What its rule is about. */
static inline struct ndpx_key slot_key(const struct ndpx_slot *slot)
{
	struct ndpx_key key = { .bits = NDPX_SCOPE_BITS(slot->scope),
				.vlan = NDPX_SCOPE_VLAN(slot->scope),
				.origin = NDPX_SCOPE_ORIGIN(slot->scope) };

	memcpy(key.addr, slot->addr, sizeof(key.addr));
	return key;
}

/* Makes buckets that nobody reads empty: from `begin` up to, but not including, `end`. */
void table_clear(struct table *t, __u32 begin, __u32 end);

/* The slot of a rule at a generation; NULL: none. */
struct ndpx_slot *table_find(const struct table *t, __u64 scope, struct nd_addr addr,
			     __u64 generation);

/*
 * Adds a rule that lives from rule->born on, which is not in force yet. An earlier rule of the
 * same key must end with table_end(). NULL: no room for it: reclaim, or grow.
 */
struct ndpx_slot *table_add(struct table *t, const struct ndpx_slot *rule);

/* From `generation`, the coming one, on the rule lives no more. `last`: it has no successor. */
void table_end(struct ndpx_slot *slot, __u64 generation, bool last);

/*
 * Makes room of what is dead and of what table_rehash() left behind, in two
 * steps, each after a grace period that began when `generation` was in force already:
 * table_bury(), and after another one table_free(). Both hand on the places of statistics that
 * go with their rules, and return how many slots are concerned.
 */
typedef void table_stats_fn(void *arg, __u32 place);
size_t table_bury(struct table *t, __u64 generation, table_stats_fn *retire, void *arg);
size_t table_free(struct table *t, table_stats_fn *gone, void *arg);

/*
 * Takes back what was staged for generations after `generation` by somebody who was killed or
 * gave up. Programs go on reading.
 */
void table_undo(struct table *t, __u64 generation);

/*
 * Copies what lives at `generation` or later to where it belongs when the table has `buckets`
 * buckets, more or fewer. Nothing changes for readers until they are told of that number;
 * t->buckets is then the caller's to set, and what is left at old places to be reclaimed.
 * False, for fewer alone: not all have room; what was copied is to be reclaimed.
 */
bool table_rehash(struct table *t, __u32 buckets, __u64 generation);

/*
 * The next slot that holds a rule, living or dead but not buried, where readers look for it.
 * *at starts at 0. NULL: no more.
 */
struct ndpx_slot *table_next(const struct table *t, __u64 *at);

#endif
