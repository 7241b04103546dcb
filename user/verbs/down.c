// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `down`: every trace away. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "daemon/single.h"
#include "apply/teardown.h"

/* All guest ports, or the one called `dev` where that is not NULL. *ret_found: there was one. */
static int down_ports(const struct command *cmd, const char *dev, struct output *out,
		      bool *ret_found, struct error *err)
{
	uint32_t ifindex = dev ? if_nametoindex(dev) : 0;
	struct port_state *list = NULL;
	struct dataplane *dp = NULL;
	size_t n = 0, i;
	int r;

	if (!dataplane_ports_pinned(cmd->bpffs))
		return 0;
	if (!dev) {
		r = ports_down(cmd->bpffs, err);
		if (!r)
			out_string(out, NULL, "%s: removed\n", "ports");
		return r;
	}
	r = dataplane_open(cmd->bpffs, DATAPLANE_PORTS, &dp, err);
	if (!r)
		r = dataplane_recover(dp, err);
	if (!r)
		r = dataplane_ports_read(dp, &list, &n, err);
	for (i = 0; i < n && !r; i++) {
		if (list[i].ifindex != ifindex)
			continue;
		*ret_found = true;
		r = ports_down_some(cmd->bpffs, dp, &list[i], 1, err);
		if (!r)
			out_string(out, NULL, "%s: removed from the guest ports\n", dev);
	}
	free(list);
	dataplane_close(dp);
	/* Of another version: said only where it is about this port, for all the rest goes on. */
	if (r == -EPROTO && !dataplane_is_port(cmd->bpffs, dev))
		return 0;
	return r == -ENOENT ? 0 : r;
}

/* `down dev DEV` of a device that is gone still finds its pins, by the name in the record. */
static int down_all(const struct command *cmd, const char *dev, const char *dev_arg,
		    struct output *out, struct error *err)
{
	struct instance *instances;
	size_t n, i;
	bool port = false;
	int r;

	out_array(out, "removed");
	/* The name as it was typed: vif1.1 is a port, whatever an uplink's name would mean. */
	r = down_ports(cmd, dev_arg, out, &port, err);
	if (r || port) {
		out_close(out, ']');
		return r;
	}
	r = dataplane_instances(cmd->bpffs, dev, &instances, &n, err);
	if (r)
		return r;
	for (i = 0; i < n && !r; i++) {
		r = uplink_down(cmd->bpffs, &instances[i], err);
		if (!r)
			out_string(out, NULL, "%s: removed\n", instances[i].dev);
	}
	out_close(out, ']');
	dataplane_close_instances(instances, n);
	return r;
}

static void warn_of_run(const struct command *cmd)
{
	pid_t pid = single_holder(cmd->bpffs);

	if (pid > 0)
		command_note(
			cmd,
			"warning: 'ndpx run' (process %d) sets everything up again at the next "
			"change: end it first",
			pid);
}

int verb_down(struct command *cmd)
{
	struct place place;
	struct output out;
	struct error err;
	const char *dev_arg;
	char *text = NULL;
	size_t len = 0;
	bool named;
	FILE *sink;
	int lock, r;

	r = command_parse_dev(cmd->argc, cmd->argv, &place, &named, &err);
	dev_arg = command_dev_arg(cmd->argc, cmd->argv);
	if (!r && place.have_vlan && !dataplane_is_port(cmd->bpffs, dev_arg))
		r = error_set(
			&err, EXIT_USAGE, EINVAL,
			"down: a VLAN shares its device's program: remove it from the file and "
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
		r = down_all(cmd, named ? place.dev : NULL, named ? dev_arg : NULL, &out, &err);
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
	if (!r)
		warn_of_run(cmd);
	return r ? command_fail(cmd, &err) : EXIT_DONE;
}
