// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks: from the context to a frame, from a verdict to what the kernel does with it.
 * The decision in between is decide.h's.
 */
#include <linux/pkt_cls.h>

#include "decide.h"
#include "listen.h"

/* Every hook ends here: counts the verdict, or hands it to a test run beside the action. */
static __always_inline int finish(enum ndpx_verdict v, int action)
{
	count(v);
	return test_run ? (int)(v << 8 | (action & 0xff)) : action;
}

/* Writes the answer; 0 if the frame is too short, which the resize has ruled out. */
static __always_inline int write_answer(void *data, void *data_end, struct request *r)
{
	/* Two constant offsets rather than one variable: the verifier's ranges stay exact. */
	if (r->ns.l2_len == ND_ETH_LEN) {
		if (data + ND_NA_FRAME > data_end)
			return 0;
		nd_write(data, ND_ETH_LEN, &r->q, &r->policy, r->set);
		return 1;
	}
	if (data + ND_NA_FRAME + ND_TAG_LEN > data_end)
		return 0;
	nd_write(data, ND_ETH_LEN + ND_TAG_LEN, &r->q, &r->policy, r->set);
	return 1;
}

/* What XDP does after a verdict. */
static __always_inline int xdp_act(struct xdp_md *ctx, const struct nd_frame *frame,
				   enum ndpx_verdict v, struct request *r)
{
	__u32 len;

	if (somebody_listens())
		tell_xdp(ctx, v, frame->len);
	if (!is_answer(v))
		return finish(v, r->drop ? XDP_DROP : XDP_PASS);
	/* P20 and short solicitations: the NA is 86 bytes, 90 with a tag, whatever the NS was. */
	len = r->ns.l2_len + ND_IP6_LEN + ND_NA_LEN;
	if (len != frame->len && bpf_xdp_adjust_tail(ctx, (int)len - (int)frame->len))
		return finish(NDPX_V_NO_ROOM, XDP_PASS);
	if (!write_answer((void *)(long)ctx->data, (void *)(long)ctx->data_end, r))
		return finish(NDPX_V_NO_ROOM, XDP_ABORTED);
	return finish(v, XDP_TX);
}

SEC("xdp")
int ndpx_xdp(struct xdp_md *ctx)
{
	struct nd_frame frame = {
		.data = (void *)(long)ctx->data,
		.data_end = (void *)(long)ctx->data_end,
	};
	struct request r;
	enum ndpx_verdict v;

	frame.len = (__u32)(frame.data_end - frame.data);
	r.drop = 0;
	v = decide_uplink(ctx, HOOK_XDP, &frame, &r);
	return v == NDPX_V_NONE ? XDP_PASS : xdp_act(ctx, &frame, v, &r);
}

/*
 * For a program that writes to packets directly, the kernel first copies the head of every
 * clone (tc_cls_act_prologue()), and local senders and open packet sockets create clones: 113 to
 * 139 ns a packet. So nothing below writes through a pointer, and only frames that may be
 * solicitations are made linear, which copies as well.
 */

/* May the ICMPv6 message right after the IPv6 header be a solicitation? */
static __always_inline int skb_may_be_ns(const struct __sk_buff *skb)
{
	__u8 type;

	return bpf_skb_load_bytes(skb, ND_ETH_LEN + ND_IP6_LEN, &type, sizeof(type)) ||
	       type == ND_TYPE_NS;
}

/*
 * Makes the part of the frame that may matter linear. 0 if it clearly is not ND: bulk TCP
 * packets have little in the linear part, and pulling would copy every one of them.
 */
