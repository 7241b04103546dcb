// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The life of the table of rules: room, grace periods, growth. Each step may be a killed
 * process's last; `staged` says that space_recover() has something to do.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "dataplane/internal.h"
#include "dataplane/space.h"

static bool is_prefix(const struct ndpx_slot *rule)
{
	/* In force, that is: look-ups do not ask for those that are overridden. */
	return NDPX_SCOPE_BITS(rule->scope) < 128 && !NDPX_SCOPE_ORIGIN(rule->scope);
}

static void set_bit(__u64 *filter, const struct ndpx_slot *rule)
{
	__u32 bit = nd_prefix_bit(rule->scope, nd_get_addr(rule->addr));

	/* By bytes, as programs read it, whatever the byte order. */
	((__u8 *)filter)[bit >> 3] |= (__u8)(1u << (bit & 7));
}

/* Without the bits of rules that have gone. Each word holds what is in force at any moment. */
static void renew_filter(struct space *sp)
{
	__u64 *filter = calloc(1, NDPX_FILTER_SIZE), at = 0, generation = space_generation(sp);
	const struct ndpx_slot *slot;
	size_t i;

	while (filter && (slot = table_next(&sp->table, &at))) {
		if (slot->dies > generation && is_prefix(slot))
			set_bit(filter, slot);
	}
	for (i = 0; filter && i < NDPX_FILTER_SIZE / sizeof(*filter); i++)
		__atomic_store_n(&sp->filter[i], filter[i], __ATOMIC_RELAXED);
	free(filter);
}

/* Makes room of what is dead; how many slots that gave. */
static size_t reclaim(struct space *sp)
{
	__u64 generation = space_generation(sp);
	size_t n;

	space_grace_period(sp);
	/* For readers without the lock, who are in no grace period. */
	__atomic_store_n(&sp->state->horizon, generation, __ATOMIC_SEQ_CST);
	n = table_bury(&sp->table, generation, space_stats_retire, sp);
	if (!n)
		return 0;
	space_grace_period(sp);
	renew_filter(sp);
	return table_free(&sp->table, space_stats_gone, sp);
}

static void set_size(struct space *sp, __u32 log2)
{
	__atomic_store_n(&sp->state->word, NDPX_WORD(space_generation(sp), log2), __ATOMIC_RELEASE);
	sp->table.buckets = NDPX_SEGMENT_BUCKETS << log2;
	sp->resizes = sp->state->resizes + 1;
	__atomic_store_n(&sp->state->resizes, sp->resizes, __ATOMIC_SEQ_CST);
	/* What was left at old places must not be found there when the size changes again. */
	reclaim(sp);
}

static __u32 log2_of(const struct space *sp)
{
	return NDPX_LOG2_SEGMENTS(sp->state->word);
}

/* To 1 << log2 segments, which are more than now. Nobody reads the new ones yet. */
static int grow(struct space *sp, __u32 log2)
{
	int r;

	if (log2 > NDPX_MAX_LOG2_SEGMENTS)
		return -E2BIG;
	r = space_extend_rules(sp, 1u << log2);
	if (r)
		return r;
	table_clear(&sp->table, sp->table.buckets, NDPX_SEGMENT_BUCKETS << log2);
	if (!table_rehash(&sp->table, NDPX_SEGMENT_BUCKETS << log2, space_generation(sp)))
		return -E2BIG;
	set_size(sp, log2);
	return 0;
}

static size_t count_living(struct space *sp)
{
	__u64 at = 0, generation = space_generation(sp);
	const struct ndpx_slot *slot;
	size_t n = 0;

	while ((slot = table_next(&sp->table, &at)))
		n += slot->dies > generation;
	return n;
}

static size_t capacity(__u32 log2)
{
	return ((size_t)NDPX_SEGMENT_BUCKETS << log2) * NDPX_BUCKET_SLOTS;
}

#define FULL(n)	  ((n) / 5 * 3) /* of the slots: more, and two full buckets become likely */
#define SPARSE(n) ((n) / 8)

