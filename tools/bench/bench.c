// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The benchmark's tool: command line, and helpers for all its verbs. Enters namespaces with
 * setns(), because `ip netns exec` would mount a private /sys.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench.h"
#include "bench_user.h"

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("bench: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void enter_netns(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("%s: %s", path, strerror(errno));
	close(fd);
}

void pin_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* A machine with one CPU measures as well, only worse. */
	if (cpu >= 0 && cpu < libbpf_num_possible_cpus())
		sched_setaffinity(0, sizeof(set), &set);
	/* The router is another machine: it does not wait for processes of this one. */
	setpriority(PRIO_PROCESS, 0, -20);
}

double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

struct prog_time prog_time(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		die("program: %s", strerror(errno));
	return (struct prog_time){ info.run_time_ns, info.run_cnt };
}

int stats_on(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (fd < 0)
		die("no run time statistics: %s", strerror(errno));
	return fd;
}

static double number(const char *text)
{
	char *end;
	double n = strtod(text, &end);

	if (end == text || *end || n < 0)
		die("%s: no number", text);
	return n;
}

static int __attribute__((noreturn)) usage(void)
{
	fputs("bench ask [OPTIONS] NETNS DEV      send solicitations, count the answers\n"
	      "   -t SECONDS -d SECONDS           for how long; how long to wait for the rest\n"
	      "   -r RATE -q                      frames a second (0: full speed); no flood at "
	      "all\n"
	      "   -n COUNT -f FIRST -R -w         targets; first value; at random; in word 1\n"
	      "   -l SECONDS                      a second asker's probes, timed: mean gap\n"
	      "   -k FORM -a REQUESTER            a name of forms.c; a number in the requesting "
	      "MAC\n"
	      "   -e answer|none                  fail if anything else is what comes back\n"
	      "   -b BATCH -B (bounced) -p PROG_ID -c CPU\n"
	      "   -A ANSWERS                      as many, instead of -t\n"
	      "   -m own|broken -o FILE           check each answer's MAC, by the function of "
	      "'list soak' or\n"
	      "                                   by another one; how often each target answered\n"
	      "bench fixed NETNS DEV COUNTERS ROUNDS [limited]\n"
	      "                                   ns of frames that are no answer\n"
	      "bench cpus NETNS DEV CPU SECONDS bounce|same|apart\n"
	      "                                   runs a second on CPU 0, on CPU, and on both\n"
	      "bench follow HOST PORT NETNS DEV ROUTES RATE SECONDS\n"
	      "                                   ms from a new route to the answer for its guest\n"
	      "bench hold NETNS DEV pass|drop|bounce|lookup [FIRST COUNT]\n"
	      "bench list conf|import|soak|prefixes FIRST COUNT DEV|LENGTHS EVERY\n"
	      "bench time COMMAND...\n",
	      stderr);
	exit(1);
}

static int ask(int argc, char **argv)
{
	struct ask_options opt = {
		.seconds = 0.5, .drain = 0.02, .targets = 1, .batch = 64, .form = "plain"
	};
	int c;

	while ((c = getopt(argc, argv, "t:d:r:qn:f:Rwl:b:k:a:e:Bp:c:A:m:o:")) != -1) {
		switch (c) {
		case 't':
			opt.seconds = number(optarg);
			break;
		case 'd':
			opt.drain = number(optarg);
			break;
		case 'r':
			opt.rate = number(optarg);
			break;
		case 'q':
			opt.no_flood = 1;
			break;
		case 'n':
			opt.targets = (__u32)number(optarg);
			break;
		case 'f':
			opt.first = (__u32)number(optarg);
			break;
		case 'R':
			opt.random = 1;
			break;
		case 'w':
			opt.high = 1;
			break;
		case 'l':
			opt.probe_gap = number(optarg);
			break;
		case 'b':
			opt.batch = (__u32)number(optarg);
			break;
		case 'k':
			opt.form = optarg;
			break;
		case 'a':
			opt.requester = (__u32)number(optarg);
			break;
		case 'e':
			if (strcmp(optarg, "answer") != 0 && strcmp(optarg, "none") != 0)
				usage();
			opt.expect = optarg;
			break;
		case 'B':
			opt.bounced = 1;
			break;
		case 'p':
			opt.prog = (__u32)number(optarg);
			break;
		case 'A':
			opt.answers = number(optarg);
			break;
		case 'm':
			opt.checked = !strcmp(optarg, "own")	  ? BENCH_CHECKED
				      : !strcmp(optarg, "broken") ? BENCH_BROKEN
								  : BENCH_UNCHECKED;
			if (!opt.checked)
				usage();
			break;
		case 'o':
			opt.guests = optarg;
			break;
		case 'c':
			opt.cpu = (int)number(optarg);
			break;
		default:
			usage();
		}
	}
	if (argc - optind != 2)
		usage();
	opt.netns = argv[optind];
	opt.dev = argv[optind + 1];
	return verb_ask(&opt);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	if (!strcmp(verb, "ask"))
		return ask(argc - 1, argv + 1);
	if (!strcmp(verb, "fixed") && (argc == 6 || argc == 7))
		return verb_fixed(argv[2], argv[3], argv[4], (int)number(argv[5]), argc == 7);
	if (!strcmp(verb, "cpus") && argc == 7)
		return verb_cpus(argv[2], argv[3], (int)number(argv[4]), number(argv[5]), argv[6]);
	if (!strcmp(verb, "follow") && argc == 9)
		return verb_follow(&(struct follow_options){ .host = argv[2],
							     .port = argv[3],
							     .router = argv[4],
							     .dev = argv[5],
							     .routes = (__u32)number(argv[6]),
							     .rate = number(argv[7]),
							     .seconds = number(argv[8]) });
	if (!strcmp(verb, "hold") && argc == 5)
		return verb_hold(argv[2], argv[3], argv[4], 0, 0);
	if (!strcmp(verb, "hold") && argc == 7)
		return verb_hold(argv[2], argv[3], argv[4], (__u32)number(argv[5]),
				 (__u32)number(argv[6]));
	if (!strcmp(verb, "list") && argc == 7)
		return verb_list(argv + 2);
	if (!strcmp(verb, "time") && argc > 2)
		return verb_time(argv + 2);
	usage();
}
