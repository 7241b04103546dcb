/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A rule of the maps as the user reads and writes it; for the parts of `guest`. */
#ifndef NDPX_GUEST_PRINT_H
#define NDPX_GUEST_PRINT_H

#include "config/model.h"
#include "cli/output.h"
#include "desired/plan.h"

/*
 * One guest: in text the words `guest add` takes, in JSON the object `guest import`
 * takes. With `stats` what was counted as well; `now_monotonic` in ns and
 * `now_real` in s tell when that was.
 */
void guest_print(struct output *out, const char *dev, const struct entry *entry,
		 const struct entry_stats *stats, uint64_t now_monotonic, double now_real);

/* The entry of a rule, with the port looked up. An interface that is not there is an error. */
int guest_entry(const struct rule *rule, struct entry *ret, struct error *err);

/*
 * P76: `after` is to stand where `before` does, NDPX_ACT_NONE to go. An address of the host on
 * another interface stays what it is beside, and is just that again when its guest goes.
 */
void guest_over(const struct ndpx_policy *before, struct ndpx_policy *after);
/* What a lower origin has in force at `key` is to wait below a command's rule. -ENOMEM. */
int guest_below(const struct ndpx_policy *now, const struct ndpx_key *key, struct plan *plan);

#endif
