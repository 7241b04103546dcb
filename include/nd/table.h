/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The look-up in the table of rules, for programs and user space alike. One writer, who holds
 * the lock; readers never wait and never write.
 *
 * Ordering. The writer stores a slot's contents, its tag, and then the word with the next
 * generation, each with release semantics. A reader loads the word first, and the address of
 * every load from the table depends on it: which bucket it is follows from the number of
 * segments in that word. Every architecture that Linux runs on keeps such loads in order (arm64:
 * address dependency), whatever a compiler makes of the branches. So a reader sees all that was
 * stored before the generation it goes by. What was stored later is born later: `born` of a
 * free slot is NDPX_NEVER, and two grace periods pass before a slot gets another rule.
 */
#ifndef ND_TABLE_H
#define ND_TABLE_H

#include "ndpx_abi.h"
#include "nd/wire.h"

/* A load that happens once, as it stands here. tests/interleave has one of its own. */
#ifdef nd_load
#elif defined(__bpf__)
#define nd_load(p) (*(const volatile __typeof__(*(p)) *)(p))
#else
#define nd_load(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#endif

/* Where a rule can be. The two buckets differ, and a table that grows moves neither to the other. */
struct nd_place {
	__u32 home, other;
	__u64 tag;
};

ND_INLINE __u32 nd_buckets(__u64 word)
{
	return NDPX_SEGMENT_BUCKETS << (NDPX_LOG2_SEGMENTS(word) & 15);
}

ND_INLINE __u64 nd_hash(__u64 scope, struct nd_addr addr)
{
	__u64 hi = ND_BE64(addr.hi), lo = ND_BE64(addr.lo);

	lo *= 0x9e3779b97f4a7c15ull;
	lo ^= lo >> 32;
	lo = (lo + (hi ^ scope << 13 ^ scope)) * 0xd6e8feb86659fd93ull;
	return lo ^ lo >> 29;
}

/* Which bit of the filter stands for a prefix. */
ND_INLINE __u32 nd_prefix_bit(__u64 scope, struct nd_addr net)
{
	return (__u32)(nd_hash(scope, net) >> 36) & ((1u << NDPX_FILTER_BITS) - 1);
}

/* `buckets` is a power of two. */
ND_INLINE struct nd_place nd_place_of(__u64 scope, struct nd_addr addr, __u32 buckets)
{
	__u64 lo = nd_hash(scope, addr);
	struct nd_place place;

	place.home = (__u32)lo & (buckets - 1);
	place.other = place.home ^ (((__u32)(lo >> 28) | 1) & (buckets - 1));
	place.tag = lo >> 56 | 1;
	return place;
}

/* Does a slot hold the rule of this address at this generation? */
ND_INLINE int nd_slot_is(const struct ndpx_slot *slot, __u64 scope, struct nd_addr addr,
			 __u64 generation)
{
	const __u64 *a = (const __u64 *)slot->addr;
	__u64 odd = nd_load(&a[0]) ^ addr.hi;

	odd |= nd_load(&a[1]) ^ addr.lo;
	odd |= nd_load(&slot->scope) ^ scope;
	return !odd && nd_load(&slot->born) <= generation && generation < nd_load(&slot->dies);
}

/* Which slot of a bucket holds the rule, from 1; 0: none. */
ND_INLINE __u32 nd_bucket_find(const struct ndpx_bucket *bucket, const struct nd_place *place,
			       __u64 scope, struct nd_addr addr, __u64 generation)
{
	const __u64 ones = 0x01010101010101ull; /* seven bytes */
	__u64 odd = nd_load(&bucket->tags) ^ place->tag * ones;
	/* 0x80 in every byte that is 0, and perhaps in one above such a byte: good enough to try. */
	__u64 hits = (odd - ones) & ~odd & ones << 7;
	__u32 i;

	for (i = 0; i < NDPX_BUCKET_SLOTS && hits; i++, hits >>= 8) {
		if ((hits & 0x80) && nd_slot_is(&bucket->slot[i], scope, addr, generation))
			return i + 1;
	}
	return 0;
}

#endif
