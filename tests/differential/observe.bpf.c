// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What becomes of frames after the hook: a TC program that runs after ndpx's copies each
 * frame and numbers it in skb->mark; if the kernel frees one of them, a tracepoint reports
 * the reason.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "observe.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} events SEC(".maps");

__u32 number = 0; /* of the frame that is sent */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BE16(x) ((__u16)__builtin_bswap16((__u16)(x)))
#else
#define BE16(x) ((__u16)(x))
#endif

SEC("tc")
int observe_tc(struct __sk_buff *skb)
{
	struct observe_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	const int is_marker = skb->protocol == BE16(OBSERVE_MARKER);
	__u32 len = skb->len;

	if (!e)
		return TC_ACT_UNSPEC;
	e->kind = is_marker ? OBSERVE_DONE : OBSERVE_FRAME;
	e->number = number;
	e->len = len;
	e->reason = 0;
	e->tagged = skb->vlan_present;
	e->tag_type = BE16(skb->vlan_proto);
	e->tag_tci = (__u16)skb->vlan_tci;
	if (len > OBSERVE_BYTES)
		len = OBSERVE_BYTES;
	if (len < 1 || bpf_skb_load_bytes(skb, 0, e->bytes, len))
		e->len = 0;
	bpf_ringbuf_submit(e, 0);
	if (!is_marker)
		skb->mark = OBSERVE_MARK | (number & 0xffff);
	return TC_ACT_UNSPEC;
}

/* Only this member of the kernel's struct; CO-RE finds its offset. */
struct sk_buff {
	__u32 mark;
} __attribute__((preserve_access_index));

/* Arguments: skb, place in the code, reason (kernel 5.17). */
SEC("raw_tp/kfree_skb")
int observe_drop(struct bpf_raw_tracepoint_args *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx->args[0];
	__u32 reason = (__u32)ctx->args[2], mark = BPF_CORE_READ(skb, mark);
	struct observe_event *e;

	if ((mark & 0xffff0000u) != OBSERVE_MARK)
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->kind = OBSERVE_DROP;
	e->number = mark & 0xffff;
	e->len = 0;
	e->reason = reason;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
