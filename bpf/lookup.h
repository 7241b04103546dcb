/* SPDX-License-Identifier: GPL-2.0-only */
/* Look-ups in our own maps: the rule for an address; what belongs to this host or this link. */
#ifndef NDPX_BPF_LOOKUP_H
#define NDPX_BPF_LOOKUP_H

#include "nd/rule.h"
#include "state.h"

/*
 * The longest prefix that covers the target: one look-up for each length in use, longest
 * first. Returns its place among the lengths, from 1; 0: none, or the target is a
 * subnet-router anycast address (P81).
 */
GLOBAL __u32 find_length(__u32 generation, __u64 hi, __u64 lo, __u32 vlan)
{
	const struct ndpx_settings *set = settings_of(generation);
	__u32 i;

	for (i = 0; i < NDPX_MAX_LENGTHS; i++) {
		const struct ndpx_length *length = &set->lengths[i];
		struct ndpx_prefix_key key = { .bits = length->bits, .vlan = (__u16)vlan };
		struct ndpx_rule *rule;
		struct nd_addr net, target = { hi, lo };
		const struct ndpx_policy *policy;

		if (i >= set->n_lengths)
			break;
		net = nd_get_addr(length->mask);
		net.hi &= hi;
		net.lo &= lo;
		nd_put_addr(key.addr, net);
		rule = bpf_map_lookup_elem(&prefixes, &key);
		if (!rule)
			continue;
		policy = nd_rule_policy(rule, generation);
		if (policy->action == NDPX_ACT_NONE)
			continue;
		return nd_is_anycast(policy, key.bits, net, target) ? 0 : i + 1;
	}
	return 0;
}

/*
 * Its rule. Looked up a second time, because a global function can only return a number, and a
 * static one, walked for each path that leads to it, takes kernel 6.1 past its million.
 */
static __always_inline struct ndpx_rule *
find_prefix(const struct ndpx_settings *set, __u32 generation, __u64 hi, __u64 lo, __u32 vlan)
{
	__u32 place = find_length(generation, hi, lo, vlan) - 1;
	struct ndpx_prefix_key key = { .vlan = (__u16)vlan };
	const struct ndpx_length *length;
	struct nd_addr net;

	if (place >= NDPX_MAX_LENGTHS)
		return NULL;
	length = &set->lengths[place];
	key.bits = length->bits;
	net = nd_get_addr(length->mask);
	net.hi &= hi;
	net.lo &= lo;
	nd_put_addr(key.addr, net);
	return bpf_map_lookup_elem(&prefixes, &key);
}

static __always_inline struct ndpx_rule *find_far(__u16 vlan, struct nd_addr addr)
{
	struct ndpx_guest_key key = { .vlan = vlan };

	nd_put_addr(key.addr, addr);
	return bpf_map_lookup_elem(&guests, &key);
}

/* An array element is an address computed inline; a look-up in `guests` is a call. */
static __always_inline struct ndpx_rule *near_at(__u32 place, __u16 vlan, struct nd_addr addr)
{
	struct ndpx_near *slot = bpf_map_lookup_elem(&near, &place);

	if (slot && slot->tag == NDPX_NEAR_TAG(vlan) && nd_addr_eq(nd_get_addr(slot->addr), addr))
		return &slot->rule;
	return NULL;
}

static __always_inline struct ndpx_rule *find_exact(const struct ndpx_settings *set, __u16 vlan,
						    struct nd_addr addr)
{
	__u32 place = ndpx_near_place(addr.hi, addr.lo, vlan);
	struct ndpx_rule *rule = NULL;

	/* Where most rules are far, trying `near` first only adds a cache miss. */
	if (set->far <= NDPX_NEAR_SLOTS) {
		rule = near_at(place, vlan, addr);
		if (!rule)
			rule = near_at(place ^ 1, vlan, addr);
	}
	return rule || !set->far ? rule : find_far(vlan, addr);
}

/*
 * P44: is the solicitation's destination an address of this host? `host_flag`: the flag that
 * marks a guest's address as one of the host too.
 */
GLOBAL int is_own(__u64 hi, __u64 lo, __u32 vlan, __u32 generation, __u32 host_flag)
{
	struct nd_addr dest = { hi, lo };
	struct ndpx_rule *rule = find_far((__u16)vlan, dest);
	const struct ndpx_policy *policy;

	if (!rule)
		return 0;
	policy = nd_rule_policy(rule, generation);
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
	return (link->members >> ndpx_filter_bit(ifindex) & 1) &&
	       in_links(key, set->epoch, link->vlan, NDPX_LINK_MEMBER, ifindex);
}

/* The same for callers that have no stack left for a key. */
GLOBAL int is_member(__u32 generation, __u32 vlan, __u32 ifindex)
{
	const struct ndpx_settings *set = settings_of(generation);

	struct ndpx_link_key key;

	return is_this_link(&key, set, ndpx_link_of(set, (__u16)vlan), ifindex);
}

GLOBAL int find_own_mac(__u32 generation, __u32 vlan, __u64 requester, __u64 hi, __u64 lo)
{
	const struct ndpx_settings *set = settings_of(generation);
	const struct ndpx_link *link = ndpx_link_of(set, (__u16)vlan);
	const struct nd_addr source = { hi, lo };
	struct ndpx_link_key key;
	__u32 epoch = set->epoch;

	if (in_links(&key, epoch, link->vlan, NDPX_LINK_OWN_MAC, requester))
		return 1;
	return link->n_locals && nd_addr_is_link_local(source) &&
	       in_links(&key, epoch, link->vlan, NDPX_LINK_LOCAL, lo);
}

/* P15, P40: is the requester another NIC of this host, or its stack through another device? */
static __always_inline int is_our_own(const struct ndpx_link *link, const struct nd_query *q,
				      __u32 generation)
{
	/* One branch for both, and no look-up if the filter rules it out. */
	return ((link->own_macs >> ndpx_filter_bit(q->requester) & 1) | link->n_locals) &&
	       find_own_mac(generation, q->vlan, q->requester, q->source.hi, q->source.lo);
}

#endif
