/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The row of PROTOCOL.md behind a verdict: a verdict covers several rows, and differences
 * from Linux are explained by row.
 */
#ifndef ROW_NAME_H
#define ROW_NAME_H

#include "native.h"

const char *row_name(const __u8 *frame, size_t len, enum ndpx_verdict verdict,
		     const struct row_env *env);

#endif
