// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The words for programs and filters that get frames before ours. Pure. */
#include <stdio.h>

#include "dataplane/before_text.h"

const char *before_text(const struct before *b, char buf[BEFORE_TEXT_LEN])
{
	static const char *const hooks[] = { [BEFORE_XDP] = "XDP program",
					     [BEFORE_TCX] = "TCX program",
					     [BEFORE_CLSACT] = "clsact filter" };
	int n = snprintf(buf, BEFORE_TEXT_LEN, "%s '%s'", hooks[b->hook], b->name);

	if (b->prog_id)
		n += snprintf(buf + n, (size_t)(BEFORE_TEXT_LEN - n), " (id %u)", b->prog_id);
	if (b->hook == BEFORE_CLSACT)
		snprintf(buf + n, (size_t)(BEFORE_TEXT_LEN - n), ", priority %u", b->priority);
	return buf;
}

const char *before_hook_word(enum before_hook hook)
{
	return hook == BEFORE_XDP ? "xdp" : hook == BEFORE_TCX ? "tcx" : "clsact";
}
