// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One copy of each interface name that rules refer to: a million of them name a few ports. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "util/names.h"

static void *names; /* a tree of tsearch(3); never freed, as rules are copied freely */

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *name_keep(const char *text)
{
	char *const *found = tfind(text, &names, by_text);
	char *copy;

	if (found)
		return *found;
	copy = strdup(text);
	if (copy && !tsearch(copy, &names, by_text)) {
		free(copy);
		copy = NULL;
	}
	return copy;
}
