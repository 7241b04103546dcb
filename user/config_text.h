/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The text of a configuration, for what libconfuse keeps to itself. For config.c only. */
#ifndef NDPX_CONFIG_TEXT_H
#define NDPX_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct config_text {
	char *text; /* `len` bytes and a NUL; statements may be blanked */
	size_t len;
	char *at; /* start of line at_line, where the last search was; NULL: nowhere yet */
	int at_line;
};

/*
 * Blanks all comments, first thing: libconfuse 3.3 counts their lines more than once.
 * And refuses '$', which libconfuse would replace from the environment. Returns 0, or
 * the line of what is wrong with *ret_what set.
 */
int config_text_plain(struct config_text *t, const char **ret_what);

/*
 * libconfuse keeps no line for the title of a section: finds it at or before `line`,
 * where the section's first value or its end was. `line` if it is not found.
 */
int config_text_title_line(struct config_text *t, const char *title, int line);

/*
 * Blanks the statement that starts with `word` in `line`: a value, a list or a block.
 * Lines stay what they are. False when the word is not found there.
 */
bool config_text_blank(struct config_text *t, const char *word, int line);

#define CONFIG_TEXT_DEPTH 8 /* blocks within blocks; the grammar has two */

/*
 * libconfuse takes the end of the file for the end of every open block, so a file
 * cut short would pass: the line in which the innermost unclosed block starts, 0 if
 * all are closed.
 */
int config_text_open_block(struct config_text *t);

#endif
