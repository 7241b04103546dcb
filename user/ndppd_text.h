/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The syntax of ndppd.conf: words with a value or a block, comments, lines. For from_ndppd.c only. */
#ifndef NDPX_NDPPD_TEXT_H
#define NDPX_NDPPD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

struct ndppd_text {
	const char *p, *end;
	int line;
	struct config_mistakes *mistakes;
};

/* WORD [=] [VALUE] [{ ... }], in one line up to the brace. */
struct ndppd_word {
	char word[64], value[128];
	int line;
	bool block; /* its words come next, up to the brace that closes it */
};

void ndppd_text_init(struct ndppd_text *t, const char *text, size_t len,
		     struct config_mistakes *mistakes);

/*
 * The next word of the block that was opened in line `opened`, 0: of the file. False at
 * the end of the block. Notes what is no syntax.
 */
bool ndppd_next(struct ndppd_text *t, int opened, struct ndppd_word *ret);

/* Passes over the block of `w`, whatever is in it, and notes that none belongs there. */
void ndppd_skip(struct ndppd_text *t, const struct ndppd_word *w);

#endif
