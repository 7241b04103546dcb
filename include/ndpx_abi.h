/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What crosses between kernel and user space: map keys and values, verdicts,
 * settings, names of maps. Compiled for BPF and natively; needs UAPI types only.
 * Every layout is padded by hand and its size asserted: libbpf compares sizes
 * alone, so a change of any of them must raise NDPX_ABI_VERSION.
 */
#ifndef NDPX_ABI_H
#define NDPX_ABI_H

#include <linux/types.h>

#define NDPX_ABI_MAGIC	 0x6e647078u /* "ndpx" */
#define NDPX_ABI_VERSION 5u

/*
 * The one table of the data plane's verdicts: number, identifier, name, sentence.
 * The name is the counter, the JSON key, the metric label, what `explain` prints
 * and the counter column of PROTOCOL.md. Numbers are never reused.
 * Verdict 0 (NDPX_V_NONE) is "no Neighbor Solicitation": passed, not counted.
 */
#define NDPX_VERDICTS(X)                                                                           \
	X(1, ANSWERED, answered, "answered a multicast solicitation")                              \
	X(2, ANSWERED_DAD, answered_dad, "defended the address against duplicate detection")       \
	X(3, ANSWERED_PROBE, answered_probe, "answered a unicast reachability probe")              \
	X(4, DAD_IGNORED, dad_ignored, "duplicate detection, and the address is not defended")     \
	X(5, VLAN, vlan, "802.1ad tag or two tags")                                                \
	X(6, NOT_FOR_US, not_for_us, "Ethernet destination is another station")                    \
	X(7, LOOPED, looped, "our own frame came back")                                            \
	X(8, BAD_SOURCE, bad_source, "impossible Ethernet or IPv6 source")                         \
	X(9, BAD_HOP_LIMIT, bad_hop_limit, "hop limit is not 255")                                 \
	X(10, BAD_LENGTH, bad_length, "shorter than a solicitation or than it claims")             \
	X(11, FRAGMENT, fragment, "fragment header, RFC 6980")                                     \
	X(12, EXT_HEADER, ext_header, "extension header before the solicitation")                  \
	X(13, BAD_DESTINATION, bad_destination, "IPv6 destination does not fit the target")        \
	X(14, CONFLICT, conflict, "source and target are the same address")                        \
	X(15, BAD_CODE, bad_code, "ICMPv6 code is not 0")                                          \
	X(16, BAD_CHECKSUM, bad_checksum, "ICMPv6 checksum is wrong")                              \
	X(17, BAD_OPTION, bad_option, "malformed or contradictory option")                         \
	X(18, SEND, send, "secured with SEND, which a proxy cannot sign")                          \
	X(19, OPTIONS_LIMIT, options_limit, "more than 64 bytes of options")                       \
	X(20, BAD_TARGET, bad_target, "target is multicast, unspecified or loopback")              \
	X(21, NO_GUEST, no_guest, "no rule for the target")                                        \
	X(22, OWN_ADDRESS, own_address, "target is an address or a gateway of this host")          \
	X(23, SAME_PORT, same_port, "the guest sits behind the asking port")                       \
	X(24, DENIED, denied, "a deny rule matches the target")                                    \
	X(25, NOT_ROUTED, not_routed, "the kernel has no route to the guest by another port")      \
	X(26, NOT_ALIVE, not_alive, "the kernel has no usable neighbour entry for the guest")      \
	X(27, PAUSED, paused, "the rule or the uplink is paused, or its lease has run out")        \
	X(28, RATE_LIMITED, rate_limited, "the requester exceeded its rate")                       \
	X(29, NO_ROOM, no_room, "the frame could not be resized for the answer")

enum ndpx_verdict {
	NDPX_V_NONE = 0,
#define X(number, id, name, text) NDPX_V_##id = number,
	NDPX_VERDICTS(X)
#undef X
		NDPX_V_END, /* one past the last */
};

#define NDPX_COUNTERS 64 /* slots in `counters`: room to grow without a new map */
_Static_assert(NDPX_V_END <= NDPX_COUNTERS, "raise NDPX_COUNTERS");

