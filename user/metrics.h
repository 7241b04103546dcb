/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* OpenMetrics text. Pure: numbers in, text out. */
#ifndef NDPX_METRICS_H
#define NDPX_METRICS_H

#include <stdio.h>

#include "dataplane.h"
#include "tally.h"

/* One uplink device at one moment. */
struct metrics_uplink {
	const char *dev;
	const char *mode; /* "native", "generic", "tc", "none" */
	bool attached, paused;
	uint64_t attached_at; /* s since 1970 */
	struct tally tally;
	uint64_t counters[NDPX_COUNTERS];
};

/* Writes the whole exposition, "# EOF" included. */
void metrics_write(FILE *fp, const struct metrics_uplink *uplinks, size_t n);

#endif
