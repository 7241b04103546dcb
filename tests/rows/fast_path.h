/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Compares nd_fast_path() with the long way, for all that run frames natively. */
#ifndef ROWS_FAST_PATH_H
#define ROWS_FAST_PATH_H

#include "nd/fast_path.h"

/* 1 if nd_fast_path() accepted the frame. */
static inline int fast_path_takes(const struct nd_frame *frame, const struct nd_ns *ns,
				  const struct nd_port *port)
{
	struct nd_query q;

	return nd_fast_path(frame, ns, port, &q);
}

/* 0 if nd_fast_path() accepts what nd_check() rejected with `v`, or its query is not `want`. */
static inline int fast_path_agrees(const struct nd_frame *frame, const struct nd_ns *ns,
				   const struct nd_port *port, enum ndpx_verdict v,
				   const struct nd_query *want)
{
	struct nd_query q;

	if (!nd_fast_path(frame, ns, port, &q))
		return 1;
	return v == NDPX_V_END && nd_addr_eq(q.source, want->source) &&
	       nd_addr_eq(q.dest, want->dest) && nd_addr_eq(q.target, want->target) &&
	       q.requester == want->requester && q.reply_to == want->reply_to &&
	       q.mac == want->mac && q.astray == want->astray && q.kind == want->kind &&
	       q.vlan == want->vlan;
}

#endif
