/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The difference between the desired rules and those in force. Pure: no kernel, no files. */
#ifndef NDPX_PLAN_H
#define NDPX_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/entry.h"

/*
 * Where rules of several origins meet. `want` is what the file and the host say, `have`
 * and `shadows` what is in force and what is overridden now; all sorted, each key once.
 * Rules of commands, routes and learned ones stay, in the VLANs for which `keeps` is true: in
 * force where no higher origin has such a key, else in the shadows. -ENOMEM.
 */
struct origins {
	struct entry *rules, *shadows; /* owned; sorted */
	size_t n_rules, n_shadows;
};
int origins_merge(const struct entry *want, size_t n_want, const struct entry *have, size_t n_have,
		  const struct entry *shadows, size_t n_shadows,
		  bool (*keeps)(const void *arg, uint16_t vlan), const void *arg,
		  struct origins *ret);
/*
 * The same where the rules of one origin, below the file's, are replaced by `rules`, each key once
 * and in any order; all others stay.
 */
int origins_replace(const struct entry *have, size_t n_have, const struct entry *shadows,
		    size_t n_shadows, enum ndpx_origin origin, const struct entry *rules,
		    size_t n_rules, struct origins *ret);
void origins_free(struct origins *origins);

/* Are they the same, byte for byte? */
bool settings_same(const struct ndpx_settings *a, const struct ndpx_settings *b);

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
int plan_add(struct plan *plan, const struct ndpx_key *key, const struct ndpx_policy *before,
	     const struct ndpx_policy *after);

#endif
