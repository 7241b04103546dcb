/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a rule says about a valid solicitation: rows P12, P33 and P75 to P84 of
 * PROTOCOL.md as far as they need no look-up. Compiled for BPF and natively.
 */
#ifndef ND_RULE_H
#define ND_RULE_H

#include "nd/check.h"

/* Has a lease of so many seconds run out? Called only where there is one: it reads the clock. */
typedef int nd_lease_is_over(__u32 lease);

/* P84, of a whole uplink. A single test where it is neither paused nor has a lease. */
ND_INLINE int nd_is_silent(const struct ndpx_settings *set, nd_lease_is_over *lease_is_over)
{
	__u32 flags = set->flags & (NDPX_S_PAUSED | NDPX_S_LEASE);

	return flags && ((flags & NDPX_S_PAUSED) || lease_is_over(set->lease));
}

/*
 * Applies a rule to a valid solicitation: NDPX_V_END to answer, else the verdict.
 * `ifindex`: where this host's stack sees the link the frame came from.
 */
ND_INLINE enum ndpx_verdict nd_apply_rule(const struct ndpx_policy *policy,
					  const struct nd_query *q, const struct ndpx_settings *set,
					  __u32 ifindex, nd_lease_is_over *lease_is_over)
{
	if (policy->action == NDPX_ACT_NONE || policy->action == NDPX_ACT_HOST)
		return NDPX_V_NO_GUEST; /* P80; for the latter, the prefix decides */
	if (policy->action == NDPX_ACT_OWN)
		return NDPX_V_OWN_ADDRESS; /* P75 */
	if (policy->action == NDPX_ACT_DENY)
		return NDPX_V_DENIED; /* P79 */
	if (policy->port != 0 && policy->port == ifindex)
		return NDPX_V_SAME_PORT; /* P78 */
	if ((policy->flags & NDPX_F_PAUSED) || nd_is_silent(set, lease_is_over))
		return NDPX_V_PAUSED; /* P84 */
	if (q->kind == ND_KIND_DAD && (policy->flags & NDPX_F_DAD_IGNORE))
		return NDPX_V_DAD_IGNORED; /* P33 */
	return NDPX_V_END;
}

/* P12, P13: was the frame sent to a MAC that is neither H nor the rule's `lladdr`? */
ND_INLINE int nd_is_astray(const struct ndpx_policy *policy, const struct nd_query *q, nd_mac mac)
{
	return q->astray &&
	       (policy->action != NDPX_ACT_ANSWER || !(policy->flags & NDPX_F_LLADDR) ||
		nd_get_mac(policy->lladdr) != (q->astray ^ mac));
}

/* P81: RFC 4861 7.2.7: a subnet's first address is its routers'; beyond /64 it is not a subnet. */
ND_INLINE int nd_is_anycast(const struct ndpx_policy *policy, __u32 bits, struct nd_addr net,
			    struct nd_addr target)
{
	return policy->action == NDPX_ACT_ANSWER && bits <= 64 && nd_addr_eq(net, target);
}

/* Length of the longest network of this kind and VLAN that covers an address; 0: none. */
ND_INLINE __u32 nd_net_of(const struct ndpx_settings *set, __u32 kind, __u32 vlan,
			  struct nd_addr addr)
{
	__u32 i;

	for (i = 0; i < NDPX_MAX_NETS; i++) {
		const struct ndpx_net *net = &set->nets[i];
		struct nd_addr a = nd_get_addr(net->addr), mask = nd_get_addr(net->mask);
		__u64 odd = (net->kind ^ kind) | (net->vlan ^ vlan);

		/* One branch per iteration: the verifier walks each. */
		odd |= ((a.hi ^ addr.hi) & mask.hi) | ((a.lo ^ addr.lo) & mask.lo);
		if (!odd)
			return net->bits;
	}
	return 0;
}

/* The address that differs in the first bit after `bits`, which is 1 to 127. */
ND_INLINE struct nd_addr nd_beyond(struct nd_addr addr, __u32 bits)
{
	if (bits < 64)
		addr.hi ^= ND_BE64(1ull << (63 - bits));
	else
		addr.lo ^= ND_BE64(1ull << ((127 - bits) & 63));
	return addr;
}

/* Which of the two states of a guest port holds. */
ND_INLINE const struct ndpx_port_at *nd_port_state(const struct ndpx_port *port, __u64 generation)
{
	return &port->at[generation >= port->since];
}

#endif
