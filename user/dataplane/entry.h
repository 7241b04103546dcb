/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the maps hold, in which order, and a change of it. Pure: no kernel, no files. */
#ifndef NDPX_ENTRY_H
#define NDPX_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ndpx_abi.h"

/* `mode` of an uplink. Kept in the record: never renumber. */
enum want_mode {
	WANT_AUTO = 0,
	WANT_NATIVE = 1,
	WANT_GENERIC = 2,
	WANT_TC = 3,
};

/* One rule as the maps hold it; bits 128: a key of `guests`, else of `prefixes`. */
struct entry {
	struct ndpx_key key;
	struct ndpx_policy policy;
};

/* What was counted for a rule. */
struct entry_stats {
	__u64 answers;
	__u64 last_answer;	 /* CLOCK_MONOTONIC, ns; 0: never */
	__u8 last_requester[16]; /* network order */
};

/* An interface as a guest port. */
struct guest_port {
	uint32_t ifindex;
	char dev[16]; /* IFNAMSIZ */
	struct ndpx_port_at at;
};

/* One step of a difference: from `before` (NDPX_ACT_NONE: new) to `after` (NONE: gone). */
struct change {
	struct ndpx_key key;
	struct ndpx_policy before;
	struct ndpx_policy after;
};

struct plan {
	struct change *changes; /* owned */
	size_t n;
	size_t added, removed, changed; /* guests and denies; the host's own do not count */
};

/* Order of entries by key, for qsort(). */
int entry_compare(const void *a, const void *b);
/* The one with the key of `like` in a sorted array, or NULL. */
const struct entry *entry_find(const struct entry *entries, size_t n, const struct entry *like);

/* Order of the keys of `links`, for qsort(); the epoch does not count. */
int link_key_compare(const void *a, const void *b);

/*
 * The prefix lengths in use after a change, longest first, into set->lengths. `in_use`
 * tells by index whether some rule has that length. -E2BIG for more than fit.
 */
int plan_lengths(const bool in_use[129], struct ndpx_settings *set);

#endif
