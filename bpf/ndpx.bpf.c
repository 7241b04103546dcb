// SPDX-License-Identifier: GPL-2.0-only
/*
 * The maps, the three hooks, and the helpers: the only BPF file that knows any of
 * them. A frame goes parse -> check -> look up -> judge -> compose -> write; the
 * steps without a helper live in nd_*.h.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "ndpx_abi.h"
#include "nd/fast_path.h"
#include "nd/reply.h"

#define LINEAR_FRAME  512 /* no driver splits a frame so short over buffers */
#define NDPX_AF_INET6 10  /* the ABI's; <sys/socket.h> is not for BPF */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_GUESTS);
	__type(key, struct ndpx_guest_key);
	__type(value, struct ndpx_rule);
} guests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NDPX_NEAR_SLOTS);
	__type(key, __u32);
	__type(value, struct ndpx_near);
} near SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_PREFIXES);
	__type(key, struct ndpx_prefix_key);
	__type(value, struct ndpx_rule);
} prefixes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NDPX_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, NDPX_MAX_ASKERS);
	__type(key, struct ndpx_asker_key);
	__type(value, struct ndpx_asker);
} askers SEC(".maps");

/* Written and read by user space alone; here so that it is made and pinned with the rest. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ndpx_record);
} record SEC(".maps");

/* Rules that are not in force, for a higher origin has the same key: user space alone. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_SHADOWS);
	__type(key, struct ndpx_prefix_key);
	__type(value, struct ndpx_rule);
} shadows SEC(".maps");

/* The guest ports' instance alone has these two. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_PORTS);
	__type(key, __u32);
	__type(value, struct ndpx_port);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct ndpx_sections);
} sections SEC(".maps");

/* What is this link: interfaces and stations of this host. An uplink's instance alone has it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_LINKS);
	__type(key, struct ndpx_link_key);
	__type(value, __u32);
} links SEC(".maps");

/* A constant address, no look-up. User space maps it and writes it in place. */
struct ndpx_config config SEC(".data.config") = { 0 };

/* bpf_ktime_get_coarse_ns() is of kernel 5.11; false removes the call. */
const volatile __u32 have_coarse_clock = 0;

/* bpf_check_mtu() is of kernel 5.12; false removes the calls. */
const volatile __u32 have_check_mtu = 0;

/* Set when the program was loaded with BPF_F_XDP_HAS_FRAGS, kernel 5.18. */
const volatile __u32 have_frags = 0;

/* The clock at the last tick that was seen; two CPUs may race, and both are right. */
struct {
	__u64 tick, ns;
} last_tick SEC(".data.tick") = { 0, 0 };

/* The coarse clock moves by ticks, and jiffies are a load where the clock is a call. */
static __always_inline __u64 coarse_now(void)
{
	__u64 tick = bpf_jiffies64();

	if (last_tick.tick != tick) {
		last_tick.ns = have_coarse_clock ? bpf_ktime_get_coarse_ns() : bpf_ktime_get_ns();
		last_tick.tick = tick;
	}
	return last_tick.ns;
}

/*
 * Is this a question that is only tried? Read anew by whoever asks: where it is known, the
 * verifier walks everything that follows twice.
 */
static __always_inline int is_trial(nd_mac source)
{
	return NDPX_TRIAL(source) == *(volatile __u64 *)&config.trial.source;
}

static __always_inline void count(enum ndpx_verdict verdict, nd_mac source)
{
	__u32 slot = verdict;
	__u64 *counter;

	if (is_trial(source)) {
		config.trial.verdict = verdict;
		return;
	}
	counter = bpf_map_lookup_elem(&counters, &slot);
	if (counter)
		(*counter)++;
}

/* The three programs; a constant wherever it is asked for, so that each is what it needs. */
enum hook { HOOK_XDP, HOOK_TC, HOOK_PORT };

/*
 * What is no part of the common way is a global function: the verifier walks it once, by
 * itself, and not again for each way that leads there. So it takes numbers and the context
 * alone, which is all that kernel 5.10 lets it take, and returns a number.
 */
#define GLOBAL __attribute__((noinline))

static __always_inline const struct ndpx_settings *settings_of(__u32 generation)
{
	return &config.set[generation & 1];
}

/*
 * The longest prefix that covers the target: one look-up a length in use, longest
 * first. NULL as well for a subnet's own first address (P81).
 */
