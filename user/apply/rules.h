/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Changing single rules of attached uplinks, or whether they answer. The lock is held. */
#ifndef NDPX_RULES_H
#define NDPX_RULES_H

#include "util/notes.h"
#include "dataplane/dataplane.h"

/* The change of one device. */
struct rules_change {
	struct dataplane *dp;
	struct plan plan;
};

/*
 * All of them and what follows for the guest ports, in one commit. Guest ports that cannot be
 * read are a note; so is a group that cannot be joined, as the rules are in force by then.
 */
int rules_commit(const char *bpffs, struct rules_change *changes, size_t n, struct notes *notes,
		 struct error *err);

/* The flag of the whole device; counters, rules and groups stay. */
int rules_set_paused(struct dataplane *dp, bool paused, struct error *err);

/* Takes up answering on guest ports again, after `apply --paused`. */
int ports_resume(const char *bpffs, struct error *err);

/*
 * What changes of uplinks' rules mean to the guest ports; *ret is the caller's to close and to
 * free. -ENOENT: there are none.
 */
int rules_ports_change(const char *bpffs, const struct rules_change *changes, size_t n,
		       struct rules_change *ret, struct error *err);

#endif
