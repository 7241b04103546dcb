// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The order of a whole apply: each device is brought to its wish, what is not wanted goes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/inherit.h"
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

static void apply_uplinks(const struct apply_context *ctx, const struct model *model,
			  const struct nl_state *state, struct apply_report *ret)
{
	size_t i, n;

	for (i = 0; i < model->n_uplinks; i += n) {
		const struct uplink *u = &model->uplinks[i];
		struct uplink_report *report = &ret->uplinks[ret->n_uplinks++];

		for (n = 1; i + n < model->n_uplinks && !strcmp(u->dev, u[n].dev); n++)
			;
		apply_uplink(ctx, u, n, state, report);
		ret->n_failed += report->failed;
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

int apply_run(const struct apply_context *ctx, const struct model *model,
	      const struct nl_state *state, struct apply_report *ret, struct error *err)
{
	int r;

	*ret = (struct apply_report){ 0 };
	ret->uplinks = calloc(model->n_uplinks + 1, sizeof(*ret->uplinks));
	if (!ret->uplinks)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	r = apply_ports_release(ctx->bpffs, model, err);
	if (r)
		return r;
	apply_uplinks(ctx, model, state, ret);
	r = remove_others(ctx, model, ret, err);
	if (!r)
		r = apply_ports(ctx, model, state, &ret->ports, err);
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
