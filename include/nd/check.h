/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is a solicitation valid and meant for this port? Rows P8 to P73 of PROTOCOL.md, in
 * order. One check a line, its clause above it, its verdict beside it. Must not know
 * rules. Compiled for BPF and natively.
 */
#ifndef ND_CHECK_H
#define ND_CHECK_H

#include "nd/parse.h"

/* What the checks need to know about the port a frame came in on. */
struct nd_port {
	nd_mac mac;		   /* H */
	struct nd_addr link_local; /* L, or :: */
	int strict_lladdr;	   /* P61 */
};

enum nd_kind {
	ND_KIND_MULTICAST,  /* P42, P45, P46 */
	ND_KIND_PROBE,	    /* P43: D = T */
	ND_KIND_PROBE_HOST, /* P44, if D proves to be an address of this host */
	ND_KIND_DAD,	    /* P33 */
};

/* A valid solicitation, copied out of the frame: it outlives a resize. */
struct nd_query {
	struct nd_addr source; /* S */
	struct nd_addr dest;   /* D */
	struct nd_addr target; /* T */
	nd_mac requester;      /* es */
	nd_mac reply_to;       /* SLL, else es */
	nd_mac mac;	       /* H, which answers */
	/* P12: ed ^ H of a unicast frame; 0: to us, else only the rule of T can tell */
	nd_mac astray;
	enum nd_kind kind;
	__u16 vlan;
};

/* What the walk over the options found. */
struct nd_options {
	__u64 sum;	/* of all bytes walked */
	nd_mac sll;	/* the first SLLAO's address */
	__u8 have_sll;	/* 1: an SLLAO was there */
	__u8 bad;	/* P55 to P59: malformed or contradictory */
	__u8 send;	/* P69 */
	__u8 truncated; /* the bytes are not there */
};

/* Rows P8 to P16. */
ND_INLINE enum ndpx_verdict nd_check_link(const struct nd_ns *ns, const struct nd_port *port,
					  struct nd_query *q)
{
	nd_mac ed = nd_get_mac(ns->eth), es = nd_get_mac(ns->eth + 6);

	/* No branch here: a value known to be 0 makes the verifier walk everything below twice. */
	q->astray = (ed ^ port->mac) & ((__u64)nd_mac_is_group(ed) - 1);
	if (nd_mac_is_group(ed)) {
		/* P8, P9: any group will do, RFC 2464 7 binds only the sender; P14. */
		if (!nd_addr_is_multicast(q->dest))
			return NDPX_V_NOT_FOR_US;
	} else if (ed != port->mac && (ed == 0 || !nd_addr_eq(q->dest, q->target))) {
		/* P13; P10 and P12 go on: RFC 6085, and the `lladdr` of a rule, as VRRP's. */
		return NDPX_V_NOT_FOR_US;
	}
	/* RFC 4862 5.4.3: a looped-back frame does not mean that there is another station. */
	if (es == port->mac)
		return NDPX_V_LOOPED; /* P15 */
	if (es == 0 || nd_mac_is_group(es))
		return NDPX_V_BAD_SOURCE; /* P16 */
	return NDPX_V_END;
}

