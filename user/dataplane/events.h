/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the programs of a network namespace ask of `run`. There is one reader at a time. */
#ifndef NDPX_DATAPLANE_EVENTS_H
#define NDPX_DATAPLANE_EVENTS_H

#include <stdbool.h>

#include "ndpx_abi.h"

struct dataplane_events;
typedef void dataplane_event_fn(void *arg, const struct ndpx_event *event);

/* The ring of this namespace. -ENOENT: nothing is attached; -errno. */
int dataplane_events_open(const char *bpffs, dataplane_event_fn *fn, void *arg,
			  struct dataplane_events **ret);
/* Readable when there are events; as long as it is open. */
int dataplane_events_fd(const struct dataplane_events *events);
/* Hands on those there are. */
void dataplane_events_read(struct dataplane_events *events);
/* Is it still the one that is pinned? Not after `down`, or under another version. */
bool dataplane_events_pinned(const struct dataplane_events *events, const char *bpffs);
void dataplane_events_close(struct dataplane_events *events);

#endif
