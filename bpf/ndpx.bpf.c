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
#include "nd_plain.h"
#include "nd_reply.h"

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

/* A constant address, no look-up. User space maps it and writes it in place. */
struct ndpx_config config SEC(".data.config") = { 0 };

/* bpf_ktime_get_coarse_ns() is of kernel 5.11; false removes the call. */
const volatile __u32 have_coarse_clock = 0;

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

/*
 * The functions that are no part of the common way are functions, and take values
 * rather than pointers into the frame of the hook: what a pointer names must live on
 * the stack, and that is short.
 */

/*
 * The longest prefix that covers the target: one look-up a length in use, longest
 * first. NULL as well for the prefix's own first address: RFC 4861 7.2.7 leaves the
 * subnet-router anycast address to the routers (P81).
 */
static __noinline struct ndpx_rule *find_prefix(const struct ndpx_settings *set, __u32 generation,
						__u64 hi, __u64 lo, __u32 vlan)
{
	__u32 i;

	for (i = 0; i < NDPX_MAX_LENGTHS; i++) {
		const struct ndpx_length *length = &set->lengths[i];
		struct ndpx_prefix_key key = { .bits = length->bits, .vlan = (__u16)vlan };
		struct ndpx_rule *rule;
		struct nd_addr net;
		__u8 action;

		if (i >= set->n_lengths)
			break;
		net = nd_get_addr(length->mask);
		net.hi &= hi;
		net.lo &= lo;
		nd_put_addr(key.addr, net);
		rule = bpf_map_lookup_elem(&prefixes, &key);
		if (!rule)
			continue;
		action = nd_rule_says(rule, generation)->action;
		if (action == NDPX_ACT_NONE)
			continue;
		/* RFC 6164 5.1: a /127 has no such anycast address. */
		if (action == NDPX_ACT_ANSWER && key.bits < 127 && net.hi == hi && net.lo == lo)
			return NULL;
		return rule;
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

/* P44: is the solicitation's destination an address of this host? */
static __noinline int is_own(__u64 hi, __u64 lo, __u32 vlan, __u32 generation)
{
	struct nd_addr dest = { hi, lo };
	struct ndpx_rule *rule = find_far((__u16)vlan, dest);

	return rule && nd_rule_says(rule, generation)->action == NDPX_ACT_OWN;
}

/*
 * P82, P83: routing and neighbour tables stay the one truth. NDPX_V_NOT_ALIVE where
 * there is a route, but no usable neighbour entry.
 */
static __noinline enum ndpx_verdict ask_kernel(void *ctx, const struct ndpx_settings *set, __u64 hi,
					       __u64 lo, __u32 ifindex)
{
	struct bpf_fib_lookup fib = { .family = NDPX_AF_INET6, .ifindex = ifindex };
	struct nd_addr target = { hi, lo };
	__u32 i;
	long rc;

	/*
	 * The source stays ::, for the kernel routes nothing from a link-local address,
	 * and that is where routers ask from.
	 */
	nd_put_addr(fib.ipv6_dst, target);
	rc = bpf_fib_lookup(ctx, &fib, sizeof(fib), 0);
	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return NDPX_V_NOT_ROUTED;
	if (fib.ifindex == ifindex)
		return NDPX_V_NOT_ROUTED;
	for (i = 0; i < NDPX_MAX_UPPERS; i++) {
		if (fib.ifindex == set->uppers[i])
			return NDPX_V_NOT_ROUTED;
	}
	return rc == BPF_FIB_LKUP_RET_NO_NEIGH ? NDPX_V_NOT_ALIVE : NDPX_V_END;
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
static __noinline enum ndpx_verdict ask_elsewhere(void *ctx, __u64 hi, __u64 lo, __u32 ifindex,
						  __u32 how)
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
static __noinline int over_rate(const struct ndpx_settings *set, nd_mac mac, __u32 vlan)
{
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
	nd_mac mac; /* H of a guest port */
};

/* The three programs; a constant wherever it is asked for, so that each is what it needs. */
enum hook { HOOK_XDP, HOOK_TC, HOOK_PORT };

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
	__u32 generation;
	const struct ndpx_port_at *at = NULL;
	int apart; /* both behind isolated ports of a bridge, which lets neither hear the other */

	v = nd_parse(frame, &ns);
	if (v == NDPX_V_NONE)
		return v;
	ret->source = nd_get_mac(frame->data + 6);
	if (v != NDPX_V_END)
		return v;
	generation = *(volatile __u32 *)&config.generation;
	set = &config.set[generation & 1];
	if (hook == HOOK_PORT) {
		__u32 key = ifindex;
		const struct ndpx_port *entry = bpf_map_lookup_elem(&ports, &key);
		if (!entry)
			return NDPX_V_NONE;
		at = nd_port_says(entry, generation);
		if (!at->stack)
			return NDPX_V_NONE;
		ifindex = at->stack;
		port.mac = ret->mac = nd_get_mac(at->mac);
		port.link_local = nd_get_addr(at->link_local);
		port.strict_lladdr = 0;
	} else {
		port.mac = nd_get_mac(set->mac);
		port.link_local = nd_get_addr(set->link_local);
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

	if (hook == HOOK_PORT) {
		if (q->vlan)
			return NDPX_V_NO_GUEST; /* a VLAN of the guest's own is none of ours */
		q->vlan = at->group;
	}
	rule = find_exact(set, q->vlan, q->target);
	if (!rule || nd_rule_says(rule, generation)->action == NDPX_ACT_NONE) {
		if (hook == HOOK_PORT && nd_addr_eq(q->target, port.link_local))
			return NDPX_V_OWN_ADDRESS; /* P75: in no map, for it is each port's own */
		/* P74: a link-local target is answered for only where it is named itself. */
		if (set->n_lengths == 0 || nd_addr_is_link_local(q->target))
			return NDPX_V_NO_GUEST; /* P80 */
		rule = find_prefix(set, generation, q->target.hi, q->target.lo, q->vlan);
		if (!rule)
			return NDPX_V_NO_GUEST;
	}
	say = nd_rule_says(rule, generation);
	apart = hook == HOOK_PORT && at->isolated && ndpx_isolated(say) &&
		at->isolated != ndpx_isolated(say);
	v = nd_judge(say, q, set, apart ? 0 : ifindex);
	if (v == NDPX_V_PAUSED) {
		/* P84: the kernel would forward a probe and return "beyond scope". */
		ret->drop = q->kind == ND_KIND_PROBE;
		return v;
	}
	if (v != NDPX_V_END)
		return v;
	if (q->kind == ND_KIND_PROBE_HOST &&
	    !(hook == HOOK_PORT && nd_addr_eq(q->dest, port.link_local)) &&
	    !is_own(q->dest.hi, q->dest.lo, q->vlan, generation))
		return NDPX_V_BAD_DESTINATION; /* P44 */
	if (hook == HOOK_PORT && say->answer != NDPX_ANSWER_ALWAYS) {
		v = ask_elsewhere(ctx, q->target.hi, q->target.lo, ifindex,
				  (q->kind == ND_KIND_DAD ? ASK_DAD : 0) |
					  (at->isolated ? ASK_ISOLATED : 0) |
					  (apart ? ASK_APART : 0) |
					  (say->answer == NDPX_ANSWER_GATEWAY ? ASK_GATEWAY : 0));
		if (v != NDPX_V_END)
			return v;
	} else if (say->answer != NDPX_ANSWER_ALWAYS) {
		v = ask_kernel(ctx, set, q->target.hi, q->target.lo, ifindex);
		if (v == NDPX_V_NOT_ROUTED)
			return v;
		if (v == NDPX_V_NOT_ALIVE && say->answer == NDPX_ANSWER_ALIVE)
			return v;
	}
	if (hook != HOOK_PORT && set->rate_cost && over_rate(set, q->asker, q->vlan)) {
		ret->drop = 1;
		return NDPX_V_RATE_LIMITED;
	}

	ret->l2_len = ns.l2_len;
	ret->say = *say;
	ret->set = set;
	remember(rule, q);
	if (q->kind == ND_KIND_DAD)
		return NDPX_V_ANSWERED_DAD;
	return q->kind == ND_KIND_MULTICAST ? NDPX_V_ANSWERED : NDPX_V_ANSWERED_PROBE;
}

static __always_inline int is_answer(enum ndpx_verdict v)
{
	return v >= NDPX_V_ANSWERED && v <= NDPX_V_ANSWERED_PROBE;
}

static __always_inline void write_at(enum hook hook, void *data, __u32 l2_len,
				     const struct nd_query *q, const struct decision *d)
{
	if (hook == HOOK_PORT)
		nd_write_as(data, l2_len, q, &d->say, d->set, 1, d->mac);
	else
		nd_write(data, l2_len, q, &d->say, d->set);
}

/* Writes the answer; 0 when the frame is too short for it, which a resize has excluded. */
static __always_inline int write_answer(enum hook hook, void *data, void *data_end,
					const struct nd_query *q, const struct decision *d)
{
	/* Two constant offsets rather than one variable: the verifier's ranges stay exact. */
	if (d->l2_len == ND_ETH_LEN) {
		if (data + ND_NA_FRAME > data_end)
			return 0;
		write_at(hook, data, ND_ETH_LEN, q, d);
		return 1;
	}
	if (data + ND_NA_FRAME + ND_TAG_LEN > data_end)
		return 0;
	write_at(hook, data, ND_ETH_LEN + ND_TAG_LEN, q, d);
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
	if (!write_answer(HOOK_XDP, (void *)(long)ctx->data, (void *)(long)ctx->data_end, &q, &d)) {
		count(NDPX_V_NO_ROOM, d.source);
		return XDP_ABORTED;
	}
	count(v, d.source);
	return XDP_TX;
}

/*
 * The frame of an skb, as far as it may matter, made linear. 0 where it is plainly no
 * ND: a bulk TCP packet has little of it in the linear part, and pulling would copy
 * every one of them.
 */
static __always_inline int skb_frame(struct __sk_buff *skb, struct nd_frame *frame)
{
	const __u32 most = ND_ETH_LEN + 2 * ND_TAG_LEN + ND_IP6_LEN + ND_NS_LEN + ND_OPTS_MAX;
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

		if (next != ND_NEXT_ICMPV6 && next != ND_NEXT_HOPOPTS && next != ND_NEXT_FRAGMENT &&
		    next != ND_NEXT_DSTOPTS)
			return 0;
	}
	len = frame->len < most ? frame->len : most;
	if (frame->data + len > frame->data_end) {
		if (bpf_skb_pull_data(skb, len))
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

/* What comes of a verdict. `ifindex` was read once, for the reason of barrier_var(). */
static __always_inline int skb_finish(struct __sk_buff *skb, enum hook hook, __u32 ifindex,
				      const struct nd_frame *frame, enum ndpx_verdict v,
				      const struct nd_query *q, const struct decision *d)
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
	if (!write_answer(hook, (void *)(long)skb->data, (void *)(long)skb->data_end, q, d)) {
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
	return skb_finish(skb, hook, ifindex, &frame, v, &q, &d);
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