/* Rows P30 to P47 and P72 to P73: the three addresses against each other. */
ND_INLINE enum ndpx_verdict nd_check_addresses(const struct nd_port *port, struct nd_query *q)
{
	struct nd_addr s = q->source, d = q->dest, t = q->target;

	/* RFC 4861 7.1.1: the target MUST NOT be a multicast address. */
	if (nd_addr_is_multicast(t) || nd_addr_is_unspecified(t) || nd_addr_is_loopback(t))
		return NDPX_V_BAD_TARGET; /* P72, P73 */
	/* RFC 4291 2.7: a multicast address is never a source. */
	if (nd_addr_is_multicast(s) || nd_addr_is_loopback(s) || nd_addr_is_v4mapped(s))
		return NDPX_V_BAD_SOURCE; /* P37 */
	if (nd_addr_is_unspecified(s)) {
		/* RFC 4861 7.1.1: from ::, the destination is a solicited-node address. */
		if (!nd_addr_eq(d, nd_solicited_node(t)))
			return NDPX_V_BAD_DESTINATION; /* P34, P36 */
		q->kind = ND_KIND_DAD;		       /* P33 */
		return NDPX_V_END;
	}
	if (nd_addr_eq(s, t))
		return NDPX_V_CONFLICT; /* P39: the owner itself speaks */
	if (nd_addr_eq(s, port->link_local))
		return NDPX_V_LOOPED; /* P40 */
	q->kind = ND_KIND_MULTICAST;
	if (nd_addr_eq(d, nd_solicited_node(t)))
		return NDPX_V_END; /* P42 */
	if (nd_addr_eq(d, t)) {
		q->kind = ND_KIND_PROBE; /* P43 */
		return NDPX_V_END;
	}
	if (nd_addr_is_multicast(d)) {
		/* P45; P46: 7.1.1 binds D from :: only, and Linux takes any group it is in. */
		if (nd_addr_eq(d, nd_all_nodes(1)) || nd_addr_eq(d, nd_all_nodes(2)) ||
		    nd_addr_is_solicited_node(d))
			return NDPX_V_END;
		return NDPX_V_BAD_DESTINATION; /* P47 */
	}
	q->kind = ND_KIND_PROBE_HOST; /* P44: only a look-up can tell */
	return NDPX_V_END;
}

/*
 * Walks and sums `len` bytes of options, a multiple of 8 and at most ND_OPTS_MAX.
 * Options lie on 8-byte steps (RFC 4861 4.6), so every step has a constant offset
 * and either starts an option or is the inside of one: no running pointer.
 */
ND_INLINE void nd_walk_options(const __u8 *opts, const void *end, __u32 len, struct nd_options *o)
{
	__u32 next = 0; /* step at which the next option starts */
	__u32 steps = len / 8, i;

#ifdef __clang__
#pragma clang loop unroll(full)
#endif
	for (i = 0; i < ND_OPTS_MAX / 8; i++) {
		const __u8 *p = opts + 8 * i;
		nd_mac sll;
		__u8 type, units;

		if (i >= steps)
			break;
		if ((const void *)(p + 8) > end) {
			o->truncated = 1;
			break;
		}
		o->sum += nd_sum64(nd_get64(p));
		if (i != next)
			continue;
		type = nd_get8(p);
		units = nd_get8(p + 1);
		/* RFC 4861 4.6: nodes MUST discard a packet with an option of length 0. */
		if (units == 0)
			o->bad = 1; /* P55 */
		next = i + units;
		if (type == ND_OPT_SLLAO) {
			sll = nd_get_mac(p + 2);
			/* RFC 2464 6: length 1. P57, P59; equal ones: the first counts, P58. */
			if (units != 1 || (o->have_sll && sll != o->sll))
				o->bad = 1;
			o->sll = sll;
			o->have_sll = 1;
		} else if (type >= ND_OPT_CGA && type <= ND_OPT_TIMESTAMP) {
			o->send = 1; /* P69 */
		}
	}
	if (next != steps)
		o->bad = 1; /* P56: runs past the message */
}

