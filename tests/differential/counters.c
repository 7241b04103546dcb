// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See counters.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "counters.h"
#include "native.h"

void counters_read(const struct prog *p, struct counters *ret)
{
	static __u64 *values;
	int cpus = libbpf_num_possible_cpus(), c;
	__u32 slot;

	if (!values)
		values = calloc((size_t)cpus, sizeof(*values));
	for (slot = 0; slot < NDPX_V_END; slot++) {
		if (!values || bpf_map_lookup_elem(p->counters, &slot, values))
			abort();
		for (ret->of[slot] = 0, c = 0; c < cpus; c++)
			ret->of[slot] += values[c];
	}
}

int counters_moved(const struct counters *before, const struct counters *after, enum ndpx_verdict v,
		   __u64 by)
{
	__u32 i;

	for (i = 0; i < NDPX_V_END; i++) {
		if (after->of[i] - before->of[i] != (i == v && v != NDPX_V_NONE ? by : 0))
			return 0;
	}
	return 1;
}

void counters_describe(const struct counters *before, const struct counters *after, char *ret,
		       size_t size)
{
	__u32 i;

	snprintf(ret, size, "no counter moved");
	for (i = 0; i < NDPX_V_END; i++) {
		if (after->of[i] != before->of[i])
			snprintf(ret, size, "counted %s", native_verdict_name(i));
	}
}
