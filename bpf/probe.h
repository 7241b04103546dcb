/* SPDX-License-Identifier: GPL-2.0-only */
/* P83: asking `run` to have the kernel resolve a guest that it does not know. */
#ifndef NDPX_BPF_PROBE_H
#define NDPX_BPF_PROBE_H

#include "state.h"

#define PROBED 512 /* targets remembered, by their last bits; a power of two */

/* Two CPUs may race for any of it: the price is a probe too many, or one too few. */
struct {
	struct {
		__u64 hi, lo, at;
	} target[PROBED];
	__u64 due; /* ns: when all probes so far are paid for */
} probed SEC(".data.probed") = { 0 };

/*
 * Nobody listens, or not fast enough: the ring is full then, and the router asks again. A scan
 * costs no more than this function, whatever it finds.
 */
GLOBAL int ask_for_probe(__u32 port, __u64 hi, __u64 lo)
{
	__u32 i = (__u32)ND_BE64(lo);
	struct ndpx_event event = { .kind = NDPX_EVENT_PROBE, .port = port };
	__u64 now = coarse_now(), due = probed.due;

	if (test_run)
		return 0;
	/* clang would mask before it swaps, and a verifier before 6.18 cannot follow that. */
	barrier_var(i);
	i &= PROBED - 1;
	if (probed.target[i].lo == lo && probed.target[i].hi == hi &&
	    now - probed.target[i].at < NDPX_PROBE_AGAIN)
		return 0;
	if (due > now + NDPX_PROBE_BURST)
		return 0;
	probed.due = (due > now ? due : now) + NDPX_PROBE_COST;
	probed.target[i].hi = hi;
	probed.target[i].lo = lo;
	probed.target[i].at = now;
	nd_put_addr(event.target, (struct nd_addr){ hi, lo });
	event.at = now;
	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}

#endif
