/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Telling the link where guests are now, by unsolicited advertisements: after a
 * migration, a fail-over, a pause. Which rule decides is asked of the data plane.
 */
#ifndef NDPX_ANNOUNCE_H
#define NDPX_ANNOUNCE_H

#include <netinet/in.h>

#include "dataplane/dataplane.h"

#define ANNOUNCE_TIMES	  3    /* RFC 4861 10: MAX_NEIGHBOR_ADVERTISEMENT */
#define ANNOUNCE_INTERVAL 1    /* s, RFC 4861 10: RETRANS_TIMER */
#define ANNOUNCE_RATE	  1000 /* frames a second: routers police what reaches their CPU */

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

/* Called while announce_send() works, once a second: frames sent of all. */
typedef void announce_progress(void *arg, size_t sent, size_t total);

/*
 * Sends each of the list ANNOUNCE_TIMES times, ANNOUNCE_INTERVAL apart or more, at
 * ANNOUNCE_RATE at most; so it takes two seconds and longer for over a thousand.
 * `progress` may be NULL. Needs CAP_NET_RAW. 0 or -errno.
 */
int announce_send(struct dataplane *dp, const struct announcements *list,
		  announce_progress *progress, void *arg, struct error *err);

#endif
