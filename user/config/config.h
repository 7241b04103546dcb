/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The configuration file to the model: syntax.h reads, keys.h says what it means. Knows no kernel. */
#ifndef NDPX_CONFIG_H
#define NDPX_CONFIG_H

#include "config/errors.h"
#include "config/model.h"

#define CONFIG_MAX_ERRORS 20 /* reported of one file; the others are counted */

/*
 * Reads and checks `path`. 0 with *ret filled and every uplink's rules sorted by
 * rule_compare(); the caller frees it with model_free(). -EINVAL with at least one
 * error in *ret_errors, which the caller frees; any other -errno with *err set
 * when the file cannot be read.
 */
int config_load(const char *path, struct model *ret, struct config_errors *ret_errors,
		struct error *err);

/* The same for text in memory of `len` bytes; fuzzers come in here. */
int config_parse(const char *text, size_t len, struct model *ret, struct config_errors *ret_errors,
		 struct error *err);

/*
 * Spreads an uplink's VLAN over its rules, sorts them by rule_compare(), and reports
 * every duplicate address, overlap of an answer and a deny, short prefix, and uplinks
 * that contradict each other; of `ports` sections the same, and an uplink that one
 * matches. Sorts the uplinks by uplink_compare(). check.c.
 */
void config_check(struct model *model, struct config_errors *errors);

#endif
