// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that let everything through. XDP_TX across a veth arrives only if the peer has
 * an XDP program, too: with GRO alone the peer's ring exists, but NAPI is not woken to empty
 * it (6.18, veth_xdp_flush). Also serves as the foreign program.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#define ENTRY(name) __attribute__((section(name), used))

ENTRY("xdp") int xdp_pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

ENTRY("tc") int tc_pass(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_UNSPEC;
}

/* Ends the chain: what comes after it in clsact never runs. */
ENTRY("tc_end") int tc_ok(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_OK;
}

ENTRY("license") char _license[] = "GPL";