/* Names of the pinned maps, the same in the BPF object. At most 15 characters. */
/* One of each a network namespace: */
#define NDPX_MAP_RULES	    "rules"
#define NDPX_MAP_RULE_STATS "rule_stats"
#define NDPX_MAP_STATE	    "state"
#define NDPX_MAP_FILTER	    "prefix_filter"
#define NDPX_MAP_HOT_STATS  "hot_stats"
#define NDPX_MAP_EVENTS	    "events"
#define NDPX_MAP_LISTENERS  "listeners"
/* One of each an instance: */
#define NDPX_MAP_COUNTERS "counters"
#define NDPX_MAP_RATES	  "rates"
#define NDPX_MAP_RECORD	  "record"
#define NDPX_MAP_CONFIG	  "config"
#define NDPX_MAP_PORTS	  "ports"    /* in the guest ports' instance only */
#define NDPX_MAP_SECTIONS "sections" /* likewise */
#define NDPX_MAP_LINKS	  "links"    /* in an uplink's instance only */

#define NDPX_MAX_GUESTS	    1048576 /* exact rules an uplink, and of the guest ports */
#define NDPX_MAX_PREFIXES   131072  /* prefix rules, likewise */
#define NDPX_MAX_REQUESTERS 16384   /* asking MACs remembered for `rate` */
#define NDPX_MAX_LENGTHS    16	    /* distinct prefix lengths an uplink: look-ups on a miss */

#define NDPX_MAX_PORTS	  16384	  /* guest ports: 256 KiB of hash buckets */
#define NDPX_MAX_SECTIONS 16	  /* `ports` sections of a file */
#define NDPX_ALL_SECTIONS 0xffffu /* as a section's number: what all of them say alike */

/*
 * What a rule is about. An IPv6 address is 16 bytes in network order, without host bits where
 * `bits` is less than 128; the rest is in host order.
 */
struct ndpx_key {
	__u32 bits;
	__u16 vlan;   /* 0: untagged; of guest ports their section, or NDPX_ALL_SECTIONS */
	__u16 origin; /* enum ndpx_origin of a rule that a higher one overrides; 0: in force */
	__u8 addr[16];
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct ndpx_key) == 24, "padded by hand");

enum ndpx_action {
	NDPX_ACT_NONE = 0, /* no rule: as if the entry were not there */
	NDPX_ACT_ANSWER = 1,
	NDPX_ACT_DENY = 2,
	NDPX_ACT_OWN = 3, /* an address of this host on this link, or a gateway on it */
	/*
	 * P76: an address of this host on another interface. The prefixes decide, with these
	 * `flags` added: NDPX_F_ROUTER, and NDPX_F_HOST in the same VRF.
	 */
	NDPX_ACT_HOST = 4,
};

/*
 * Where a rule comes from, highest precedence first. Of several rules for one key the
 * highest is in force; the others wait under keys with their origin. User space only.
 */
enum ndpx_origin {
	NDPX_ORIGIN_NONE = 0, /* rules of guest ports, which follow from others */
	NDPX_ORIGIN_HOST = 1,
	NDPX_ORIGIN_FILE = 2,
	NDPX_ORIGIN_COMMAND = 3,
	NDPX_ORIGIN_ROUTE = 4,	 /* reserved for `run` */
	NDPX_ORIGIN_LEARNED = 5, /* likewise */
};

enum ndpx_answer_mode {
	NDPX_ANSWER_ALWAYS = 0,
	NDPX_ANSWER_ROUTED = 1, /* the kernel's route leaves by another port */
	NDPX_ANSWER_ALIVE = 2,	/* and its neighbour entry there is usable */
	/* Guest ports: only if the kernel's route leaves by another port; unless by the asking one. */
	NDPX_ANSWER_ELSEWHERE = 3,
	NDPX_ANSWER_GATEWAY = 4,
};

#define NDPX_F_ROUTER	  0x01u /* R flag of the answer */
#define NDPX_F_OVERRIDE	  0x02u /* O flag of the answer */
#define NDPX_F_DAD_IGNORE 0x04u
#define NDPX_F_PAUSED	  0x08u
#define NDPX_F_LLADDR	  0x10u /* `lladdr` is set; else the port's MAC */
/* An uplink's guest that is also an address of this host: its route is "local". */
#define NDPX_F_HOST 0x40u
/* Rules of guest ports. The last two tell user space where such a rule comes from. */
#define NDPX_F_DAD_OVERRIDE 0x20u /* O flag of the answer to duplicate detection */
#define NDPX_F_GATEWAY	    0x40u /* `gateway` of the section */
#define NDPX_F_ONLINK	    0x80u /* `onlink` of the section */

