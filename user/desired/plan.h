/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The difference between what is wanted and what is there. Pure: no kernel, no files. */
#ifndef NDPX_PLAN_H
#define NDPX_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ndpx_abi.h"

/* One rule as the maps hold it; bits 128: a key of `guests`, else of `prefixes`. */
struct entry {
	struct ndpx_prefix_key key;
	struct ndpx_say say;
};

/*
 * Where rules of several origins meet. `want` is what the file and the host say, `have`
 * and `shadows` what is in force and what is overridden now; all sorted, each key once.
 * Rules of commands stay, in the VLANs for which `keeps` is true: in force where `want`
 * has no such key, else in the shadows. -ENOMEM.
 */
struct origins {
	struct entry *rules, *shadows; /* owned; sorted */
	size_t n_rules, n_shadows;
};
int origins_merge(const struct entry *want, size_t n_want, const struct entry *have, size_t n_have,
		  const struct entry *shadows, size_t n_shadows,
		  bool (*keeps)(const void *arg, uint16_t vlan), const void *arg,
		  struct origins *ret);
void origins_free(struct origins *origins);

/* What was counted for a rule. */
struct entry_stats {
	__u64 answers;
	__u64 last_answer;   /* CLOCK_MONOTONIC, ns; 0: never */
	__u8 last_asker[16]; /* network order */
};

/* An interface as a guest port. */
struct guest_port {
	uint32_t ifindex;
	char dev[16]; /* IFNAMSIZ */
	struct ndpx_port_at at;
};

/* One step of a difference: from `before` (NDPX_ACT_NONE: new) to `after` (NONE: gone). */
struct change {
	struct ndpx_prefix_key key;
	struct ndpx_say before;
	struct ndpx_say after;
};

struct plan {
	struct change *changes; /* owned */
	size_t n;
	size_t added, removed, changed; /* guests and denies; the host's own do not count */
};

/* Order of entries by key, for qsort(). */
int entry_compare(const void *a, const void *b);

/* Are they the same, byte for byte? */
bool settings_same(const struct ndpx_settings *a, const struct ndpx_settings *b);

/* Order of the keys of `links`, for qsort(); the epoch does not count. */
int link_key_compare(const void *a, const void *b);

/*
 * The steps from `have` to `want`; both sorted by entry_compare(), each key once.
 * 0 with *ret filled, to be freed with plan_free(), or -ENOMEM.
 */
int plan_diff(const struct entry *want, size_t n_want, const struct entry *have, size_t n_have,
	      struct plan *ret);
/* The same behind the steps that *plan has already. -ENOMEM: *plan is to be freed. */
int plan_append(const struct entry *want, size_t n_want, const struct entry *have, size_t n_have,
		struct plan *plan);
void plan_free(struct plan *plan);

/* Appends one step. -ENOMEM. */
int plan_add(struct plan *plan, const struct ndpx_prefix_key *key, const struct ndpx_say *before,
	     const struct ndpx_say *after);

/*
 * The prefix lengths in use after a change, longest first, into set->lengths. `in_use`
 * tells by index whether some rule has that length. -E2BIG for more than fit.
 */
int plan_lengths(const bool in_use[129], struct ndpx_settings *set);

#endif
