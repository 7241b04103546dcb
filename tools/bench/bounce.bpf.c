// SPDX-License-Identifier: GPL-2.0-only
/*
 * The responder's yardsticks: programs that do nothing, that bounce each frame with its MACs
 * swapped, and that look the target up before bouncing: the bare look-up in the kernel's hash
 * to which the budgets compare.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bench.h"

#define AT_TARGET 62

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, BENCH_MAX_TARGETS);
	__type(key, struct bench_key);
	__type(value, struct bench_value);
} targets SEC(".maps");

static __always_inline void swap_macs(void *data)
{
	__u32 dst = *(__u32 *)data, src = *(__u32 *)(data + 6);
	__u16 dst2 = *(__u16 *)(data + 4), src2 = *(__u16 *)(data + 10);

	*(__u32 *)data = src;
	*(__u16 *)(data + 4) = src2;
	*(__u32 *)(data + 6) = dst;
	*(__u16 *)(data + 10) = dst2;
}

SEC("xdp")
int bench_pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

SEC("xdp")
int bench_drop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

SEC("xdp")
int bench_bounce(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 14 > end)
		return XDP_DROP;
	swap_macs(data);
	return XDP_TX;
}

SEC("xdp")
int bench_lookup(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct bench_key key = { 0 };
	__u32 *word = (__u32 *)key.addr;
	__u32 i;

	if (data + AT_TARGET + 16 > end)
		return XDP_DROP;
#pragma clang loop unroll(full)
	for (i = 0; i < 4; i++)
		word[i] = *(__u32 *)(data + AT_TARGET + 4 * i);
	if (!bpf_map_lookup_elem(&targets, &key))
		return XDP_DROP;
	swap_macs(data);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
