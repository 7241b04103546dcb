/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tells the link of guests that are new, without holding up the loop: each call does a little,
 * and says when it is to be called again. The time is CLOCK_MONOTONIC, us.
 */
#ifndef NDPX_ANNOUNCER_H
#define NDPX_ANNOUNCER_H

#include "apply/announce.h"
#include "config/model.h"

/* Guests on their way from the table to the queue. */
struct announcer_walk {
	struct news_walk walk;
	uint32_t times;
	int64_t next, step; /* a guest each `step`; 0: as the queue has room */
	bool active;
};

/* An uplink: what was last seen of it. */
struct announcer_place {
	uint32_t ifindex, announce;
	uint16_t vlan;
	uint8_t mac[6];			      /* that answers carry */
	bool running;			      /* the link has a carrier */
	bool seen;			      /* in the model of now */
	struct announcer_walk renew, refresh; /* all of its guests: now; periodically */
	int64_t refresh_began;
};

struct announcer {
	const char *bpffs;
	struct announce_queue queue;
	struct news_mark known; /* what changed up to here is announced, or being walked over */
	struct announcer_walk news;
	int64_t look_at;		/* 0: nothing has changed */
	struct announcer_place *places; /* owned */
	size_t n_places;
	bool failed; /* something could not be sent, as `why` says; the caller's to report and clear */
	struct error why;
};

/* Before the first apply: what is in force by then is not new. */
void announcer_start(struct announcer *a, const char *bpffs);
/* Something may have changed: the rules by whomever, the links, the model. */
void announcer_changed(struct announcer *a, int64_t now);
/* When to call again; -1: not before announcer_changed(). `file` and `known` are those of now. */
int64_t announcer_work(struct announcer *a, const struct model *file, const struct nl_state *known,
		       int64_t now);
void announcer_free(struct announcer *a);

#endif
