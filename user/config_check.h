/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a whole file must hold to, beyond each value of it. For what reads such text. */
#ifndef NDPX_CONFIG_CHECK_H
#define NDPX_CONFIG_CHECK_H

#include "config.h"

/* Notes a mistake. */
void config_mistake(struct config_mistakes *mistakes, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Into the order of their lines. */
void config_mistakes_sort(struct config_mistakes *mistakes);

/*
 * Spreads an uplink's VLAN over its rules, sorts them by rule_compare(), and notes
 * every address twice, overlap of an answer and a deny, short prefix, and uplinks
 * that contradict each other; of `ports` sections the same, and an uplink that one
 * matches. Sorts the uplinks by device and VLAN.
 */
void config_check(struct model *model, struct config_mistakes *mistakes);

#endif
