/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel says of a solicitation that ndpx passes to it, by rows.
 */
#ifndef REASONS_H
#define REASONS_H

#include "rows.h"

/* The reasons that agree, "A B"; NULL where nothing is claimed of the row. */
const char *reasons_of(const struct row *row);

/* Whether `reason` is one of them. */
int reasons_agree(const char *want, const char *reason);

#endif
