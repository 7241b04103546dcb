/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One pass from the kernel's state to the data plane's, and what it went by. */
#ifndef NDPX_FOLLOWER_H
#define NDPX_FOLLOWER_H

#include "daemon/daemon.h"
#include "daemon/routes.h"
#include "netlink/events.h"

enum follower_result {
	FOLLOWER_DONE,	  /* also where an uplink is missing: its coming is an event */
	FOLLOWER_REFUSED, /* something was, and may not be the next time; the report says it */
	FOLLOWER_LOCKED,  /* another command is at it; *err names it */
	FOLLOWER_FAILED,  /* *err says why */
};

struct follower {
	const char *bpffs;
	const struct daemon_hooks *hooks;
	struct model *model;   /* the file, with the names as it has them; the caller's */
	struct nl_state known; /* that the last pass went by, sorted by watch_sort() */
	struct nl_state next;  /* read, but the lock was not to be had */
	bool have_next;
	struct routes routes; /* that are followed, as far as events told */
	bool refused;	      /* by the last pass: any event may lift that */
	bool follows;	      /* rules of routes are in force, or may be */
	size_t n_uplinks, n_failed;
};

/*
 * As apply does it. Takes the lock, but does not wait for it; what was read of the kernel is kept
 * for the next try, unless there was an event since: `again`.
 */
enum follower_result follower_apply(struct follower *f, bool again, struct error *err);
/* Only the routes, against the links of the last pass: what events told, or with `dump` all. */
enum follower_result follower_routes(struct follower *f, bool dump, struct error *err);
/* Takes an event in. WATCH_* */
unsigned int follower_event(struct follower *f, const struct nl_event *event);
/* One that is not to be taken in, as a whole pass will be. */
void follower_missed(struct follower *f);
void follower_free(struct follower *f);

#endif
