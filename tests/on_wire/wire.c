// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The row table on a real cable, from the router's end: sends each row's frame, then compares
 * the answer, what the host's kernel sees, and the counters with the row. t_wire_rows.sh sets
 * up the host's end.
 */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire.h"

#define ETHERNET   14
#define TAGGED_MIN 20 /* below it the kernel drops a tagged frame before all hooks but XDP */
#define SHOWN_MAX  20 /* failures told in full */

struct wire {
	int fd, counters;
	int behind; /* the socket after the hook, -1: none */
	__u16 seq;
	__u64 count[NDPX_COUNTERS];
	unsigned int ran, skipped, failed;
};

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("wire: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static void print_frame(const char *what, const __u8 *b, size_t len)
{
	size_t i;

	printf("    %-8s ", what);
	for (i = 0; i < len; i++)
		printf("%02x", b[i]);
	putchar('\n');
}

/* The first complaint about a row prints its heading. */
static void __attribute__((format(printf, 4, 5)))
complain(struct wire *w, const struct row *row, bool *bad, const char *fmt, ...)
{
	va_list ap;

	if (!*bad) {
		*bad = true;
		w->failed++;
		if (w->failed <= SHOWN_MAX) {
			printf("FAIL %s %s (%s)\n", row->name, row->what, row->env->name);
			print_frame("sent", row->frame, row->len);
		}
	}
	if (w->failed > SHOWN_MAX)
		return;
	printf("    ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void expect_frame(struct wire *w, const struct row *row, bool *bad, const char *where,
			 const struct link_heard *heard, const __u8 *want, size_t len)
{
	const struct link_frame *got = &heard->frame[0];
	size_t i;

	if (heard->n == (want ? 1 : 0) &&
	    (!want || (got->len == len && !memcmp(got->b, want, len))))
		return;
	complain(w, row, bad, "%s: %zu frames, expected %s", where, heard->n,
		 want ? "this one" : "none");
	if (w->failed > SHOWN_MAX)
		return;
	if (want)
		print_frame("expected", want, len);
	for (i = 0; i < heard->n && i < LINK_HEARD_MAX; i++)
		print_frame("got", heard->frame[i].b, heard->frame[i].len);
}

static const char *verdict_name(__u32 v)
{
	static const char *const names[NDPX_V_END] = { [NDPX_V_NONE] = "none",
#define X(number, id, name, text) [NDPX_V_##id] = #name,
						       NDPX_VERDICTS(X)
#undef X
	};

	return v < NDPX_V_END ? names[v] : "?";
}

static void expect_counters(struct wire *w, const struct row *row, bool *bad)
{
	__u64 now[NDPX_COUNTERS];
	__u32 i;

	counters_read(w->counters, now);
	for (i = 0; i < NDPX_COUNTERS; i++) {
		__u64 moved = now[i] - w->count[i];
		__u64 want = i == row->verdict && row->verdict != NDPX_V_NONE;

		if (moved != want)
			complain(w, row, bad, "counter %s moved by %llu, expected %llu",
				 verdict_name(i), (unsigned long long)moved,
				 (unsigned long long)want);
	}
	memcpy(w->count, now, sizeof(now));
}

static bool is_tag(const __u8 *type)
{
	return (type[0] == 0x81 && type[1] == 0x00) || (type[0] == 0x88 && type[1] == 0xa8);
}

/* The host's kernel must see the unmodified frame if the row passes it. */
static bool is_to_be_seen(const struct row *row)
{
	return row->act == ROW_PASS && !(row->len < TAGGED_MIN && is_tag(row->frame + 12));
}

/* Why no file can express this row; NULL: one can. */
static const char *cannot(const struct row *row)
{
	/* P2: neither a wire nor a packet socket carries such frames. */
	if (row->len < ETHERNET)
		return "shorter than an Ethernet header";
	/* P75 as implemented: the host's addresses are its own on every VLAN. */
	if (!strcmp(row->name, "P44") && !strcmp(row->what, "D is this host's, on another VLAN"))
		return "the host's addresses are its own on every VLAN";
	return NULL;
}

static void run_row(struct wire *w, const struct row *row)
{
	struct link_heard heard;
	bool bad = false;

	w->seq++;
	link_send(w->fd, row->frame, row->len);
	link_send_sentinel(w->fd, w->seq);
	if (!link_hear(w->fd, LINK_REPLY, w->seq, &heard))
		complain(w, row, &bad, "the sentinel behind it was lost");
	expect_frame(w, row, &bad, "the answer", &heard,
		     row->act == ROW_ANSWER ? row->answer : NULL, row->answer_len);
	if (w->behind >= 0) {
		if (!link_hear(w->behind, LINK_REQUEST, w->seq, &heard))
			complain(w, row, &bad, "the sentinel was not seen behind the hook");
		expect_frame(w, row, &bad, "behind the hook", &heard,
			     is_to_be_seen(row) ? row->frame : NULL, row->len);
	}
	expect_counters(w, row, &bad);
	w->ran++;
}

/* Frame and reaction stay in order only if both go through one CPU's queue. */
static void stay_on_one_cpu(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0 : cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity: %s", strerror(errno));
}

static const struct row_env *env_of(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0 || n >= ENV_END)
		die("%s: no environment", text);
	return env_get((enum env_id)n);
}

/* Verbs. Each returns the exit status. */

static int verb_envs(char **arg)
{
	int id;

	(void)arg;
	for (id = 0; id < ENV_END; id++) {
		const struct row_env *env = env_get((enum env_id)id);

		printf("%d %s %s\n", id, env->settings.flags & NDPX_S_PAUSED ? "--paused" : "-",
		       env->name);
	}
	return 0;
}

static int verb_conf(char **arg)
{
	conf_print(env_of(arg[0]), arg[1], stdout);
	return 0;
}

static int verb_own(char **arg)
{
	conf_print_own(env_of(arg[0]), stdout);
	return 0;
}

static int verb_run(char **arg)
{
	const struct row_env *env = env_of(arg[0]);
	struct wire w = { .behind = -1 };
	const struct row *rows;
	size_t n = rows_all(&rows), i;
	const char *why;

	stay_on_one_cpu();
	w.fd = link_open(arg[1], NULL);
	w.counters = counters_open(arg[2]);
	if (strcmp(arg[3], "-") != 0)
		w.behind = link_open(arg[4], arg[3]);
	counters_read(w.counters, w.count);
	for (i = 0; i < n; i++) {
		if (rows[i].env != env)
			continue;
		why = cannot(&rows[i]);
		if (why) {
			printf("skipped %s %s: %s\n", rows[i].name, rows[i].what, why);
			w.skipped++;
			continue;
		}
		run_row(&w, &rows[i]);
	}
	printf("%u rows run, %u skipped, %u failed: %s\n", w.ran, w.skipped, w.failed, env->name);
	return w.failed || !w.ran;
}

static const struct {
	const char *name;
	int n_args;
	int (*run)(char **arg);
	const char *usage;
} verbs[] = {
	{ "envs", 0, verb_envs, "" },
	{ "conf", 2, verb_conf, "ENV MODE" },
	{ "own", 1, verb_own, "ENV" },
	{ "run", 5, verb_run, "ENV IF COUNTERS NETNS|- BEHIND|-" },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!strcmp(argv[1], verbs[i].name) && argc - 2 == verbs[i].n_args)
			return verbs[i].run(argv + 2);
	}
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(stderr, "usage: wire %s %s\n", verbs[i].name, verbs[i].usage);
	return 2;
}