/* Guest ports: answered for, and an address of this host, so that a probe may go to it (P44). */
#define NDPX_M_OWN 0x01u
/*
 * Uplinks: `paused = until-seen`. With NDPX_F_PAUSED `run` waits for the guest; without, it has
 * been seen, and is not paused again by the same words. User space only.
 */
#define NDPX_M_UNTIL_SEEN 0x02u

/* The policy for an address. `port` is an ifindex, 0: none. */
struct ndpx_policy {
	__u8 action; /* enum ndpx_action */
	__u8 flags;  /* NDPX_F_* */
	__u8 answer; /* enum ndpx_answer_mode */
	__u8 origin; /* enum ndpx_origin */
	__u32 port;
	__u8 lladdr[6]; /* of guest ports, which have none: see ndpx_isolated() */
	__u8 more;	/* NDPX_M_* */
	__u8 pad;
};
_Static_assert(sizeof(struct ndpx_policy) == 16, "layout crosses to the kernel");

/* What is said on guest ports: the isolated bridge port the guest is behind, as in ndpx_port_at. */
static inline __attribute__((always_inline)) __u32 ndpx_isolated(const struct ndpx_policy *policy)
{
	__u32 ifindex;

	__builtin_memcpy(&ifindex, policy->lladdr, sizeof(ifindex));
	return ifindex;
}

static inline __attribute__((always_inline)) void ndpx_set_isolated(struct ndpx_policy *policy,
								    __u32 ifindex)
{
	__builtin_memcpy(policy->lladdr, &ifindex, sizeof(ifindex));
}

/*
 * The word that makes a whole change true: map `state`, written with one store. The generation
 * in force, and how many segments the table of rules has. 56 bits, which last for 20 million
 * years of a hundred changes a second.
 */
#define NDPX_WORD(generation, log2_segments) ((__u64)(generation) << 8 | (log2_segments))
#define NDPX_GENERATION(word)		     ((__u64)(word) >> 8)
#define NDPX_LOG2_SEGMENTS(word)	     ((__u32)(word)&0xff)
#define NDPX_NEVER			     (~0ull) /* a generation that does not come */

/*
 * The table of rules: nd/table.h has the look-up, user/dataplane/table.c the writing. A rule in
 * it never changes: its slot holds it for the generations from `born` up to but not including
 * `dies`. A change is a new slot and an end for the old one.
 */
struct ndpx_slot {
	__u8 addr[16]; /* network order */
	__u64 scope;   /* NDPX_SCOPE() */
	__u64 born, dies;
	struct ndpx_policy policy;
	__u32 stats;  /* place of its statistics, which outlive a change of the rule; 0: none */
	__u16 serial; /* of that place, while it is this rule's */
	__u16 flags;  /* NDPX_SLOT_*; user space only */
};
_Static_assert(sizeof(struct ndpx_slot) == 64, "one cache line");

#define NDPX_SLOT_LAST 0x01u /* the key has no successor: its statistics go with it */

/* Whose rule: `uplink` is its ifindex, 0 the guest ports; the rest as in struct ndpx_key. */
#define NDPX_SCOPE(uplink, vlan, bits, origin)                                                     \
	((__u64)(uplink) << 32 | (__u64)(vlan) << 16 | (__u64)(bits) << 8 | (__u64)(origin))

#define NDPX_SCOPE_UPLINK(scope) ((__u32)((scope) >> 32))
#define NDPX_SCOPE_VLAN(scope)	 ((__u16)((scope) >> 16))
#define NDPX_SCOPE_BITS(scope)	 ((__u32)((scope) >> 8) & 0xff)
#define NDPX_SCOPE_ORIGIN(scope) ((__u16)((scope)&0xff))

#define NDPX_BUCKET_SLOTS 7

/*
 * The rules whose hash leads here, or whose home was full. A tag is eight bits of the hash, 0:
 * nothing there. Look-ups go through the tags first: a miss mostly costs this one line.
 */
struct ndpx_bucket {
	__u64 tags; /* byte i, from the lowest: of slot[i] */
	__u32 away; /* no fewer than the rules whose home this is and which are in their other bucket */
	__u32 pad[13];
	struct ndpx_slot slot[NDPX_BUCKET_SLOTS];
};
_Static_assert(sizeof(struct ndpx_bucket) == 512, "eight cache lines");