static __noinline struct ndpx_rule *find_prefix(const struct ndpx_settings *set, __u32 generation,
						__u64 hi, __u64 lo, __u32 vlan)
{
	__u32 i;

	for (i = 0; i < NDPX_MAX_LENGTHS; i++) {
		const struct ndpx_length *length = &set->lengths[i];
		struct ndpx_prefix_key key = { .bits = length->bits, .vlan = (__u16)vlan };
		struct ndpx_rule *rule;
		struct nd_addr net, target = { hi, lo };
		const struct ndpx_say *say;

		if (i >= set->n_lengths)
			break;
		net = nd_get_addr(length->mask);
		net.hi &= hi;
		net.lo &= lo;
		nd_put_addr(key.addr, net);
		rule = bpf_map_lookup_elem(&prefixes, &key);
		if (!rule)
			continue;
		say = nd_rule_says(rule, generation);
		if (say->action == NDPX_ACT_NONE)
			continue;
		return nd_is_anycast(say, key.bits, net, target) ? NULL : rule;
	}
	return NULL;
}

static __always_inline struct ndpx_rule *find_far(__u16 vlan, struct nd_addr addr)
{
	struct ndpx_guest_key key = { .vlan = vlan };

	nd_put_addr(key.addr, addr);
	return bpf_map_lookup_elem(&guests, &key);
}

/* An element of an array is an address computed in line, where `guests` is a call. */
static __always_inline struct ndpx_rule *near_at(__u32 place, __u16 vlan, struct nd_addr addr)
{
	struct ndpx_near *slot = bpf_map_lookup_elem(&near, &place);

	if (slot && slot->tag == NDPX_NEAR_TAG(vlan) && nd_addr_eq(nd_get_addr(slot->addr), addr))
		return &slot->rule;
	return NULL;
}

static __always_inline struct ndpx_rule *find_exact(const struct ndpx_settings *set, __u16 vlan,
						    struct nd_addr addr)
{
	__u32 place = ndpx_near_place(addr.hi, addr.lo, vlan);
	struct ndpx_rule *rule = NULL;

	/* Where most are far, looking nearby first is one more cache miss. */
	if (set->far <= NDPX_NEAR_SLOTS) {
		rule = near_at(place, vlan, addr);
		if (!rule)
			rule = near_at(place ^ 1, vlan, addr);
	}
	return rule || !set->far ? rule : find_far(vlan, addr);
}

/*
 * P44: is the solicitation's destination an address of this host? `host_flag`: of a guest that
 * is one as well.
 */
GLOBAL int is_own(__u64 hi, __u64 lo, __u32 vlan, __u32 generation, __u32 host_flag)
{
	struct nd_addr dest = { hi, lo };
	struct ndpx_rule *rule = find_far((__u16)vlan, dest);
	const struct ndpx_say *say;

	if (!rule)
		return 0;
	say = nd_rule_says(rule, generation);
	return say->action == NDPX_ACT_OWN || say->action == NDPX_ACT_HOST ||
	       (say->action == NDPX_ACT_ANSWER &&
		((say->flags & host_flag) | (say->more & NDPX_M_OWN)));
}

static __always_inline int in_links(struct ndpx_link_key *key, __u32 epoch, __u32 vlan, __u32 kind,
				    __u64 value)
{
	*key = (struct ndpx_link_key){
		.epoch = epoch, .vlan = (__u16)vlan, .kind = (__u16)kind, .value = value
	};
	return bpf_map_lookup_elem(&links, key) != NULL;
}

/* Is this interface the link itself, whatever the frame came in on: P78, P82? */
static __always_inline int is_this_link(struct ndpx_link_key *key, const struct ndpx_settings *set,
					const struct ndpx_link *link, __u32 ifindex)
{
	if (ifindex == link->stack)
		return 1;
	return (link->members >> ndpx_filter_bit(ifindex) & 1) &&
	       in_links(key, set->epoch, link->vlan, NDPX_LINK_MEMBER, ifindex);
}

/* The same, for decide(), whose stack has no room for a key. */
GLOBAL int is_member(__u32 generation, __u32 vlan, __u32 ifindex)
{
	const struct ndpx_settings *set = settings_of(generation);

	struct ndpx_link_key key;

	return is_this_link(&key, set, ndpx_link_of(set, (__u16)vlan), ifindex);
}

