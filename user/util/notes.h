/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the user should know of a change that is made all the same. Collected here, printed by cli/. */
#ifndef NDPX_NOTES_H
#define NDPX_NOTES_H

#include <net/if.h>
#include <stddef.h>

enum note_severity {
	NOTE_DETAIL, /* for those who ask for it */
	NOTE_INFO,
	NOTE_WARNING, /* something does not work as it should */
};

struct note {
	char dev[IFNAMSIZ]; /* the uplink or guest port; "" for all guest ports */
	enum note_severity severity;
	char text[600]; /* a whole line, with the device where it names it */
};

#define MAX_NOTES 64 /* of a list: more would hide each other */

struct notes {
	struct note *items; /* owned */
	size_t n, more;	    /* `more`: those for which there was no room */
};

/* Appends one. Where memory is short it is only counted, as the change itself holds. */
void note_add(struct notes *notes, const char *dev, enum note_severity severity, const char *fmt,
	      ...) __attribute__((format(printf, 4, 5)));
/* Appends all of `from`, which is empty afterwards. */
void notes_take(struct notes *to, struct notes *from);
void notes_free(struct notes *notes);

#endif
