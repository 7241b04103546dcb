/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling `monitor` of a solicitation and what became of it. */
#ifndef NDPX_BPF_LISTEN_H
#define NDPX_BPF_LISTEN_H

#include "state.h"

#define NOT_THERE (-2) /* -ENOENT */

/* When all that was told of is paid for, ns. Two CPUs may race: one more or one less is told of. */
struct {
	__u64 due;
} told_rate SEC(".data.told") = { 0 };

/* May one more be told of? */
static __always_inline int may_tell(__u64 now)
{
	__u64 due = told_rate.due;

	if (due > now + NDPX_TOLD_BURST) {
		__sync_fetch_and_add(&state.left_out, 1);
		return 0;
	}
	told_rate.due = (due > now ? due : now) + NDPX_TOLD_COST;
	return 1;
}

/*
 * The frame as it came. A listener that is gone is found out here, and costs nothing from then
 * on; one that comes at the same moment says so again within a second. Without branches, each of
 * which would double the verifier's walk: all are told, and those that are not there do not hear.
 */
static __always_inline void tell_all(void *ctx, __u32 ifindex, __u32 vlan, __u32 verdict, __u32 len)
{
	struct ndpx_told told = { .ifindex = ifindex,
				  .vlan = (__u16)vlan,
				  .verdict = (__u8)verdict,
				  .at = bpf_ktime_get_ns() };
	__u32 at = bpf_get_smp_processor_id() & (NDPX_LISTENER_CPUS - 1), listening = 0, i;

	if (!may_tell(told.at))
		return;
	len = len < NDPX_TOLD_FRAME ? len : NDPX_TOLD_FRAME;
#pragma clang loop unroll(disable) /* code is short of room, not the walk */
	for (i = 0; i < NDPX_LISTENERS; i++) {
		long r = bpf_perf_event_output(ctx, &listeners,
					       (__u64)len << 32 | (i * NDPX_LISTENER_CPUS + at),
					       &told, sizeof(told));

		listening |= is_set((__u32)(r - NOT_THERE)) << i;
	}
	*(volatile __u32 *)&state.listening = listening;
}

static __noinline void tell_xdp(struct xdp_md *ctx, __u32 verdict, __u32 len)
{
	tell_all(ctx, uplink, 0, verdict, len);
}

static __noinline void tell_tc(struct __sk_buff *ctx, __u32 ifindex, __u32 vlan, __u32 verdict,
			       __u32 len)
{
	tell_all(ctx, ifindex, vlan, verdict, len);
}

/* Is anybody to be told? In the line of `state.word`, which was read anyway. */
static __always_inline int somebody_listens(void)
{
	return !test_run && *(volatile __u32 *)&state.listening;
}

#endif
