/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The verbs of the `bench` tool and what they share. Its stdout is lines of "name value",
 * which run.sh records under the contestant's name.
 */
#ifndef BENCH_USER_H
#define BENCH_USER_H

#include <linux/types.h>

struct ask_options {
	const char *netns, *dev; /* the router's end */
	double seconds, drain;	 /* of sending; of waiting for the rest */
	double answers;		 /* to ask for, however long that takes; 0: `seconds` says */
	__u32 checked;		 /* BENCH_*: each answer */
	const char *guests;	 /* the file for the answers of each target, or NULL */
	double rate;		 /* frames a second; 0: full speed */
	int no_flood;
	__u32 targets, first, random, high, requester;
	double probe_gap; /* seconds; 0: no second requester */
	__u32 batch;
	const char *form;   /* a name of forms.c */
	const char *expect; /* "answer" or "none": anything else is an error; NULL */
	int bounced;
	__u32 prog; /* id of the program to read the statistics of; 0: none */
	int cpu;
};

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);
/* Into a namespace of ip-netns(8); mounts stay as they are. */
void enter_netns(const char *name);
/* The calling process stays on this CPU, if there is one of that number. */
void pin_cpu(int cpu);
double now_seconds(void);

/* What kernel.bpf_stats_enabled has summed up for a program. */
struct prog_time {
	__u64 ns, runs;
};
struct prog_time prog_time(int fd);
/* A descriptor that keeps the statistics on; close it to end that. */
int stats_on(void);

struct follow_options {
	const char *host, *port;  /* whose routes change; the port they lead to */
	const char *router, *dev; /* as above */
	__u32 routes;		  /* that are there */
	double rate, seconds;	  /* changes a second; for how long */
};

int verb_ask(const struct ask_options *opt);
/* `counters` is a command; `limited`: only what a rate that is exceeded costs. */
int verb_fixed(const char *netns, const char *dev, const char *counters, int rounds, int limited);
/* Answers on two CPUs at once, against each alone. `apart`: each CPU asks for its own guest. */
int verb_cpus(const char *netns, const char *dev, int second_cpu, double seconds, const char *what);
int verb_hold(const char *netns, const char *dev, const char *what, __u32 first, __u32 count);
/* From a new route to the answer for its guest, while others change. */
int verb_follow(const struct follow_options *opt);
int verb_list(char **arg);
int verb_time(char **command);

#endif
