// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The Linux kernel as the oracle: the table's frames and mutations of them go to a host
 * whose kernel proxies the guests (proxy_ndp) and to one with ndpx. Compares who answers
 * and how; and ndpx with the native code, byte by byte. kernel_oracle.sh sets the hosts up
 * from what this program prints.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "mutate.h"
#include "native.h"
#include "row_name.h"
#include "side.h"
#include "twins.h"
#include "wire.h"

#define FRAMES	20000
#define SEED	0x6f7261636c65ull
#define LEN_MAX 1500 /* the cable's MTU is that, without Ethernet */

enum side_id { LINUX, NDPX };

static const struct row_env *env;
static struct side sides[2];
static unsigned long long asked, unsteady, wrong;

struct finding {
	const __u8 *frame;
	size_t len;
	const char *row;
	struct native_result want;
	int unexpected; /* classes that are not in the list */
	int count;	/* 0: only look whether there are such */
};

static void differ(void *ctx, const char *theirs, const char *ours)
{
	struct finding *f = ctx;

	f->unexpected += !compare_is_expected(f->row, theirs, ours);
	if (f->count)
		compare_count(f->row, theirs, ours, f->frame, f->len);
}

/* Compares what the two hosts answered. */
static void compare(struct finding *f, const struct heard *heard)
{
	static const char *const said[] = { "silent", "answers" };

	f->unexpected = 0;
	if (!heard[LINUX].answers != !heard[NDPX].answers) {
		differ(f, said[!!heard[LINUX].answers], said[!!heard[NDPX].answers]);
		return;
	}
	if (!heard[LINUX].answers)
		return;
	/* The row does not affect the answer, except for probes and tags. */
	if (f->want.act == ROW_ANSWER)
		f->row = "answer";
	if (compare_answers(&heard[LINUX], &heard[NDPX], differ, f))
		differ(f, "another answer", "an answer");
}

/* ndpx on the wire must match the native code; after a PASS, its kernel answers. */
static int is_native(const struct finding *f, const struct heard *heard)
{
	if (f->want.act == ROW_ANSWER)
		return heard->answers == 1 && heard->len == f->want.len &&
		       !memcmp(heard->na, f->want.answer, heard->len);
	return !heard->answers || f->want.act == ROW_PASS;
}

static void print_frame(const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->len && i < 256; i++)
		printf("%02x", f->frame[i]);
	printf("\n");
}

static int ask_both(struct finding *f, struct heard *heard)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (!side_ask(&sides[i], f->frame, f->len, &heard[i]))
			continue;
		printf("# %s lost the sentinel behind ", sides[i].name);
		print_frame(f);
		return -1;
	}
	return 0;
}

static void one(const __u8 *frame, size_t len)
{
	static const struct native_ports ports = { .in = 1, .other = 2 };
	struct finding f = { .frame = frame, .len = len };
	static struct heard heard[2];

	native_run(env, &ports, frame, len, &f.want);
	f.row = row_name(frame, len, f.want.verdict, env);
	asked++;
	if (ask_both(&f, heard)) {
		wrong++;
		return;
	}
	compare(&f, heard);
	if (f.unexpected || !is_native(&f, &heard[NDPX])) {
		/* The kernel resolved S after the sentinel: repeat before it counts. */
		f.row = row_name(frame, len, f.want.verdict, env);
		unsteady++;
		if (ask_both(&f, heard)) {
			wrong++;
			return;
		}
	}
	if (!is_native(&f, &heard[NDPX]) && wrong++ < 10) {
		printf("# ndpx is not as its native code, %s %s: ", f.row,
		       native_verdict_name(f.want.verdict));
		print_frame(&f);
	}
	f.count = 1;
	f.row = row_name(frame, len, f.want.verdict, env);
	compare(&f, heard);
}

static unsigned long long number_of(const char *name, unsigned long long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static int run(char **argv)
{
	unsigned long long frames = number_of("NDPX_ORACLE_FRAMES", FRAMES), i;
	unsigned long long seed = number_of("NDPX_DIFF_SEED", SEED);
	struct chance chance = { .state = seed ? seed : 1 };
	struct nursery n = { .env = env, .len_max = LEN_MAX };
	static struct mutant m;
	struct frame more;
	int bad;

	n.n_rows = rows_all(&n.rows);
	setvbuf(stdout, NULL, _IOLBF, 0);
	wire_one_cpu();
	if (compare_expect(argv[0]))
		return 1;
	for (i = 0; i < 2; i++) {
		const char *why = side_open(&sides[i], i == LINUX ? "linux" : "ndpx",
					    argv[1 + 2 * i], argv[2 + 2 * i]);

		if (why) {
			fprintf(stderr, "oracle: %s: %s cannot be opened\n", argv[2 + 2 * i], why);
			return 1;
		}
	}
	printf("# %zu rows and %llu frames made from them, NDPX_DIFF_SEED=0x%llx\n", n.n_rows,
	       frames, seed);
	for (i = 0; i < n.n_rows; i++) {
		if (n.rows[i].len >= 14) /* a packet socket sends no less */
			one(n.rows[i].frame, n.rows[i].len);
	}
	for (i = 0; twins_frame(i, &more); i++)
		one(more.b, more.len);
	for (i = 0; i < frames;) {
		mutate(&n, &chance, &m);
		if (m.len < 14)
			continue;
		one(m.b, m.len);
		i++;
	}
	bad = compare_report();
	printf("# %llu frames asked, %llu of them twice; %llu times the kernel resolved the "
	       "asker\n",
	       asked, unsteady, sides[LINUX].resolved);
	printf("%sok 1 - Linux and ndpx differ as expected\n", bad ? "not " : "");
	printf("%sok 2 - ndpx on the wire is its native code: %llu wrong\n", wrong ? "not " : "",
	       wrong);
	return bad || wrong;
}

int main(int argc, char **argv)
{
	env = twins_env();
	if (argc == 2)
		return twins_print(argv[1]);
	if (argc == 7 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	fprintf(stderr, "usage: oracle conf|addresses|routes|proxies\n"
			"       oracle run LIST SPACE DEV SPACE DEV\n");
	return 1;
}
