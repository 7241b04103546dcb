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

static void note(struct config_mistakes *mistakes, int line, int column, const char *fmt,
		 va_list ap)
{
	struct config_mistake *items;
	char text[1200], *p;

	if (mistakes->n >= MAX_KEPT) {
		mistakes->more++;
		return;
	}
	vsnprintf(text, sizeof(text), fmt, ap);
	for (p = text; *p; p++) {
		if (iscntrl((unsigned char)*p))
			*p = '?';
	}
	items = array_room(mistakes->items, mistakes->n, sizeof(*items));
	if (!items) {
		mistakes->lost = true;
		return;
	}
	mistakes->items = items;
	items[mistakes->n] = (struct config_mistake){ line, column, strdup(text) };
	if (items[mistakes->n].text)
		mistakes->n++;
	else
		mistakes->lost = true;
}

void config_mistake(struct config_mistakes *mistakes, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(mistakes, line, 0, fmt, ap);
	va_end(ap);
}

void config_mistake_at(struct config_mistakes *mistakes, int line, int column, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(mistakes, line, column, fmt, ap);
	va_end(ap);
}

static int by_position(const void *a, const void *b)
{
	const struct config_mistake *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

void config_mistakes_sort(struct config_mistakes *mistakes)
{
	if (mistakes->n)
		qsort(mistakes->items, mistakes->n, sizeof(*mistakes->items), by_position);
}

void config_mistakes_limit(struct config_mistakes *mistakes, size_t most)
{
	while (mistakes->n > most) {
		free(mistakes->items[--mistakes->n].text);
		mistakes->more++;
	}
}

void config_mistakes_free(struct config_mistakes *mistakes)
{
	size_t i;

	for (i = 0; i < mistakes->n; i++)
		free(mistakes->items[i].text);
	free(mistakes->items);
	memset(mistakes, 0, sizeof(*mistakes));
}
