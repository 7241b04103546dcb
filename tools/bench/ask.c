// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `bench ask`: the router. Builds template frames with the builders of tests/rows, has the
 * kernel run gen.bpf.c for a while, and prints what was sent and what came back.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "bench.h"
#include "bench_user.h"
#include "forms.h"
#include "gen.skel.h"

#define TARGETS	    "2001:db8:1::"
#define HIGH	    "2001:db8::1" /* word 1 is filled in; a /124 covers it */
#define PROBE_FIRST 0x10000
#define PROBE_COUNT BENCH_STAMPS
#define LEAST_SHARE 0.99 /* nothing is lost on one CPU, but ksoftirqd may get in between */

static void on_alarm(int sig)
{
	(void)sig; /* its coming ends the run: EINTR */
}

/* Sum of everything the checksum covers, in memory order, the checksum itself being 0. */
static __u32 sum_frame(const struct frame *f)
{
	__u64 sum = (__u64)htons((__u16)(f->len - 54)) + htons(58);
	size_t i;
	__u16 word;

	for (i = 22; i + 1 < f->len; i += 2) {
		memcpy(&word, f->b + i, 2);
		sum += word;
	}
	return (__u32)sum;
}

/* What a stream sends for its first target. */
static struct ask first_ask(const char *form, unsigned int stream, __u32 first, __u32 high,
			    __u32 requester)
{
	struct addr target = addr_of(high ? HIGH : TARGETS);
	char text[INET6_ADDRSTRLEN];

	first = htonl(first);
	memcpy(target.b + (high ? 4 : 12), &first, sizeof(first));
	inet_ntop(AF_INET6, target.b, text, sizeof(text));
	return form_ask(form, text, stream, requester);
}

/* The plain form takes any number of targets, filled in by the generator; others the first. */
static void make_stream(struct bench_stream *s, const struct ask *ask, __u32 targets, __u32 first,
			__u32 random, __u32 high)
{
	struct frame f = ask_frame(ask);

	if (f.len > sizeof(s->frame))
		die("a solicitation of %zu bytes", f.len);
	if (targets > 1 && f.len != BENCH_NS_LEN)
		die("only the plain form has more than one target");
	if (f.len == BENCH_NS_LEN && ask->d.b[0] == 0xff && ask->s.b[0]) {
		f.b[56] = f.b[57] = 0;
		if (!high)
			memset(f.b + 50, 0, 4);
		memset(f.b + (high ? 66 : 74), 0, 4);
		s->sum = sum_frame(&f);
		s->targets = targets;
	}
	memcpy(s->frame, f.b, f.len);
	s->len = (__u32)f.len;
	s->first = first;
	s->random = random;
	s->high = high;
}

/* One answer in full: a contestant that sends rubbish does not count. */
static void check_answer(const struct gen *skel, const struct ask_options *opt)
{
	const __u8 *b = skel->data_count->got.first_answer + skel->rodata->tag_len;
	struct addr s, d;
	__u8 msg[32];
	__u16 sum;

	if (!skel->data_count->got.first_len || opt->bounced)
		return;
	memcpy(s.b, b + 22, 16);
	memcpy(d.b, b + 38, 16);
	memcpy(msg, b + 54, 32);
	msg[2] = msg[3] = 0;
	sum = icmp_checksum(&s, &d, msg, sizeof(msg));
	if (b[56] != sum >> 8 || b[57] != (sum & 0xff) || b[78] != 2 || b[21] != 255)
		die("the answer is no sound advertisement");
}

/* -e: a figure counts as one of answers, or of silence, only if that is what came back. */
static void check_expected(const struct gen *skel, const struct ask_options *opt,
			   const struct ask *asked)
{
	const struct bench_answers *got = &skel->data_count->got;
	double sent = (double)skel->data_gen->streams[BENCH_FLOOD].sent;
	double share = sent > 0 ? (double)got->answered[BENCH_FLOOD] / sent : 0;
	struct frame want;

	if (!opt->expect)
		return;
	if (!strcmp(opt->expect, "none")) {
		if (got->answered[BENCH_FLOOD] || !sent)
			die("%s: %.0f sent, and %.4f of them answered", opt->form, sent, share);
		return;
	}
	if (share < LEAST_SHARE)
		die("%s: %.0f sent, and only %.4f of them answered", opt->form, sent, share);
	if (opt->bounced || opt->targets > 1)
		return;
	want = form_answer(asked);
	if (got->first_len != want.len || memcmp(got->first_answer, want.b, want.len) != 0)
		die("%s: answered, but not as PROTOCOL.md says", opt->form);
}

