// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Native code against the loaded object: mutated frames go through both, on every hook;
 * verdict, return value and every byte must be the same. Frames with the same native verdict
 * run as a group, after which exactly that counter has moved by exactly their number: no two
 * errors can cancel out, with some thirty counter reads per batch. NDPX_DIFF_FRAMES and
 * NDPX_DIFF_SEED choose how many and which.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/pkt_cls.h>

#include "counters.h"
#include "env.h"
#include "mutate.h"
#include "native.h"

#define FRAMES	    2000000ull
#define SEED	    0x6e647078ull
#define BATCH	    16384
#define ARENA	    (8u << 20)
#define SHOWN	    10	 /* differences printed a hook */
#define HEX	    256	 /* bytes of each */
#define ONE_BUFFER  3400 /* longer frames get fragments, or are refused */
#define TEST_RUN_TC 54	 /* so are shorter ones of this ethertype for TC, by the kernel's age */

struct item {
	const __u8 *frame;
	size_t len, reach; /* the latter: where the IPv6 payload ends */
	struct native_result want;
};

static struct item items[BATCH];
static size_t n_items;
static __u8 arena[ARENA];
static const struct row_env *env;

static struct {
	unsigned long long ran, skipped, different;
	double seconds;
} tally[HOOK_END];

static unsigned long long seen[NDPX_V_END];

static unsigned long long number_of(const char *name, unsigned long long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void show(enum prog_hook hook, const struct item *it, const char *what)
{
	size_t i;

	if (tally[hook].different++ >= SHOWN)
		return;
	printf("# %s: %s; natively %s; environment \"%s\"; frame of %zu bytes:\n# ",
	       prog_hook_name(hook), what, native_verdict_name(it->want.verdict), env->name,
	       it->len);
	for (i = 0; i < it->len && i < HEX; i++)
		printf("%02x", it->frame[i]);
	printf("%s\n", it->len > HEX ? "..." : "");
}

static __u32 return_value(enum prog_hook hook, enum row_act act)
{
	static const __u32 xdp[] = { XDP_PASS, XDP_DROP, XDP_TX };
	static const __u32 tc[] = { (__u32)TC_ACT_UNSPEC, TC_ACT_SHOT, TC_ACT_REDIRECT };

	return hook == HOOK_TC ? tc[act] : xdp[act];
}

/*
 * No driver hands fragments to a program without xdp.frags, but TEST_RUN does; for TC it
 * uses none. The program then sees the first buffer only: trailing bytes may lie past it
 * (P20), but a message that extends past it is bad_length, whatever it contains.
 */
static int not_runnable(enum prog_hook hook, const struct item *it)
{
	return hook != HOOK_XDP_FRAGS && it->len > ONE_BUFFER;
}

/* 1 when it ran. */
static int run(const struct prog *p, enum prog_hook hook, const struct item *it)
{
	static __u8 out[MUTANT_MAX + 256];
	struct xdp_md md = { .data_end = (__u32)it->len, .ingress_ifindex = prog_ports.in };
	struct __sk_buff skb = { .ifindex = prog_ports.in };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = it->frame, .data_size_in = (__u32)it->len,
		    .data_out = out, .data_size_out = sizeof(out));
	const int answers = it->want.act == ROW_ANSWER;
	const __u8 *want = answers ? it->want.answer : it->frame;
	size_t len = answers ? it->want.len : it->len;
	char what[96];

	if (not_runnable(hook, it)) {
		tally[hook].skipped++;
		return 0;
	}
	if (prog_ports.given) {
		opts.ctx_in = hook == HOOK_TC ? (void *)&skb : (void *)&md;
		opts.ctx_size_in = hook == HOOK_TC ? sizeof(skb) : sizeof(md);
	}
	if (bpf_prog_test_run_opts(p->fd[hook], &opts)) {
		if (errno != EINVAL || hook != HOOK_TC || it->len >= TEST_RUN_TC) {
			snprintf(what, sizeof(what), "TEST_RUN: %s", strerror(errno));
			show(hook, it, what);
		}
		tally[hook].skipped++;
		return 0;
	}
	tally[hook].ran++;
	if (opts.retval != return_value(hook, it->want.act)) {
		snprintf(what, sizeof(what), "returned %d, not %d", (int)opts.retval,
			 (int)return_value(hook, it->want.act));
		show(hook, it, what);
	} else if (opts.data_size_out != len) {
		snprintf(what, sizeof(what), "%u bytes came out, not %zu", opts.data_size_out, len);
		show(hook, it, what);
	} else if (memcmp(out, want, len)) {
		show(hook, it, "other bytes came out");
	}
	return 1;
}