/* `rules` is an array of segments, arrays of buckets; 1 << NDPX_LOG2_SEGMENTS are in use. */
#define NDPX_SEGMENT_BITS      10
#define NDPX_SEGMENT_BUCKETS   (1u << NDPX_SEGMENT_BITS) /* 512 KiB */
#define NDPX_MAX_LOG2_SEGMENTS 9
#define NDPX_MAX_SEGMENTS      (1u << NDPX_MAX_LOG2_SEGMENTS)

/* What was counted for a rule. `rule_stats` is an array of arrays as well; place 0 is no rule's. */
struct ndpx_rule_stats {
	__u64 answers;	   /* NDPX_ANSWERS of it; above, the serial, another one for each rule */
	__u64 last_answer; /* CLOCK_MONOTONIC, ns; 0: never */
	__u8 last_requester[16]; /* IPv6 source of that solicitation, :: for DAD */
};
_Static_assert(sizeof(struct ndpx_rule_stats) == 32, "layout crosses to the kernel");

#define NDPX_ANSWERS	     ((1ull << 48) - 1)
#define NDPX_SERIAL(answers) ((__u16)((answers) >> 48))

/*
 * What one CPU counted since it last wrote it to `rule_stats`: two CPUs that answer for one
 * guest would take a line from each other with every answer. By the place's last bits; a place
 * that needs another one's element writes that out first.
 */
struct ndpx_hot_stats {
	__u64 id;		      /* NDPX_HOT_ID(); 0: nothing */
	struct ndpx_rule_stats stats; /* without the serial */
};
_Static_assert(sizeof(struct ndpx_hot_stats) == 40, "layout crosses to the kernel");

#define NDPX_HOT_STATS		   64
#define NDPX_HOT_ID(place, serial) ((__u64)(serial) << 32 | (place))

#define NDPX_STATS_BITS		12
#define NDPX_STATS_SEGMENT	(1u << NDPX_STATS_BITS) /* 128 KiB */
#define NDPX_MAX_STATS_SEGMENTS 512

/*
 * The one element of `prefix_filter`: the bit nd_prefix_bit() of every prefix rule in force is
 * set, so that a length under which there is nothing costs no look-up.
 */
#define NDPX_FILTER_BITS 20
#define NDPX_FILTER_SIZE (1u << (NDPX_FILTER_BITS - 3)) /* bytes */

/* The one element of `state`. All but `word` and `refreshed` is for user space only. */
struct ndpx_state {
	__u64 word;
	__u32 abi;
	__u32 staged;	  /* not 0: a change was begun and not cleaned up */
	__u64 horizon;	  /* slots that died by this generation may have been used again */
	__u32 n_stats;	  /* places of `rule_stats` that were ever in use */
	__u32 free_stats; /* first of the free ones, chained by `answers`; 0: none */
	__u32 resizes;	  /* how often the table has got another number of segments */
	__u32 pad;
	__u64 refreshed; /* CLOCK_MONOTONIC, ns: when `run` last refreshed the lease; 0: never */
	__u32 listening; /* bit i: listener i is told of every solicitation; 0: nobody listens */
	__u32 left_out;	 /* how many the listeners were not told of; wraps */
	__u32 pad2[2];
};
_Static_assert(sizeof(struct ndpx_state) == 64, "layout crosses to the kernel");

/* What the program asks of `run`: a record of the ring `events`. */
enum ndpx_event_kind {
	NDPX_EVENT_PROBE = 1, /* P83: is there a neighbour at `port`? */
};

struct ndpx_event {
	__u32 kind; /* enum ndpx_event_kind; others are skipped */
	__u32 port; /* ifindex by which the kernel's route to it leaves */
	__u8 target[16];
	__u64 at; /* CLOCK_MONOTONIC, ns, by ticks */
};
_Static_assert(sizeof(struct ndpx_event) == 32, "layout crosses to the kernel");

#define NDPX_EVENTS_SIZE (1u << 16) /* bytes: a multiple of every page size */

/*
 * How often the program asks: for one target once a second, as a router does; and for all of
 * them so that entries that come to nothing, four seconds each, stay below the 512 from which a
 * kernel with its own settings throws out living ones (neigh/default/gc_thresh2).
 */
#define NDPX_PROBE_AGAIN 1000000000ull /* ns */
#define NDPX_PROBE_COST	 (NDPX_PROBE_AGAIN / 64)
#define NDPX_PROBE_BURST NDPX_PROBE_AGAIN