GLOBAL int find_station(__u32 generation, __u32 vlan, __u64 asker, __u64 hi, __u64 lo)
{
	const struct ndpx_settings *set = settings_of(generation);
	const struct ndpx_link *link = ndpx_link_of(set, (__u16)vlan);
	const struct nd_addr source = { hi, lo };
	struct ndpx_link_key key;
	__u32 epoch = set->epoch;

	if (in_links(&key, epoch, link->vlan, NDPX_LINK_STATION, asker))
		return 1;
	return link->n_locals && nd_addr_is_link_local(source) &&
	       in_links(&key, epoch, link->vlan, NDPX_LINK_LOCAL, lo);
}

/* P15, P40: does another NIC of this host ask, or its stack by another device of this link? */
static __always_inline int is_our_own(const struct ndpx_link *link, const struct nd_query *q,
				      __u32 generation)
{
	/* One branch for both, and no look-up where the filter says so. */
	return ((link->stations >> ndpx_filter_bit(q->asker) & 1) | link->n_locals) &&
	       find_station(generation, q->vlan, q->asker, q->source.hi, q->source.lo);
}

/*
 * What the kernel's tables say of an address; the interface that its route leaves by is in
 * the upper half. AT_PROVEN: there is somebody elsewhere, by a route that is longer than
 * what is on-link here, or by a neighbour entry. AT_USABLE: the next hop is a neighbour.
 * AT_KEPT: what is for it is not forwarded.
 */
#define AT_PROVEN 1ull
#define AT_USABLE 2ull
#define AT_KEPT	  4ull

/*
 * What ask_kernel() is to know beside the address, in one word: arguments are five. A route
 * of up to `bits` proves nothing.
 */
#define ASK_HOW(vlan, bits) ((vlan) | (bits) << 16)

/* The longest network of this kind that covers an address: its bits, 0: none. */
GLOBAL __u32 find_net(__u32 generation, __u32 kind, __u32 vlan, __u64 hi, __u64 lo)
{
	struct nd_addr addr = { hi, lo };

	return nd_net_of(settings_of(generation), kind, vlan, addr);
}

/*
 * BPF_FIB_LKUP_RET_*. The source stays ::, for the kernel routes nothing from a link-local
 * address, and that is where routers ask from.
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
 * A station's MAC: a device without neighbours has entries of no bytes, or with its own MAC,
 * and kernels before 6.4 call one usable that has failed.
 */
static __always_inline int has_station(const struct bpf_fib_lookup *fib)
{
	/* By halves: the verifier wants the stack read aligned, and dmac is at 58. */
	const __u16 *d = (const __u16 *)fib->dmac, *s = (const __u16 *)fib->smac;
	__u32 some = d[0] | d[1] | d[2], odd = (d[0] ^ s[0]) | (d[1] ^ s[1]) | (d[2] ^ s[2]);

	return some && odd && !(fib->dmac[0] & 1);
}

/* The stack is short, and one is done with before the other begins. */
union scratch {
	struct bpf_fib_lookup fib;
	struct ndpx_link_key key;
};

/*
 * Is the route by which `target` leaves longer than `bits`? One that is not covers the address
 * beyond as well. A third interface there says nothing of T's route, and then it is not.
 */
static __always_inline int is_longer(void *ctx, union scratch *u, const struct ndpx_settings *set,
				     const struct ndpx_link *link, struct nd_addr target,
				     __u32 bits, __u32 leaves_by, __u32 metric)
{
	long rc = ask_route(ctx, &u->fib, link->stack, nd_beyond(target, bits));

	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return 1;
	if (u->fib.ifindex == leaves_by)
		return u->fib.rt_metric != metric;
	return is_this_link(&u->key, set, link, u->fib.ifindex);
}