/* -m: what is checked of each answer. */
static void expect_targets(struct gen *skel, const struct ask_options *opt, const struct ask *asked)
{
	size_t i;

	if (!opt->checked)
		return;
	if (opt->high || opt->targets > BENCH_GUESTS || strcmp(opt->form, "plain") != 0)
		die("-m: the plain form alone, of at most %d targets", BENCH_GUESTS);
	skel->rodata->checked = opt->checked;
	skel->rodata->first = opt->first;
	skel->rodata->targets = opt->targets;
	for (i = 0; i < 3; i++)
		memcpy((void *)&skel->rodata->net[i], asked->t.b + 4 * i, 4);
}

static void print_wrong(const struct gen *skel)
{
	const struct bench_answers *got = &skel->data_count->got;
	size_t i;

	printf("wrong %llu\n", (unsigned long long)got->wrong);
	if (!got->wrong)
		return;
	fputs("bench: the first wrong answer: ", stderr);
	for (i = 0; i < sizeof(got->first_wrong); i++)
		fprintf(stderr, "%02x", got->first_wrong[i]);
	fputc('\n', stderr);
}

/* "ADDRESS ANSWERS" of each target. */
static void write_guests(const struct gen *skel, const struct ask_options *opt)
{
	FILE *f = fopen(opt->guests, "we");
	__u32 i, word;

	if (!f)
		die("%s: %s", opt->guests, strerror(errno));
	for (i = 0; i < opt->targets; i++) {
		word = opt->first + i;
		fprintf(f, "2001:db8:1::%x:%x %u\n", word >> 16, word & 0xffff,
			skel->data_guests->answers_of[i]);
	}
	if (fclose(f))
		die("%s: %s", opt->guests, strerror(errno));
}

static int compare(const void *a, const void *b)
{
	__u32 x = *(const __u32 *)a, y = *(const __u32 *)b;

	return x < y ? -1 : x > y;
}

static void print_times(struct gen *skel)
{
	__u32 *samples = skel->data_count->got.samples;
	__u64 n = skel->data_count->got.n_samples;
	__u64 sent = skel->data_gen->streams[BENCH_PROBE].sent;

	n = n < BENCH_SAMPLES ? n : BENCH_SAMPLES;
	printf("probes %llu\nprobes_share %.6f\n", (unsigned long long)sent,
	       sent ? (double)skel->data_count->got.answered[BENCH_PROBE] / (double)sent : 0.0);
	if (!n)
		return;
	qsort(samples, n, sizeof(*samples), compare);
	printf("us_min %.3f\nus_median %.3f\nus_99 %.3f\nus_max %.3f\n", samples[0] / 1e3,
	       samples[n / 2] / 1e3, samples[n * 99 / 100] / 1e3, samples[n - 1] / 1e3);
}

static struct gen *load(const struct ask_options *opt, const struct ask *flood)
{
	const struct ask probe = first_ask("plain", BENCH_PROBE, PROBE_FIRST, 0, 0);
	struct gen *skel = gen__open();
	struct bench_stream *s;
	unsigned int port;

	if (!skel)
		die("the generator does not open: %s", strerror(errno));
	port = if_nametoindex(opt->dev);
	if (!port)
		die("%s: %s", opt->dev, strerror(errno));
	skel->rodata->port = port;
	skel->rodata->paced = opt->rate > 0 || opt->probe_gap > 0 || opt->no_flood;
	skel->rodata->answer_type = opt->bounced ? 135 : 136;
	skel->rodata->answer_flags = opt->bounced ? 0 : na_for(flood).flags;
	skel->rodata->tag_len = flood->n_tags ? BENCH_TAG_LEN : 0;
	expect_targets(skel, opt, flood);
	if (gen__load(skel))
		die("the generator does not load: %s", strerror(errno));
	s = skel->data_gen->streams;
	make_stream(&s[BENCH_FLOOD], flood, opt->targets, opt->first, opt->random, opt->high);
	make_stream(&s[BENCH_PROBE], &probe, PROBE_COUNT, PROBE_FIRST, 0, 0);
	s[BENCH_FLOOD].on = !opt->no_flood;
	s[BENCH_FLOOD].gap = opt->rate > 0 ? (__u64)(1e9 / opt->rate) : 0;
	s[BENCH_PROBE].on = opt->probe_gap > 0;
	s[BENCH_PROBE].gap = (__u64)(opt->probe_gap * 1e9);
	/* Takes the place of whatever sits there: from XDP to XDP no queue is reset. */
	if (bpf_xdp_attach((int)port, bpf_program__fd(skel->progs.bench_count), XDP_FLAGS_DRV_MODE,
			   NULL))
		die("%s: the counter does not attach: %s", opt->dev, strerror(errno));
	return skel;
}