/*
 * What `monitor` is told of a solicitation, by perf events; behind it up to NDPX_TOLD_FRAME bytes
 * of the frame as it came. Listener i has the elements of `listeners` from NDPX_LISTENER_CPUS * i
 * on, one a CPU; the kernel takes them out when the process that put them there ends.
 */
struct ndpx_told {
	__u64 at; /* CLOCK_MONOTONIC, ns */
	__u32 ifindex;
	__u16 vlan; /* VID; 0: untagged, or the frame still has its tag */
	__u8 verdict;
	__u8 pad;
};
_Static_assert(sizeof(struct ndpx_told) == 16, "layout crosses to the kernel");

#define NDPX_TOLD_FRAME	   160u /* bytes: two tags, headers, and 64 bytes of options */
#define NDPX_LISTENERS	   4u
#define NDPX_LISTENER_CPUS 1024u

/* What all listeners together are told of at most: 10,000 a second, and as many at once. */
#define NDPX_TOLD_COST	100000ull /* ns */
#define NDPX_TOLD_BURST 1000000000ull

enum ndpx_source {
	NDPX_SOURCE_TARGET = 0,
	NDPX_SOURCE_LINK_LOCAL = 1,
	NDPX_SOURCE_FIXED = 2,
};

#define NDPX_S_PAUSED	     0x01u
#define NDPX_S_STRICT_LLADDR 0x02u
#define NDPX_S_LEASE	     0x04u /* `lease` is not 0: one test on the fast path for both */

/* A prefix length in use: the mask in network order, as memory holds it. */
struct ndpx_length {
	__u8 mask[16];
	__u32 bits;
	__u32 pad;
};
_Static_assert(sizeof(struct ndpx_length) == 24, "layout crosses to the kernel");

#define NDPX_MAX_VLANS	64    /* uplinks on one device */
#define NDPX_LINK_SLOTS 128   /* what `links` of the settings has room for; a power of two */
#define NDPX_MAX_LINKS	65536 /* elements of `links`: 1 MiB of hash buckets an uplink */

/*
 * What "this link" is for one VLAN of an uplink. MAC and address in network order. The
 * filter has the bit ndpx_filter_bit() of every member that `links` holds for this VLAN, so
 * that a miss mostly costs no look-up.
 */
struct ndpx_link {
	__u8 mac[6]; /* H: of `l3_dev` */
	__u16 vlan;
	__u8 link_local[16]; /* L, of `l3_dev`; :: when it has none */
	__u32 l3_dev;	     /* the interface on which this host's stack sees it */
	__u32 pad;
	__u64 members; /* filter of NDPX_LINK_MEMBER */
	__u64 pad2;
};
_Static_assert(sizeof(struct ndpx_link) == 48, "layout crosses to the kernel");

enum ndpx_link_kind {
	NDPX_LINK_MEMBER = 1,  /* `value` is the ifindex of an interface that is this link */
	NDPX_LINK_OWN_MAC = 2, /* a MAC of this host, as six bytes of memory */
	NDPX_LINK_LOCAL = 3,   /* the lower half of a link-local address of this host here */
};

/*
 * Key of `links`, a set. A change is written under the next epoch and takes effect with the
 * settings that name it; then the old epoch's keys are removed.
 */
struct ndpx_link_key {
	__u32 epoch;
	__u16 vlan;
	__u16 kind; /* enum ndpx_link_kind */
	__u64 value;
};
_Static_assert(sizeof(struct ndpx_link_key) == 16, "layout crosses to the kernel");

/* Of a filter with 1 << log2 bits. */
static inline __attribute__((always_inline)) __u32 ndpx_filter_bit(__u64 value, __u32 log2)
{
	return (__u32)(value * 0x9e3779b97f4a7c15ull >> (64 - log2));
}

#define NDPX_MEMBERS_BITS 6 /* log2 of them, of ndpx_link.members */

/*
 * The filter of what this host sends itself, for all VLANs of an uplink: the bit of every value
 * of NDPX_LINK_OWN_MAC and NDPX_LINK_LOCAL. Every solicitation asks it, so it is large enough
 * for a host with hundreds of interfaces.
 */
#define NDPX_OURS_BITS 12 /* log2 of them */

/* A network in the kernel's routing table that the program cannot find there by itself. */
enum ndpx_net_kind {
	NDPX_NET_ONLINK = 1, /* on-link here: a route no longer than it does not prove a guest */
	NDPX_NET_LOCAL = 2,  /* a route of type local beyond interface addresses (AnyIP) */
};

