// SPDX-License-Identifier: GPL-2.0-only
/*
 * For BPF_PROG_TEST_RUN with `repeat`, which hands a program the frame as the previous run left
 * it: rewrites the solicitation and tail-calls the program that is measured. Each CPU has its
 * own instance, so that nothing here is shared.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bench.h"

struct bench_feed feed SEC(".data.feed") = { 0 };

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

/* The responder is loaded for frames of several buffers, and a tail call needs the same here. */
SEC("xdp.frags")
int bench_feed(struct xdp_md *ctx)
{
	__u8 *data = (__u8 *)(long)ctx->data, *end = (__u8 *)(long)ctx->data_end;
	const __u64 *from = (const __u64 *)feed.frame;
	__u32 i;

	if (data + BENCH_NS_LEN > end)
		return XDP_DROP;
#pragma clang loop unroll(full)
	for (i = 0; i < 10; i++)
		*(__u64 *)(data + 8 * i) = from[i];
	*(__u32 *)(data + 80) = (__u32)from[10];
	*(__u16 *)(data + 84) = (__u16)(from[10] >> 32);
	feed.runs++;
	bpf_tail_call(ctx, &next, 0);
	return XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
