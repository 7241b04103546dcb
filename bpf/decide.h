/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of contents of the data plane: decide_uplink() and decide_port() name the stages
 * in order. A stage returns its verdict, or NDPX_V_END to go on to the next one. Rows (P44)
 * are those of PROTOCOL.md.
 */
#ifndef NDPX_BPF_DECIDE_H
#define NDPX_BPF_DECIDE_H

#include "fib.h"
#include "nd/fast_path.h"
#include "nd/reply.h"
#include "rate.h"
#include "stats.h"

#define LINEAR_FRAME 512 /* no driver splits a frame this short across buffers */

/* One solicitation on its way through the stages; each stage adds what it finds. */
struct request {
	__u32 linear;	   /* length of the frame's linear part, bytes */
	struct nd_ns ns;   /* where it is in the frame */
	struct nd_query q; /* what it says */
	/* Where it arrived. */
	struct nd_port port;
	__u64 word; /* of `state`: the generation */
	const struct ndpx_settings *set;
	const struct ndpx_link *link; /* of an uplink */
	__u32 l3_dev;		      /* the interface on which this host's stack sees the link */
	__u32 isolated, apart;	      /* of a guest port: ASK_ISOLATED, ASK_APART */
	__u16 group;		      /* of a guest port: its section */
	/* What is said about the target */
	struct ndpx_policy policy;
	__u64 stats; /* NDPX_HOT_ID() of the rule's */
	int by_prefix;
	/* With a verdict that does not answer: drop, rather than pass. */
	int drop;
};

/* P1 to P6, P17, P21 to P28, P86: is it a solicitation, and where? */
static __always_inline enum ndpx_verdict parse(const struct nd_frame *frame, struct request *r)
{
	enum ndpx_verdict v = nd_parse(frame, &r->ns);

	r->linear = frame->len;
	if (v != NDPX_V_END)
		return v;
	r->word = *(volatile __u64 *)&state.word;
	r->set = settings_of(r->word);
	return NDPX_V_END;
}

/* The frame's VLAN decides which link it belongs to. */
static __always_inline enum ndpx_verdict find_link(struct request *r)
{
	const struct ndpx_link *link = ndpx_link_of(r->set, r->ns.vlan);

	r->link = link;
	r->l3_dev = link->l3_dev;
	r->port.mac = nd_get_mac(link->mac);
	r->port.link_local = nd_get_addr(link->link_local);
	r->port.strict_lladdr = r->set->flags & NDPX_S_STRICT_LLADDR;
	return NDPX_V_END;
}

/* NDPX_V_NONE if this is not, not yet or no longer, a guest port. */
static __always_inline enum ndpx_verdict find_port(__u32 ifindex, struct request *r)
{
	const struct ndpx_port *entry;
	const struct ndpx_port_at *at;

	ifindex += after(r->word);
	entry = bpf_map_lookup_elem(&ports, &ifindex);
	if (!entry)
		return NDPX_V_NONE;
	at = nd_port_state(entry, NDPX_GENERATION(r->word));
	if (!at->l3_dev)
		return NDPX_V_NONE;
	r->l3_dev = at->l3_dev;
	r->isolated = at->isolated;
	r->group = at->group;
	r->port.mac = nd_get_mac(at->mac);
	r->port.link_local = nd_get_addr(at->link_local);
	r->port.strict_lladdr = 0;
	return NDPX_V_END;
}

/* P8 to P73: is it valid, and meant for this port? */
static __always_inline enum ndpx_verdict check(void *ctx, enum hook hook, struct nd_frame *frame,
					       struct request *r)
{
	if (!nd_fast_path(frame, &r->ns, &r->port, &r->q)) {
		enum ndpx_verdict v;

		/* Longer than any solicitation: the rest may be in another buffer. */
		if (hook == HOOK_XDP && have_frags && frame->len > LINEAR_FRAME)
			frame->len = (__u32)bpf_xdp_get_buff_len(ctx);
		v = nd_check(frame, &r->ns, &r->port, &r->q);
		if (v != NDPX_V_END)
			return v;
	}
	forget(&r->q);
	forget_length(&frame->len);
	forget_length(&r->linear);
	return NDPX_V_END;
}

/* P15, P40: sent by another NIC of this host, or by its stack through another device. */
static __always_inline enum ndpx_verdict check_looped(const struct request *r)
{
	return is_our_own(r->set, &r->q, r->word) ? NDPX_V_LOOPED : NDPX_V_END;
}

/* P13: sent to another station's MAC, and the target has no rule that claims it. */
static __always_inline enum ndpx_verdict nobody(const struct request *r, enum ndpx_verdict v)
{
	return r->q.astray ? NDPX_V_NOT_FOR_US : v;
}

