// SPDX-License-Identifier: GPL-2.0-only
/*
 * The router's end of a trunk, for a kernel without 8021q: outgoing frames get tag 88,
 * incoming ones with that tag lose it. The router never sees any others.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define TAG	 88
#define VID_MASK 0x0fff
#define BE_DOT1Q 0x0081

SEC("push") int tag_push(struct __sk_buff *skb)
{
	return bpf_skb_vlan_push(skb, BE_DOT1Q, TAG) ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

SEC("pop") int tag_pop(struct __sk_buff *skb)
{
	if (!skb->vlan_present || (skb->vlan_tci & VID_MASK) != TAG)
		return TC_ACT_SHOT;
	return bpf_skb_vlan_pop(skb) ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
