// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `metrics`: the dump, to stdout or into a file for node_exporter. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/openmetrics.h"
#include "verbs/status_ports.h"
#include "util/text_file.h"

static int collect(const struct instance *in, struct metrics_uplink *ret, struct error *err)
{
	int r;

	*ret = (struct metrics_uplink){ 0 };
	ret->dev = in->dev;
	ret->mode = mode_name(in->attachment.mode);
	ret->attached = in->attachment.mode != NDPX_MODE_NONE;
	ret->unknown = !in->dp;
	if (!in->dp)
		return 0;
	ret->paused = dataplane_settings(in->dp)->flags & NDPX_S_PAUSED;
	ret->lease = dataplane_settings(in->dp)->lease;
	ret->lease_over = dataplane_lease_is_over(in->dp);
	ret->attached_at = dataplane_record(in->dp)->attached_at;
	r = rule_counts_read(in->dp, &ret->counts, err);
	return r ? r : dataplane_counters(in->dp, ret->counters, err);
}

/* All guest ports as one more "dev", because they share the counters. 1: filled, 0: none. */
static int collect_ports(const struct command *cmd, struct metrics_uplink *ret, struct error *err)
{
	struct ports_count count = { 0 };
	struct dataplane *dp = NULL;
	int r = dataplane_open(cmd->bpffs, DATAPLANE_PORTS, &dp, err);

	*ret = (struct metrics_uplink){ .dev = "ports", .mode = mode_name(NDPX_MODE_TCX) };
	if (r == -ENOENT)
		return 0;
	if (r == -EPROTO) {
		ret->unknown = true;
		return 1;
	}
	if (!r)
		r = ports_count(dp, &count, err);
	if (!r) {
		ret->attached = !count.detached;
		ret->paused = dataplane_settings(dp)->flags & NDPX_S_PAUSED;
		ret->attached_at = dataplane_record(dp)->attached_at;
		ret->ports = count.ports;
		ret->has_ports = true;
		r = rule_counts_read(dp, &ret->counts, err);
	}
	if (!r)
		r = dataplane_counters(dp, ret->counters, err);
	dataplane_close(dp);
	return r ? r : 1;
}

/* The whole dump in memory: a failure half-way must not leave half a dump. */
static int dump(const struct command *cmd, char **ret, size_t *ret_len, struct error *err)
{
	struct metrics_uplink *uplinks;
	struct instance *instances;
	size_t n, i;
	FILE *fp;
	int r;

	r = dataplane_instances(cmd->bpffs, NULL, &instances, &n, err);
	if (r)
		return r;
	uplinks = calloc(n + 2, sizeof(*uplinks));
	fp = uplinks ? open_memstream(ret, ret_len) : NULL;
	if (!fp) {
		free(uplinks);
		dataplane_close_instances(instances, n);
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	for (i = 0; i < n && !r; i++)
		r = collect(&instances[i], &uplinks[i], err);
	if (!r)
		r = collect_ports(cmd, &uplinks[n], err);
	if (r >= 0) {
		metrics_write(fp, uplinks, n + (size_t)r, cmd->textfile != NULL);
		r = 0;
	}
	fclose(fp);
	if (r)
		free(*ret);
	free(uplinks);
	dataplane_close_instances(instances, n);
	return r;
}

int verb_metrics(struct command *cmd)
{
	struct error err;
	char *text = NULL;
	size_t len = 0;
	int r;

	if (cmd->argc)
		r = error_set(&err, EXIT_USAGE, EINVAL, "metrics: unknown argument '%s'",
			      cmd->argv[0]);
	else if (cmd->json)
		r = error_set(&err, EXIT_USAGE, EINVAL,
			      "metrics: -j is not supported: the output is OpenMetrics text; use "
			      "'ndpx -j stats'");
	else
		r = dump(cmd, &text, &len, &err);
	if (r)
		return command_fail(cmd, &err);
	if (cmd->textfile)
		r = text_file_replace(cmd->textfile, text, len, &err);
	else if (fwrite(text, 1, len, stdout) != len || fflush(stdout))
		r = error_set(&err, EXIT_KERNEL, EIO, "writing the output failed");
	free(text);
	return r ? command_fail(cmd, &err) : EXIT_DONE;
}
