// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The order of a whole apply: each device up to its change, what is not wanted goes, then one
 * commit for uplinks and guest ports, and what follows it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/job.h"
#include "apply/teardown.h"

/* Why an instance goes: its device may have been created again under the same name. */
static enum removed_why removed_why(const struct model *model, const struct instance *instance)
{
	size_t i;

	for (i = 0; i < model->n_uplinks; i++) {
		if (!strcmp(model->uplinks[i].dev, instance->dev))
			return if_nametoindex(instance->dev) ? REMOVED_CREATED_AGAIN
							     : REMOVED_DEVICE_GONE;
	}
	return REMOVED_NOT_IN_FILE;
}

static bool is_desired(const struct model *model, const struct instance *instance)
{
	size_t i;

	for (i = 0; i < model->n_uplinks; i++) {
		if (!strcmp(model->uplinks[i].dev, instance->dev) &&
		    if_nametoindex(instance->dev) == instance->ifindex)
			return true;
	}
	return false;
}

static bool has_failed(const struct apply_report *report, const char *dev)
{
	size_t i;

	for (i = 0; i < report->n_uplinks; i++) {
		if (report->uplinks[i].failed && !strcmp(report->uplinks[i].dev, dev))
			return true;
	}
	return false;
}

/*
 * An instance whose device is gone, or whose successor was refused, keeps what commands made
 * until the device comes: a NIC's driver that is reloaded, a VM between stop and start.
 */
static bool waits(const struct apply_context *ctx, const struct model *model,
		  const struct apply_report *report, struct instance *instance)
{
	uint32_t now = if_nametoindex(instance->dev);

	if (ctx->prune || !instance->dp || now == instance->ifindex)
		return false;
	if (now && !has_failed(report, instance->dev))
		return false;
	return removed_why(model, instance) != REMOVED_NOT_IN_FILE && inherit_waits(instance->dp);
}

/* What is attached but no longer in the file. */
static int remove_others(const struct apply_context *ctx, const struct model *model,
			 struct apply_report *ret, struct error *err)
{
	struct instance *instances;
	size_t n, i;
	int r = dataplane_instances(ctx->bpffs, NULL, &instances, &n, err);

	if (r)
		return r;
	ret->removed = calloc(n + 1, sizeof(*ret->removed));
	if (!ret->removed) {
		dataplane_close_instances(instances, n);
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	for (i = 0; i < n && !r; i++) {
		struct removed_report *gone = &ret->removed[ret->n_removed];

		if (is_desired(model, &instances[i]))
			continue;
		if (waits(ctx, model, ret, &instances[i])) {
			note_add(&ret->notes, instances[i].dev, NOTE_INFO,
				 "%s: the interface %s: rules of 'guest add' and a pause are kept "
				 "for when it is back ('apply --prune' or 'down' drops them)",
				 instances[i].dev,
				 if_nametoindex(instances[i].dev)
					 ? "was recreated and could not be brought up"
					 : "no longer exists");
			continue;
		}
		r = uplink_down(ctx->bpffs, &instances[i], err);
		if (r)
			break;
		memcpy(gone->dev, instances[i].dev, sizeof(gone->dev));
		gone->why = removed_why(model, &instances[i]);
		ret->n_removed++;
	}
	dataplane_close_instances(instances, n);
	return r;
}

/* A job for each device, whose uplinks stand together in the model. */
static void begin_uplinks(const struct apply_context *ctx, const struct model *model,
			  const struct nl_state *state, struct job *jobs, struct apply_report *ret)
{
	size_t i, n;

	for (i = 0; i < model->n_uplinks; i += n) {
		const struct uplink *u = &model->uplinks[i];

		for (n = 1; i + n < model->n_uplinks && !strcmp(u->dev, u[n].dev); n++)
			;
		apply_uplink_begin(ctx, u, n, state, &jobs[ret->n_uplinks],
				   &ret->uplinks[ret->n_uplinks]);
		ret->n_uplinks++;
	}
}

/* All in one; where that is refused, each on its own, so that the others get theirs. */
static int commit_all(const struct job *jobs, const struct ports_job *ports,
		      struct apply_report *ret, struct error *err)
{
	struct dataplane_change *all = calloc(ret->n_uplinks + 1, sizeof(*all));
	size_t i, n = 0;
	int r;

	if (!all)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < ret->n_uplinks; i++) {
		if (!ret->uplinks[i].failed && jobs[i].change.dp)
			all[n++] = jobs[i].change;
	}
	if (ports->change.dp)
		all[n++] = ports->change;
	r = dataplane_commit_all(all, n, err);
	free(all);
	if (!r)
		return 0;
	for (i = 0; i < ret->n_uplinks; i++) {
		struct uplink_report *report = &ret->uplinks[i];

		if (!report->failed && jobs[i].change.dp)
			report->failed =
				dataplane_commit_all(&jobs[i].change, 1, &report->why) != 0;
	}
	return ports->change.dp ? dataplane_commit_all(&ports->change, 1, err) : 0;
}

static void end_uplinks(struct job *jobs, struct apply_report *ret)
{
	size_t i;

	for (i = 0; i < ret->n_uplinks; i++) {
		apply_uplink_end(&jobs[i], &ret->uplinks[i]);
		ret->n_failed += ret->uplinks[i].failed;
	}
}

/* None came up: that is an error as any other, with the status of the first. */
static int none_came_up(const struct apply_report *report, struct error *err)
{
	if (!report->n_failed || report->n_failed < report->n_uplinks)
		return 0;
	*err = report->uplinks[0].why;
	return -err->code;
}

/* What the file wants, up to the commit, and what follows it. */
static int run(const struct apply_context *ctx, const struct model *model,
	       const struct nl_state *state, struct job *jobs, struct apply_report *ret,
	       struct error *err)
{
	struct ports_job ports = { 0 };
	struct error why;
	int r, p;

	begin_uplinks(ctx, model, state, jobs, ret);
	r = remove_others(ctx, model, ret, err);
	p = r ? r
	      : apply_ports_begin(ctx, model, state, jobs, ret->n_uplinks, &ports, &ret->ports,
				  err);
	/* Guest ports that are refused do not keep the uplinks from their rules. */
	if (p)
		ports.change.dp = NULL;
	r = commit_all(jobs, &ports, ret, p ? &why : err);
	end_uplinks(jobs, ret);
	if (!p && !r)
		r = apply_ports_end(model, &ports, err);
	ports_job_free(&ports);
	return p ? p : r;
}

int apply_run(const struct apply_context *ctx, const struct model *model,
	      const struct nl_state *state, struct apply_report *ret, struct error *err)
{
	struct job *jobs;
	int r;

	*ret = (struct apply_report){ 0 };
	ret->uplinks = calloc(model->n_uplinks + 1, sizeof(*ret->uplinks));
	jobs = calloc(model->n_uplinks + 1, sizeof(*jobs));
	if (!ret->uplinks || !jobs) {
		free(jobs);
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	r = apply_ports_release(ctx->bpffs, model, err);
	if (!r)
		r = run(ctx, model, state, jobs, ret, err);
	free(jobs);
	return r ? r : none_came_up(ret, err);
}

void apply_report_free(struct apply_report *report)
{
	size_t i;

	for (i = 0; i < report->n_uplinks; i++)
		notes_free(&report->uplinks[i].notes);
	free(report->uplinks);
	free(report->removed);
	free(report->ports.attached);
	free(report->ports.detached);
	notes_free(&report->ports.notes);
	notes_free(&report->notes);
	*report = (struct apply_report){ 0 };
}
