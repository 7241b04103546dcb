// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The paths through the packet code, each a function that is called once, so that
 * callgrind can count its instructions. The frames are rows of PROTOCOL.md. count.sh runs
 * it and holds the limits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nd/fast_path.h"
#include "nd/reply.h"
#include "rows.h"

#define WAY(name) enum ndpx_verdict __attribute__((noinline)) name

static struct ndpx_settings settings;
static const struct ndpx_policy policy = { .action = NDPX_ACT_ANSWER };

static void port_of(struct nd_port *ret)
{
	ret->mac = nd_get_mac(settings.mac);
	ret->link_local = nd_get_addr(settings.link_local);
	ret->strict_lladdr = settings.flags & NDPX_S_STRICT_LLADDR;
}

/* From the frame to the answer, but for the look-up. */
static inline __attribute__((always_inline)) enum ndpx_verdict way(const struct nd_frame *frame,
								   int fast_path)
{
	struct nd_port port;
	struct nd_query q;
	struct nd_ns ns;
	enum ndpx_verdict v = nd_parse(frame, &ns);

	if (v != NDPX_V_END)
		return v;
	port_of(&port);
	if (fast_path)
		v = nd_fast_path(frame, &ns, &port, &q) ? NDPX_V_END : NDPX_V_NONE;
	else
		v = nd_check(frame, &ns, &port, &q);
	if (v != NDPX_V_END)
		return v;
	nd_write(frame->data, ns.l2_len, &q, &policy, &settings);
	return NDPX_V_ANSWERED;
}

/* The path nearly all solicitations take. */
WAY(count_fast_path)(const struct nd_frame *frame)
{
	return way(frame, 1);
}

/* The same frame on the long path. */
WAY(count_long)(const struct nd_frame *frame)
{
	return way(frame, 0);
}

/* The cost for every other packet of the host. */
WAY(count_other)(const struct nd_frame *frame)
{
	struct nd_ns ns;

	return nd_parse(frame, &ns);
}

static const struct row *row_of(const char *name, size_t len)
{
	const struct row *rows;
	size_t n = rows_all(&rows), i;

	for (i = 0; i < n; i++) {
		if (!strcmp(rows[i].name, name) && rows[i].len >= len)
			return &rows[i];
	}
	fprintf(stderr, "count: no row %s\n", name);
	exit(1);
}

static void frame_of(const struct row *row, struct nd_frame *ret)
{
	static __u8 bytes[2048];

	settings = row->env->settings;
	memcpy(bytes, row->frame, row->len);
	*ret = (struct nd_frame){ .data = bytes,
				  .data_end = bytes + row->len,
				  .len = (__u32)row->len };
}

int main(void)
{
	struct nd_frame frame;
	int wrong = 0;

	frame_of(row_of("P42", ND_FAST_PATH_LEN), &frame);
	wrong |= count_fast_path(&frame) != NDPX_V_ANSWERED;
	frame_of(row_of("P42", ND_FAST_PATH_LEN), &frame);
	wrong |= count_long(&frame) != NDPX_V_ANSWERED;
	frame_of(row_of("P86", ND_ETH_LEN + ND_IP6_LEN + 1), &frame);
	wrong |= count_other(&frame) != NDPX_V_NONE;
	return wrong;
}
