// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A list of errors with their positions; prints nothing. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "config/errors.h"

#define MAX_KEPT 1000 /* a file of another kind has an error a word: no reason to keep them all */

static void note(struct config_errors *errors, int line, int column, const char *fmt, va_list ap)
{
	struct config_error error = { .line = line, .column = column };
	char text[1200], *p;

	if (errors->n >= MAX_KEPT) {
		errors->more++;
		return;
	}
	vsnprintf(text, sizeof(text), fmt, ap);
	for (p = text; *p; p++) {
		if (iscntrl((unsigned char)*p))
			*p = '?';
	}
	error.text = strdup(text);
	if (error.text && array_push(errors->items, errors->n, error))
		return;
	free(error.text);
	errors->lost = true;
}

void config_error(struct config_errors *errors, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(errors, line, 0, fmt, ap);
	va_end(ap);
}

void config_error_at(struct config_errors *errors, int line, int column, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(errors, line, column, fmt, ap);
	va_end(ap);
}

static int by_position(const void *a, const void *b)
{
	const struct config_error *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

void config_errors_sort(struct config_errors *errors)
{
	if (errors->n)
		qsort(errors->items, errors->n, sizeof(*errors->items), by_position);
}

void config_errors_limit(struct config_errors *errors, size_t max)
{
	while (errors->n > max) {
		free(errors->items[--errors->n].text);
		errors->more++;
	}
}

void config_errors_free(struct config_errors *errors)
{
	size_t i;

	for (i = 0; i < errors->n; i++)
		free(errors->items[i].text);
	free(errors->items);
	memset(errors, 0, sizeof(*errors));
}
