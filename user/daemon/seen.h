/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * `paused until-seen`: waits for guests to speak on their port, and resumes their rules then.
 * The time is CLOCK_MONOTONIC, us.
 */
#ifndef NDPX_SEEN_H
#define NDPX_SEEN_H

#include "dataplane/dataplane.h"
#include "netlink/neighbours.h"

/* A guest that is waited for. */
struct unseen {
	struct in6_addr addr; /* first: what they are sorted by */
	uint32_t ifindex, port;
	uint16_t vlan;
	bool seen, gone;
};

struct seen {
	const char *bpffs;
	int epoll;			/* the loop's */
	struct nl_neigh_events *events; /* NULL: nobody is waited for */
	const struct nl_state *links;	/* during seen_work() and seen_read() */
	struct news_mark known;
	struct news_walk walk;
	struct unseen *items; /* owned; sorted once the walk is over */
	size_t n, poll_from;
	int64_t look_at, poll_at, lift_at; /* 0: not */
	bool walking;
};

void seen_start(struct seen *s, const char *bpffs, int epoll);
/* Rules may have changed. */
void seen_changed(struct seen *s, int64_t now);
/* The descriptor of ours, if it is one: what there is to read. False: it is not. */
bool seen_read(struct seen *s, int fd, const struct nl_state *links, int64_t now);
/*
 * When to call again; -1: not before seen_changed(). *ret_lifted: rules came into force. Where
 * resuming fails, *err says why and -1 is returned in *ret_lifted.
 */
int64_t seen_work(struct seen *s, const struct nl_state *links, int64_t now, int *ret_lifted,
		  struct error *err);
void seen_free(struct seen *s);

#endif
