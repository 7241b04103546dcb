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
 * All of them or none: where one is refused, those before it are taken back. Groups and guest
 * ports follow; a failure there is a note, as the rules are already in force.
 */
int rules_commit(const char *bpffs, struct rules_change *changes, size_t n, struct notes *notes,
		 struct error *err);

/* The flag of the whole device; counters, rules and groups stay. */
int rules_set_paused(struct dataplane *dp, bool paused, struct error *err);

/* Takes up answering on guest ports again, after `apply --paused`. */
int ports_resume(const char *bpffs, struct error *err);

/*
 * Before uplinks change: is there room in the guest ports' tables, where each section holds
 * the guests of all uplinks? -E2BIG; *err names the limit.
 */
int rules_ports_room(const char *bpffs, const struct plan *plans, size_t n, struct error *err);

/* Hands changes of uplinks' rules on to the guest ports, where there are any. */
void rules_tell_ports(const char *bpffs, const struct plan *plans, size_t n, struct notes *notes);

/* The rules of all uplinks of this network namespace; the array is the caller's to free. */
int rules_of_all(const char *bpffs, struct entry **ret, size_t *ret_n, struct error *err);

#endif
