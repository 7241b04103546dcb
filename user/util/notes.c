// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The list of notes that a change hands back. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/notes.h"

/* Room for one more; NULL: it is only counted. */
static struct note *room(struct notes *notes)
{
	struct note *items = NULL;

	if (notes->n < MAX_NOTES)
		items = realloc(notes->items, (notes->n + 1) * sizeof(*items));
	if (!items) {
		notes->more++;
		return NULL;
	}
	notes->items = items;
	return &items[notes->n++];
}

void note_add(struct notes *notes, const char *dev, enum note_severity severity, const char *fmt,
	      ...)
{
	struct note *note = room(notes);
	va_list ap;

	if (!note)
		return;
	snprintf(note->dev, sizeof(note->dev), "%.15s", dev);
	note->severity = severity;
	va_start(ap, fmt);
	vsnprintf(note->text, sizeof(note->text), fmt, ap);
	va_end(ap);
}

void notes_take(struct notes *to, struct notes *from)
{
	struct note *note;
	size_t i;

	for (i = 0; i < from->n; i++) {
		note = room(to);
		if (note)
			*note = from->items[i];
	}
	to->more += from->more;
	notes_free(from);
}

void notes_free(struct notes *notes)
{
	free(notes->items);
	*notes = (struct notes){ 0 };
}