/*
 * Copied right away: with a pointer into one of two places, the verifier would walk everything
 * below twice.
 */
static __always_inline void take_rule(struct request *r, const struct ndpx_slot *slot)
{
	r->policy = slot->policy;
	r->stats = NDPX_HOT_ID(slot->stats, slot->serial);
}

/*
 * P80, P81: the prefix rule for the target, with flags added. P74: a link-local one needs a
 * rule of its own.
 */
static __always_inline enum ndpx_verdict find_by_prefix(struct request *r, __u8 flags)
{
	const struct ndpx_slot *slot;

	if (r->set->n_lengths && !nd_addr_is_link_local(r->q.target)) {
		slot = slot_at(find_prefix(r->word, r->q.target.hi, r->q.target.lo, r->q.vlan));
		r->by_prefix = 1;
		if (slot) {
			take_rule(r, slot);
			r->policy.flags |= flags;
			return NDPX_V_END;
		}
	}
	return nobody(r, NDPX_V_NO_GUEST);
}

/* P76, P77: the rule for the target. The longest match decides. */
static __always_inline enum ndpx_verdict find_uplink_rule(struct request *r)
{
	const struct ndpx_slot *slot = find_exact(r->word, r->q.vlan, r->q.target);

	r->by_prefix = 0;
	if (slot && slot->policy.action != NDPX_ACT_HOST) {
		take_rule(r, slot);
		return NDPX_V_END;
	}
	/* P76: what a prefix says holds, with these flags added. */
	return find_by_prefix(r, slot ? slot->policy.flags : 0);
}

/* P77, P87 to P94: the same on a guest port, for its section. */
static __always_inline enum ndpx_verdict find_port_rule(struct request *r)
{
	const struct ndpx_slot *slot;

	if (r->q.vlan) /* a VLAN of the guest's own is none of our business */
		return nobody(r, NDPX_V_NO_GUEST);
	r->q.vlan = r->group;
	r->by_prefix = 0;
	slot = find_exact(r->word, r->q.vlan, r->q.target);
	if (slot) {
		take_rule(r, slot);
		return NDPX_V_END;
	}
	/* P75: not in a map, because each port has its own. */
	if (nd_addr_eq(r->q.target, r->port.link_local))
		return nobody(r, NDPX_V_OWN_ADDRESS);
	return find_by_prefix(r, 0);
}

/* P12, P13: a frame to another station is ours only if that is the rule's `lladdr`. */
static __always_inline enum ndpx_verdict check_dmac(const struct request *r)
{
	return nd_is_astray(&r->policy, &r->q, r->port.mac) ? NDPX_V_NOT_FOR_US : NDPX_V_END;
}

/* P78: the guest is on this link, whichever of its interfaces the frame arrived on. */
static __always_inline enum ndpx_verdict check_member(const struct request *r)
{
	return r->policy.port && r->policy.action == NDPX_ACT_ANSWER &&
			       is_member(r->word, r->q.vlan, r->policy.port)
		       ? NDPX_V_SAME_PORT
		       : NDPX_V_END;
}

/* P33, P75, P78, P79, P84: what the rule says. `ifindex`: where the guest must not be. */
static __always_inline enum ndpx_verdict apply_rule(struct request *r, __u32 ifindex)
{
	enum ndpx_verdict v = nd_apply_rule(&r->policy, &r->q, r->set, ifindex, lease_is_over);

	/* P84: the kernel would forward a probe and return "beyond scope". */
	if (v == NDPX_V_PAUSED)
		r->drop = r->q.kind == ND_KIND_PROBE;
	return v;
}

/* The same, if the bridge keeps two isolated ports from hearing each other. */
static __always_inline enum ndpx_verdict apply_port_rule(struct request *r)
{
	__u32 other = ndpx_isolated(&r->policy);

	r->apart = is_set(r->isolated) & is_set(other) & is_set(r->isolated ^ other);
	return apply_rule(r, r->l3_dev & (r->apart - 1));
}

/* P44: sent to a unicast address other than the target, which must then be this host's. */
static __always_inline enum ndpx_verdict check_destination(const struct request *r, __u32 host_flag)
{
	const struct nd_query *q = &r->q;

	return q->kind == ND_KIND_PROBE_HOST &&
			       !is_own(q->dest.hi, q->dest.lo, q->vlan, r->word, host_flag)
		       ? NDPX_V_BAD_DESTINATION
		       : NDPX_V_END;
}

