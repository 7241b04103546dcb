// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The writer of the table of rules. Readers rely on the order of the stores here. */
#include <string.h>

#include "dataplane/table.h"

static void put32(__u32 *p, __u32 value)
{
	__atomic_store_n(p, value, __ATOMIC_RELEASE);
}

static void put64(__u64 *p, __u64 value)
{
	__atomic_store_n(p, value, __ATOMIC_RELEASE);
}

static struct nd_place place_of(const struct ndpx_slot *slot, __u32 buckets)
{
	return nd_place_of(slot->scope, nd_get_addr(slot->addr), buckets);
}

static __u64 tag_at(const struct ndpx_bucket *bucket, __u32 i)
{
	return nd_load(&bucket->tags) >> (8 * i) & 0xff;
}

/* One store for all tags of the bucket: only we write them. */
static void set_tag(struct ndpx_bucket *bucket, __u32 i, __u64 tag)
{
	put64(&bucket->tags, (bucket->tags & ~(0xffull << (8 * i))) | tag << (8 * i));
}

void table_clear(struct table *t, __u32 begin, __u32 end)
{
	__u32 b, i;

	for (b = begin; b < end; b++) {
		memset(&t->bucket[b], 0, sizeof(t->bucket[b]));
		for (i = 0; i < NDPX_BUCKET_SLOTS; i++)
			t->bucket[b].slot[i].born = NDPX_NEVER;
	}
}

struct ndpx_slot *table_find(const struct table *t, __u64 scope, struct nd_addr addr,
			     __u64 generation)
{
	const struct nd_place place = nd_place_of(scope, addr, t->buckets);
	struct ndpx_bucket *bucket = &t->bucket[place.home];
	__u32 i = nd_bucket_find(bucket, &place, scope, addr, generation);

	if (!i && nd_load(&bucket->away)) {
		bucket = &t->bucket[place.other];
		i = nd_bucket_find(bucket, &place, scope, addr, generation);
	}
	return i ? &bucket->slot[i - 1] : NULL;
}

/* Into a slot whose `born` every reader sees as NDPX_NEVER, so that nothing else of it counts. */
static void fill(struct ndpx_bucket *bucket, __u32 i, __u64 tag, const struct ndpx_slot *rule)
{
	struct ndpx_slot *slot = &bucket->slot[i];
	__u64 half[2], say[2];

	memcpy(half, rule->addr, sizeof(half));
	memcpy(say, &rule->policy, sizeof(say));
	__atomic_store_n((__u64 *)slot->addr, half[0], __ATOMIC_RELAXED);
	__atomic_store_n((__u64 *)slot->addr + 1, half[1], __ATOMIC_RELAXED);
	__atomic_store_n(&slot->scope, rule->scope, __ATOMIC_RELAXED);
	__atomic_store_n((__u64 *)&slot->policy, say[0], __ATOMIC_RELAXED);
	__atomic_store_n((__u64 *)&slot->policy + 1, say[1], __ATOMIC_RELAXED);
	__atomic_store_n(&slot->stats, rule->stats, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->serial, rule->serial, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->flags, rule->flags, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->dies, rule->dies, __ATOMIC_RELAXED);
	put64(&slot->born, rule->born);
	set_tag(bucket, i, tag);
}

static struct ndpx_slot *add_to(struct ndpx_bucket *bucket, __u64 tag, const struct ndpx_slot *rule)
{
	__u32 i;

	for (i = 0; i < NDPX_BUCKET_SLOTS; i++) {
		if (!tag_at(bucket, i)) {
			fill(bucket, i, tag, rule);
			return &bucket->slot[i];
		}
	}
	return NULL;
}

/* First `away`, for readers go to the other bucket only where it is not 0. */
static struct ndpx_slot *add_away(struct table *t, const struct nd_place *place,
				  const struct ndpx_slot *rule)
{
	struct ndpx_bucket *home = &t->bucket[place->home];
	struct ndpx_slot *slot;

	put32(&home->away, home->away + 1);
	slot = add_to(&t->bucket[place->other], place->tag, rule);
	if (!slot)
		put32(&home->away, home->away - 1);
	return slot;
}

static __u32 taken(const struct ndpx_bucket *bucket)
{
	__u32 i, n = 0;

	for (i = 0; i < NDPX_BUCKET_SLOTS; i++)
		n += tag_at(bucket, i) != 0;
	return n;
}

/*
 * In its home, where it is found at once, as long as that is not more than half full; then
 * where there is more room. So the first rule that finds none comes when two thirds of all
 * slots are taken (a simulation, 900,000 slots), and a tenth to a sixth of them are away.
 */
struct ndpx_slot *table_add(struct table *t, const struct ndpx_slot *rule)
{
	const struct nd_place place = place_of(rule, t->buckets);
	struct ndpx_bucket *home = &t->bucket[place.home];
	__u32 n = taken(home);

	if (n > NDPX_BUCKET_SLOTS / 2 && taken(&t->bucket[place.other]) < n)
		return add_away(t, &place, rule);
	return add_to(home, place.tag, rule);
}

void table_end(struct ndpx_slot *slot, __u64 generation, bool last)
{
	if (last)
		__atomic_store_n(&slot->flags, slot->flags | NDPX_SLOT_LAST, __ATOMIC_RELAXED);
	put64(&slot->dies, generation);
}

