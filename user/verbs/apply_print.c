// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What an apply did, as `apply` and `run` print it; changes nothing. */
#include <stdio.h>

#include "cli/command.h"
#include "verbs/apply_print.h"

#define NAMED 8 /* ports that a line of text names; more are counted */

void apply_print_uplink(const struct uplink_report *up, struct output *out)
{
	out_object(out, NULL);
	out_string(out, "dev", "%s: ", up->dev);
	out_string(out, "mode", "%s, ", mode_name(up->now.mode));
	out_number(out, "prog_id", NULL, up->now.prog_id);
	out_bool(out, "attached", "attached, ", up->attached);
	out_bool(out, "swapped", "program swapped, ", up->swapped);
	out_number(out, "added", up->rules_changed ? "rules +%llu" : NULL, up->added);
	out_number(out, "removed", up->rules_changed ? " -%llu" : NULL, up->removed);
	out_number(out, "changed", up->rules_changed ? " ~%llu" : NULL, up->changed);
	out_bool(out, "settings_changed", up->fresh ? NULL : ", settings changed",
		 up->settings_changed);
	out_bool(out, "paused", ", paused", up->paused);
	out_text(out, up->rules_changed ? "\n" : "rules unchanged\n");
	out_close(out, '}');
}

const char *apply_removed_text(enum removed_why why)
{
	switch (why) {
	case REMOVED_CREATED_AGAIN:
		return "%s: the interface was recreated: state of the old one removed\n";
	case REMOVED_DEVICE_GONE:
		return "%s: removed: the interface no longer exists\n";
	default:
		return "%s: removed: not in the file\n";
	}
}

static void print_names(struct output *out, const char *key, char (*names)[IFNAMSIZ], size_t n)
{
	char first[48];
	size_t i;

	snprintf(first, sizeof(first), ", %s %%s", key);
	out_array(out, key);
	for (i = 0; i < n; i++)
		out_string(out, NULL, i >= NAMED ? NULL : i ? ", %s" : first, names[i]);
	out_close(out, ']');
	if (n > NAMED)
		out_text(out, " and %zu more", n - NAMED);
}

void apply_print_ports(const struct ports_report *ports, struct output *out)
{
	bool changed = ports->changed;

	if (!ports->there && !ports->removed)
		return;
	out_object(out, "ports");
	if (ports->removed) {
		out_bool(out, "removed", "ports: removed: not in the file\n", true);
		out_close(out, '}');
		return;
	}
	out_number(out, "devices", "ports: %llu", ports->devices);
	print_names(out, "attached", ports->attached, ports->n_attached);
	print_names(out, "detached", ports->detached, ports->n_detached);
	out_bool(out, "swapped", ", program swapped", ports->swapped);
	out_number(out, "added", changed ? ", rules +%llu" : NULL, ports->rules_added);
	out_number(out, "removed", changed ? " -%llu" : NULL, ports->rules_removed);
	out_number(out, "changed", changed ? " ~%llu" : NULL, ports->rules_changed);
	out_bool(out, "paused", ", paused", ports->paused);
	out_text(out, changed ? "\n" : ", rules unchanged\n");
	out_close(out, '}');
}
