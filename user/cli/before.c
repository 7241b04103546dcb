// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Prints the programs and filters that get frames before ours. Pure. */
#include "cli/before.h"
#include "dataplane/dataplane.h"

void before_print(const struct before *list, size_t n, const char *indent, struct output *out)
{
	char text[BEFORE_TEXT_LEN];
	size_t i;

	out_array(out, "before");
	for (i = 0; i < n; i++) {
		out_text(out, "%sbefore ours: %s\n", indent, before_text(&list[i], text));
		out_object(out, NULL);
		out_string(out, "hook", NULL, before_hook_name(list[i].hook));
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
