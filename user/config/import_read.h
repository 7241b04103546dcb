/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading `guest import`: lines in the words of `guest add`, or the JSON of `guest show -j`. */
#ifndef NDPX_IMPORT_READ_H
#define NDPX_IMPORT_READ_H

#include "config/config.h"
#include "config/model.h"

struct import_item {
	struct rule rule; /* rule.line: the line, or the place in the JSON array, from 1 */
	struct place place;
};

struct import {
	struct import_item *items; /* owned */
	size_t n;
	bool json; /* `line` counts objects */
};

/*
 * Reads text of `len` bytes. 0 with *ret filled; -EINVAL with every error noted, as
 * far as the text can be followed; -ENOMEM. `text` must end with a NUL byte; lines
 * are cut into words in place.
 */
int import_read(char *text, size_t len, struct import *ret, struct config_errors *errors);
void import_free(struct import *import);

#endif
