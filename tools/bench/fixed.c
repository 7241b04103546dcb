// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `bench fixed`: nanoseconds of the attached program for frames it does not modify, so that
 * BPF_PROG_TEST_RUN can repeat them: non-solicitations, a miss, and each rejecting verdict.
 * The frames are rows of PROTOCOL.md; a figure counts only if that verdict's counter moved
 * by exactly the number of runs. A command reads the counters, because the maps are ndpx's
 * own business. Runs of a bare XDP_PASS alternate with it.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "bench_user.h"
#include "build.h"
#include "bounce.skel.h"

#define REPEAT	 20000
#define ATTEMPTS 3

struct bed {
	int prog, pass;
	const char *counters; /* a shell command: prints "verdict": N in JSON */
	__u32 port;
	int rounds;
};

/* As the samples are named; what follows the slash is the counter. */
static const char *name_of(__u32 verdict)
{
	switch (verdict) {
#define X(number, id, name, text)                                                                  \
	case NDPX_V_##id:                                                                          \
		return "verdict/" #name;
		NDPX_VERDICTS(X)
#undef X
	default:
		return "verdict/none";
	}
}

static __u64 counter(const struct bed *bed, __u32 verdict)
{
	static char text[65536];
	char key[64];
	const char *at;
	FILE *f = popen(bed->counters, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (!f || pclose(f))
		die("%s: no counters", bed->counters);
	text[n] = '\0';
	snprintf(key, sizeof(key), "\"%s\":", strchr(name_of(verdict), '/') + 1);
	at = strstr(text, key);
	if (!at)
		die("%s: no %s in the output", bed->counters, key);
	return strtoull(at + strlen(key), NULL, 10);
}

/* Returns what the program returned last. */
static __u32 run(const struct bed *bed, int prog, const struct frame *f, int repeat)
{
	static __u8 out[FRAME_MAX + 64];
	struct xdp_md ctx = { .data_end = (__u32)f->len, .ingress_ifindex = bed->port };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = f->b, .data_size_in = (__u32)f->len,
		    .data_out = out, .data_size_out = sizeof(out), .ctx_in = &ctx,
		    .ctx_size_in = sizeof(ctx), .repeat = repeat);
	int r = bpf_prog_test_run_opts(prog, &opts);

	if (r)
		die("test run: %s", strerror(-r));
	return opts.retval;
}

/* One figure by the kernel's statistics, and one by the clock on the wall without them. */
static void measure(const struct bed *bed, int prog, const struct frame *f, double *ret_ns,
		    double *ret_wall)
{
	struct prog_time before, after;
	double start;
	int stats;

	start = now_seconds();
	run(bed, prog, f, REPEAT);
	*ret_wall = (now_seconds() - start) * 1e9 / REPEAT;
	stats = stats_on();
	before = prog_time(prog);
	run(bed, prog, f, REPEAT);
	after = prog_time(prog);
	close(stats);
	*ret_ns = (double)(after.ns - before.ns) / (double)(after.runs - before.runs);
}

static void one(const struct bed *bed, const char *name, const struct frame *f, __u32 verdict)
{
	double ns, wall, pass_ns, pass_wall;
	int round, attempt;
	__u64 before;

	/* A rate that is exceeded: the first run spends the one answer there is. */
	if (verdict == NDPX_V_RATE_LIMITED)
		run(bed, bed->prog, f, 1);
	for (round = 0; round < bed->rounds; round++) {
		for (attempt = 0; attempt < ATTEMPTS; attempt++) {
			before = verdict ? counter(bed, verdict) : 0;
			measure(bed, bed->prog, f, &ns, &wall);
			if (!verdict || counter(bed, verdict) - before == 2 * REPEAT)
				break;
		}
		if (attempt == ATTEMPTS) {
			fprintf(stderr, "bench: %s: another verdict came out, no figure\n", name);
			return;
		}
		measure(bed, bed->pass, f, &pass_ns, &pass_wall);
		printf("%s/ns %.3f\n%s/wall_ns %.3f\n%s/pass_ns %.3f\n%s/pass_wall_ns %.3f\n", name,
		       ns, name, wall, name, pass_ns, name, pass_wall);
	}
}