/* Rows P8 to P71, of a frame to any MAC where D = T. */
ND_INLINE enum ndpx_verdict nd_check_frame(const struct nd_frame *frame, const struct nd_ns *ns,
					   const struct nd_port *port, struct nd_query *ret_q)
{
	const __u8 *m = ns->ns;
	struct nd_options o = { 0 };
	enum ndpx_verdict v;
	__u32 opts_len;

	if ((const void *)(m + ND_NS_LEN) > frame->data_end)
		return NDPX_V_BAD_LENGTH; /* P22 */
	ret_q->source = nd_get_addr(ns->ip6 + 8);
	ret_q->dest = nd_get_addr(ns->ip6 + 24);
	ret_q->target = nd_get_addr(m + 8);
	ret_q->vlan = ns->vlan;

	v = nd_check_link(ns, port, ret_q);
	if (v != NDPX_V_END)
		return v;
	/* RFC 4861 7.1.1: hop limit 255, so that no router forwarded it. */
	if (nd_get8(ns->ip6 + 7) != 255)
		return NDPX_V_BAD_HOP_LIMIT; /* P18 */
	if (ns->l2_len + ND_IP6_LEN + ns->plen > frame->len)
		return NDPX_V_BAD_LENGTH; /* P19; bytes after it: P20 */
	/* RFC 4861 7.1.1: ICMP length is 24 or more octets. */
	if (ns->plen < ND_NS_LEN)
		return NDPX_V_BAD_LENGTH; /* P22 */

	v = nd_check_addresses(port, ret_q);
	if (v != NDPX_V_END)
		return v;

	/* RFC 4861 7.1.1: ICMP code is 0. */
	if (nd_get8(m + 1) != 0)
		return NDPX_V_BAD_CODE; /* P49 */
	opts_len = ns->plen - ND_NS_LEN;
	if (opts_len % 8)
		return NDPX_V_BAD_OPTION; /* P54 */
	if (opts_len > ND_OPTS_MAX)
		return NDPX_V_OPTIONS_LIMIT; /* P71 */

	/* RFC 4443 2.3: pseudo-header, then the message; the reserved field is summed only (P51). */
	o.sum = nd_sum_addr(ret_q->source) + nd_sum_addr(ret_q->dest) + nd_sum_addr(ret_q->target) +
		nd_sum64(nd_get64(m)) + ND_BE32((__u32)ns->plen) + ND_BE32((__u32)ND_NEXT_ICMPV6);
	nd_walk_options(m + ND_NS_LEN, frame->data_end, opts_len, &o);
	if (o.truncated)
		return NDPX_V_BAD_LENGTH; /* not in the linear part: no NIC does that */
	/* RFC 4861 7.1.1: ICMP checksum is valid. */
	if (nd_fold(o.sum) != 0xffff)
		return NDPX_V_BAD_CHECKSUM; /* P50 */
	if (o.bad)
		return NDPX_V_BAD_OPTION; /* P55 to P59 */
	if (o.send)
		return NDPX_V_SEND; /* P69 */

	ret_q->mac = port->mac;
	ret_q->requester = nd_get_mac(ns->eth + 6);
	ret_q->reply_to = ret_q->requester; /* P52, P53 */
	if (o.have_sll) {
		/* RFC 4861 7.1.1: from ::, there MUST NOT be an SLLAO. */
		if (ret_q->kind == ND_KIND_DAD)
			return NDPX_V_BAD_OPTION; /* P35 */
		if (o.sll == 0 || nd_mac_is_group(o.sll))
			return NDPX_V_BAD_OPTION; /* P60 */
		if (o.sll == port->mac)
			return NDPX_V_LOOPED; /* P62 */
		if (port->strict_lladdr && o.sll != ret_q->requester)
			return NDPX_V_BAD_OPTION; /* P61 */
		ret_q->reply_to = o.sll;
	}
	return NDPX_V_END;
}

/*
 * Checks what nd_parse() found. Returns NDPX_V_END with *ret_q filled if the
 * solicitation is valid, else the verdict that says why not. If ret_q->astray is
 * set, it is for us only if that is the `lladdr` of the target's rule.
 */
ND_INLINE enum ndpx_verdict nd_check(const struct nd_frame *frame, const struct nd_ns *ns,
				     const struct nd_port *port, struct nd_query *ret_q)
{
	enum ndpx_verdict v;

	ret_q->astray = 0;
	v = nd_check_frame(frame, ns, port, ret_q);
	if (v != NDPX_V_END && ret_q->astray)
		return NDPX_V_NOT_FOR_US; /* P13, whatever else is wrong with it */
	return v;
}

#endif
