/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whole files in and out of memory. */
#ifndef NDPX_TEXT_FILE_H
#define NDPX_TEXT_FILE_H

#include <stddef.h>

#include "util/error.h"

#define TEXT_FILE_MAX (1u << 28) /* a million guests with every word are half of it */

/*
 * All of a file, "-" for standard input, with a NUL byte behind it. *ret is the
 * caller's to free. An unreadable file is a usage error that names it.
 */
int text_file_read(const char *path, char **ret, size_t *ret_len, struct error *err);

/*
 * Writes a file whole or not at all: beside it, flushed to disk, then renamed over it.
 * Readable by all, for node_exporter reads it.
 */
int text_file_replace(const char *path, const char *text, size_t len, struct error *err);

#endif