/* P33, P82, P83: routing and neighbour tables stay the one truth. */
static __always_inline __u64 ask_kernel(void *ctx, __u32 generation, __u64 hi, __u64 lo, __u32 how)
{
	const struct ndpx_settings *set = settings_of(generation);
	/* Where the stack sees this link: so the look-up is in its VRF, and not a bond's slave. */
	const struct ndpx_link *link = ndpx_link_of(set, (__u16)how);
	__u32 bits = (how >> 16) & 0xff, leaves_by, metric;
	struct nd_addr target = { hi, lo };
	union scratch u;
	__u64 at;
	long rc = ask_route(ctx, &u.fib, link->stack, target);

	if (rc == BPF_FIB_LKUP_RET_NOT_FWDED || rc == BPF_FIB_LKUP_RET_FWD_DISABLED)
		return AT_KEPT;
	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return 0;
	leaves_by = u.fib.ifindex;
	metric = u.fib.rt_metric;
	at = (__u64)leaves_by << 32;
	if (rc == BPF_FIB_LKUP_RET_SUCCESS && has_station(&u.fib)) {
		at |= AT_USABLE;
		/* The kernel puts a gateway there: then it is no neighbour that has the address. */
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
 * Has the interface no neighbour discovery, so that no neighbour entry will ever tell? What
 * user space has found, and what has no room for an Ethernet header: tun, wg, ppp. The
 * kernel checks a length against MTU and header, and that `len`, the frame's, cancels out.
 */
static __always_inline int has_no_nd(void *ctx, __u32 generation, __u32 ifindex, __u32 len)
{
	const struct ndpx_settings *set = settings_of(generation);
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

GLOBAL __u64 ask_kernel_xdp(struct xdp_md *ctx, __u32 generation, __u64 hi, __u64 lo, __u32 how)
{
	return ask_kernel(ctx, generation, hi, lo, how);
}

GLOBAL __u64 ask_kernel_tc(struct __sk_buff *ctx, __u32 generation, __u64 hi, __u64 lo, __u32 how)
{
	return ask_kernel(ctx, generation, hi, lo, how);
}

GLOBAL int has_no_nd_xdp(struct xdp_md *ctx, __u32 generation, __u32 ifindex, __u32 len)
{
	return has_no_nd(ctx, generation, ifindex, len);
}

GLOBAL int has_no_nd_tc(struct __sk_buff *ctx, __u32 generation, __u32 ifindex, __u32 len)
{
	return has_no_nd(ctx, generation, ifindex, len);
}

/* NDPX_V_END where the kernel's tables agree with the rule. `len`: the linear frame's. */
static __always_inline enum ndpx_verdict judge_route(void *ctx, enum hook hook, __u32 generation,
						     const struct nd_query *q,
						     const struct ndpx_say *say, int by_prefix,
						     __u32 len)
{
	/* P33: the route must name the address, so that of a subnet will not do. */
	int named = by_prefix && q->kind == ND_KIND_DAD;
	__u64 hi = q->target.hi, lo = q->target.lo, at;
	__u32 bits;

	/* P76: an address of the host on another interface has arrived when it gets here. */
	if ((say->answer == NDPX_ANSWER_ALWAYS && !named) || (say->flags & NDPX_F_HOST))
		return NDPX_V_END;
	bits = find_net(generation, NDPX_NET_ONLINK, q->vlan, hi, lo);
	if (named && bits < 64)
		bits = 64;
	at = hook == HOOK_XDP ? ask_kernel_xdp(ctx, generation, hi, lo, ASK_HOW(q->vlan, bits)) :
				ask_kernel_tc(ctx, generation, hi, lo, ASK_HOW(q->vlan, bits));
	/* A local route is asked for here: so it counts on a host that does not forward as well. */
	if (at & AT_KEPT) {
		bits = find_net(generation, NDPX_NET_LOCAL, 0, hi, lo);
		if (bits > (named ? 64 : 0))
			return NDPX_V_END;
	}
	if (!(at & AT_PROVEN))
		return named ? NDPX_V_DAD_IGNORED : NDPX_V_NOT_ROUTED;
	if (say->answer == NDPX_ANSWER_ALIVE && !(at & AT_USABLE) &&
	    !(hook == HOOK_XDP ? has_no_nd_xdp(ctx, generation, (__u32)(at >> 32), len) :
				 has_no_nd_tc(ctx, generation, (__u32)(at >> 32), len)))
		return NDPX_V_NOT_ALIVE;
	return NDPX_V_END;
}

#define ASK_DAD	     1u /* who asks wants the address for itself */
#define ASK_GATEWAY  2u /* the file names it as a gateway */
#define ASK_ISOLATED 4u /* the bridge keeps the asking port from other isolated ones */
#define ASK_APART    8u /* and the guest is known to be behind another one */

/*
 * P90, P91, P93: is whoever has the target behind another port than the asking one, whose
 * link this host's stack sees on `ifindex`? NDPX_V_END to answer. Duplicate detection is
 * the last chance of an address's owner, so there a doubt passes it: only what is known to
 * sit behind another guest port, by route and by neighbour entry, is defended.
 */
GLOBAL int ask_elsewhere(struct __sk_buff *ctx, __u64 hi, __u64 lo, __u32 ifindex, __u32 how)
{
	struct bpf_fib_lookup fib = { .family = NDPX_AF_INET6, .ifindex = ifindex };
	struct nd_addr target = { hi, lo };
	__u32 leaves_by;
	long rc;

	nd_put_addr(fib.ipv6_dst, target);
	rc = bpf_fib_lookup(ctx, &fib, sizeof(fib), 0);
	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return how & ASK_GATEWAY ? NDPX_V_END : NDPX_V_NOT_ROUTED;
	leaves_by = fib.ifindex;
	/*
	 * No program is told behind which port of the bridge. The host reaches it behind any, as
	 * with the kernel's proxy_arp_pvlan.
	 */
	if (leaves_by == ifindex)
		return how == ASK_ISOLATED || (how & ASK_APART) ? NDPX_V_END : NDPX_V_SAME_PORT;
	/* P87 to P89: the file says that it is elsewhere, unless the routes say that it is here. */
	if (how & ASK_GATEWAY)
		return NDPX_V_END;
	if ((how & ASK_DAD) &&
	    (rc == BPF_FIB_LKUP_RET_NO_NEIGH || !bpf_map_lookup_elem(&ports, &leaves_by)))
		return NDPX_V_DAD_IGNORED;
	return NDPX_V_END;
}

/* P85: generic cell rate algorithm. Two CPUs may race for one word: an answer more, no lock. */
GLOBAL int over_rate(__u32 generation, __u64 mac, __u32 vlan)
{
	const struct ndpx_settings *set = settings_of(generation);
	struct ndpx_asker_key key = { .vlan = (__u16)vlan };
	__u64 now = bpf_ktime_get_ns(), due;
	struct ndpx_asker *asker, fresh;

	nd_put_mac(key.mac, mac);
	asker = bpf_map_lookup_elem(&askers, &key);
	if (!asker) {
		if (is_trial(mac))
			return 0;
		fresh.due = now + set->rate_cost;
		bpf_map_update_elem(&askers, &key, &fresh, BPF_ANY);
		return 0;
	}
	due = asker->due;
	if (due > now + set->rate_burst)
		return 1;
	if (is_trial(mac))
		return 0;
	asker->due = (due > now ? due : now) + set->rate_cost;
	return 0;
}

/* What `guest show -s` tells of a rule. */
static __always_inline void remember(struct ndpx_rule *rule, const struct nd_query *q)
{
	if (is_trial(q->asker))
		return;
	__sync_fetch_and_add(&rule->answers, 1);
	rule->last_answer = coarse_now();
	nd_put_addr(rule->last_asker, q->source);
}

/*
 * What decide() hands to a hook; the last three are set where the verdict answers. The
 * rule's words are copied: a pointer into one of three maps would have the verifier
 * walk all that follows three times.
 */
struct decision {
	int drop;      /* rather than pass, where the verdict does not answer */
	nd_mac source; /* Ethernet source of the question; 0 until there is one */
	__u32 l2_len;  /* bytes before the IPv6 header */
	struct ndpx_say say;
	const struct ndpx_settings *set;
};

/* P13: what went to another station and has no rule that is of its MAC. */
static __always_inline enum ndpx_verdict nobody(const struct nd_query *q, enum ndpx_verdict v)
{
	return q->astray ? NDPX_V_NOT_FOR_US : v;
}

/* Is it not 0, as 1 or 0, and without a branch: each would be two ways on for the verifier. */
static __always_inline __u32 is_set(__u32 x)
{
	__u32 minus = -x;

	barrier_var(minus);
	return (x | minus) >> 31;
}

/*
 * Makes what is known of a checked solicitation plain numbers to the verifier: it would walk
 * all that follows once for each way through the checks.
 */
static __always_inline void forget(struct nd_query *q)
{
	__u32 nothing = *(volatile __u32 *)&config.trial.nothing;

	q->kind |= nothing;
	q->vlan |= (__u16)nothing;
	q->astray |= nothing;
}

/*
 * Everything but the hook's own business. Returns the verdict; *q is filled where it
 * answers. Nothing of the frame is written, but the rule remembers its answer: only a
 * frame that cannot be resized gets none after that.
 */
static __always_inline enum ndpx_verdict decide(void *ctx, enum hook hook, struct nd_frame *frame,
						__u32 ifindex, struct nd_query *q,
						struct decision *ret)
{
	const struct ndpx_settings *set;
	const struct ndpx_say *say;
	struct ndpx_rule *rule;
	struct nd_port port;
	struct nd_ns ns;
	enum ndpx_verdict v;
	__u32 generation, linear;
	int by_prefix = 0;
	__u32 isolated = 0;
	__u16 group = 0;
	__u32 apart = 0; /* both behind isolated ports of a bridge, which lets neither hear the other */
	const struct ndpx_link *link = NULL;
	__u8 host = 0; /* P76: flags */

	linear = frame->len;
	v = nd_parse(frame, &ns);
	if (v == NDPX_V_NONE)
		return v;
	ret->source = nd_get_mac(frame->data + 6);
	if (v != NDPX_V_END)
		return v;
	generation = *(volatile __u32 *)&config.generation;
	ret->set = set = settings_of(generation);
	if (hook == HOOK_PORT) {
		__u32 key = ifindex;
		const struct ndpx_port *entry = bpf_map_lookup_elem(&ports, &key);
		const struct ndpx_port_at *at;

		if (!entry)
			return NDPX_V_NONE;
		at = nd_port_says(entry, generation);
		if (!at->stack)
			return NDPX_V_NONE;
		ifindex = at->stack;
		isolated = at->isolated;
		group = at->group;
		port.mac = nd_get_mac(at->mac);
		port.link_local = nd_get_addr(at->link_local);
		port.strict_lladdr = 0;
	} else {
		link = ndpx_link_of(set, ns.vlan);
		port.mac = nd_get_mac(link->mac);
		port.link_local = nd_get_addr(link->link_local);
		port.strict_lladdr = set->flags & NDPX_S_STRICT_LLADDR;
	}
	if (!nd_plain(frame, &ns, &port, q)) {
		/* Longer than any solicitation: its end may be in another buffer. */
		if (hook == HOOK_XDP && have_frags && frame->len > LINEAR_FRAME)
			frame->len = (__u32)bpf_xdp_get_buff_len(ctx);
		v = nd_check(frame, &ns, &port, q);
		if (v != NDPX_V_END)
			return v;
	}
	forget(q);
	if (hook != HOOK_PORT && is_our_own(link, q, generation))
		return NDPX_V_LOOPED;

	if (hook == HOOK_PORT) {
		if (q->vlan) /* a VLAN of the guest's own is none of ours */
			return nobody(q, NDPX_V_NO_GUEST);
		q->vlan = group;
	}
	rule = find_exact(set, q->vlan, q->target);
	say = rule ? nd_rule_says(rule, generation) : NULL;
	if (!say || say->action == NDPX_ACT_NONE ||
	    (hook != HOOK_PORT && say->action == NDPX_ACT_HOST)) {
		if (hook == HOOK_PORT && nd_addr_eq(q->target, port.link_local))
			/* P75: in no map, for it is each port's own */
			return nobody(q, NDPX_V_OWN_ADDRESS);
		/* P74: a link-local target is answered for only where it is named itself. */
		if (set->n_lengths == 0 || nd_addr_is_link_local(q->target))
			return nobody(q, NDPX_V_NO_GUEST); /* P80 */
		if (hook != HOOK_PORT && say && say->action == NDPX_ACT_HOST)
			host = say->flags;
		rule = find_prefix(set, generation, q->target.hi, q->target.lo, q->vlan);
		if (!rule)
			return nobody(q, NDPX_V_NO_GUEST);
		say = nd_rule_says(rule, generation);
		by_prefix = 1;
	}
	/* Copied here, so that nothing but the words' own bits tells the verifier of `host`. */
	ret->say = *say;
	ret->say.flags |= host;
	say = &ret->say;
	if (nd_is_astray(say, q, port.mac))
		return NDPX_V_NOT_FOR_US;
	/* P78: this link, not the interface that the frame came in on. */
	if (hook != HOOK_PORT && say->port && say->action == NDPX_ACT_ANSWER &&
	    is_member(generation, q->vlan, say->port))
		return NDPX_V_SAME_PORT;
	if (hook == HOOK_PORT) {
		__u32 other = ndpx_isolated(say);

		apart = is_set(isolated) & is_set(other) & is_set(isolated ^ other);
		v = nd_judge(say, q, set, ifindex & (apart - 1));
	} else {
		v = nd_judge(say, q, set, link->stack);
	}
	if (v == NDPX_V_PAUSED) {
		/* P84: the kernel would forward a probe and return "beyond scope". */
		ret->drop = q->kind == ND_KIND_PROBE;
		return v;
	}
	if (v != NDPX_V_END)
		return v;
	if (q->kind == ND_KIND_PROBE_HOST &&
	    !(hook == HOOK_PORT && nd_addr_eq(q->dest, port.link_local)) &&
	    !is_own(q->dest.hi, q->dest.lo, q->vlan, generation,
		    hook == HOOK_PORT ? 0 : NDPX_F_HOST))
		return NDPX_V_BAD_DESTINATION; /* P44 */
	/* P85: a flood costs no look-up in the kernel's tables. */
	if (hook != HOOK_PORT && set->rate_cost && over_rate(generation, q->asker, q->vlan)) {
		ret->drop = 1;
		return NDPX_V_RATE_LIMITED;
	}
	if (hook != HOOK_PORT)
		v = judge_route(ctx, hook, generation, q, say, by_prefix, linear);
	else if (say->answer != NDPX_ANSWER_ALWAYS)
		v = (enum ndpx_verdict)ask_elsewhere(ctx, q->target.hi, q->target.lo, ifindex,
				  (1 - is_set(q->kind ^ ND_KIND_DAD)) * ASK_DAD |
					  is_set(isolated) * ASK_ISOLATED | apart * ASK_APART |
					  (1 - is_set(say->answer ^ NDPX_ANSWER_GATEWAY)) * ASK_GATEWAY);
	if (v != NDPX_V_END)
		return v;

	ret->l2_len = ns.l2_len;
	remember(rule, q);
	if (q->kind == ND_KIND_DAD)
		return NDPX_V_ANSWERED_DAD;
	return q->kind == ND_KIND_MULTICAST ? NDPX_V_ANSWERED : NDPX_V_ANSWERED_PROBE;
}

static __always_inline int is_answer(enum ndpx_verdict v)
{
	return v >= NDPX_V_ANSWERED && v <= NDPX_V_ANSWERED_PROBE;
}

/* Writes the answer; 0 when the frame is too short for it, which a resize has excluded. */
static __always_inline int write_answer(void *data, void *data_end, struct nd_query *q,
					const struct decision *d)
{
	/* Two constant offsets rather than one variable: the verifier's ranges stay exact. */
	if (d->l2_len == ND_ETH_LEN) {
		if (data + ND_NA_FRAME > data_end)
			return 0;
		nd_write(data, ND_ETH_LEN, q, &d->say, d->set);
		return 1;
	}
	if (data + ND_NA_FRAME + ND_TAG_LEN > data_end)
		return 0;
	nd_write(data, ND_ETH_LEN + ND_TAG_LEN, q, &d->say, d->set);
	return 1;
}

SEC("xdp")
int ndpx_xdp(struct xdp_md *ctx)
{
	struct nd_frame frame = {
		.data = (void *)(long)ctx->data,
		.data_end = (void *)(long)ctx->data_end,
	};
	struct decision d = { 0 };
	struct nd_query q;
	enum ndpx_verdict v;
	__u32 len;

	frame.len = (__u32)(frame.data_end - frame.data);
	v = decide(ctx, HOOK_XDP, &frame, ctx->ingress_ifindex, &q, &d);
	if (v == NDPX_V_NONE)
		return XDP_PASS;
	if (!is_answer(v)) {
		count(v, d.source);
		return d.drop ? XDP_DROP : XDP_PASS;
	}
	/* P20 and short solicitations: the NA is 86 bytes, 90 with a tag, whatever the NS was. */
	len = d.l2_len + ND_IP6_LEN + ND_NA_LEN;
	if (len != frame.len && bpf_xdp_adjust_tail(ctx, (int)len - (int)frame.len)) {
		count(NDPX_V_NO_ROOM, d.source);
		return XDP_PASS;
	}
	if (!write_answer((void *)(long)ctx->data, (void *)(long)ctx->data_end, &q, &d)) {
		count(NDPX_V_NO_ROOM, d.source);
		return XDP_ABORTED;
	}
	count(v, d.source);
	return XDP_TX;
}

/*
 * A program that writes to packets directly has the kernel copy the head of every clone
 * that comes by (tc_cls_act_prologue()), and clones are what a local sender and an open
 * packet socket leave: 113 to 139 ns a packet. So nothing below writes through a pointer,
 * and only a frame that may be a solicitation is made linear, which copies it as well.
 */

/* May the ICMPv6 message behind a plain IPv6 header be a solicitation? */
static __always_inline int skb_may_be_ns(const struct __sk_buff *skb)
{
	__u8 type;

	return bpf_skb_load_bytes(skb, ND_ETH_LEN + ND_IP6_LEN, &type, sizeof(type)) ||
	       type == ND_TYPE_NS;
}

/*
 * The frame of an skb, as far as it may matter, made linear. 0 where it is plainly not
 * ND: a bulk TCP packet has little of it in the linear part, and pulling would copy
 * every one of them.
 */
static __always_inline int skb_frame(struct __sk_buff *skb, struct nd_frame *frame)
{
	const __u32 most = ND_ETH_LEN + 2 * ND_TAG_LEN + ND_IP6_LEN + ND_NS_LEN + ND_OPTS_MAX;
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
	len = frame->len < most ? frame->len : most;
	if (frame->data + len > frame->data_end) {
		if ((plain && !skb_may_be_ns(skb)) || bpf_skb_pull_data(skb, len))
			return 0;
		barrier_var(skb); /* the verifier wants no address of a member kept */
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
 * The answer, made on the stack and stored part by part, so that all have room there;
 * -errno. A sum of the NIC's over the frame (CHECKSUM_COMPLETE) starts at the network
 * header: the MACs are not in it until bpf_redirect() adds them. A tag stays as it is.
 */
static __always_inline long skb_store_answer(struct __sk_buff *skb, struct nd_query *q,
					     const struct decision *d)
{
	const struct nd_answer a = nd_turn_round(q, &d->say, d->set);
	const __u64 how = BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH;
	__u64 part[ND_IP6_LEN / 8]; /* the verifier wants the stack's words aligned */
	__u32 l2_len = d->l2_len;
	__u8 *p = (__u8 *)part;
	long r;

	nd_put_macs(p, q->reply_to, q->mac);
	r = bpf_skb_store_bytes(skb, 0, p, 12, 0);
	nd_put_ip6(p, q);
	r |= bpf_skb_store_bytes(skb, l2_len, p, ND_IP6_LEN, how);
	nd_put_na(p, q, a);
	return r | bpf_skb_store_bytes(skb, l2_len + ND_IP6_LEN, p, ND_NA_LEN, how);
}

/* What comes of a verdict. `ifindex` was read once, for the reason of barrier_var(). */
static __always_inline int skb_finish(struct __sk_buff *skb, __u32 ifindex,
				      const struct nd_frame *frame, enum ndpx_verdict v,
				      struct nd_query *q, const struct decision *d)
{
	__u32 len;

	if (v == NDPX_V_NONE)
		return TC_ACT_UNSPEC;
	if (!is_answer(v)) {
		count(v, d->source);
		return d->drop ? TC_ACT_SHOT : TC_ACT_UNSPEC;
	}
	len = d->l2_len + ND_IP6_LEN + ND_NA_LEN;
	if (len != frame->len && bpf_skb_change_tail(skb, len, 0)) {
		count(NDPX_V_NO_ROOM, d->source);
		return TC_ACT_UNSPEC;
	}
	if (skb_store_answer(skb, q, d)) {
		count(NDPX_V_NO_ROOM, d->source);
		return TC_ACT_SHOT;
	}
	count(v, d->source);
	/* A tag the kernel took out is still with the frame and goes out again: P3. */
	return (int)bpf_redirect(ifindex, 0);
}

static __always_inline int skb_run(struct __sk_buff *skb, enum hook hook)
{
	struct nd_frame frame = { 0 };
	struct decision d = { 0 };
	__u32 ifindex = skb->ifindex;
	struct nd_query q;
	enum ndpx_verdict v;

	if (!skb_frame(skb, &frame))
		return TC_ACT_UNSPEC;
	v = decide(skb, hook, &frame, ifindex, &q, &d);
	return skb_finish(skb, ifindex, &frame, v, &q, &d);
}

SEC("tc")
int ndpx_tc(struct __sk_buff *skb)
{
	return skb_run(skb, HOOK_TC);
}

/* Guest ports. No XDP: what it sends into a veth arrives only where the guest runs XDP too. */
SEC("tc")
int ndpx_port(struct __sk_buff *skb)
{
	return skb_run(skb, HOOK_PORT);
}

char _license[] SEC("license") = "GPL";
