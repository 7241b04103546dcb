// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `bench cpus`: runs a second of one program on one CPU, on the other, and on both at once.
 * No frame crosses a cable: each CPU repeats BPF_PROG_TEST_RUN in a process of its own, which
 * feeds solicitations to the program that is attached to an interface. So nothing but the
 * program is shared by the two, and a machine with two CPUs is enough.
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "bench.h"
#include "bench_user.h"
#include "forms.h"
#include "bounce.skel.h"
#include "feed.skel.h"

#define CPUS	 2
#define SETTLE	 0.03 /* seconds from the first run on, before the window opens */
#define WINDOWS	 8
#define PATIENCE 5.0 /* seconds for the first run to come */

/* One CPU: its own feeder, and the process that runs it. */
struct runner {
	struct feed *skel;
	struct ask ask;
	int cpu, bounced;
	__u32 port;
	pid_t pid;
	clockid_t clock; /* of that process */
};

static void on_signal(int sig)
{
	(void)sig; /* its coming ends the run: EINTR */
}

/*
 * Two CPUs that now and then run at the same time would show nothing, and niceness is worth
 * nothing against another session (autogroup) or control group. Where it is refused, `busy` tells.
 */
static void real_time(int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	sched_setscheduler(0, SCHED_FIFO, &param);
}

/* Returns what bpf_prog_test_run_opts() does; the frame that came out is in `out`. */
static int run(const struct runner *r, int repeat, struct frame *out, __u32 *ret_action)
{
	struct xdp_md ctx = { .data_end = BENCH_NS_LEN, .ingress_ifindex = r->port };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = r->skel->data_feed->feed.frame,
		    .data_size_in = BENCH_NS_LEN, .data_out = out->b,
		    .data_size_out = sizeof(out->b), .ctx_in = &ctx, .ctx_size_in = sizeof(ctx),
		    .repeat = repeat);
	int rc = bpf_prog_test_run_opts(bpf_program__fd(r->skel->progs.bench_feed), &opts);

	out->len = opts.data_size_out;
	*ret_action = opts.retval;
	return rc;
}

/* One run, and all that came out: figures of anything but an answer are worth nothing. */
static void check(const struct runner *r)
{
	struct frame want = form_answer(&r->ask), out;
	__u32 action = 0;
	int rc;

	if (r->bounced) {
		want = ask_frame(&r->ask);
		memcpy(want.b, r->ask.es.b, 6);
		memcpy(want.b + 6, r->ask.ed.b, 6);
	}
	rc = run(r, 1, &out, &action);
	if (rc || action != XDP_TX || out.len != want.len || memcmp(out.b, want.b, want.len) != 0)
		die("not answered as PROTOCOL.md says: %s, action %u, %zu bytes",
		    rc ? strerror(-rc) : "no error", action, out.len);
}

static void set_up(struct runner *r, int prog, const char *target, unsigned int station)
{
	const __u32 zero = 0;
	struct frame f;

	r->ask = form_ask("plain", target, station, 0);
	f = ask_frame(&r->ask);
	r->skel = feed__open_and_load();
	if (!r->skel)
		die("the feeder does not load: %s", strerror(errno));
	memcpy(r->skel->data_feed->feed.frame, f.b, f.len);
	if (bpf_map_update_elem(bpf_map__fd(r->skel->maps.next), &zero, &prog, BPF_ANY))
		die("the program cannot be called from another: %s", strerror(errno));
	check(r);
}

static void start(struct runner *r)
{
	const struct sigaction sa = { .sa_handler = on_signal };
	struct frame out;
	__u32 action;
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pin_cpu(r->cpu);
		real_time(1);
		sigaction(SIGTERM, &sa, NULL);
		_exit(run(r, INT32_MAX, &out, &action) == -EINTR ? 0 : 1);
	}
	r->pid = pid;
	if (clock_getcpuclockid(pid, &r->clock))
		die("process %d has no clock", (int)pid);
}

static void stop(struct runner *r)
{
	int status = 0;

	kill(r->pid, SIGTERM);
	if (waitpid(r->pid, &status, 0) < 0 || status)
		die("a run on CPU %d ended on its own", r->cpu);
}

