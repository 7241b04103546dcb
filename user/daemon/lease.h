/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Refreshes the leases of the uplinks while the loop is alive. The time, CLOCK_MONOTONIC in us,
 * is the caller's.
 */
#ifndef NDPX_DAEMON_LEASE_H
#define NDPX_DAEMON_LEASE_H

#include "config/model.h"

struct lease {
	int64_t period; /* a third of the shortest lease; 0: no uplink has one */
	int64_t next;
};

/* The model has changed: what is due is due at once. */
void lease_set(struct lease *lease, const struct model *model);
/* Refreshes where that is due. When to call again; -1: there is no lease. */
int64_t lease_work(struct lease *lease, const char *bpffs, int64_t now);

#endif
