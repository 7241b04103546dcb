/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is wrong with a text that a user wrote, with positions, all of it in one go. */
#ifndef NDPX_CONFIG_ERRORS_H
#define NDPX_CONFIG_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

struct config_mistake {
	int line, column; /* from 1, the column in bytes; column 0: only the line is known */
	char *text;
};

/* Every error of a text, in the order of their positions. */
struct config_mistakes {
	struct config_mistake *items; /* owned */
	size_t n;
	size_t more; /* that were counted, but are not among the items */
	bool lost;   /* memory was short for one: the text is refused all the same */
};

/* Notes an error. Control characters, which the text may have in its words, become '?'. */
void config_mistake(struct config_mistakes *mistakes, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void config_mistake_at(struct config_mistakes *mistakes, int line, int column, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Into the order of their positions. */
void config_mistakes_sort(struct config_mistakes *mistakes);
/* Leaves the first `most`, and counts the others. */
void config_mistakes_limit(struct config_mistakes *mistakes, size_t most);
void config_mistakes_free(struct config_mistakes *mistakes);

#endif
