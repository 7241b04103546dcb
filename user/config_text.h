/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The text of a configuration, for what libconfuse keeps to itself or gets wrong:
 * where a word stands, whether a block ends, lines behind a comment. For config.c only.
 */
#ifndef NDPX_CONFIG_TEXT_H
#define NDPX_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

struct config_text {
	char *text; /* `len` bytes and a NUL; comments and statements get blanked */
	size_t len;
};

/*
 * Blanks all comments, first thing: libconfuse 3.3 counts their lines more than once.
 * Notes marks that it would drop without a word (* and +), and what ends it all: a
 * NUL byte, an open comment, and '$', which it would replace from the environment.
 * False after one of the last three: the text is not to be parsed.
 */
bool config_text_plain(struct config_text *t, struct config_mistakes *mistakes);

/*
 * The lines of the titles of all blocks `name` at `depth` (0: not within another), in
 * their order; *ret is the caller's to free. libconfuse keeps them to itself. -ENOMEM.
 */
int config_text_titles(const struct config_text *t, const char *name, int depth, int **ret,
		       size_t *ret_n);

/*
 * Blanks the statement that `word` starts in `line`: a value, a list or a block.
 * Lines stay what they are. False when no statement there starts with it.
 */
bool config_text_blank(struct config_text *t, const char *word, int line);

#define CONFIG_TEXT_DEPTH 8 /* blocks within blocks; the grammar has two */

/*
 * libconfuse takes the end of the file for the end of every open block, so a file
 * cut short would pass: the line in which the innermost unclosed block starts, 0 if
 * all are closed.
 */
int config_text_open_block(const struct config_text *t);

#endif