int space_reserve(struct space *sp, size_t n)
{
	size_t stats = (sp->state->n_stats + n) / NDPX_STATS_SEGMENT + 1, living;
	__u32 log2 = log2_of(sp);
	int r = 0;

	/* What a small change needs, it finds, or makes when it does not. */
	if (n < capacity(log2) / 16)
		return 0;
	if (!sp->state->free_stats && stats <= NDPX_MAX_STATS_SEGMENTS)
		r = space_extend_stats(sp, (__u32)stats);
	living = count_living(sp);
	while (log2 < NDPX_MAX_LOG2_SEGMENTS && n + living > FULL(capacity(log2)))
		log2++;
	if (r || log2 == log2_of(sp))
		return r;
	reclaim(sp);
	return grow(sp, log2);
}

/* Segments that the table does not have any more, or did not get to have. */
static void drop_segments(struct space *sp)
{
	__u32 n = 1u << log2_of(sp), end = n, id;

	while (end < NDPX_MAX_SEGMENTS && !bpf_map_lookup_elem(sp->fds[SPACE_RULES], &end, &id))
		end++;
	/* From the end: whoever finishes this finds all that are left in a row. */
	while (end-- > n)
		bpf_map_delete_elem(sp->fds[SPACE_RULES], &end);
	if (sp->n_segments > n)
		sp->n_segments = n;
}

void space_shrink(struct space *sp)
{
	__u32 log2 = log2_of(sp), fewer = log2;
	size_t n;

	if (!log2)
		return;
	n = count_living(sp);
	while (fewer && n < SPARSE(capacity(log2)) && n < FULL(capacity(fewer - 1)) / 2)
		fewer--;
	if (fewer == log2)
		return;
	reclaim(sp);
	if (!table_rehash(&sp->table, NDPX_SEGMENT_BUCKETS << fewer, space_generation(sp))) {
		reclaim(sp); /* the copies */
		return;
	}
	set_size(sp, fewer);
	drop_segments(sp);
}

int space_stage(struct space *sp, struct ndpx_slot *rule)
{
	int r = 0;

	if (is_prefix(rule))
		set_bit(sp->filter, rule);
	if (table_add(&sp->table, rule))
		return 0;
	/* Earlier versions of rules may be all that is in the way. */
	reclaim(sp);
	while (!r && !table_add(&sp->table, rule))
		r = grow(sp, log2_of(sp) + 1);
	/* The filter was renewed when it was not in the table yet. */
	if (is_prefix(rule))
		set_bit(sp->filter, rule);
	return r;
}

void space_commit(struct space *sp, __u64 generation)
{
	__atomic_store_n(&sp->state->word, NDPX_WORD(generation, log2_of(sp)), __ATOMIC_RELEASE);
}

void space_begin(struct space *sp)
{
	__atomic_store_n(&sp->state->staged, 1, __ATOMIC_SEQ_CST);
}

void space_end(struct space *sp)
{
	__atomic_store_n(&sp->state->staged, 0, __ATOMIC_RELEASE);
}

int space_recover(struct space *sp)
{
	int r;

	if (!__atomic_load_n(&sp->state->staged, __ATOMIC_ACQUIRE))
		return 0;
	table_undo(&sp->table, space_generation(sp));
	/* Half a growth, and slots of a reclaim that did not end. */
	reclaim(sp);
	r = space_stats_chain(sp);
	if (r)
		return r;
	/* It may have died before it came to that, or amid it. */
	space_shrink(sp);
	drop_segments(sp);
	space_end(sp);
	return 0;
}

void space_drop(struct space *sp, __u32 uplink)
{
	__u64 at = 0, generation = space_generation(sp);
	struct ndpx_slot *slot;
	size_t n = 0;

	space_begin(sp);
	while ((slot = table_next(&sp->table, &at))) {
		if (slot_is_of(slot, uplink, generation)) {
			table_end(slot, generation + 1, true);
			n++;
		}
	}
	space_commit(sp, generation + 1);
	if (n > sp->table.buckets / 2)
		space_shrink(sp);
	space_end(sp);
}