struct ndpx_net {
	__u8 addr[16]; /* without host bits */
	__u8 mask[16];
	__u16 vlan; /* of NDPX_NET_ONLINK */
	__u8 bits;  /* 1 to 128 */
	__u8 kind;  /* enum ndpx_net_kind; 0: none */
	__u32 pad;
};
_Static_assert(sizeof(struct ndpx_net) == 40, "layout crosses to the kernel");

#define NDPX_MAX_NETS  16
#define NDPX_MAX_NO_ND 16

#define NDPX_SIZE_SETTINGS                                                                         \
	(56 + 24 * NDPX_MAX_LENGTHS + 48 * NDPX_LINK_SLOTS + 4096 + 40 * NDPX_MAX_NETS +           \
	 4 * NDPX_MAX_NO_ND + (1 << NDPX_OURS_BITS) / 8)

/* Settings of an uplink. Addresses and MAC in network order, the rest in host order. */
struct ndpx_settings {
	union {
		struct ndpx_link links[NDPX_LINK_SLOTS]; /* [0]: of untagged frames */
		struct {
			__u8 mac[6];
			__u8 pad[2];
			__u8 link_local[16];
		};
	};
	__u8 source[16];   /* of the answers, where source_mode is not NDPX_SOURCE_TARGET */
	__u32 flags;	   /* NDPX_S_* */
	__u32 source_mode; /* enum ndpx_source */
	__u64 rate_cost;   /* ns an answer costs a requester, 0: no limit */
	__u64 rate_burst;  /* ns of debt a requester may run up */
	__u32 n_lengths;
	__u32 lease; /* s: silent when ndpx_state.refreshed is older; 0: no lease */
	__u32 epoch; /* of the keys of `links` in force */
	__u32 rate;  /* as in the file: answers a second for each requester; user space only */
	struct ndpx_length lengths[NDPX_MAX_LENGTHS]; /* longest first */
	__u8 slots[4096]; /* by VID: index in `links`; 0: not configured, treated as untagged */
	struct ndpx_net nets[NDPX_MAX_NETS]; /* longest first */
	/* Interfaces without neighbours (NOARP): Ethernet and others; 0: none */
	__u32 no_nd[NDPX_MAX_NO_ND];
	__u64 ours[(1 << NDPX_OURS_BITS) / 64]; /* filter of NDPX_OURS_BITS */
};
_Static_assert(sizeof(struct ndpx_settings) == NDPX_SIZE_SETTINGS, "layout crosses to the kernel");

/* What this link is for frames of a VLAN, 0: untagged. */
static inline __attribute__((always_inline)) const struct ndpx_link *
ndpx_link_of(const struct ndpx_settings *set, __u32 vlan)
{
	__u32 slot = 0;

	if (vlan) {
		/* clang knows the ranges and would drop the masks; verifiers need them. */
		__asm__ volatile("" : "+r"(vlan));
		slot = set->slots[vlan & 4095];
		__asm__ volatile("" : "+r"(slot));
	}
	return &set->links[slot & (NDPX_LINK_SLOTS - 1)];
}

/* How many rules in force an instance has. User space only. */
struct ndpx_counts {
	__u32 guests, prefixes; /* answers, by exact address and by prefix */
	__u32 denies;
	__u32 own;	  /* addresses and gateways of this host */
	__u32 overridden; /* not in force, because a higher origin has the same key */
	__u32 command;	  /* in force and made by a command */
	__u32 pad[2];
	__u32 bits[128]; /* prefix rules of any kind, by length */
};
_Static_assert(sizeof(struct ndpx_counts) == 544, "layout crosses to the kernel");

/*
 * The program's global data. since[0] >> 1 is the generation from which set[since[0] & 1] is in
 * force; before that, the other one is. Likewise counts[] with counts_since. since[1] is never
 * read: see settings_of() in bpf/state.h.
 */
struct ndpx_config {
	__u64 since[2];
	__u64 counts_since; /* user space only */
	__u32 nothing; /* always 0, which the verifier does not know: forget() in bpf/state.h */
	__u32 pad;
	struct ndpx_counts counts[2];
	struct ndpx_settings set[2];
};
_Static_assert(sizeof(struct ndpx_config) == 32 + 2 * 544 + 2 * NDPX_SIZE_SETTINGS,
	       "layout crosses to the kernel");

