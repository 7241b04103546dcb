/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Telling the link where guests are now: after a migration, a fail-over, a pause. Which rule
 * decides is asked of the data plane.
 */
#ifndef NDPX_ANNOUNCE_H
#define NDPX_ANNOUNCE_H

#include <netinet/in.h>

#include "dataplane/dataplane.h"
#include "netlink/netlink.h"

#define ANNOUNCE_TIMES	  3    /* RFC 4861 10: MAX_NEIGHBOR_ADVERTISEMENT */
#define ANNOUNCE_INTERVAL 1    /* s, RFC 4861 10: RETRANS_TIMER */
#define ANNOUNCE_RATE	  1000 /* frames a second: routers police what reaches their CPU */
#define ANNOUNCE_ROUTERS  4    /* solicited for each guest: a peering LAN has hundreds */

/* What to announce: addresses with the rule that holds for each. */
struct announcement {
	uint8_t addr[16];
	uint16_t vlan;
	struct ndpx_policy policy;
};

struct announcements {
	struct announcement *items; /* owned */
	size_t n;
	size_t skipped; /* guests that are not answered for right now */
};

/*
 * Adds one address, if it is answered for on this VLAN; else an error that says why
 * not and what to do. -ENOMEM. announce_free() in any case.
 */
int announce_add(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr,
		 struct announcements *list, struct error *err);

/*
 * Adds every guest that is an address and is answered for, of one VLAN or, with -1, of
 * all. Prefixes are left out: who is there is not known.
 */
int announce_add_all(struct dataplane *dp, int vlan, struct announcements *list, struct error *err);
void announce_free(struct announcements *list);

/* --- announce_send.c --- */

/* What it takes to send on one device: its settings and routers when it was opened. */
struct announce_sender {
	int fd; /* -1: not open */
	uint32_t ifindex;
	struct ndpx_settings settings;
	struct announce_router {
		uint16_t vlan;
		struct in6_addr addr;
	} * routers; /* owned */
	size_t n_routers;
};

/*
 * `gateways` are those of nl_state; of them ANNOUNCE_ROUTERS for each VLAN are told. Needs
 * CAP_NET_RAW. 0 or -errno; announce_close() in any case, and before the first use `fd` is -1.
 */
int announce_open(struct dataplane *dp, const struct nl_address *gateways, size_t n_gateways,
		  struct announce_sender *ret, struct error *err);
void announce_close(struct announce_sender *sender);

/*
 * Sends once what tells the link of one guest. How many frames that was, or -errno: -EAGAIN
 * where the device's queue is full, and perhaps some have been sent.
 */
int announce_one(const struct announce_sender *sender, const struct announcement *what);

/* --- announce_queue.c; pure --- */

/*
 * What is to be sent, in time: each ANNOUNCE_TIMES times, ANNOUNCE_INTERVAL apart or more, and
 * ANNOUNCE_RATE frames a second over all. Zero is an empty one. Times are CLOCK_MONOTONIC, us.
 */
struct announce_item {
	struct announcement what;
	uint32_t ifindex;
	uint32_t left; /* times */
	int64_t due;
};

struct announce_queue {
	struct announce_round {
		struct announce_item *items; /* owned; the first of them is at `head` */
		size_t head, n;		     /* in order of `due`, as they come in that order */
	} rounds[3];
	int64_t not_before; /* because of the rate */
};

/* Adds one that is sent `times` times (1 to ANNOUNCE_TIMES) from now on. -ENOMEM. */
int announce_push(struct announce_queue *q, uint32_t ifindex, const struct announcement *what,
		  uint32_t times, int64_t now);
/* When something is to be sent; -1: there is nothing. */
int64_t announce_next(const struct announce_queue *q);
/* Takes out what is due, `ahead` of the rate at most; false: nothing is. */
bool announce_pop(struct announce_queue *q, int64_t now, int64_t ahead, struct announce_item *ret);
/* After `frames` were sent for it: when the next may be, and what is left of it. -ENOMEM. */
int announce_sent(struct announce_queue *q, struct announce_item *item, int frames, int64_t now);
size_t announce_pending(const struct announce_queue *q);
void announce_queue_free(struct announce_queue *q);

/* --- for a command: announce_send.c --- */

/* Called while announce_send() works, once a second: guests announced of all, each time it is. */
typedef void announce_progress(void *arg, size_t sent, size_t total);

/*
 * Sends all of the list, and sleeps meanwhile: it takes two seconds, and longer for hundreds.
 * `progress` may be NULL. Needs CAP_NET_RAW. 0 or -errno.
 */
int announce_send(struct dataplane *dp, const struct announcements *list,
		  announce_progress *progress, void *arg, struct error *err);

#endif
