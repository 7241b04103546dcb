// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `down`: every trace away. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "uplink_down.h"

/* `down dev DEV` of a device that is gone still finds its pins, by the name in the record. */
static int down_all(const struct command *cmd, const char *dev, struct output *out,
		    struct error *err)
{
	struct instance *instances;
	size_t n, i;
	int r = command_instances(cmd, dev, &instances, &n, err);

	if (r)
		return r;
	out_array(out, "removed");
	for (i = 0; i < n && !r; i++) {
		r = uplink_down(cmd->bpffs, &instances[i], err);
		if (!r)
			out_string(out, NULL, "%s: removed\n", instances[i].dev);
	}
	out_close(out, ']');
	command_close_instances(instances, n);
	return r;
}

int verb_down(struct command *cmd)
{
	struct place place;
	struct output out;
	struct error err;
	char *text = NULL;
	size_t len = 0;
	bool named;
	FILE *sink;
	int lock, r;

	r = command_parse_dev(cmd->argc, cmd->argv, &place, &named, &err);
	if (!r && place.have_vlan)
		r = error_set(
			&err, EXIT_USAGE, EINVAL,
			"down: a VLAN shares its device's program: take it out of the file and "
			"apply");
	if (r)
		return command_fail(cmd, &err);
	sink = open_memstream(&text, &len);
	if (!sink) {
		error_set(&err, EXIT_KERNEL, errno, "out of memory");
		return command_fail(cmd, &err);
	}
	out_start(&out, sink, cmd->json, cmd->pretty);
	r = dataplane_lock(cmd->bpffs, false, &lock, &err);
	if (!r) {
		r = down_all(cmd, named ? place.dev : NULL, &out, &err);
		dataplane_rmdir(cmd->bpffs);
		dataplane_unlock(lock);
	} else if (r == -ENOENT) {
		r = 0; /* nothing there: that is what was asked for */
		out_array(&out, "removed");
		out_close(&out, ']');
	}
	out_finish(&out);
	fclose(sink);
	if ((cmd->json ? !r : !cmd->quiet) && command_print(text, &err) && !r)
		r = -err.code;
	free(text);
	return r ? command_fail(cmd, &err) : EXIT_DONE;
}
