// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is said of programs and filters that get frames before ours. Pure. */
#include <stdio.h>

#include "cli/before.h"

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

void before_print(const struct before *list, size_t n, const char *indent, struct output *out)
{
	char text[BEFORE_TEXT_LEN];
	size_t i;

	out_array(out, "before");
	for (i = 0; i < n; i++) {
		out_text(out, "%sbefore ours: %s\n", indent, before_text(&list[i], text));
		out_object(out, NULL);
		out_string(out, "hook", NULL, before_hook_word(list[i].hook));
		out_string(out, "name", NULL, list[i].name);
		if (list[i].prog_id)
			out_number(out, "prog_id", NULL, list[i].prog_id);
		else
			out_null(out, "prog_id");
		if (list[i].hook == BEFORE_CLSACT)
			out_number(out, "priority", NULL, list[i].priority);
		else
			out_null(out, "priority");
		out_close(out, '}');
	}
	out_close(out, ']');
}
