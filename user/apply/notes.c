// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The list of notes that a change hands back. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "apply/notes.h"

void note_add(struct apply_notes *notes, const char *dev, enum note_severity severity,
	      const char *fmt, ...)
{
	struct apply_note *items = realloc(notes->items, (notes->n + 1) * sizeof(*items));
	struct apply_note *note;
	va_list ap;

	if (!items)
		return;
	notes->items = items;
	note = &items[notes->n++];
	snprintf(note->dev, sizeof(note->dev), "%s", dev);
	note->severity = severity;
	va_start(ap, fmt);
	vsnprintf(note->text, sizeof(note->text), fmt, ap);
	va_end(ap);
}

void notes_free(struct apply_notes *notes)
{
	free(notes->items);
	*notes = (struct apply_notes){ 0 };
}
