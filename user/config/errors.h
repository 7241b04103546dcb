/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is wrong with a text that a user wrote, with positions, all of it in one go. */
#ifndef NDPX_CONFIG_ERRORS_H
#define NDPX_CONFIG_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

struct config_error {
	int line, column; /* from 1, the column in bytes; column 0: only the line is known */
	char *text;
};

/* Every error of a text, in the order of their positions. */
struct config_errors {
	struct config_error *items; /* owned */
	size_t n;
	size_t more; /* that were counted, but are not among the items */
	bool lost;   /* memory was short for one: the text is refused all the same */
};

/* Notes an error. Control characters, which the text may have in its words, become '?'. */
void config_error(struct config_errors *errors, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void config_error_at(struct config_errors *errors, int line, int column, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Into the order of their positions. */
void config_errors_sort(struct config_errors *errors);
/* Leaves the first `max`, and counts the others. */
void config_errors_limit(struct config_errors *errors, size_t max);
void config_errors_free(struct config_errors *errors);

#endif