/* The same on a guest port, whose own link-local address is not in a map. */
static __always_inline enum ndpx_verdict check_port_destination(const struct request *r)
{
	return nd_addr_eq(r->q.dest, r->port.link_local) ? NDPX_V_END : check_destination(r, 0);
}

/* P85: checked before the kernel's tables, so that a flood causes no look-ups there. */
static __always_inline enum ndpx_verdict check_rate(struct request *r)
{
	if (!r->set->rate_cost || !over_rate(r->word, r->q.requester, r->q.vlan))
		return NDPX_V_END;
	r->drop = 1;
	return NDPX_V_RATE_LIMITED;
}

/* P90, P91, P93: is the target behind another port? */
static __always_inline enum ndpx_verdict check_elsewhere(struct __sk_buff *skb,
							 const struct request *r)
{
	__u32 dad = 1 - is_set(r->q.kind ^ ND_KIND_DAD);
	__u32 gateway = 1 - is_set(r->policy.answer ^ NDPX_ANSWER_GATEWAY);
	enum ndpx_verdict v;

	if (r->policy.answer == NDPX_ANSWER_ALWAYS)
		return NDPX_V_END;
	v = (enum ndpx_verdict)ask_elsewhere(skb, r->q.target.hi, r->q.target.lo, r->l3_dev,
					     dad * ASK_DAD | gateway * ASK_GATEWAY |
						     is_set(r->isolated) * ASK_ISOLATED |
						     r->apart * ASK_APART);
	/* P93: AnyIP: the host itself owns it, so it is not on the guest's link. */
	if (v == ELSEWHERE_KEPT)
		v = find_net(r->word, NDPX_NET_LOCAL, 0, r->q.target.hi, r->q.target.lo)
			    ? NDPX_V_END
			    : NDPX_V_NOT_ROUTED;
	return v;
}

/* Nothing is written yet, but the rule is counted already: only NDPX_V_NO_ROOM can follow. */
static __always_inline enum ndpx_verdict answered(const struct request *r)
{
	remember(r->stats, &r->q);
	if (r->q.kind == ND_KIND_DAD)
		return NDPX_V_ANSWERED_DAD;
	return r->q.kind == ND_KIND_MULTICAST ? NDPX_V_ANSWERED : NDPX_V_ANSWERED_PROBE;
}

/* On an uplink: the verdict, with everything the answer needs in *r. */
static __always_inline enum ndpx_verdict decide_uplink(void *ctx, enum hook hook,
						       struct nd_frame *frame, struct request *r)
{
	enum ndpx_verdict v;

	v = parse(frame, r);
	if (v != NDPX_V_END)
		return v;
	v = find_link(r);
	if (v != NDPX_V_END)
		return v;
	v = check(ctx, hook, frame, r);
	if (v != NDPX_V_END)
		return v;
	v = check_looped(r);
	if (v != NDPX_V_END)
		return v;
	v = find_uplink_rule(r);
	if (v != NDPX_V_END)
		return v;
	v = check_dmac(r);
	if (v != NDPX_V_END)
		return v;
	v = check_member(r);
	if (v != NDPX_V_END)
		return v;
	v = apply_rule(r, r->l3_dev);
	if (v != NDPX_V_END)
		return v;
	v = check_destination(r, NDPX_F_HOST);
	if (v != NDPX_V_END)
		return v;
	v = check_rate(r);
	if (v != NDPX_V_END)
		return v;
	v = check_route(ctx, hook, r->word, &r->q, &r->policy, r->by_prefix, r->linear);
	if (v != NDPX_V_END)
		return v;
	return answered(r);
}

/* The same on the guest port `ifindex`. */
static __always_inline enum ndpx_verdict decide_port(struct __sk_buff *skb, __u32 ifindex,
						     struct nd_frame *frame, struct request *r)
{
	enum ndpx_verdict v;

	v = parse(frame, r);
	if (v != NDPX_V_END)
		return v;
	v = find_port(ifindex, r);
	if (v != NDPX_V_END)
		return v;
	v = check(skb, HOOK_PORT, frame, r);
	if (v != NDPX_V_END)
		return v;
	v = find_port_rule(r);
	if (v != NDPX_V_END)
		return v;
	v = check_dmac(r);
	if (v != NDPX_V_END)
		return v;
	v = apply_port_rule(r);
	if (v != NDPX_V_END)
		return v;
	v = check_port_destination(r);
	if (v != NDPX_V_END)
		return v;
	v = check_elsewhere(skb, r);
	if (v != NDPX_V_END)
		return v;
	return answered(r);
}

static __always_inline int is_answer(enum ndpx_verdict v)
{
	return v >= NDPX_V_ANSWERED && v <= NDPX_V_ANSWERED_PROBE;
}

#endif