static __always_inline int skb_frame(struct __sk_buff *skb, struct nd_frame *frame)
{
	const __u32 max = ND_ETH_LEN + 2 * ND_TAG_LEN + ND_IP6_LEN + ND_NS_LEN + ND_OPTS_MAX;
	int plain = 0;
	__u32 len;

	if (skb->protocol != ND_BE16(ND_ETHERTYPE_IPV6) &&
	    !nd_is_vlan(ND_BE16((__u16)skb->protocol)))
		return 0; /* P1 */
	frame->len = skb->len;
	frame->data = (void *)(long)skb->data;
	frame->data_end = (void *)(long)skb->data_end;
	if (skb->protocol == ND_BE16(ND_ETHERTYPE_IPV6) &&
	    frame->data + ND_ETH_LEN + ND_IP6_LEN <= frame->data_end) {
		__u8 next = nd_get8(frame->data + ND_ETH_LEN + 6);

		plain = next == ND_NEXT_ICMPV6;
		if (!plain && next != ND_NEXT_HOPOPTS && next != ND_NEXT_FRAGMENT &&
		    next != ND_NEXT_DSTOPTS)
			return 0;
	}
	len = frame->len < max ? frame->len : max;
	if (frame->data + len > frame->data_end) {
		if ((plain && !skb_may_be_ns(skb)) || bpf_skb_pull_data(skb, len))
			return 0;
		barrier_var(skb); /* the verifier rejects a saved address of a member */
		frame->data = (void *)(long)skb->data;
		frame->data_end = (void *)(long)skb->data_end;
	}
	if (skb->vlan_present) {
		frame->meta_type = ND_BE16((__u16)skb->vlan_proto);
		frame->meta_tci = (__u16)skb->vlan_tci;
	}
	return 1;
}

/*
 * Builds the answer on the stack, in parts that fit there, and stores it. 0 or -errno. The
 * NIC's sum over a frame (CHECKSUM_COMPLETE) starts at the network header: the MACs are not
 * part of it until bpf_redirect() adds them. A tag stays as it is.
 */
static __always_inline long skb_store_answer(struct __sk_buff *skb, struct request *r)
{
	const struct nd_answer a = nd_turn_round(&r->q, &r->policy, r->set);
	const __u64 how = BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH;
	__u64 part[ND_IP6_LEN / 8]; /* the verifier requires aligned stack accesses */
	__u32 l2_len = r->ns.l2_len;
	__u8 *p = (__u8 *)part;
	long rc;

	nd_put_macs(p, r->q.reply_to, r->q.mac);
	rc = bpf_skb_store_bytes(skb, 0, p, 12, 0);
	nd_put_ip6(p, &r->q);
	rc |= bpf_skb_store_bytes(skb, l2_len, p, ND_IP6_LEN, how);
	nd_put_na(p, &r->q, a);
	return rc | bpf_skb_store_bytes(skb, l2_len + ND_IP6_LEN, p, ND_NA_LEN, how);
}

/* What TC does after a verdict. `ifindex` was read once, because of barrier_var(). */
static __always_inline int skb_act(struct __sk_buff *skb, __u32 ifindex,
				   const struct nd_frame *frame, enum ndpx_verdict v,
				   struct request *r)
{
	__u32 len;

	if (somebody_listens())
		tell_tc(skb, ifindex, r->ns.vlan, v, frame->len);
	if (!is_answer(v))
		return finish(v, r->drop ? TC_ACT_SHOT : TC_ACT_UNSPEC);
	len = r->ns.l2_len + ND_IP6_LEN + ND_NA_LEN;
	if (len != frame->len && bpf_skb_change_tail(skb, len, 0))
		return finish(NDPX_V_NO_ROOM, TC_ACT_UNSPEC);
	if (skb_store_answer(skb, r))
		return finish(NDPX_V_NO_ROOM, TC_ACT_SHOT);
	/* P3: a tag the kernel took out is still in the skb's metadata and goes out again. */
	return finish(v, (int)bpf_redirect(ifindex, 0));
}

static __always_inline int skb_run(struct __sk_buff *skb, enum hook hook)
{
	struct nd_frame frame = { 0 };
	struct request r;
	__u32 ifindex = skb->ifindex;
	enum ndpx_verdict v;

	if (!skb_frame(skb, &frame))
		return TC_ACT_UNSPEC;
	r.drop = 0;
	v = hook == HOOK_PORT ? decide_port(skb, ifindex, &frame, &r)
			      : decide_uplink(skb, hook, &frame, &r);
	return v == NDPX_V_NONE ? TC_ACT_UNSPEC : skb_act(skb, ifindex, &frame, v, &r);
}

SEC("tc")
int ndpx_tc(struct __sk_buff *skb)
{
	return skb_run(skb, HOOK_TC);
}

/* Guest ports. TC only: XDP_TX into a veth arrives only if the guest runs XDP as well. */
SEC("tc")
int ndpx_port(struct __sk_buff *skb)
{
	return skb_run(skb, HOOK_PORT);
}

char _license[] SEC("license") = "GPL";