/* Is the slot where readers look for its rule? */
static bool in_place(const struct table *t, __u32 b, const struct ndpx_slot *slot)
{
	const struct nd_place place = place_of(slot, t->buckets);

	return place.home == b || place.other == b;
}

struct ndpx_slot *table_next(const struct table *t, __u64 *at)
{
	for (; *at < (__u64)t->buckets * NDPX_BUCKET_SLOTS; ++*at) {
		__u32 b = (__u32)(*at / NDPX_BUCKET_SLOTS), i = (__u32)(*at % NDPX_BUCKET_SLOTS);
		struct ndpx_slot *slot = &t->bucket[b].slot[i];

		if (tag_at(&t->bucket[b], i) && nd_load(&slot->born) != NDPX_NEVER &&
		    in_place(t, b, slot)) {
			++*at;
			return slot;
		}
	}
	return NULL;
}

/* Do the statistics go with this slot's rule? Copies at old places have them as well. */
static bool takes_stats(const struct table *t, __u32 b, const struct ndpx_slot *slot)
{
	return slot->stats && (slot->flags & NDPX_SLOT_LAST) && in_place(t, b, slot);
}

size_t table_bury(struct table *t, __u64 generation, table_stats_fn *retire, void *arg)
{
	size_t n = 0;
	__u32 b, i;

	for (b = 0; b < t->buckets; b++) {
		for (i = 0; t->bucket[b].tags && i < NDPX_BUCKET_SLOTS; i++) {
			struct ndpx_slot *slot = &t->bucket[b].slot[i];

			if (!tag_at(&t->bucket[b], i) ||
			    (slot->born != NDPX_NEVER && slot->dies > generation &&
			     in_place(t, b, slot)))
				continue;
			if (slot->born != NDPX_NEVER && takes_stats(t, b, slot))
				retire(arg, slot->stats);
			put64(&slot->born, NDPX_NEVER);
			n++;
		}
	}
	return n;
}

/* `away` of every bucket, as it is. Nobody else writes it. */
static void recount_away(struct table *t)
{
	__u32 b, i, *count;

	for (b = 0; b < t->buckets; b++)
		t->bucket[b].pad[0] = 0;
	for (b = 0; b < t->buckets; b++) {
		for (i = 0; t->bucket[b].tags && i < NDPX_BUCKET_SLOTS; i++) {
			struct nd_place place;

			if (!tag_at(&t->bucket[b], i))
				continue;
			place = place_of(&t->bucket[b].slot[i], t->buckets);
			count = &t->bucket[place.home].pad[0];
			*count += place.home != b && place.other == b;
		}
	}
	for (b = 0; b < t->buckets; b++)
		put32(&t->bucket[b].away, t->bucket[b].pad[0]);
}

size_t table_free(struct table *t, table_stats_fn *gone, void *arg)
{
	size_t n = 0;
	__u32 b, i;

	for (b = 0; b < t->buckets; b++) {
		for (i = 0; t->bucket[b].tags && i < NDPX_BUCKET_SLOTS; i++) {
			struct ndpx_slot *slot = &t->bucket[b].slot[i];

			if (!tag_at(&t->bucket[b], i) || slot->born != NDPX_NEVER)
				continue;
			if (takes_stats(t, b, slot))
				gone(arg, slot->stats);
			set_tag(&t->bucket[b], i, 0);
			n++;
		}
	}
	recount_away(t);
	return n;
}

void table_undo(struct table *t, __u64 generation)
{
	__u32 b, i;

	for (b = 0; b < t->buckets; b++) {
		for (i = 0; t->bucket[b].tags && i < NDPX_BUCKET_SLOTS; i++) {
			struct ndpx_slot *slot = &t->bucket[b].slot[i];

			if (!tag_at(&t->bucket[b], i))
				continue;
			if (slot->dies > generation) {
				put64(&slot->dies, NDPX_NEVER);
				/* Which may be set without the other: table_end() was cut short. */
				__atomic_store_n(&slot->flags, slot->flags & ~NDPX_SLOT_LAST,
						 __ATOMIC_RELAXED);
			}
			/* No generation that anybody reads by had it: it can go at once. */
			if (slot->born > generation && slot->born != NDPX_NEVER) {
				put64(&slot->born, NDPX_NEVER);
				set_tag(&t->bucket[b], i, 0);
			}
		}
	}
	recount_away(t);
}

bool table_rehash(struct table *t, __u32 buckets, __u64 generation)
{
	__u32 b, i;

	for (b = 0; b < t->buckets; b++) {
		for (i = 0; i < NDPX_BUCKET_SLOTS; i++) {
			const struct ndpx_slot *slot = &t->bucket[b].slot[i];
			struct nd_place now, then;
			__u32 to;

			if (!tag_at(&t->bucket[b], i) || slot->born == NDPX_NEVER ||
			    slot->dies <= generation || !in_place(t, b, slot))
				continue;
			now = place_of(slot, t->buckets);
			then = place_of(slot, buckets);
			to = now.home == b ? then.home : then.other;
			/* Perhaps once too often, if its home stays: that costs a look, and no more. */
			if (to != then.home)
				put32(&t->bucket[then.home].away, t->bucket[then.home].away + 1);
			/* Nowhere else: where readers look for it today, there must be one only. */
			if (to != b && !add_to(&t->bucket[to], then.tag, slot))
				return false;
		}
	}
	return true;
}