/* Repeats the frames of one verdict one by one, to find the one that counts wrong. */
static void find_wrong(const struct prog *p, enum prog_hook hook, enum ndpx_verdict v)
{
	struct counters before, after;
	unsigned long long found = tally[hook].different;
	char what[96];
	size_t i;

	for (i = 0; i < n_items && tally[hook].different < SHOWN; i++) {
		if (items[i].want.verdict != v)
			continue;
		counters_read(p, &before);
		if (!run(p, hook, &items[i]))
			continue;
		counters_read(p, &after);
		if (counters_moved(&before, &after, v, 1))
			continue;
		counters_describe(&before, &after, what, sizeof(what));
		show(hook, &items[i], what);
	}
	if (tally[hook].different == found) {
		tally[hook].different++;
		printf("# %s: %s: counters of a batch wrong, of its frames right\n",
		       prog_hook_name(hook), native_verdict_name(v));
	}
}

static void run_batch(enum prog_hook hook)
{
	struct prog *p = prog_for(hook);
	struct counters before, after;
	double start;
	__u32 v;

	prog_fill(p, env);
	start = now();
	counters_read(p, &before);
	for (v = 0; v < NDPX_V_END; v++) {
		__u64 ran = 0;
		size_t i;

		for (i = 0; i < n_items; i++) {
			if (items[i].want.verdict == v)
				ran += (__u64)run(p, hook, &items[i]);
		}
		if (!ran)
			continue;
		counters_read(p, &after);
		if (!counters_moved(&before, &after, v, ran)) {
			find_wrong(p, hook, v);
			counters_read(p, &after);
		}
		before = after;
	}
	tally[hook].seconds += now() - start;
}

static unsigned long long make_batch(const struct nursery *n, struct chance *c,
				     unsigned long long max)
{
	struct native_ports ports = {
		.in = prog_ports.in,
		.other = prog_ifindex(ROW_PORT_OTHER),
	};
	static struct mutant m;
	struct places p;
	size_t used = 0;

	for (n_items = 0; n_items < BATCH && n_items < max; n_items++) {
		struct item *it = &items[n_items];

		do {
			mutate(n, c, &m);
		} while (m.len < 14); /* TEST_RUN wants an Ethernet header */
		if (used + m.len > ARENA)
			break;
		it->frame = memcpy(arena + used, m.b, m.len);
		it->len = m.len;
		it->reach = places_find(m.b, m.len, &p) ? 0 : p.end;
		used += m.len;
		native_run(env, &ports, it->frame, it->len, &it->want);
		seen[it->want.verdict]++;
	}
	return n_items;
}

static int missing(int hook)
{
	return hook == HOOK_XDP_FRAGS && !prog_ports.frags;
}

static int report(void)
{
	int hook, failed = 0, wanting = 0;
	const struct row *rows;
	size_t n = rows_all(&rows), i;
	__u32 v;

	for (hook = 0; hook < HOOK_END; hook++) {
		if (missing(hook)) {
			printf("ok %d # SKIP no multi-buffer XDP before 5.18\n", hook + 1);
			continue;
		}
		failed += tally[hook].different != 0;
		printf("%sok %d - %s: %llu frames, %llu not for TEST_RUN, %llu differences, "
		       "%.1f s\n",
		       tally[hook].different ? "not " : "", hook + 1,
		       prog_hook_name((enum prog_hook)hook), tally[hook].ran, tally[hook].skipped,
		       tally[hook].different, tally[hook].seconds);
	}
	for (v = 0; v < NDPX_V_END; v++) {
		if (seen[v])
			printf("# %12llu %s\n", seen[v], native_verdict_name(v));
	}
	/* A mutator that no longer reaches a verdict proves nothing about it. */
	for (i = 0; i < n; i++) {
		if (!seen[rows[i].verdict]) {
			printf("# never: %s\n", native_verdict_name(rows[i].verdict));
			wanting = 1;
			break;
		}
	}
	printf("%sok %d - every verdict of the table came up\n", wanting ? "not " : "", hook + 1);
	return failed + wanting;
}

int main(void)
{
	unsigned long long frames = number_of("NDPX_DIFF_FRAMES", FRAMES), done;
	unsigned long long seed = number_of("NDPX_DIFF_SEED", SEED);
	struct chance chance = { .state = seed ? seed : 1 };
	struct nursery nursery = { .len_max = MUTANT_MAX };
	const char *why = prog_machine();
	int hook;

	if (why) {
		printf("SKIP: %s\n", why);
		return PROG_SKIP;
	}
	if (access(prog_path(), R_OK)) {
		fprintf(stderr, "test_native: %s: build the BPF object first\n", prog_path());
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	nursery.n_rows = rows_all(&nursery.rows);
	printf("1..%d\n# %llu frames, NDPX_DIFF_SEED=0x%llx\n", HOOK_END + 1, frames, seed);
	for (done = 0; done < frames;) {
		/* Most rows use the first environment, so its rules get most of the frames. */
		env = env_get((enum env_id)(
			chance_below(&chance, 2) ? chance_below(&chance, ENV_END) : ENV_TARGET));
		nursery.env = env;
		done += make_batch(&nursery, &chance, frames - done);
		for (hook = 0; hook < HOOK_END; hook++) {
			if (!missing(hook))
				run_batch((enum prog_hook)hook);
		}
	}
	return report() ? 1 : 0;
}
