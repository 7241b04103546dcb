/* SPDX-License-Identifier: GPL-2.0-only */
/* FIB look-ups: does the kernel route to the target, through which interface and neighbour? */
#ifndef NDPX_BPF_FIB_H
#define NDPX_BPF_FIB_H

#include "lookup.h"
#include "probe.h"

#define NDPX_AF_INET6 10 /* the ABI value; <sys/socket.h> is not for BPF */

/*
 * What the kernel's tables say about an address; the upper half is the interface its route
 * leaves by. AT_PROVEN: it is elsewhere, according to a route longer than the on-link prefix
 * here or to a neighbour entry. AT_USABLE: the next hop is a usable neighbour. AT_KEPT: packets
 * to it are not forwarded.
 */
#define AT_PROVEN 1ull
#define AT_USABLE 2ull
#define AT_KEPT	  4ull

/* What ask_tables() needs besides the address, in one word, as there are five arguments. */
#define HOW_NAMED 1u /* P33: needs a host route; the route of a subnet is not enough */
#define HOW(vlan, answer, named, len)                                                              \
	((__u64)(len) << 32 | (__u32)(answer) << 24 | (__u32)(named) << 16 | (vlan))

/* The prefix length of the longest network of this kind that covers an address; 0: none. */
GLOBAL __u32 find_net(__u64 word, __u32 kind, __u32 vlan, __u64 hi, __u64 lo)
{
	struct nd_addr addr = { hi, lo };

	return nd_net_of(settings_of(word), kind, vlan, addr);
}

/*
 * Returns BPF_FIB_LKUP_RET_*. The source stays :: because routers solicit from link-local
 * addresses, and the kernel routes nothing from those.
 */
static __always_inline long ask_route(void *ctx, struct bpf_fib_lookup *fib, __u32 ifindex,
				      struct nd_addr to)
{
	__builtin_memset(fib, 0, sizeof(*fib));
	fib->family = NDPX_AF_INET6;
	fib->ifindex = ifindex;
	nd_put_addr(fib->ipv6_dst, to);
	return bpf_fib_lookup(ctx, fib, sizeof(*fib), 0);
}

/*
 * Does the entry hold a station's MAC? On devices without neighbour discovery it is empty or the
 * device's own, and kernels before 6.4 report failed entries as usable.
 */
static __always_inline int has_mac(const struct bpf_fib_lookup *fib)
{
	/* By 16 bits: the verifier requires aligned stack reads, and dmac is at 58. */
	const __u16 *d = (const __u16 *)fib->dmac, *s = (const __u16 *)fib->smac;
	__u32 some = d[0] | d[1] | d[2], odd = (d[0] ^ s[0]) | (d[1] ^ s[1]) | (d[2] ^ s[2]);

	return some && odd && !(fib->dmac[0] & 1);
}

/* A union, because stack is scarce and the two are never needed at the same time. */
union scratch {
	struct bpf_fib_lookup fib;
	struct ndpx_link_key key;
};

/*
 * Is the route to `target` longer than `bits`? If it is not, it also covers the address that
 * differs in the next bit. Should that one leave by a third interface, nothing is proven: no.
 */
static __always_inline int is_longer(void *ctx, union scratch *u, const struct ndpx_settings *set,
				     const struct ndpx_link *link, struct nd_addr target,
				     __u32 bits, __u32 leaves_by, __u32 metric)
{
	long rc = ask_route(ctx, &u->fib, link->l3_dev, nd_beyond(target, bits));

	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return 1;
	if (u->fib.ifindex == leaves_by)
		return u->fib.rt_metric != metric;
	return is_this_link(&u->key, set, link, u->fib.ifindex);
}

/*
 * P33, P82, P83: the routing and neighbour tables are authoritative. A route no longer than
 * `bits` proves nothing.
 */
