/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The words for programs and filters that get frames before ours. Pure. */
#ifndef NDPX_BEFORE_TEXT_H
#define NDPX_BEFORE_TEXT_H

#include "dataplane/dataplane.h"

#define BEFORE_TEXT_LEN 80

/* "TCX program 'pass' (id 12)", in `buf`. */
const char *before_text(const struct before *b, char buf[BEFORE_TEXT_LEN]);
/* "xdp", "tcx", "clsact". */
const char *before_hook_word(enum before_hook hook);

#endif
