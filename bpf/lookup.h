/* SPDX-License-Identifier: GPL-2.0-only */
/* Look-ups in our own maps: the rule for an address; what belongs to this host or this link. */
#ifndef NDPX_BPF_LOOKUP_H
#define NDPX_BPF_LOOKUP_H

#include "nd/rule.h"
#include "nd/table.h"
#include "state.h"

static __always_inline struct ndpx_bucket *bucket_at(__u32 place)
{
	return in_segment(&rules, place, NDPX_SEGMENT_BITS);
}

/* A bucket has eight lines, of which the slots are the last seven: slot 1 to 7. */
static __always_inline const struct ndpx_slot *line_of(struct ndpx_bucket *bucket, __u32 slot)
{
	return (void *)bucket + (slot & 7) * sizeof(struct ndpx_slot);
}

/*
 * Where the rule of a scope and address is: its bucket << 3 | its slot, from 1. 0: there is
 * none. A number, as a global function can return nothing else.
 */
GLOBAL __u32 find_rule(__u64 word, __u64 scope, __u64 hi, __u64 lo)
{
	struct nd_addr addr = { hi, lo };
	struct nd_place place = nd_place_of(scope, addr, nd_buckets(word));
	struct ndpx_bucket *bucket = bucket_at(place.home);
	__u32 slot;

	if (!bucket)
		return 0;
	slot = nd_bucket_find(bucket, &place, scope, addr, NDPX_GENERATION(word));
	if (slot)
		return place.home << 3 | slot;
	if (!nd_load(&bucket->away))
		return 0;
	bucket = bucket_at(place.other);
	if (!bucket)
		return 0;
	slot = nd_bucket_find(bucket, &place, scope, addr, NDPX_GENERATION(word));
	return slot ? place.other << 3 | slot : 0;
}

/* The slot at a place that find_rule() returned; NULL for 0. */
static __always_inline const struct ndpx_slot *slot_at(__u32 place)
{
	struct ndpx_bucket *bucket;

	if (!place)
		return NULL;
	bucket = bucket_at(place >> 3);
	return bucket ? line_of(bucket, place) : NULL;
}

/*
 * The rule for an address; most are in their home, and that is looked at right here. Of guest
 * ports `vlan` is the section: what all say alike is there once, and a section says the rest.
 */
static __always_inline const struct ndpx_slot *find_exact(__u64 word, __u16 vlan,
							  struct nd_addr addr)
{
	const __u64 scope = NDPX_SCOPE(uplink, uplink ? vlan : NDPX_ALL_SECTIONS, 128, 0);
	struct nd_place place = nd_place_of(scope, addr, nd_buckets(word));
	struct ndpx_bucket *bucket = bucket_at(place.home);
	__u32 slot;

	if (!bucket)
		return NULL;
	slot = nd_bucket_find(bucket, &place, scope, addr, NDPX_GENERATION(word));
	/* Else the verifier would walk everything below once for each slot. */
	slot |= *(volatile __u32 *)&config.nothing;
	if (slot)
		return line_of(bucket, slot);
	slot = nd_load(&bucket->away) ? find_rule(word, scope, addr.hi, addr.lo) : 0;
	if (!uplink && !slot)
		slot = find_rule(word, NDPX_SCOPE(0, vlan, 128, 0), addr.hi, addr.lo);
	return slot_at(slot);
}

/* The same for a prefix. */
static __always_inline __u32 find_net_rule(__u64 word, const __u8 *filter, __u64 scope,
					   struct nd_addr net)
{
	/* One cache line, where a look-up in vain is two or three. */
	__u32 bit = nd_prefix_bit(scope, net) ^ after(word);

	if (!(nd_load(&filter[(bit >> 3) & (NDPX_FILTER_SIZE - 1)]) >> (bit & 7) & 1))
		return 0;
	return find_rule(word, scope, net.hi, net.lo);
}

/*
 * The longest prefix that covers the target: one look-up for each length in use, longest
 * first. Its place; 0: none, or the target is a subnet-router anycast address (P81).
 */
