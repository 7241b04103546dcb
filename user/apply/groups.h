/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hearing the solicitations: membership of the solicited-node groups, or
 * allmulticast, without a running process. Knows netlink, not BPF.
 */
#ifndef NDPX_GROUPS_H
#define NDPX_GROUPS_H

#include "config/model.h"
#include "desired/plan.h"
#include "desired/uplink.h"

#define GROUPS_PROTOCOL	 110 /* NDA_PROTOCOL: `ip -6 neigh show proxy` says "proto 110" */
#define GROUPS_JOIN_MOST 256 /* memberships that `auto` asks of a NIC's filter and a querier */

/* What the rules of an uplink need. */
struct groups_wanted {
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

/* Writes the record down, before what it says is done. */
struct groups_saver {
	int (*save)(void *arg, struct error *err);
	void *arg;
};

/*
 * What groups_sync() would bring about for these rules, with proxy_ndp as it is now.
 * 0 or -errno; the members are the caller's to free.
 */
int groups_want(enum want_groups want, const char *dev, uint32_t ifindex,
		const struct wanted_stack *stacks, size_t n_stacks, const struct entry *entries,
		size_t n, struct groups_wanted *ret, struct error *err);

/*
 * Brings the memberships of an uplink to what its rules need. `record` says what
 * ndpx switched on before and is updated; what is switched on is saved first, the rest
 * is the caller's to write. 0 or -errno.
 */
int groups_sync(enum want_groups want, const char *dev, uint32_t ifindex,
		const struct wanted_stack *stacks, size_t n_stacks, const struct entry *entries,
		size_t n, struct ndpx_record *record, const struct groups_saver *saver,
		struct groups_report *ret, struct error *err);

/* Undoes what the record says: allmulticast, and our proxy entries on the `n` interfaces of the link. */
int groups_undo(uint32_t ifindex, const __u32 *ifindexes, size_t n, struct ndpx_record *record,
		struct error *err);

#endif
