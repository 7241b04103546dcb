/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ndppd.conf of ndppd 0.2 and 1.x to a draft. Pure: text in, draft out. */
#ifndef NDPX_FROM_NDPPD_H
#define NDPX_FROM_NDPPD_H

#include "migrate/conf_writer.h"

/*
 * Reads `text` of `len` bytes and a NUL. Lenient: what cannot be read becomes a comment.
 * 0; -ENOMEM; or -EINVAL with "LINE: message" in *err where nothing can be made of the text.
 * Some of `draft` may be filled in any case; the caller frees it.
 */
int from_ndppd(const char *text, size_t len, struct conf_writer *conf, struct error *err);

#endif
