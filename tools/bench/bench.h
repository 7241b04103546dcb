/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shared by the generator's BPF and user halves. UAPI types only, and independent of the
 * responder.
 */
#ifndef BENCH_H
#define BENCH_H

#include <linux/types.h>

#define BENCH_STAMPS  256   /* probes on their way at once; the target's low byte names one */
#define BENCH_SAMPLES 65536 /* times to the answer that are kept */
#define BENCH_LATE    1000000ull

#define BENCH_NS_LEN	86  /* the plain form: untagged, with an SLLAO; and its answer */
#define BENCH_BARE_LEN	78  /* a solicitation without options */
#define BENCH_FRAME_MAX 128 /* what can be sent; a power of two */
#define BENCH_TAG_LEN	4

/*
 * The yardstick of the budgets: a look-up in the kernel's hash with these sizes. They are what
 * ndpx's rules had there in ABI 4, and are frozen: otherwise ratios of two versions of ndpx
 * could not be compared.
 */
struct bench_key {
	__u8 pad[8];
	__u8 addr[16];
} __attribute__((aligned(8)));

struct bench_value {
	__u64 bytes[9];
};

#define BENCH_MAX_TARGETS 1048576 /* sizes the buckets as well */

/*
 * Of the soak: the last four bytes of a guest's MAC, behind 02:00, are made of its address's
 * last word, so that an answer with another guest's data is seen.
 */
#define BENCH_GUESTS	   131072 /* at most; answers are counted for each */
#define BENCH_LLADDR(word) ((__u32)(word)*0x9e3779b1u ^ 0x5bd1e995u)

enum { BENCH_UNCHECKED, BENCH_CHECKED, BENCH_BROKEN }; /* the last by another function */

enum { BENCH_FLOOD, BENCH_PROBE, BENCH_STREAMS };

/* One requester. Its MAC ends in 1 + its number, which is how its answers are known. */
struct bench_stream {
	__u64 gap;     /* ns from one frame to the next; 0: whenever there is room */
	__u64 due;     /* when the next one is */
	__u64 sent;    /* frames handed to the cable */
	__u64 skipped; /* given up, for the schedule was BENCH_LATE ns behind */
	__u32 on;
	__u32 len;     /* BENCH_NS_LEN if there are targets */
	__u32 targets; /* how many; 0: the frame goes out as it is */
	__u32 first;   /* their word's first value, host order */
	__u32 next;
	__u32 random; /* else one after the other */
	__u32 high;   /* the word is bits 32 to 63 of the target, else the last one */
	__u32 sum;    /* of pseudo header and message, what is filled in being 0 */
	__u8 frame[BENCH_FRAME_MAX];
};

/* One CPU of `bench cpus`: alone in its cache lines. */
struct bench_feed {
	__u8 frame[BENCH_FRAME_MAX];
	__u64 runs;
	__u8 pad[120];
} __attribute__((aligned(128)));

/* What came back. */
struct bench_answers {
	__u64 answered[BENCH_STREAMS];
	__u64 strays; /* came in but is not an answer */
	__u64 wrong;  /* an answer, but not with its own guest's data */
	__u64 n_samples;
	__u32 samples[BENCH_SAMPLES]; /* ns from solicitation to answer */
	__u32 first_len;
	__u8 first_answer[BENCH_NS_LEN + BENCH_TAG_LEN];
	__u8 first_wrong[BENCH_NS_LEN];
	__u8 pad[4];
};

#endif
