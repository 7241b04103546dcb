/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Guests that the program would answer for if the kernel knew them (`alive`): the kernel is made
 * to resolve them on the port its route names. Entries of those that are not there are removed
 * again, so that a scan of a /64 does not push living ones out of the kernel's table.
 */
#ifndef NDPX_PROBER_H
#define NDPX_PROBER_H

#include <stddef.h>
#include <stdint.h>

#include "dataplane/events.h"
#include "netlink/detail.h"

struct probe {
	struct nl_address guest;
	int64_t at; /* CLOCK_MONOTONIC, us */
};

struct prober {
	struct dataplane_events *events;
	struct probe *probes; /* owned; oldest first */
	size_t n;
};

/* After an apply: the ring may be another one. Its descriptor, if that is new to the caller; else -1. */
int prober_refresh(struct prober *prober, const char *bpffs);
/* The descriptor is readable. */
void prober_read(struct prober *prober);
/* What is due; when to call again, us, or -1: nothing is pending. */
int64_t prober_work(struct prober *prober, int64_t now);
void prober_free(struct prober *prober);

#endif