static void no_solicitations(const struct bed *bed)
{
	struct ask ask = ask_multicast();
	struct frame f;

	ask.ed = mac_of(H_MAC);
	ask.d = addr_of(T_ADDR);
	ask.hop_limit = 64;
	ask.next = 17;
	f = ask_frame(&ask);
	one(bed, "other/udp_ipv6", &f, NDPX_V_NONE);
	ask.next = 6;
	f = ask_frame(&ask);
	one(bed, "other/tcp_ipv6", &f, NDPX_V_NONE);
	ask.next = NEXT_ICMPV6;
	ask.type = 128;
	f = ask_frame(&ask);
	one(bed, "other/echo_ipv6", &f, NDPX_V_NONE);
	ask.ethertype = 0x0800;
	f = ask_frame(&ask);
	one(bed, "other/ipv4", &f, NDPX_V_NONE);
}

/* The first row of the table that ends in this verdict, under the default settings. */
static const struct row *row_of(__u32 verdict)
{
	const struct row *rows;
	size_t i, n = rows_all(&rows);

	for (i = 0; i < n; i++) {
		if (rows[i].verdict == verdict && rows[i].act == ROW_PASS &&
		    rows[i].env == env_get(ENV_TARGET))
			return &rows[i];
	}
	return NULL;
}

/* Verdicts that need more than a frame: run.sh has made rules, routes and a rate. */
static void target_verdict(const struct bed *bed, __u32 verdict, const char *target)
{
	struct ask ask = ask_multicast();
	struct frame f;

	if (verdict == NDPX_V_DAD_IGNORED)
		ask = ask_dad();
	ask_target(&ask, target);
	f = ask_frame(&ask);
	one(bed, name_of(verdict), &f, verdict);
}

static void verdicts(const struct bed *bed)
{
	__u32 v;

	for (v = 1; v < NDPX_V_END; v++) {
		const struct row *row = row_of(v);
		struct frame f;

		if (v == NDPX_V_NOT_ROUTED)
			target_verdict(bed, v, "2001:db8:1::b0");
		else if (v == NDPX_V_NOT_ALIVE)
			target_verdict(bed, v, "2001:db8:1::b1");
		else if (v == NDPX_V_SAME_PORT)
			target_verdict(bed, v, G_SAME);
		else if (v == NDPX_V_OWN_ADDRESS)
			target_verdict(bed, v, OWN);
		else if (v == NDPX_V_DENIED)
			target_verdict(bed, v, G_DENIED);
		else if (v == NDPX_V_DAD_IGNORED)
			target_verdict(bed, v, G_IGNORE);
		else if (row && row->len <= FRAME_MAX) {
			f.len = row->len;
			memcpy(f.b, row->frame, f.len);
			one(bed, name_of(v), &f, v);
		}
	}
}

int verb_fixed(const char *netns, const char *dev, const char *counters, int rounds, int limited)
{
	struct bounce *skel = bounce__open_and_load();
	struct bed bed = { .counters = counters, .rounds = rounds };
	__u32 id = 0;

	enter_netns(netns);
	bed.port = if_nametoindex(dev);
	if (!skel || !bed.port || bpf_xdp_query_id((int)bed.port, 0, &id) || !id)
		die("%s: no XDP program: %s", dev, strerror(errno));
	bed.prog = bpf_prog_get_fd_by_id(id);
	bed.pass = bpf_program__fd(skel->progs.bench_pass);
	/* A program that is attached nowhere must wait for the XDP dispatcher at each run. */
	if (bpf_xdp_attach((int)if_nametoindex("lo"), bed.pass, XDP_FLAGS_SKB_MODE, NULL))
		die("lo: %s", strerror(errno));
	if (bed.prog < 0)
		die("program %u: %s", id, strerror(errno));
	if (limited) {
		target_verdict(&bed, NDPX_V_RATE_LIMITED, T_ADDR);
		return 0;
	}
	no_solicitations(&bed);
	verdicts(&bed);
	return 0;
}