static double cpu_seconds(const struct runner *r)
{
	struct timespec ts = { 0 };

	clock_gettime(r->clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static __u64 runs_of(const struct runner *r)
{
	return *(volatile __u64 *)&r->skel->data_feed->feed.runs;
}

static void wait_for_first(const struct runner *r)
{
	const double limit = now_seconds() + PATIENCE;
	const __u64 before = runs_of(r);

	while (runs_of(r) == before) {
		if (now_seconds() > limit)
			die("nothing runs on CPU %d", r->cpu);
		usleep(1000);
	}
	usleep((useconds_t)(SETTLE * 1e6));
}

/* Runs a second of all the runners together. */
static double window(const struct runner *runners, int n, double seconds)
{
	const double begin = now_seconds();
	__u64 runs = 0, before = 0;
	int i;

	for (i = 0; i < n; i++)
		before += runs_of(&runners[i]);
	usleep((useconds_t)(seconds * 1e6));
	for (i = 0; i < n; i++)
		runs += runs_of(&runners[i]);
	return (double)(runs - before) / (now_seconds() - begin);
}

/*
 * The best of several windows in which all of them run: a hypervisor takes CPUs away without
 * a trace in a guest's clocks, which can only make a rate smaller. That holds for two that
 * contend as well, unless they are slower together than one alone. *busy falls to the least
 * share of its CPU that one of them had.
 */
static double measure(struct runner *runners, int n, double seconds, double *busy)
{
	double cpu[CPUS], begin, rate, best = 0;
	int i;

	for (i = 0; i < n; i++)
		start(&runners[i]);
	for (i = 0; i < n; i++)
		wait_for_first(&runners[i]);
	begin = now_seconds();
	for (i = 0; i < n; i++)
		cpu[i] = cpu_seconds(&runners[i]);
	for (i = 0; i < WINDOWS; i++) {
		rate = window(runners, n, seconds / WINDOWS);
		best = rate > best ? rate : best;
	}
	for (i = 0; i < n; i++) {
		double share = (cpu_seconds(&runners[i]) - cpu[i]) / (now_seconds() - begin);

		*busy = share < *busy ? share : *busy;
	}
	for (i = 0; i < n; i++)
		stop(&runners[i]);
	return best;
}

/* The bounce is loaded here; else it is what the interface has. */
static int find_program(__u32 port, int bounced)
{
	struct bounce *skel;
	__u32 id = 0;
	int fd;

	if (bounced) {
		skel = bounce__open();
		if (!skel ||
		    bpf_program__set_flags(skel->progs.bench_bounce, BPF_F_XDP_HAS_FRAGS) ||
		    bounce__load(skel))
			die("the bounce does not load: %s", strerror(errno));
		return bpf_program__fd(skel->progs.bench_bounce);
	}
	if (bpf_xdp_query_id((int)port, 0, &id) || !id)
		die("no XDP program is attached");
	fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0)
		die("program %u: %s", id, strerror(errno));
	return fd;
}

int verb_cpus(const char *netns, const char *dev, int second_cpu, double seconds, const char *what)
{
	const int bounced = !strcmp(what, "bounce"), apart = !strcmp(what, "apart");
	struct runner runners[CPUS] = { { .cpu = 0 }, { .cpu = second_cpu } };
	double busy = 1, one, both;
	int i, prog;

	enter_netns(netns);
	for (i = 0; i < CPUS; i++) {
		runners[i].port = if_nametoindex(dev);
		runners[i].bounced = bounced;
		prog = find_program(runners[i].port, bounced);
		set_up(&runners[i], prog, apart && i ? "2001:db8:1::1235" : T_ADDR,
		       (unsigned int)i);
	}
	real_time(2); /* above the runners, or the window would not close in time */
	one = measure(&runners[0], 1, seconds, &busy);
	one += measure(&runners[1], 1, seconds, &busy);
	both = measure(runners, CPUS, seconds, &busy);
	for (i = 0; i < CPUS; i++) {
		if (prog_time(bpf_program__fd(runners[i].skel->progs.bench_feed)).runs)
			die("run time statistics were on: something else measures as well");
	}
	printf("one_per_s %.0f\nboth_per_s %.0f\nbusy %.4f\nruns %llu\n", one / 2, both, busy,
	       (unsigned long long)(runs_of(&runners[0]) + runs_of(&runners[1])));
	return 0;
}
