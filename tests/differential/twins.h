/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the two hosts have in common: guests and addresses from the row table, as an
 * environment for the native code, as ndpx.conf, and as ip(8) commands.
 */
#ifndef TWINS_H
#define TWINS_H

#include "build.h"

const struct row_env *twins_env(void); /* call this one first */

/* Prints "conf", "addresses", "routes" or "proxies"; 1 for anything else. */
int twins_print(const char *what);

/* The i-th frame that the table has no row for, 0 after the last. */
int twins_frame(size_t i, struct frame *ret);

#endif
