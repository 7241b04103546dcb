/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hearing the solicitations: membership of the solicited-node groups, or
 * allmulticast, without a running process.
 */
#ifndef NDPX_GROUPS_H
#define NDPX_GROUPS_H

#include "dataplane/dataplane.h"
#include "desired/uplink.h"

#define GROUPS_PROTOCOL	  110 /* NDA_PROTOCOL: `ip -6 neigh show proxy` says "proto 110" */
#define GROUPS_MAX_JOINED 256 /* memberships that `auto` asks of a NIC's filter and a querier */

/* What the rules of an uplink need. */
struct groups_desired {
	bool allmulti;
	struct nl_proxy *members; /* owned; sorted by interface, then address */
	size_t n;
	bool warning;	/* as in struct groups_report */
	char note[256]; /* why so, "" if nothing is to be said */
};

struct groups_report {
	size_t joined, left;
	bool allmulti_on, allmulti_off; /* switched by this call */
	bool warning;	/* the note says that something will not be heard, or heard twice */
	char note[256]; /* "" if nothing is to be said */
};

/* The uplinks of one device, whose rules need groups. */
struct groups_uplink {
	enum want_groups want;
	const char *dev;
	uint32_t ifindex;
	const struct l3_dev *l3_devs; /* where the host's stack sees its VLANs */
	size_t n_l3_devs;
	const struct entry *entries;
	size_t n_entries;
};

/*
 * What groups_sync() would bring about, with proxy_ndp as it is now. 0 or -errno; the members
 * are the caller's to free.
 */
int groups_find_desired(const struct groups_uplink *up, struct groups_desired *ret,
			struct error *err);

/*
 * Brings the memberships of an uplink to what its rules need. The record of `dp` says what
 * ndpx switched on before, and is updated: what is switched on is written down first, the rest
 * is the caller's to write. 0 or -errno.
 */
int groups_sync(const struct groups_uplink *up, struct dataplane *dp, struct groups_report *ret,
		struct error *err);

/* Undoes what the record says: allmulticast, and our proxy entries on the link's interfaces. */
int groups_undo(uint32_t ifindex, struct ndpx_record *record, struct error *err);

#endif
