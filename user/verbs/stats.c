// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `stats`: the counters, one a verdict. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "dataplane/dataplane.h"

static void print_counters(const struct command *cmd, struct output *out,
			   const uint64_t counters[NDPX_COUNTERS])
{
	int v;

	out_object(out, "counters");
	for (v = 1; v < NDPX_V_END; v++) {
		char fmt[128];

		snprintf(fmt, sizeof(fmt), "    %-16s %%12llu  %s\n",
			 verdict_name((enum ndpx_verdict)v), verdict_text((enum ndpx_verdict)v));
		/* In text, what never happened would hide what did. */
		out_number(out, verdict_name((enum ndpx_verdict)v),
			   counters[v] || cmd->verbose ? fmt : NULL, counters[v]);
	}
	out_close(out, '}');
}

/* The counters of the guest ports are shared by all of them: an object beside the uplinks. */
static int print_ports(const struct command *cmd, struct dataplane *ports, struct output *out,
		       struct error *err)
{
	uint64_t counters[NDPX_COUNTERS];
	int r = dataplane_counters(ports, counters, err);

	if (r)
		return r;
	out_object(out, "ports");
	out_text(out, "ports\n");
	print_counters(cmd, out, counters);
	out_close(out, '}');
	return 0;
}

static int print_all(struct command *cmd, const struct instance *instances, size_t n,
		     struct dataplane *ports, struct error *err)
{
	uint64_t counters[NDPX_COUNTERS];
	struct output out;
	size_t i;
	int r = 0;

	out_start(&out, stdout, cmd->json, cmd->pretty);
	out_array(&out, "uplinks");
	for (i = 0; i < n && !r; i++) {
		if (!instances[i].dp)
			continue;
		r = dataplane_counters(instances[i].dp, counters, err);
		if (r)
			break;
		out_object(&out, NULL);
		out_string(&out, "dev", "%s\n", instances[i].dev);
		print_counters(cmd, &out, counters);
		out_close(&out, '}');
	}
	out_close(&out, ']');
	if (!r && ports)
		r = print_ports(cmd, ports, &out, err);
	if (!r && out_finish(&out))
		r = error_set(err, EXIT_KERNEL, EIO, "writing the output failed");
	return r;
}

/* *ret_n: how many there are to tell of. */
static int print_once(struct command *cmd, const char *dev, size_t *ret_n, struct error *err)
{
	struct dataplane *ports = NULL;
	struct instance *instances;
	size_t n, i;
	int r = dataplane_instances(cmd->bpffs, dev, &instances, &n, err);

	if (r)
		return r;
	if (!dev) {
		r = dataplane_open(cmd->bpffs, DATAPLANE_PORTS, &ports, err);
		if (r == -ENOENT || r == -EPROTO)
			r = 0;
	}
	*ret_n = ports != NULL;
	for (i = 0; i < n; i++)
		*ret_n += instances[i].dp != NULL;
	if (!r && *ret_n)
		r = print_all(cmd, instances, n, ports, err);
	dataplane_close(ports);
	dataplane_close_instances(instances, n);
	return r;
}

int verb_stats(struct command *cmd)
{
	struct timespec pause;
	struct place place;
	struct error err;
	size_t n = 0;
	bool named;
	int r;

	r = command_parse_dev(cmd->argc, cmd->argv, &place, &named, &err);
	if (r)
		return command_fail(cmd, &err);
	pause.tv_sec = (time_t)cmd->watch;
	pause.tv_nsec = (long)((cmd->watch - (double)pause.tv_sec) * 1e9);
	for (;;) {
		r = print_once(cmd, named ? place.dev : NULL, &n, &err);
		if (!r && !n &&
		    dataplane_is_port(cmd->bpffs, command_dev_arg(cmd->argc, cmd->argv)))
			r = error_set(&err, EXIT_USAGE, EINVAL,
				      "%s: guest ports share their counters: 'ndpx stats' shows "
				      "them",
				      command_dev_arg(cmd->argc, cmd->argv));
		else if (!r && !n)
			r = error_set(&err, EXIT_NOT_ATTACHED, ENOENT, "%s: not attached",
				      named ? place.dev : "no uplink");
		if (r)
			return command_fail(cmd, &err);
		if (cmd->watch == 0)
			return EXIT_DONE;
		if (!cmd->json)
			putchar('\n');
		nanosleep(&pause, NULL);
	}
}
