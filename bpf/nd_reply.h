/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a rule to the answer: what a rule says about a valid solicitation (rows
 * P33 and P75 to P84 of PROTOCOL.md) and the Neighbor Advertisement itself,
 * "The answer" there. Compiled for BPF and natively.
 */
#ifndef ND_REPLY_H
#define ND_REPLY_H

#include "nd_check.h"

/*
 * Which of the two things a rule says holds at this generation. A staged change
 * has a `since` ahead of it. Differences are what is compared; 2^31 commits while a
 * rule is untouched, one a second for 68 years, would turn it back.
 */
ND_INLINE const struct ndpx_say *nd_rule_says(const struct ndpx_rule *rule, __u32 generation)
{
	return &rule->say[(__s32)(generation - rule->since) >= 0];
}

/*
 * What a rule decides about a valid solicitation: NDPX_V_END to answer, else the
 * verdict. `ifindex`: the port the frame came in on.
 */
ND_INLINE enum ndpx_verdict nd_judge(const struct ndpx_say *say, const struct nd_query *q,
				     const struct ndpx_settings *set, __u32 ifindex)
{
	if (say->action == NDPX_ACT_NONE)
		return NDPX_V_NO_GUEST; /* P80 */
	if (say->action == NDPX_ACT_OWN)
		return NDPX_V_OWN_ADDRESS; /* P75 */
	if (say->action == NDPX_ACT_DENY)
		return NDPX_V_DENIED; /* P79 */
	if (say->port != 0 && say->port == ifindex)
		return NDPX_V_SAME_PORT; /* P78 */
	if ((say->flags & NDPX_F_PAUSED) || (set->flags & NDPX_S_PAUSED))
		return NDPX_V_PAUSED; /* P84 */
	if (q->kind == ND_KIND_DAD && (say->flags & NDPX_F_DAD_IGNORE))
		return NDPX_V_DAD_IGNORED; /* P33 */
	return NDPX_V_END;
}

/* P12, P13: did the frame go to another station than H, which is not the rule's `lladdr`? */
ND_INLINE int nd_is_astray(const struct ndpx_say *say, const struct nd_query *q, nd_mac mac)
{
	return q->astray && (say->action != NDPX_ACT_ANSWER || !(say->flags & NDPX_F_LLADDR) ||
			     nd_get_mac(say->lladdr) != (q->astray ^ mac));
}

/* P81: RFC 4861 7.2.7 leaves a subnet's first address to its routers; longer ones are slices. */
ND_INLINE int nd_is_anycast(const struct ndpx_say *say, __u32 bits, struct nd_addr net,
			    struct nd_addr target)
{
	return say->action == NDPX_ACT_ANSWER && bits <= 64 && nd_addr_eq(net, target);
}

/* The network of kind and VLAN that covers an address and is the longest: its bits, 0: none. */
ND_INLINE __u32 nd_net_of(const struct ndpx_settings *set, __u32 kind, __u32 vlan,
			  struct nd_addr addr)
{
	__u32 i;

	for (i = 0; i < NDPX_MAX_NETS; i++) {
		const struct ndpx_net *net = &set->nets[i];
		struct nd_addr a = nd_get_addr(net->addr), mask = nd_get_addr(net->mask);
		__u64 odd = (net->kind ^ kind) | (net->vlan ^ vlan);

		/* One branch a round: the verifier walks each. */
		odd |= ((a.hi ^ addr.hi) & mask.hi) | ((a.lo ^ addr.lo) & mask.lo);
		if (!odd)
			return net->bits;
	}
	return 0;
}

/* The address that differs in the first bit behind `bits`, which is 1 to 127. */
ND_INLINE struct nd_addr nd_beyond(struct nd_addr addr, __u32 bits)
{
	if (bits < 64)
		addr.hi ^= ND_BE64(1ull << (63 - bits));
	else
		addr.lo ^= ND_BE64(1ull << ((127 - bits) & 63));
	return addr;
}

/* Which of the two states of a guest port holds; as nd_rule_says(). */
ND_INLINE const struct ndpx_port_at *nd_port_says(const struct ndpx_port *port, __u32 generation)
{
	return &port->at[(__s32)(generation - port->since) >= 0];
}

/*
 * Writes the answer over the solicitation `q` was read from: "The answer" of
 * PROTOCOL.md, column by column. `eth` is the frame, already as long as the answer,
 * `l2_len` the bytes before its IPv6 header; a tag between stays as it is. A
 * guest port, whose MAC is `port_mac`, answers from the target, an uplink as `set`
 * says. The caller has checked that l2_len + ND_IP6_LEN + ND_NA_LEN bytes are there.
 */
ND_INLINE void nd_write_as(__u8 *eth, __u32 l2_len, const struct nd_query *q,
			   const struct ndpx_say *say, const struct ndpx_settings *set, int is_port,
			   nd_mac port_mac)
{
	const __u32 fixed = ND_BE32((__u32)ND_NA_LEN) + ND_BE32((__u32)ND_NEXT_ICMPV6) +
			    ND_BE32((__u32)ND_TYPE_NA << 24);
	nd_mac mac = is_port ? port_mac : nd_get_mac(set->mac), lladdr = mac, to = q->reply_to;
	struct nd_addr source = q->target, dest = q->source;
	__u8 *ip6 = eth + l2_len, *m = ip6 + ND_IP6_LEN;
	__u32 flags = ND_NA_SOLICITED;
	__u64 sum, option;

	if (say->flags & NDPX_F_LLADDR)
		lladdr = nd_get_mac(say->lladdr);
	if (!is_port && set->source_mode != NDPX_SOURCE_TARGET)
		source = nd_get_addr(set->source);
	if (q->kind == ND_KIND_DAD) {
		/* RFC 4861 7.2.4: to all nodes, with the Solicited flag 0. */
		dest = nd_all_nodes(1);
		to = ND_MAC_ALL_NODES;
		flags = is_port && (say->flags & NDPX_F_DAD_OVERRIDE) ? ND_NA_OVERRIDE : 0;
	}
	/* H, always: the switch port knows no other. */
	nd_put_macs(eth, to, mac);
	if (say->flags & NDPX_F_ROUTER)
		flags |= ND_NA_ROUTER;
	if (say->flags & NDPX_F_OVERRIDE)
		flags |= ND_NA_OVERRIDE;
	flags = ND_BE32(flags << 24);

	nd_put32(ip6, ND_BE32(0x60000000u));
	nd_put32(ip6 + 4, ND_BE32((__u32)ND_NA_LEN << 16 | ND_NEXT_ICMPV6 << 8 | 255));
	nd_put_addr(ip6 + 8, source);
	nd_put_addr(ip6 + 24, dest);

	nd_put32(m, ND_BE32((__u32)ND_TYPE_NA << 24));
	nd_put32(m + 4, flags);
	nd_put_addr(m + 8, q->target);
	/* Summed from the register: reading back what smaller stores wrote waits for them. */
	option = nd_lladdr_option(ND_OPT_TLLAO, lladdr);
	nd_put64(m + 24, option);

	/* RFC 4443 2.3 over the pseudo-header and the message; the checksum's place is 0. */
	sum = nd_sum_addr(source) + nd_sum_addr(dest) + nd_sum_addr(q->target) + fixed + flags +
	      nd_sum64(option);
	nd_put16(m + 2, (__u16)~nd_fold(sum));
}

ND_INLINE void nd_write(__u8 *eth, __u32 l2_len, const struct nd_query *q,
			const struct ndpx_say *say, const struct ndpx_settings *set)
{
	nd_write_as(eth, l2_len, q, say, set, 0, 0);
}

#endif
