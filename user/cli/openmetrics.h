/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* OpenMetrics text. Pure: numbers in, text out. */
#ifndef NDPX_METRICS_H
#define NDPX_METRICS_H

#include <stdio.h>

#include "dataplane/dataplane.h"

/* One uplink device at one moment; or all guest ports, as dev="ports". */
struct metrics_uplink {
	const char *dev;
	const char *mode; /* "native", "generic", "tc", "none" */
	bool attached, paused;
	uint32_t lease;	      /* s, 0: none */
	bool lease_over;      /* it has run out */
	bool unknown;	      /* of another version: neither rules nor counters can be told */
	uint64_t attached_at; /* s since 1970 */
	bool has_ports;
	size_t ports; /* guest ports, where this is they */
	struct ndpx_counts counts;
	uint64_t counters[NDPX_COUNTERS];
};

/*
 * Writes the whole exposition. OpenMetrics 1.0, "# EOF" included; or, `classic`, the
 * older text format of Prometheus, the only one that node_exporter's textfile reads.
 */
void metrics_write(FILE *fp, const struct metrics_uplink *uplinks, size_t n, bool classic);

#endif