/*
 * The length of the pages that the generator is given. The kernel keeps the length that a
 * recycled frame came back with unless the generator changes the length itself: a responder
 * that cuts 8 bytes off would miss them in every second frame, and one that appends 8 would
 * find them there. So where answers may have another length, each run cuts two bytes off.
 */
static __u32 page_length(const struct bench_stream *s)
{
	return s->targets ? s->len : s->len + 2;
}

/* How many runs more. */
static int still_to_run(const struct gen *skel, const struct ask_options *opt)
{
	double left = opt->answers - (double)skel->data_gen->streams[BENCH_FLOOD].sent;

	return !opt->answers || left > INT32_MAX ? INT32_MAX : left > 0 ? (int)left : 0;
}

/* Runs the generator until the timer's signal comes, or -A; returns how long that took. */
static double generate(struct gen *skel, const struct ask_options *opt)
{
	struct itimerval timer = {
		.it_value.tv_sec = (time_t)opt->seconds,
		.it_value.tv_usec =
			(suseconds_t)((opt->seconds - (double)(time_t)opt->seconds) * 1e6),
		.it_interval.tv_usec = 20000, /* once more, should the first have come too early */
	};
	struct sigaction sa = { .sa_handler = on_alarm };
	__u8 page[BENCH_FRAME_MAX + 2] = { 0 };
	double start;
	int r;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = page,
		    .data_size_in = page_length(&skel->data_gen->streams[BENCH_FLOOD]),
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = opt->batch);

	memcpy(page, skel->data_gen->streams[BENCH_FLOOD].frame, BENCH_FRAME_MAX);
	sigaction(SIGALRM, &sa, NULL);
	start = now_seconds();
	if (!opt->answers)
		setitimer(ITIMER_REAL, &timer, NULL);
	do {
		run.repeat = still_to_run(skel, opt);
		r = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.bench_gen), &run);
	} while (!r && (opt->answers ? still_to_run(skel, opt) > 0
				     : now_seconds() - start < opt->seconds));
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	if (r && r != -EINTR)
		die("the generator does not run: %s", strerror(-r));
	return now_seconds() - start;
}

static void print_counts(const struct gen *skel, const struct ask_options *opt, double seconds)
{
	const struct bench_answers *got = &skel->data_count->got;
	const struct bench_stream *s = &skel->data_gen->streams[BENCH_FLOOD];
	double sent = (double)s->sent, answered = (double)got->answered[BENCH_FLOOD];

	if (!opt->no_flood)
		printf("sent %.0f\nanswered %.0f\nskipped %llu\noffered_per_s %.1f\n"
		       "answered_per_s %.1f\nshare %.6f\n",
		       sent, answered, (unsigned long long)s->skipped, sent / seconds,
		       answered / seconds, sent > 0 ? answered / sent : 0.0);
	if (opt->checked)
		print_wrong(skel);
	if (opt->guests)
		write_guests(skel, opt);
	printf("strays %llu\n", (unsigned long long)got->strays);
}

int verb_ask(const struct ask_options *opt)
{
	struct prog_time before = { 0 }, after = { 0 };
	int prog = -1, stats = -1;
	struct gen *skel;
	double seconds;
	struct ask flood;

	pin_cpu(opt->cpu);
	enter_netns(opt->netns);
	flood = first_ask(opt->form, BENCH_FLOOD, opt->first, opt->high, opt->requester);
	skel = load(opt, &flood);
	if (opt->prog) {
		prog = bpf_prog_get_fd_by_id(opt->prog);
		if (prog < 0)
			die("program %u: %s", opt->prog, strerror(errno));
		stats = stats_on();
		before = prog_time(prog);
	}
	seconds = generate(skel, opt);
	usleep((useconds_t)(opt->drain * 1e6));
	if (opt->prog) {
		after = prog_time(prog);
		close(stats);
	}
	check_answer(skel, opt);
	check_expected(skel, opt, &flood);
	print_counts(skel, opt, seconds);
	if (opt->prog && after.runs > before.runs)
		printf("runs %llu\nns %.3f\n", (unsigned long long)(after.runs - before.runs),
		       (double)(after.ns - before.ns) / (double)(after.runs - before.runs));
	if (opt->probe_gap > 0)
		print_times(skel);
	gen__destroy(skel);
	return 0;
}