static __always_inline __u64 ask_kernel(void *ctx, __u64 word, __u64 hi, __u64 lo, __u16 vlan,
					__u32 bits)
{
	const struct ndpx_settings *set = settings_of(word);
	/* Looked up from where the stack sees this link: the right VRF, never a bond's slave. */
	const struct ndpx_link *link = ndpx_link_of(set, vlan);
	__u32 leaves_by, metric;
	struct nd_addr target = { hi, lo };
	union scratch u;
	__u64 at;
	long rc = ask_route(ctx, &u.fib, link->l3_dev, target);

	if (rc == BPF_FIB_LKUP_RET_NOT_FWDED || rc == BPF_FIB_LKUP_RET_FWD_DISABLED)
		return AT_KEPT;
	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return 0;
	leaves_by = u.fib.ifindex;
	metric = u.fib.rt_metric;
	at = (__u64)leaves_by << 32;
	if (rc == BPF_FIB_LKUP_RET_SUCCESS && has_mac(&u.fib)) {
		at |= AT_USABLE;
		/* If the kernel replaced the address, this is a gateway: no neighbour has the target. */
		if (nd_addr_eq(nd_get_addr(u.fib.ipv6_dst), target))
			at |= AT_PROVEN;
	}
	if (is_this_link(&u.key, set, link, leaves_by))
		return 0;
	if (at & AT_PROVEN)
		return at;
	if (bits == 0 ||
	    (bits < 128 && is_longer(ctx, &u, set, link, target, bits, leaves_by, metric)))
		at |= AT_PROVEN;
	return at;
}

/*
 * Does the interface lack neighbour discovery, so that it never has neighbour entries? True of
 * those user space found, and of those without room for an Ethernet header: tun, wg, ppp.
 * bpf_check_mtu() compares the packet's length plus a difference with the MTU plus the device's
 * header; `len`, the frame's length, cancels out.
 */
static __always_inline int has_no_nd(void *ctx, __u64 word, __u32 ifindex, __u32 len)
{
	const struct ndpx_settings *set = settings_of(word);
	__u32 i, mtu = 0, unused = 0;

	for (i = 0; i < NDPX_MAX_NO_ND; i++) {
		if (set->no_nd[i] == ifindex)
			return 1;
	}
	if (!have_check_mtu || bpf_check_mtu(ctx, ifindex, &mtu, 0, 0) < 0)
		return 0;
	return bpf_check_mtu(ctx, ifindex, &unused, (__s32)(mtu + ND_ETH_LEN - len), 0) ==
	       BPF_MTU_CHK_RET_FRAG_NEEDED;
}

static __noinline int has_no_nd_xdp(struct xdp_md *ctx, __u64 word, __u32 ifindex, __u32 len)
{
	return has_no_nd(ctx, word, ifindex, len);
}

static __noinline int has_no_nd_tc(struct __sk_buff *ctx, __u64 word, __u32 ifindex, __u32 len)
{
	return has_no_nd(ctx, word, ifindex, len);
}

/* P33, P82, P83: what the kernel's tables say; NDPX_V_END to answer. */
static __always_inline int ask_tables(void *ctx, enum hook hook, __u64 word, __u64 hi, __u64 lo,
				      __u64 how)
{
	int named = (how >> 16) & HOW_NAMED, alive = ((how >> 24) & 0xff) == NDPX_ANSWER_ALIVE;
	__u32 bits = find_net(word, NDPX_NET_ONLINK, (__u16)how, hi, lo);
	__u64 at;

	if (named && bits < 64)
		bits = 64;
	at = ask_kernel(ctx, word, hi, lo, (__u16)how, bits);
	/* Local routes come from the settings, so that they count with forwarding off as well. */
	if (at & AT_KEPT) {
		bits = find_net(word, NDPX_NET_LOCAL, 0, hi, lo);
		if (bits > (named ? 64 : 0))
			return NDPX_V_END;
	}
	if (!(at & AT_PROVEN))
		return named ? NDPX_V_DAD_IGNORED : NDPX_V_NOT_ROUTED;
	if (alive && !(at & AT_USABLE) &&
	    !(hook == HOOK_XDP ? has_no_nd_xdp(ctx, word, (__u32)(at >> 32), (__u32)(how >> 32))
			       : has_no_nd_tc(ctx, word, (__u32)(at >> 32), (__u32)(how >> 32)))) {
		ask_for_probe((__u32)(at >> 32), hi, lo);
		return NDPX_V_NOT_ALIVE;
	}
	return NDPX_V_END;
}

/*
 * Not GLOBAL, because of the context, so the verifier walks it once for each path that forget()
 * leaves: clang 14 249,000 instructions on 5.10 and 6.1, clang 19 478,000.
 */
