// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The table itself: rows_*.c append the rows, one file per section of PROTOCOL.md. Lives
 * until exit; running out of memory aborts, as this is a test.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"

static struct row *rows;
static size_t n_rows, n_uplink;

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static const __u8 *keep(const struct frame *f)
{
	/* malloc(0) may be NULL, and an empty frame is a row. */
	return memcpy(must(malloc(f->len + 1)), f->b, f->len);
}

void row_frames(const char *name, enum env_id env, const struct frame *in,
		enum ndpx_verdict verdict, enum row_act act, const struct frame *answer,
		const char *what)
{
	struct row *row;

	if (n_rows % 64 == 0)
		rows = must(realloc(rows, (n_rows + 64) * sizeof(*rows)));
	row = &rows[n_rows++];
	*row = (struct row){
		.name = name,
		.what = must(strdup(what)),
		.env = env_get(env),
		.frame = keep(in),
		.len = in->len,
		.verdict = verdict,
		.act = act,
	};
	if (answer) {
		row->answer = keep(answer);
		row->answer_len = answer->len;
	}
}

static void add(const char *name, const struct ask *ask, enum ndpx_verdict verdict,
		enum row_act act, const struct na *na, const char *fmt, va_list ap)
{
	struct frame in = ask_frame(ask), out = { .len = 0 };
	char what[160];

	if (na)
		out = na_frame(na);
	vsnprintf(what, sizeof(what), fmt, ap);
	row_frames(name, ask->env, &in, verdict, act, na ? &out : NULL, what);
}

void row_pass(const char *name, const struct ask *ask, enum ndpx_verdict verdict, const char *fmt,
	      ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(name, ask, verdict, ROW_PASS, NULL, fmt, ap);
	va_end(ap);
}

void row_drop(const char *name, const struct ask *ask, enum ndpx_verdict verdict, const char *fmt,
	      ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(name, ask, verdict, ROW_DROP, NULL, fmt, ap);
	va_end(ap);
}

void row_answer(const char *name, const struct ask *ask, const struct na *na,
		enum ndpx_verdict verdict, const char *fmt, ...)
{
	struct na plain = na_for(ask);
	va_list ap;

	va_start(ap, fmt);
	add(name, ask, verdict, ROW_ANSWER, na ? na : &plain, fmt, ap);
	va_end(ap);
}

static void build(void)
{
	if (rows)
		return;
	rows_vectors();
	rows_link();
	rows_ip();
	rows_addr();
	rows_icmp();
	rows_opts();
	rows_target();
	n_uplink = n_rows;
	rows_ports();
}

size_t rows_all(const struct row **ret)
{
	build();
	*ret = rows;
	return n_uplink;
}

size_t rows_of_ports(const struct row **ret)
{
	build();
	*ret = rows + n_uplink;
	return n_rows - n_uplink;
}
