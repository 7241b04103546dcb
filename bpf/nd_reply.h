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
 * verdict. `ifindex`: where this host's stack sees the link the frame came from.
 */
ND_INLINE enum ndpx_verdict nd_judge(const struct ndpx_say *say, const struct nd_query *q,
				     const struct ndpx_settings *set, __u32 ifindex)
{
	if (say->action == NDPX_ACT_NONE || say->action == NDPX_ACT_HOST)
		return NDPX_V_NO_GUEST; /* P80; of the latter what a prefix says holds */
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

/* What the answer has that its solicitation has not; as the message has it, in network order. */
struct nd_answer {
	__u32 flags;
	__u64 option; /* the TLLAO, as a word of memory */
};

/*
 * "The answer" of PROTOCOL.md, column by column, before it is bytes. Turns *q round, for both
 * do not fit on a program's stack: its source and destination become those of the answer, and
 * `reply_to` is the Ethernet destination.
 */
ND_INLINE struct nd_answer nd_turn_round(struct nd_query *q, const struct ndpx_say *say,
					 const struct ndpx_settings *set)
{
	__u32 flags = ND_NA_SOLICITED;
	nd_mac lladdr = q->mac;
	struct nd_answer a;

	q->dest = q->source;
	q->source = q->target;
	if (say->flags & NDPX_F_LLADDR)
		lladdr = nd_get_mac(say->lladdr);
	if (set->source_mode != NDPX_SOURCE_TARGET)
		q->source = nd_get_addr(set->source);
	if (q->kind == ND_KIND_DAD) {
		/* RFC 4861 7.2.4: to all nodes, with the Solicited flag 0. */
		q->dest = nd_all_nodes(1);
		q->reply_to = ND_MAC_ALL_NODES;
		flags = say->flags & NDPX_F_DAD_OVERRIDE ? ND_NA_OVERRIDE : 0;
	}
	if (say->flags & NDPX_F_ROUTER)
		flags |= ND_NA_ROUTER;
	if (say->flags & NDPX_F_OVERRIDE)
		flags |= ND_NA_OVERRIDE;
	a.flags = ND_BE32(flags << 24);
	a.option = nd_lladdr_option(ND_OPT_TLLAO, lladdr);
	return a;
}

/* The IPv6 header, ND_IP6_LEN bytes. `q`: turned round. */
ND_INLINE void nd_put_ip6(__u8 *ip6, const struct nd_query *q)
{
	nd_put32(ip6, ND_BE32(0x60000000u));
	nd_put32(ip6 + 4, ND_BE32((__u32)ND_NA_LEN << 16 | ND_NEXT_ICMPV6 << 8 | 255));
	nd_put_addr(ip6 + 8, q->source);
	nd_put_addr(ip6 + 24, q->dest);
}

/* The Neighbor Advertisement, ND_NA_LEN bytes. `q`: turned round. */
ND_INLINE void nd_put_na(__u8 *m, const struct nd_query *q, struct nd_answer a)
{
	const __u32 fixed = ND_BE32((__u32)ND_NA_LEN) + ND_BE32((__u32)ND_NEXT_ICMPV6) +
			    ND_BE32((__u32)ND_TYPE_NA << 24);
	__u64 sum;

	nd_put32(m, ND_BE32((__u32)ND_TYPE_NA << 24));
	nd_put32(m + 4, a.flags);
	nd_put_addr(m + 8, q->target);
	/* Summed from the register: reading back what smaller stores wrote waits for them. */
	nd_put64(m + 24, a.option);

	/* RFC 4443 2.3 over the pseudo-header and the message; the checksum's place is 0. */
	sum = nd_sum_addr(q->source) + nd_sum_addr(q->dest) + nd_sum_addr(q->target) + fixed +
	      a.flags + nd_sum64(a.option);
	nd_put16(m + 2, (__u16)~nd_fold(sum));
}

/*
 * Writes the answer over the solicitation `q` was read from, and turns it round. `eth` is the
 * frame, already as long as the answer, `l2_len` the bytes before its IPv6 header; a tag
 * between stays as it is. The caller has checked that l2_len + ND_IP6_LEN + ND_NA_LEN bytes
 * are there.
 */
ND_INLINE void nd_write(__u8 *eth, __u32 l2_len, struct nd_query *q, const struct ndpx_say *say,
			const struct ndpx_settings *set)
{
	const struct nd_answer a = nd_turn_round(q, say, set);
	__u8 *ip6 = eth + l2_len;

	/* H, always: the switch port knows no other. */
	nd_put_macs(eth, q->reply_to, q->mac);
	nd_put_ip6(ip6, q);
	nd_put_na(ip6 + ND_IP6_LEN, q, a);
}

#endif