GLOBAL __u32 find_prefix(__u64 word, __u64 hi, __u64 lo, __u32 vlan)
{
	const struct ndpx_settings *set = settings_of(word);
	__u32 i, zero = 0;
	const __u8 *filter = bpf_map_lookup_elem(&prefix_filter, &zero);

	for (i = 0; i < NDPX_MAX_LENGTHS && filter; i++) {
		const struct ndpx_length *length = &set->lengths[i];
		struct nd_addr net, target = { hi, lo };
		const struct ndpx_slot *slot;
		__u32 place;

		if (i >= set->n_lengths)
			break;
		net = nd_get_addr(length->mask);
		net.hi &= hi;
		net.lo &= lo;
		place = find_net_rule(word, filter,
				      NDPX_SCOPE(uplink, (__u16)vlan, length->bits & 0xff, 0), net);
		if (!uplink && !place)
			place = find_net_rule(
				word, filter,
				NDPX_SCOPE(0, NDPX_ALL_SECTIONS, length->bits & 0xff, 0), net);
		slot = slot_at(place);
		if (slot)
			return nd_is_anycast(&slot->policy, length->bits, net, target) ? 0 : place;
	}
	return 0;
}

/*
 * P44: is the solicitation's destination an address of this host? `host_flag`: the flag that
 * marks a guest's address as one of the host too.
 */
GLOBAL int is_own(__u64 hi, __u64 lo, __u32 vlan, __u64 word, __u32 host_flag)
{
	struct nd_addr dest = { hi, lo };
	const struct ndpx_slot *slot = find_exact(word, (__u16)vlan, dest);
	const struct ndpx_policy *policy;

	if (!slot)
		return 0;
	policy = &slot->policy;
	return policy->action == NDPX_ACT_OWN || policy->action == NDPX_ACT_HOST ||
	       (policy->action == NDPX_ACT_ANSWER &&
		((policy->flags & host_flag) | (policy->more & NDPX_M_OWN)));
}

static __always_inline int in_links(struct ndpx_link_key *key, __u32 epoch, __u32 vlan, __u32 kind,
				    __u64 value)
{
	*key = (struct ndpx_link_key){
		.epoch = epoch, .vlan = (__u16)vlan, .kind = (__u16)kind, .value = value
	};
	return bpf_map_lookup_elem(&links, key) != NULL;
}

/* P78, P82: is this interface part of this link, whichever one the frame arrived on? */
static __always_inline int is_this_link(struct ndpx_link_key *key, const struct ndpx_settings *set,
					const struct ndpx_link *link, __u32 ifindex)
{
	if (ifindex == link->l3_dev)
		return 1;
	return (link->members >> ndpx_filter_bit(ifindex, NDPX_MEMBERS_BITS) & 1) &&
	       in_links(key, set->epoch, link->vlan, NDPX_LINK_MEMBER, ifindex);
}

/* The same for callers that have no stack left for a key. */
GLOBAL int is_member(__u64 word, __u32 vlan, __u32 ifindex)
{
	const struct ndpx_settings *set = settings_of(word);

	struct ndpx_link_key key;

	return is_this_link(&key, set, ndpx_link_of(set, (__u16)vlan), ifindex);
}

GLOBAL int find_ours(__u64 word, __u32 vlan, __u64 requester, __u64 hi, __u64 lo)
{
	const struct ndpx_settings *set = settings_of(word);
	const struct ndpx_link *link = ndpx_link_of(set, (__u16)vlan);
	const struct nd_addr source = { hi, lo };
	struct ndpx_link_key key;
	__u32 epoch = set->epoch;

	if (in_links(&key, epoch, link->vlan, NDPX_LINK_OWN_MAC, requester))
		return 1;
	return nd_addr_is_link_local(source) &&
	       in_links(&key, epoch, link->vlan, NDPX_LINK_LOCAL, lo);
}

static __always_inline __u64 in_filter(const struct ndpx_settings *set, __u64 value)
{
	__u32 bit = ndpx_filter_bit(value, NDPX_OURS_BITS);

	return set->ours[(bit >> 6) & ((1 << NDPX_OURS_BITS) / 64 - 1)] >> (bit & 63) & 1;
}

/* P15, P40: is the requester another NIC of this host, or its stack through another device? */
static __always_inline int is_our_own(const struct ndpx_settings *set, const struct nd_query *q,
				      __u64 word)
{
	/* One branch for both, and no look-up if the filter rules them out. */
	return (in_filter(set, q->requester) | in_filter(set, q->source.lo)) &&
	       find_ours(word, q->vlan, q->requester, q->source.hi, q->source.lo);
}

#endif
