/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a frame to "this is a Neighbor Solicitation, and here it is": rows P1 to
 * P6 and P17 to P28 of PROTOCOL.md as far as they say what a frame is. Checks
 * nothing that depends on the port. Compiled for BPF and natively.
 */
#ifndef ND_PARSE_H
#define ND_PARSE_H

#include "ndpx_abi.h"
#include "nd/wire.h"

/* A frame as the hook hands it over. */
struct nd_frame {
	void *data;	 /* first byte of the Ethernet header */
	void *data_end;	 /* end of what can be read directly */
	__u32 len;	 /* of the whole frame, fragments included, bytes */
	__u16 meta_type; /* ethertype of a tag the kernel took out, host order; 0: none */
	__u16 meta_tci;	 /* and its tag control information */
};

/* A solicitation inside a frame; `eth`, `ip6` and `ns` point into it. */
struct nd_ns {
	__u8 *eth;
	__u8 *ip6;
	__u8 *ns;
	__u32 l2_len; /* bytes before the IPv6 header */
	__u16 vlan;   /* VID, 0: untagged or priority tag */
	__u16 plen;   /* payload length of the IPv6 header: that of the ICMPv6 message */
};

ND_INLINE int nd_is_vlan(__u16 type)
{
	return type == ND_ETHERTYPE_8021Q || type == ND_ETHERTYPE_8021AD;
}

/*
 * Headers before the ICMPv6 message: returns NDPX_V_FRAGMENT or NDPX_V_EXT_HEADER
 * if a solicitation may follow them, else NDPX_V_NONE. MLD, with its router alert,
 * comes this way, so the type is checked before anything is counted.
 */
ND_INLINE enum ndpx_verdict nd_parse_chain(__u8 *ip6, void *data_end, __u8 next)
{
	__u8 *p = ip6 + ND_IP6_LEN;
	__u32 off = 0;
	int i;

	for (i = 0; i < 3; i++) {
		if (next == ND_NEXT_FRAGMENT) {
			/* RFC 6980 5: ND in fragments MUST be ignored, atomic ones as well. */
			if ((void *)(p + off + 8) > data_end || nd_get8(p + off) != ND_NEXT_ICMPV6)
				return NDPX_V_NONE;
			if ((nd_get16(p + off + 2) & ND_BE16(0xfff8)) != 0)
				return NDPX_V_FRAGMENT;
			if ((void *)(p + off + 9) > data_end || nd_get8(p + off + 8) != ND_TYPE_NS)
				return NDPX_V_NONE;
			return NDPX_V_FRAGMENT;
		}
		if (next == ND_NEXT_ICMPV6) {
			if ((void *)(p + off + 1) > data_end || nd_get8(p + off) != ND_TYPE_NS)
				return NDPX_V_NONE;
			return NDPX_V_EXT_HEADER;
		}
		if (next != ND_NEXT_HOPOPTS && next != ND_NEXT_DSTOPTS)
			return NDPX_V_NONE;
		if ((void *)(p + off + 2) > data_end)
			return NDPX_V_NONE;
		next = nd_get8(p + off);
		off += ((__u32)nd_get8(p + off + 1) + 1) * 8;
	}
	return NDPX_V_NONE;
}

/*
 * Finds the solicitation in a frame. Returns NDPX_V_END if there is one to check,
 * with *ret_ns filled and its first 24 bytes readable; NDPX_V_NONE for anything
 * else; or the verdict that settles it already.
 */
ND_INLINE enum ndpx_verdict nd_parse(const struct nd_frame *frame, struct nd_ns *ret_ns)
{
	__u8 *eth = frame->data, *ip6 = eth + ND_ETH_LEN, *icmp;
	void *end = frame->data_end;
	__u16 type = 0, vlan = 0;
	int tags = 0, too_deep = 0;
	__u8 next;

	if ((void *)(eth + ND_ETH_LEN) > end)
		return NDPX_V_NONE; /* P2 */
	type = ND_BE16(nd_get16(eth + 12));
	if (frame->meta_type) {
		tags = 1;
		too_deep = frame->meta_type != ND_ETHERTYPE_8021Q;
		vlan = frame->meta_tci & ND_VID_MASK;
	}
	if (type != ND_ETHERTYPE_IPV6) {
		if (!nd_is_vlan(type))
			return NDPX_V_NONE; /* P1 */
		if ((void *)(eth + ND_ETH_LEN + ND_TAG_LEN) > end)
			return NDPX_V_NONE;
		if (++tags > 1 || type != ND_ETHERTYPE_8021Q)
			too_deep = 1;
		vlan = ND_BE16(nd_get16(eth + 14)) & ND_VID_MASK; /* P3, P4 */
		ip6 = eth + ND_ETH_LEN + ND_TAG_LEN;
		type = ND_BE16(nd_get16(eth + 16));
		if (type != ND_ETHERTYPE_IPV6) {
			if (!nd_is_vlan(type) || ++tags > 2)
				return NDPX_V_NONE; /* P6 */
			if ((void *)(eth + ND_ETH_LEN + 2 * ND_TAG_LEN) > end ||
			    nd_get16(eth + 20) != ND_BE16(ND_ETHERTYPE_IPV6))
				return NDPX_V_NONE; /* P6 */
			ip6 = eth + ND_ETH_LEN + 2 * ND_TAG_LEN;
			too_deep = 1;
		}
	}

	if ((void *)(ip6 + ND_IP6_LEN) > end)
		return NDPX_V_NONE; /* P2 */
	if (nd_get8(ip6) >> 4 != 6)
		return NDPX_V_NONE; /* P17 */
	next = nd_get8(ip6 + 6);
	if (next != ND_NEXT_ICMPV6) {
		enum ndpx_verdict v = NDPX_V_NONE;

		if (next == ND_NEXT_HOPOPTS || next == ND_NEXT_DSTOPTS || next == ND_NEXT_FRAGMENT)
			v = nd_parse_chain(ip6, end, next); /* P24 to P26 */
		/* P21: a jumbogram says payload length 0. */
		if (v != NDPX_V_NONE && nd_get16(ip6 + 4) == 0)
			v = NDPX_V_NONE;
		return v != NDPX_V_NONE && too_deep ? NDPX_V_VLAN : v;
	}
	icmp = ip6 + ND_IP6_LEN;
	if ((void *)(icmp + 1) > end || nd_get8(icmp) != ND_TYPE_NS)
		return NDPX_V_NONE; /* P86 */
	if (too_deep)
		return NDPX_V_VLAN; /* P5 */

	ret_ns->eth = eth;
	ret_ns->ip6 = ip6;
	ret_ns->ns = icmp;
	ret_ns->l2_len = (__u32)(ip6 - eth);
	ret_ns->vlan = vlan;
	ret_ns->plen = ND_BE16(nd_get16(ip6 + 4));
	return NDPX_V_END;
}

#endif
