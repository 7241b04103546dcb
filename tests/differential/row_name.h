/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The row of PROTOCOL.md that a verdict on a frame comes from: one verdict stands for
 * several rows, and a difference from Linux is explained by the row.
 */
#ifndef ROW_NAME_H
#define ROW_NAME_H

#include "native.h"

const char *row_name(const __u8 *frame, size_t len, enum ndpx_verdict verdict,
		     const struct row_env *env);

#endif
