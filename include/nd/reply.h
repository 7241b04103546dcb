/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a rule to the Neighbor Advertisement: "The answer" of PROTOCOL.md. Compiled for
 * BPF and natively.
 */
#ifndef ND_REPLY_H
#define ND_REPLY_H

#include "nd/rule.h"

/* What the answer has that its solicitation has not; as the message has it, in network order. */
struct nd_answer {
	__u32 flags;
	__u64 option; /* the TLLAO, as a word of memory */
};

/*
 * "The answer" of PROTOCOL.md, column by column, before it is bytes. Turns *q round, because
 * both do not fit on a program's stack: its source and destination become those of the answer,
 * and `reply_to` is the Ethernet destination.
 */
ND_INLINE struct nd_answer nd_turn_round(struct nd_query *q, const struct ndpx_policy *policy,
					 const struct ndpx_settings *set)
{
	__u32 flags = ND_NA_SOLICITED;
	nd_mac lladdr = q->mac;
	struct nd_answer a;

	q->dest = q->source;
	q->source = q->target;
	if (policy->flags & NDPX_F_LLADDR)
		lladdr = nd_get_mac(policy->lladdr);
	if (set->source_mode != NDPX_SOURCE_TARGET)
		q->source = nd_get_addr(set->source);
	if (q->kind == ND_KIND_DAD) {
		/* RFC 4861 7.2.4: to all nodes, with the Solicited flag 0. */
		q->dest = nd_all_nodes(1);
		q->reply_to = ND_MAC_ALL_NODES;
		flags = policy->flags & NDPX_F_DAD_OVERRIDE ? ND_NA_OVERRIDE : 0;
	}
	if (policy->flags & NDPX_F_ROUTER)
		flags |= ND_NA_ROUTER;
	if (policy->flags & NDPX_F_OVERRIDE)
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
ND_INLINE void nd_write(__u8 *eth, __u32 l2_len, struct nd_query *q,
			const struct ndpx_policy *policy, const struct ndpx_settings *set)
{
	const struct nd_answer a = nd_turn_round(q, policy, set);
	__u8 *ip6 = eth + l2_len;

	/* H, always: the switch port knows no other. */
	nd_put_macs(eth, q->reply_to, q->mac);
	nd_put_ip6(ip6, q);
	nd_put_na(ip6 + ND_IP6_LEN, q, a);
}

#endif
