/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a new instance of a device takes over from the one before it. */
#ifndef NDPX_INHERIT_H
#define NDPX_INHERIT_H

#include "dataplane/dataplane.h"

struct inheritance {
	struct dataplane_old old; /* owned; nothing in it: there is none */
	bool unread;		  /* there is one, and it cannot be read: another layout */
};

/*
 * Reads the instance that is pinned for `ifindex`; else the last one whose device had this
 * name and is gone. Nothing where there is none. inherit_free() in any case.
 */
int inherit_read(const char *bpffs, uint32_t ifindex, const char *dev, struct inheritance *ret,
		 struct error *err);
void inherit_free(struct inheritance *in);

/* Once the program of `dp` is attached: what the one that it replaced has counted since. */
void inherit_last_stats(const struct inheritance *in, struct dataplane *dp);

/* Is an instance's pause, or a rule that a command made, worth waiting for its device? */
bool inherit_waits(struct dataplane *dp);

#endif
