/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The oracle of the differential tests: the packet code of include/nd/ compiled
 * natively, with look-ups in an environment of the row table. Without clock and kernel,
 * so rules with `answer` or a rate are out of scope.
 */
#ifndef NATIVE_H
#define NATIVE_H

#include <stddef.h>

#include "ndpx_abi.h"
#include "rows.h"

#define NATIVE_ANSWER 90 /* the longest answer: 86 bytes and a tag */

/* Interface indexes for the names of rows.h. */
struct native_ports {
	__u32 in, other;
};

struct native_result {
	enum ndpx_verdict verdict;
	enum row_act act;
	__u8 answer[NATIVE_ANSWER]; /* the whole frame, where `act` is ROW_ANSWER */
	size_t len;
};

void native_run(const struct row_env *env, const struct native_ports *ports, const __u8 *frame,
		size_t len, struct native_result *ret);

const char *native_verdict_name(enum ndpx_verdict v);

#endif
