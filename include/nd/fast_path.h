/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one form in which nearly every router asks, recognised with a few comparisons of
 * whole words: untagged, 86 bytes, to the solicited-node group, an SLLAO that repeats
 * the Ethernet source. It never rejects: anything else takes the long way through
 * nd_parse() and nd_check(), which alone decide what is valid. Whatever is accepted here
 * they accept as well, with the same result; tests/ compare the two.
 */
#ifndef ND_FAST_PATH_H
#define ND_FAST_PATH_H

#include "nd/check.h"

#define ND_FAST_PATH_LEN ND_NA_FRAME

/* Neither ::/64 (unspecified, loopback, mapped: P37, P73) nor multicast (P37, P72). */
ND_INLINE int nd_fast_path_unicast(struct nd_addr a)
{
	return a.hi != 0 && !nd_addr_is_multicast(a);
}

/* 1 with *ret_q filled if what nd_parse() found has that form and is valid. */
ND_INLINE int nd_fast_path(const struct nd_frame *frame, const struct nd_ns *ns,
			   const struct nd_port *port, struct nd_query *ret_q)
{
	const __u8 *p = frame->data, *m = p + ND_ETH_LEN + ND_IP6_LEN;
	const struct nd_addr group = nd_solicited_node((struct nd_addr){ 0, 0 });
	struct nd_addr s, d, t;
	__u64 odd, option, other, low;
	nd_mac es;

	if (ns->l2_len != ND_ETH_LEN || (const void *)(p + ND_FAST_PATH_LEN) > frame->data_end)
		return 0;
	es = nd_get_mac(p + 6);
	s = nd_get_addr(p + ND_ETH_LEN + 8);
	d = nd_get_addr(p + ND_ETH_LEN + 24);
	t = nd_get_addr(m + 8);
	option = nd_get64(m + 24);
	low = t.lo & ND_BE64(0xffffffull);

	/* Everything that must be one certain value; what differs in any stays in `odd`. */
	odd = (frame->len ^ ND_FAST_PATH_LEN) | ns->vlan;
	odd |= nd_get32(p + 18) ^ ND_BE32((__u32)ND_NA_LEN << 16 | ND_NEXT_ICMPV6 << 8 | 255);
	odd |= nd_get16(m) ^ ND_BE16(ND_TYPE_NS << 8);
	odd |= d.hi ^ group.hi;
	odd |= d.lo ^ (group.lo | low);
	other = option ^ nd_lladdr_option(ND_OPT_SLLAO, es);
	odd |= other;
	odd |= (nd_get32(p) & ND_MAC_GROUP) ^ ND_MAC_GROUP;
	if (odd)
		return 0;
	if (es == 0 || nd_mac_is_group(es) || es == port->mac)
		return 0;
	if (!nd_fast_path_unicast(s) || !nd_fast_path_unicast(t) || nd_addr_eq(s, t) ||
	    nd_addr_eq(s, port->link_local))
		return 0;
	/* The group's sum is known but for the 24 bits that come from the target. */
	if (nd_fold(nd_sum_addr(s) + nd_sum_addr(t) + nd_sum_addr(group) + nd_sum64(low) +
		    nd_sum64(nd_get64(m)) + nd_sum64(option) + ND_BE32((__u32)ND_NA_LEN) +
		    ND_BE32((__u32)ND_NEXT_ICMPV6)) != 0xffff)
		return 0;
	ret_q->source = s;
	ret_q->dest = d;
	ret_q->target = t;
	ret_q->requester = es;
	ret_q->reply_to = es;
	ret_q->mac = port->mac;
	ret_q->astray = other; /* 0; a constant would have the verifier walk what follows twice */
	ret_q->kind = ND_KIND_MULTICAST;
	ret_q->vlan = 0;
	return 1;
}

#endif
