/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* npd6.conf of npd6 1.1 to a draft. Pure: text in, draft and mistakes out. */
#ifndef NDPX_FROM_NPD6_H
#define NDPX_FROM_NPD6_H

#include "config/config.h"
#include "draft.h"

/*
 * Reads `text` of `len` bytes and a NUL. 0, -EINVAL with every mistake noted, or
 * -ENOMEM. Some of `draft` may be filled in any case; the caller frees it.
 */
int from_npd6(const char *text, size_t len, struct draft *draft, struct config_mistakes *mistakes);

#endif
