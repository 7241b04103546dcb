/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is said of programs and filters that get frames before ours. */
#ifndef NDPX_BEFORE_H
#define NDPX_BEFORE_H

#include "dataplane/dataplane.h"
#include "cli/output.h"

/* The array "before"; in text a line each, or nothing. */
void before_print(const struct before *list, size_t n, const char *indent, struct output *out);

#endif