static __noinline int ask_tables_xdp(struct xdp_md *ctx, __u64 word, __u64 hi, __u64 lo, __u64 how)
{
	return ask_tables(ctx, HOOK_XDP, word, hi, lo, how);
}

static __noinline int ask_tables_tc(struct __sk_buff *ctx, __u64 word, __u64 hi, __u64 lo,
				    __u64 how)
{
	return ask_tables(ctx, HOOK_TC, word, hi, lo, how);
}

/* P82, P83: do the kernel's tables agree with the rule? `len`: of the linear frame. */
static __always_inline enum ndpx_verdict check_route(void *ctx, enum hook hook, __u64 word,
						     const struct nd_query *q,
						     const struct ndpx_policy *policy,
						     int by_prefix, __u32 len)
{
	__u32 named = is_set(by_prefix) & (1 - is_set(q->kind ^ ND_KIND_DAD));
	__u32 asks = is_set(policy->answer ^ NDPX_ANSWER_ALWAYS) | named;
	__u64 how = HOW(q->vlan, policy->answer, named, len);
	int v;

	/* P76: an address of the host on another interface needs no route. */
	asks &= 1 - is_set(policy->flags & NDPX_F_HOST);
	barrier_var(asks);
	if (!asks)
		return NDPX_V_END;
	v = hook == HOOK_XDP ? ask_tables_xdp(ctx, word, q->target.hi, q->target.lo, how)
			     : ask_tables_tc(ctx, word, q->target.hi, q->target.lo, how);
	/* Back to constants: the verifier must not take an unknown number for "answer". */
	if (v == NDPX_V_END)
		return NDPX_V_END;
	if (v == NDPX_V_DAD_IGNORED)
		return NDPX_V_DAD_IGNORED;
	return v == NDPX_V_NOT_ALIVE ? NDPX_V_NOT_ALIVE : NDPX_V_NOT_ROUTED;
}

#define ASK_DAD	     1u /* duplicate detection: the requester wants the address itself */
#define ASK_GATEWAY  2u /* the file names it as a gateway */
#define ASK_ISOLATED 4u /* the bridge isolates the requester's port from other isolated ones */
#define ASK_APART    8u /* and the target is known to be behind another of these */

/* Not a verdict: ask_elsewhere() returns it for what is not forwarded, a local route perhaps. */
#define ELSEWHERE_KEPT NDPX_V_NONE

/*
 * P90, P91, P93: is the target behind a port other than the requester's, whose link this
 * host's stack sees on `ifindex`? NDPX_V_END to answer. DAD is the owner's last chance to get
 * its address, so it passes on any doubt: an address is defended only if both route and
 * neighbour entry place it behind another guest port.
 */
static __noinline int ask_elsewhere(struct __sk_buff *ctx, __u64 hi, __u64 lo, __u32 ifindex,
				    __u32 how)
{
	struct bpf_fib_lookup fib = { .family = NDPX_AF_INET6, .ifindex = ifindex };
	struct nd_addr target = { hi, lo };
	__u32 leaves_by;
	long rc;

	nd_put_addr(fib.ipv6_dst, target);
	rc = bpf_fib_lookup(ctx, &fib, sizeof(fib), 0);
	if ((rc == BPF_FIB_LKUP_RET_NOT_FWDED || rc == BPF_FIB_LKUP_RET_FWD_DISABLED) &&
	    !(how & (ASK_DAD | ASK_GATEWAY)))
		return ELSEWHERE_KEPT;
	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return how & ASK_GATEWAY ? NDPX_V_END : NDPX_V_NOT_ROUTED;
	leaves_by = fib.ifindex;
	/*
	 * A program cannot learn which port of the bridge it is behind. The host reaches it behind
	 * any of them, as with the kernel's proxy_arp_pvlan.
	 */
	if (leaves_by == ifindex)
		return how == ASK_ISOLATED || (how & ASK_APART) ? NDPX_V_END : NDPX_V_SAME_PORT;
	/* P87 to P89: elsewhere because the file says so, unless the routes say it is here. */
	if (how & ASK_GATEWAY)
		return NDPX_V_END;
	if ((how & ASK_DAD) &&
	    (rc == BPF_FIB_LKUP_RET_NO_NEIGH || !bpf_map_lookup_elem(&ports, &leaves_by)))
		return NDPX_V_DAD_IGNORED;
	return NDPX_V_END;
}

#endif
