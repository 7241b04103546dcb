/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's drop reasons for solicitations that ndpx passes to it, by row.
 */
#ifndef REASONS_H
#define REASONS_H

#include "rows.h"

/* The reasons that agree, "A B"; NULL if the row makes no claim. */
const char *reasons_of(const struct row *row);

/* Is `reason` one of them? */
int reasons_agree(const char *want, const char *reason);

#endif
