/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the user should know of a change that was made all the same. */
#ifndef NDPX_NOTES_H
#define NDPX_NOTES_H

#include <net/if.h>
#include <stddef.h>

enum note_severity {
	NOTE_DETAIL, /* for those who ask for it */
	NOTE_INFO,
	NOTE_WARNING, /* something does not work as it should */
};

struct apply_note {
	char dev[IFNAMSIZ]; /* the uplink or guest port; "" for all guest ports */
	enum note_severity severity;
	char text[600]; /* a whole line, with the device where it names it */
};

struct apply_notes {
	struct apply_note *items; /* owned */
	size_t n;
};

/* Appends one; it is lost where memory is short, for the change itself holds. */
void note_add(struct apply_notes *notes, const char *dev, enum note_severity severity,
	      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void notes_free(struct apply_notes *notes);

#endif
