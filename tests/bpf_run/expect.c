// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a run must have done: the return value, exactly one counter, and every byte of
 * the frame.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prog.h"

/*
 * TEST_RUN itself refuses frames below these sizes; the second applies to TC with the IPv6
 * ethertype and depends on the kernel. The native runner covers these rows.
 */
#define TEST_RUN_MIN	14
#define TEST_RUN_MIN_TC 54

static const char *verdict_name(__u32 v)
{
	static const char *const names[NDPX_V_END] = { [NDPX_V_NONE] = "none",
#define X(number, id, name, text) [NDPX_V_##id] = #name,
						       NDPX_VERDICTS(X)
#undef X
	};

	return v < NDPX_V_END ? names[v] : "?";
}

static void expect_counters(const struct prog_result *r, enum ndpx_verdict verdict)
{
	int wrong = 0;
	__u32 i;

	for (i = 0; i < NDPX_COUNTERS; i++) {
		__u64 want = i == verdict && verdict != NDPX_V_NONE;

		if (r->moved[i] == want)
			continue;
		wrong = 1;
		print_error("counter %s (%u) moved by %llu, expected %llu\n", verdict_name(i), i,
			    (unsigned long long)r->moved[i], (unsigned long long)want);
	}
	if (wrong)
		fail_msg("expected verdict %s", verdict_name(verdict));
}

static void expect_frame(const struct prog_result *r, const __u8 *want, size_t len)
{
	size_t i;

	if (r->len != len)
		fail_msg("the frame is %u bytes long, expected %zu", r->len, len);
	for (i = 0; i < len; i++) {
		if (r->out[i] != want[i])
			fail_msg("byte %zu of %zu is %02x, expected %02x", i, len, r->out[i],
				 want[i]);
	}
}

static void expect(enum prog_hook hook, const struct row *row, enum ndpx_verdict verdict,
		   enum row_act act)
{
	static const char *const acts[] = { "PASS", "DROP", "ANSWER" };
	static struct prog_result r;
	int err = prog_run(hook, row->frame, row->len, &r);

	if (err == EINVAL && prog_is_tc(hook) && row->len < TEST_RUN_MIN_TC)
		skip();
	if (err)
		fail_msg("TEST_RUN of %zu bytes: %s", row->len, strerror(err));
	if (r.other)
		fail_msg("the program returned %d", r.other);
	expect_counters(&r, verdict);
	if (r.act != act)
		fail_msg("%s, expected %s", acts[r.act], acts[act]);
	if (act == ROW_ANSWER)
		expect_frame(&r, row->answer, row->answer_len);
	else
		expect_frame(&r, row->frame, row->len);
}

void prog_expect(enum prog_hook hook, const struct row *row)
{
	if (row->len < TEST_RUN_MIN)
		skip();
	prog_fill(prog_for(hook), row->env);
	expect(hook, row, row->verdict, row->act);
}

void prog_expect_verdict(enum prog_hook hook, const struct row *row, enum ndpx_verdict verdict,
			 enum row_act act)
{
	expect(hook, row, verdict, act);
}

/* Is this verdict on a valid solicitation up to the rules? P44 is. */
static int is_of_rules(const struct row *row)
{
	switch (row->verdict) {
	case NDPX_V_ANSWERED:
	case NDPX_V_ANSWERED_DAD:
	case NDPX_V_ANSWERED_PROBE:
	case NDPX_V_DAD_IGNORED:
	case NDPX_V_NO_GUEST:
	case NDPX_V_OWN_ADDRESS:
	case NDPX_V_SAME_PORT:
	case NDPX_V_DENIED:
	case NDPX_V_PAUSED:
		return 1;
	case NDPX_V_BAD_DESTINATION:
		return !strcmp(row->name, "P44");
	default:
		return 0;
	}
}

static int has_vid(const struct row *row)
{
	return row->len >= 18 && row->frame[12] == 0x81 && row->frame[13] == 0 &&
	       ((row->frame[14] & 0x0f) | row->frame[15]) != 0;
}

void prog_expect_on_port(const struct row *row)
{
	if (row->len < TEST_RUN_MIN)
		skip();
	prog_fill(prog_for(HOOK_PORT), row->env);
	if (has_vid(row) && is_of_rules(row))
		expect(HOOK_PORT, row, NDPX_V_NO_GUEST, ROW_PASS);
	else
		expect(HOOK_PORT, row, row->verdict, row->act);
}

const struct row *prog_row(const char *name, const char *what)
{
	const struct row *rows, *ports;
	size_t n = rows_all(&rows) + rows_of_ports(&ports), i;

	/* The tables one after the other. */
	for (i = 0; i < n; i++) {
		if (!strcmp(rows[i].name, name) && !strcmp(rows[i].what, what))
			return &rows[i];
	}
	fprintf(stderr, "no row \"%s %s\"\n", name, what);
	abort();
}
