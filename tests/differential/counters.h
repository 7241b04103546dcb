/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The loaded program's counters, and a check of which one moved.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include "../bpf_run/prog.h"

struct counters {
	__u64 of[NDPX_V_END];
};

void counters_read(const struct prog *p, struct counters *ret);

/* Did that verdict's counter move by that much, and no other? */
int counters_moved(const struct counters *before, const struct counters *after, enum ndpx_verdict v,
		   __u64 by);

/* "counted bad_length": the one that moved, for a message. */
void counters_describe(const struct counters *before, const struct counters *after, char *ret,
		       size_t size);

#endif
