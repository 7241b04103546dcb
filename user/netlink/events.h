/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel tells of its links, addresses and routes as they change, through rtnetlink. */
#ifndef NDPX_NETLINK_EVENTS_H
#define NDPX_NETLINK_EVENTS_H

#include "netlink/detail.h"

enum nl_event_kind { NL_EVENT_LINK, NL_EVENT_ADDRESS, NL_EVENT_ROUTE, NL_EVENT_NEXTHOP };

struct nl_event {
	enum nl_event_kind kind;
	bool gone;   /* deleted; else it is there or changed */
	bool partly; /* of a link: only what a bridge tells of its port; `link` is not filled */
	struct nl_link link; /* its altnames are gone after the call */
	struct nl_address address;
	struct nl_route route; /* one next hop of it; oif 0: only an object says which */
	bool replaces; /* the route, with this hop: those of its table, destination and metric go */
};

struct nl_events;

/*
 * Subscribes. `buffer` is the socket's, in bytes; 0: as much as is usual here. 0, or -errno with
 * *err set; nl_events_close() after success.
 */
int nl_events_open(int buffer, struct nl_events **ret, struct error *err);
int nl_events_fd(const struct nl_events *events);
void nl_events_close(struct nl_events *events);

/*
 * Hands on what has come, without waiting. 0; -ENOBUFS: the kernel had more to say than there was
 * room for, so that only a new dump tells what is; any other -errno with *err set.
 */
int nl_events_read(struct nl_events *events, void (*cb)(void *arg, const struct nl_event *event),
		   void *arg, struct error *err);

#endif