/* Which of the two is in force at a generation. */
static inline __attribute__((always_inline)) __u32 ndpx_which(__u64 since, __u64 generation)
{
	return (__u32)(since & 1) ^ (generation < since >> 1);
}

/*
 * A guest port as the program knows it. MAC and address in network order; `l3_dev` is the
 * interface on which this host's stack sees the link, the port itself or the bridge it is
 * in: what leaves there returns to the requester. 0: not a guest port.
 */
struct ndpx_port_at {
	__u8 mac[6]; /* H, of `l3_dev` */
	__u16 group; /* number of its section */
	__u32 l3_dev;
	__u32 isolated;	     /* bridge port, whose other isolated ports do not hear it; 0: not */
	__u8 link_local[16]; /* L, :: if there is none */
};
_Static_assert(sizeof(struct ndpx_port_at) == 32, "layout crosses to the kernel");

/*
 * Value of `ports`, by ifindex. Staged like a rule: at[0] before generation `since`,
 * at[1] from then on. An all-zero entry is about to be attached or detached. `flags`
 * stays first in every version, so that each version can undo what another did.
 */
struct ndpx_port {
	__u32 flags; /* NDPX_R_CLSACT; user space only */
	__u32 pad;
	__u64 since; /* a generation */
	struct ndpx_port_at at[2];
	char dev[16]; /* its last name, for when it is gone; user space only */
};
_Static_assert(sizeof(struct ndpx_port) == 96, "layout crosses to the kernel");

#define NDPX_PATTERN_LEN 64

/*
 * Value of `sections`, two of them, of which ndpx_config.since says which is in force, as of
 * its settings. A section's number is
 * its index here, which is its position in the file. User space only.
 */
struct ndpx_sections {
	__u32 n;
	__u32 pad;
	char pattern[NDPX_MAX_SECTIONS][NDPX_PATTERN_LEN];
};
_Static_assert(sizeof(struct ndpx_sections) == 8 + 16 * 64, "layout crosses to the kernel");

/* Key and value of `rates`: generic cell rate in one word, hence no lock. */
struct ndpx_requester_key {
	__u8 mac[6];
	__u16 vlan;
};
_Static_assert(sizeof(struct ndpx_requester_key) == 8, "layout crosses to the kernel");

struct ndpx_requester {
	__u64 due; /* CLOCK_MONOTONIC ns at which the requester is out of debt */
};

#define NDPX_R_ALLMULTI 0x01u /* ndpx switched allmulti on */
#define NDPX_R_CLSACT	0x02u /* ndpx made the clsact qdisc */

/* How an uplink is attached; in `record`. */
enum ndpx_mode {
	NDPX_MODE_NONE = 0,
	NDPX_MODE_NATIVE = 1,
	NDPX_MODE_GENERIC = 2,
	NDPX_MODE_TCX = 3,
	NDPX_MODE_CLSACT = 4,
};

#define NDPX_RECORD_FROZEN 48

/* Value of `record`, read and checked before anything else is reused. User space only. */
struct ndpx_record {
	__u32 magic;
	__u32 abi;
	__u16 size_slot;
	__u16 size_config;
	__u32 ifindex;
	__u64 netns;	   /* cookie of the network namespace (SO_NETNS_COOKIE) */
	__u64 object_hash; /* of the BPF object the attached program came from */
	__u64 attached_at; /* CLOCK_REALTIME, s */
	__u32 mode;	   /* enum ndpx_mode */
	__u32 flags;	   /* NDPX_R_* */
	/* Frozen up to here, NDPX_RECORD_FROZEN bytes: every version can read every other's. */
	__u32 groups; /* enum ndpx_groups asked for by the file */
	__u32 want;   /* enum ndpx_want: `mode` of the file */
	char dev[16];
	char release[16]; /* version of the ndpx that attached */
	__u32 n_vlans;
	__u32 pad;
	__u16 vlans[NDPX_MAX_VLANS];   /* of the uplinks on this device, 0: untagged */
	__u32 l3_devs[NDPX_MAX_VLANS]; /* ifindex on which this host's stack sees that VLAN */
};
_Static_assert(__builtin_offsetof(struct ndpx_record, groups) == NDPX_RECORD_FROZEN,
	       "older and newer versions undo what this one did");
_Static_assert(sizeof(struct ndpx_record) == 480, "layout crosses to the kernel");

#endif
