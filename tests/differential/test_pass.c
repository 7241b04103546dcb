// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The row table and mutated frames on a real cable, hook by hook: what passes reaches the
 * kernel unchanged, what is dropped or answered does not, the answer leaves by the cable,
 * and one counter moves. TC sees tags where the kernel puts them, unlike in TEST_RUN. If
 * ndpx calls a solicitation broken, the kernel's own drop reason must agree: reasons.c.
 * NDPX_WIRE_FRAMES: how many mutants.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counters.h"
#include "env.h"
#include "mutate.h"
#include "native.h"
#include "observer.h"
#include "reasons.h"

#define FRAMES	3000
#define SEED	0x77697265ull
#define LEN_MAX 1500 /* the cable's MTU is that, without Ethernet */
#define SHOWN	20

struct tally {
	unsigned int passed, dropped, answered, skipped, bad;
	unsigned int reasons, reasons_bad;
};

static void complain(struct tally *t, enum prog_hook hook, const struct row *row, const char *what)
{
	size_t i;

	if (t->bad++ >= SHOWN)
		return;
	printf("# %s: %s %s (%s): %s: ", prog_hook_name(hook), row->name, row->what, row->env->name,
	       what);
	for (i = 0; i < row->len && i < 256; i++)
		printf("%02x", row->frame[i]);
	printf("\n");
}

/* The kernel itself drops a truncated tag before any TC program: skb_vlan_untag(). */
static int is_torn(const struct row *row)
{
	return row->len < 20 &&
	       (!memcmp(row->frame + 12, "\x81\x00", 2) || !memcmp(row->frame + 12, "\x88\xa8", 2));
}

static int same(const __u8 *a, size_t a_len, const __u8 *b, size_t b_len)
{
	return a_len == b_len && !memcmp(a, b, a_len);
}

static void check(struct tally *t, enum prog_hook hook, const struct row *row,
		  const struct outcome *out)
{
	if (row->act == ROW_PASS) {
		t->passed++;
		if (out->came != 1)
			complain(t, hook, row, "it passes, but did not reach the kernel once");
		else if (!same(out->frame, out->len, row->frame, row->len))
			complain(t, hook, row, "it reached the kernel with other bytes");
		return;
	}
	if (out->came)
		complain(t, hook, row, "it reached the kernel, which it must not");
	t->dropped += row->act == ROW_DROP;
	t->answered += row->act == ROW_ANSWER;
	if (row->act == ROW_ANSWER && !out->answered)
		complain(t, hook, row, "the answer did not come");
}

static void check_reason(struct tally *t, enum prog_hook hook, const struct row *row,
			 const struct outcome *out)
{
	const char *want = reasons_of(row);

	if (getenv("NDPX_SHOW_REASONS"))
		printf("# %s %s|%s|%s\n", row->name, row->what, out->reason, want ? want : "");
	if (!want || row->act != ROW_PASS)
		return;
	t->reasons++;
	if (reasons_agree(want, out->reason))
		return;
	if (t->reasons_bad++ < SHOWN)
		printf("# %s: %s %s: the kernel says \"%s\", expected %s\n", prog_hook_name(hook),
		       row->name, row->what, out->reason, want);
}

/* 1 if it went over the cable. */
static int one(struct tally *t, enum prog_hook hook, const struct row *row, struct outcome *out)
{
	struct prog *p = prog_for(hook);
	struct counters before, after;
	char what[64];
	int err;

	/* A packet socket sends no less than an Ethernet header. */
	if (row->len < 14 || is_torn(row)) {
		t->skipped++;
		return 0;
	}
	prog_fill(p, row->env);
	counters_read(p, &before);
	err = observer_send(row->frame, row->len, row->answer, row->answer_len, out);
	if (err) {
		complain(t, hook, row, strerror(err));
		return 0;
	}
	counters_read(p, &after);
	check(t, hook, row, out);
	if (!counters_moved(&before, &after, row->verdict, 1)) {
		counters_describe(&before, &after, what, sizeof(what));
		complain(t, hook, row, what);
	}
	return 1;
}

static struct tally run_table(enum prog_hook hook)
{
	static struct outcome out;
	struct tally t = { 0 };
	const struct row *rows;
	size_t n = rows_all(&rows), i;

	for (i = 0; i < n; i++) {
		if (one(&t, hook, &rows[i], &out) && observer_knows_reasons())
			check_reason(&t, hook, &rows[i], &out);
	}
	return t;
}

/* The same frames on each hook. */
static struct tally run_mutants(enum prog_hook hook)
{
	const struct native_ports ports = {
		.in = prog_ports.in,
		.other = prog_ifindex(ROW_PORT_OTHER),
	};
	const char *text = getenv("NDPX_WIRE_FRAMES");
	unsigned long frames = text && *text ? strtoul(text, NULL, 0) : FRAMES, i;
	struct chance chance = { .state = SEED };
	struct nursery n = { .len_max = LEN_MAX };
	struct tally t = { 0 };
	struct native_result want;
	static struct outcome out;
	static struct mutant m;

	n.n_rows = rows_all(&n.rows);
	for (i = 0; i < frames; i++) {
		struct row row = { .name = "mutant", .what = "", .frame = m.b };

		if (i % 100 == 0)
			n.env = env_get((enum env_id)chance_below(&chance, ENV_END));
		mutate(&n, &chance, &m);
		native_run(n.env, &ports, m.b, m.len, &want);
		row.env = n.env;
		row.len = m.len;
		row.verdict = want.verdict;
		row.act = want.act;
		row.answer = want.act == ROW_ANSWER ? want.answer : NULL;
		row.answer_len = want.len;
		one(&t, hook, &row, &out);
	}
	return t;
}

static int report(const char *name, const char *what, const struct tally *t, int n)
{
	printf("%sok %d - %s, %s on a cable: %u passed unchanged, %u dropped, %u answered, %u "
	       "wrong; %u no cable carries\n",
	       t->bad ? "not " : "", n, name, what, t->passed, t->dropped, t->answered, t->bad,
	       t->skipped);
	return t->bad != 0;
}

static int report_reasons(const char *name, const struct tally *t, int n)
{
	const int bad = t->reasons_bad || !t->reasons;

	if (!observer_knows_reasons()) {
		printf("ok %d # SKIP %s: %s\n", n, name, observer_why_not());
		return 0;
	}
	printf("%sok %d - %s: the kernel's reason agrees for %u of %u\n", bad ? "not " : "", n,
	       name, t->reasons - t->reasons_bad, t->reasons);
	return bad;
}

int main(void)
{
	const char *why = prog_machine();
	int hook, i, n = 0, failed = 0;

	if (!why)
		why = observer_begin();
	if (why) {
		printf("SKIP: %s\n", why);
		return PROG_SKIP;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d\n", 3 * HOOK_END);
	for (hook = 0; hook < HOOK_END; hook++) {
		const char *name = prog_hook_name((enum prog_hook)hook);
		struct tally t;

		why = hook == HOOK_XDP_FRAGS && !prog_ports.frags ? "no multi-buffer XDP"
								  : observer_hook(hook);
		if (why) {
			for (i = 0; i < 3; i++)
				printf("ok %d # SKIP %s: %s\n", ++n, name, why);
			continue;
		}
		t = run_table((enum prog_hook)hook);
		failed += report(name, "the table", &t, ++n);
		failed += report_reasons(name, &t, ++n);
		t = run_mutants((enum prog_hook)hook);
		failed += report(name, "mutants", &t, ++n);
		observer_unhook((enum prog_hook)hook);
	}
	return failed ? 1 : 0;
}
