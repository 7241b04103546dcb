/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings, generation and clock; and the tricks that keep the verifier's walk short. */
#ifndef NDPX_BPF_STATE_H
#define NDPX_BPF_STATE_H

#include "maps.h"
#include "nd/check.h"

/* At constant addresses, so they need no look-up. User space maps them and writes in place. */
struct ndpx_state state SEC(".data.state") = { 0 };    /* of the network namespace */
struct ndpx_config config SEC(".data.config") = { 0 }; /* of this instance */

/* The ifindex of the uplink; 0 in the guest ports' program. */
const volatile __u32 uplink = 0;

/* bpf_ktime_get_coarse_ns() needs kernel 5.11; if false, the verifier removes the call. */
const volatile __u32 have_coarse_clock = 0;

/* bpf_check_mtu() needs kernel 5.12; if false, the verifier removes the calls. */
const volatile __u32 have_check_mtu = 0;

/* Set when the program was loaded with BPF_F_XDP_HAS_FRAGS, kernel 5.18. */
const volatile __u32 have_frags = 0;

/*
 * An instance for BPF_PROG_TEST_RUN (`explain`), which is never attached: it moves no counter,
 * no rule's statistics and no token, and returns its verdict. In an attached program this is 0
 * and the verifier removes the code that depends on it.
 */
const volatile __u32 test_run = 0;

/* The clock at the last tick seen. Two CPUs may race; either value is correct. */
struct {
	__u64 tick, ns;
} last_tick SEC(".data.tick") = { 0, 0 };

/* The coarse clock advances by ticks, and jiffies are a load where the clock is a call. */
static __always_inline __u64 coarse_now(void)
{
	__u64 tick = bpf_jiffies64();

	if (last_tick.tick != tick) {
		last_tick.ns = have_coarse_clock ? bpf_ktime_get_coarse_ns() : bpf_ktime_get_ns();
		last_tick.tick = tick;
	}
	return last_tick.ns;
}

/* The three programs. Always a constant, so that each contains only the code it needs. */
enum hook { HOOK_XDP, HOOK_TC, HOOK_PORT };

/*
 * A function that the verifier walks once, on its own, instead of once for each path that leads
 * to it: for everything off the common path. It may take numbers alone and returns one: kernel
 * 5.10 allows nothing else but the context, and that only where the kernel has BTF of its own.
 * Debian's s390x has none: "btf_vmlinux is malformed", btf_get_prog_ctx_type().
 */
#define GLOBAL __attribute__((noinline))

/* P84: has `run` not refreshed the lease for so many seconds? */
GLOBAL int lease_is_over(__u32 lease)
{
	__u64 refreshed = *(volatile __u64 *)&state.refreshed;

	return coarse_now() > refreshed + lease * 1000000000ull;
}

/*
 * 0, for the processor a result of `word`: what is loaded from an address computed with it
 * cannot be loaded before `word` was (arm64 and others: address dependency). clang and the
 * verifier do not see that it is 0; the mask gives the latter its bounds.
 */
static __always_inline __u32 after(__u64 word)
{
	asm volatile("%0 ^= %0" : "+r"(word));
	return (__u32)word & 1;
}

/* The settings at a generation. Both loads come after that of `word`, hence since[0 or 1]. */
static __always_inline const struct ndpx_settings *settings_of(__u64 word)
{
	__u64 since = *(volatile __u64 *)&config.since[after(word)];
	__u32 which = ndpx_which(since, NDPX_GENERATION(word));

	return &config.set[(which ^ after(word)) & 1];
}

/* An element of an array of arrays, each of which has 1 << log2 elements. NULL: no such array. */
static __always_inline void *in_segment(void *outer, __u32 place, __u32 log2)
{
	__u32 i = place >> log2;
	void *segment = bpf_map_lookup_elem(outer, &i);

	if (!segment)
		return NULL;
	i = place & ((1u << log2) - 1);
	return bpf_map_lookup_elem(segment, &i);
}

/* 1 if x is not 0, else 0, without a branch: each branch would double the verifier's walk. */
static __always_inline __u32 is_set(__u32 x)
{
	__u32 minus = -x;

	barrier_var(minus);
	return (x | minus) >> 31;
}

/*
 * Makes the verifier forget what it knows about a checked solicitation: otherwise it would walk
 * everything below once for each path through the checks. All of it, because kernel 6.1 tells
 * paths apart by every number still in use, and would then exceed its million instructions.
 */
static __always_inline void forget(struct nd_query *q)
{
	__u32 nothing = *(volatile __u32 *)&config.nothing;

	q->kind |= nothing;
	q->vlan |= (__u16)nothing;
	q->astray |= nothing;
	q->requester |= nothing;
	q->reply_to |= nothing;
	q->target.hi |= nothing;
	q->target.lo |= nothing;
	q->source.hi |= nothing;
	q->source.lo |= nothing;
	q->dest.hi |= nothing;
	q->dest.lo |= nothing;
}

/* The same for a length. A separate load, or the verifier knows that two lengths are equal. */
static __always_inline void forget_length(__u32 *len)
{
	*len |= *(volatile __u32 *)&config.nothing;
}

#endif
