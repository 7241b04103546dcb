/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a whole file must hold to, beyond each value of it. */
#ifndef NDPX_CONFIG_CHECK_H
#define NDPX_CONFIG_CHECK_H

#include "config/errors.h"
#include "config/model.h"

/*
 * Spreads an uplink's VLAN over its rules, sorts them by rule_compare(), and reports
 * every duplicate address, overlap of an answer and a deny, short prefix, and uplinks
 * that contradict each other; of `ports` sections the same, and an uplink that one
 * matches. Sorts the uplinks by device and VLAN.
 */
void config_check(struct model *model, struct config_errors *errors);

#endif
