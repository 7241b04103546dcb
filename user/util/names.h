/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One copy of each interface name that rules refer to. */
#ifndef NDPX_NAMES_H
#define NDPX_NAMES_H

/*
 * The text, equal texts at the same address, until the process ends: what it takes is bounded
 * by the names that files and commands ever had. NULL: no memory.
 */
const char *name_keep(const char *text);

#endif
