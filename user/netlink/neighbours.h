/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel tells of its IPv6 neighbours, as it happens. A busy host has many. */
#ifndef NDPX_NEIGHBOURS_H
#define NDPX_NEIGHBOURS_H

#include "netlink/netlink.h"

struct nl_neigh_events;

/* From now on; 0 or -errno with *err set. */
int nl_neigh_events_open(struct nl_neigh_events **ret, struct error *err);
int nl_neigh_events_fd(const struct nl_neigh_events *events);
/*
 * Hands on those who spoke: their entry became REACHABLE or STALE. Some may be lost where there
 * are too many.
 */
void nl_neigh_events_read(struct nl_neigh_events *events,
			  void (*cb)(void *arg, const struct nl_address *who), void *arg);
void nl_neigh_events_close(struct nl_neigh_events *events);

#endif
