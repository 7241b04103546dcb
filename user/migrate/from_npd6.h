/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* npd6.conf of npd6 1.1 to a draft. Pure: text in, draft out. */
#ifndef NDPX_FROM_NPD6_H
#define NDPX_FROM_NPD6_H

#include "migrate/conf_writer.h"

/* As from_ndppd(). */
int from_npd6(const char *text, size_t len, struct conf_writer *conf, struct error *err);

#endif
