/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An instance of ABI 4, whose rules were in the kernel's hashes. For old.c and pin.c alone. */
#ifndef NDPX_ABI4_H
#define NDPX_ABI4_H

#include "dataplane/dataplane.h"

/*
 * Its rules, their statistics and its pause. -EPROTO: it is not what it says. The maps stay open
 * in ret->abi4, for its program counts on until it is swapped.
 */
int abi4_read(const char *dir, bool is_ports, struct dataplane_old *ret);
/* The same of maps that are open, but only the rules and statistics. */
int abi4_counted(const struct abi4_maps *maps, struct dataplane_old *ret);
/* Removes the pins that no later version has. */
void abi4_unpin(const char *dir);
/* NULL is none. */
void abi4_close(struct abi4_maps *maps);

#endif
