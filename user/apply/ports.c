// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `apply`, its part for guest ports: one instance for all. New ports are attached first,
 * silent yet; then one commit makes them known, with every rule; then those that are no
 * port any more go. What the kernel may refuse comes before what it will not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/job.h"
#include "apply/teardown.h"
#include "desired/ports.h"

static int no_memory(struct error *err)
{
	return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
}

/* The instance that is there, or a new one in memory. */
static int open_or_make(struct ports_job *job, struct error *err)
{
	int r = dataplane_open(job->ctx->bpffs, DATAPLANE_PORTS, &job->dp, err);

	if (!r)
		return dataplane_recover(job->dp, err);
	if (r != -ENOENT && r != -EPROTO)
		return r;
	job->fresh = true;
	r = inherit_read(job->ctx->bpffs, DATAPLANE_PORTS, "ports", &job->before, err);
	if (!r)
		r = dataplane_new(job->ctx->bpffs, DATAPLANE_PORTS, "ports", &job->dp, err);
	if (r)
		return r;
	dataplane_record(job->dp)->netns = nl_netns_cookie();
	return dataplane_ports_inherit(job->dp, job->ctx->bpffs, err);
}

/* What is to change. */
static int plan(struct ports_job *job, struct error *err)
{
	const struct ndpx_settings *now = dataplane_settings(job->dp);
	struct entry *have = NULL;
	size_t n_have = 0;
	int r = dataplane_read(job->dp, &have, NULL, &n_have, err);

	if (r)
		return r;
	job->ports = (struct ports_change){ .ports = job->desired.ports,
					    .n = job->desired.n_ports,
					    .sections = &job->desired.sections };
	r = plan_diff(job->desired.entries, job->desired.n_entries, have, n_have, &job->plan);
	free(have);
	if (r)
		return no_memory(err);
	job->settings = *now;
	job->settings.flags = (now->flags & NDPX_S_PAUSED) |
			      (job->ctx->paused || job->before.old.paused ? NDPX_S_PAUSED : 0);
	memcpy(job->settings.nets, job->desired.nets, sizeof(job->desired.nets));
	job->changed = job->plan.n || !settings_same(now, &job->settings) ||
		       dataplane_ports_differ(job->dp, &job->ports);
	if (job->changed)
		job->change = (struct dataplane_change){ .dp = job->dp,
							 .plan = &job->plan,
							 .set = &job->settings,
							 .ports = &job->ports };
	return 0;
}

/* One that refuses, unless it has disappeared meanwhile: the next apply sees that. */
static void note_refusal(struct ports_job *job, const struct guest_port *p, const struct error *why)
{
	if (if_nametoindex(p->dev) == p->ifindex)
		note_add(&job->report->notes, p->dev, NOTE_WARNING,
			 "guest port %s: %s: skipped; the others work", p->dev, why->message);
	job->refused++;
}

static int attach_all(struct ports_job *job, struct error *err)
{
	const size_t n = job->desired.n_ports;
	struct attach_report *reports = calloc(n + 1, sizeof(*reports));
	struct ports_report *report = job->report;
	size_t i;

	report->attached = calloc(n + 1, sizeof(*report->attached));
	if (!report->attached || !reports) {
		free(reports);
		return no_memory(err);
	}
	dataplane_ports_look(job->dp, job->desired.ports, n, reports);
	for (i = 0; i < n; i++) {
		const struct guest_port *p = &job->desired.ports[i];

		/* Nothing of ours runs there; all others get the new rules. */
		if (dataplane_port_attach(job->dp, p, &reports[i], err)) {
			note_refusal(job, p, err);
			continue;
		}
		if (reports[i].attached)
			memcpy(report->attached[report->n_attached++], p->dev, IFNAMSIZ);
		job->swapped |= reports[i].swapped;
	}
	free(reports);
	/* All refused: no port is at fault, but the kernel or the program. */
	if (job->refused && job->refused == n && err->code != ENODEV)
		return -err->code;
	/* A port that kept the older program is to be tried again: the record stays as it is. */
	return job->refused && job->swapped ? 0 : dataplane_ports_attached(job->dp, err);
}

/* What is not in force any more, or was left by a killed process. */
static int detach_others(struct ports_job *job, struct error *err)
{
	struct ports_report *report = job->report;
	struct port_state *list;
	size_t n, i;
	int r = dataplane_ports_read(job->dp, &list, &n, err);

	if (r)
		return r;
	report->detached = calloc(n + 1, sizeof(*report->detached));
	if (!report->detached) {
		free(list);
		return no_memory(err);
	}
	for (i = 0; i < n; i++) {
		char *name = report->detached[report->n_detached];

		if (list[i].at.l3_dev)
			continue;
		list[report->n_detached++] = list[i];
		if (!if_indextoname(list[i].ifindex, name))
			snprintf(name, IFNAMSIZ, "%s", list[i].dev);
		if (!name[0]) /* noted down by a version that kept no names */
			snprintf(name, IFNAMSIZ, "ifindex %u", list[i].ifindex % 10000000);
	}
	r = ports_down_some(job->ctx->bpffs, job->dp, list, report->n_detached, err);
	free(list);
	return r;
}

/* A first try that fails leaves nothing; an upgrade leaves what answers. */
static int run_fresh(struct ports_job *job, struct error *err)
{
	bool first = !dataplane_ports_pinned(job->ctx->bpffs);
	struct error ignored;
	int r = plan(job, err);

	if (!r && job->change.dp)
		r = dataplane_commit_all(&job->change, 1, err);
	if (!r)
		dataplane_take_stats(job->dp, &job->before.old, NULL);
	if (!r)
		r = dataplane_pin(job->dp, err);
	if (!r)
		r = attach_all(job, err);
	if (!r)
		inherit_last_stats(&job->before, job->dp);
	if (r && first)
		ports_down(job->ctx->bpffs, &ignored);
	return r;
}

static void fill_report(struct ports_job *job)
{
	struct ports_report *ret = job->report;

	notes_take(&ret->notes, &job->desired.notes);
	ret->there = true;
	ret->devices = job->desired.n_ports;
	ret->swapped = job->swapped;
	ret->paused = job->settings.flags & NDPX_S_PAUSED;
	ret->changed = job->changed;
	ret->rules_added = job->plan.added;
	ret->rules_removed = job->plan.removed;
	ret->rules_changed = job->plan.changed;
}

int apply_ports_begin(const struct apply_context *ctx, const struct model *model,
		      const struct nl_state *state, const struct job *jobs, size_t n,
		      struct ports_job *job, struct ports_report *ret, struct error *err)
{
	struct entry *guests = NULL;
	size_t n_guests = 0;
	int r;

	*ret = (struct ports_report){ 0 };
	*job = (struct ports_job){ .ctx = ctx, .report = ret };
	if (!model->n_ports)
		return 0;
	r = rules_of_all(ctx->bpffs, jobs, n, &guests, &n_guests, err);
	if (!r)
		r = desired_ports_build(model, state, guests, n_guests, &job->desired, err);
	free(guests);
	if (!r)
		r = open_or_make(job, err);
	if (r || job->fresh)
		return r;
	r = attach_all(job, err);
	return r ? r : plan(job, err);
}

int apply_ports_end(const struct model *model, struct ports_job *job, struct error *err)
{
	int r = 0;

	/* The file has no `ports` any more: remove those attached. */
	if (!model->n_ports) {
		if (!dataplane_ports_pinned(job->ctx->bpffs))
			return 0;
		r = ports_down(job->ctx->bpffs, err);
		job->report->removed = !r;
		return r;
	}
	if (job->fresh)
		r = run_fresh(job, err);
	if (!r)
		r = detach_others(job, err);
	if (!r)
		fill_report(job);
	return r;
}

void ports_job_free(struct ports_job *job)
{
	desired_ports_free(&job->desired);
	plan_free(&job->plan);
	inherit_free(&job->before);
	dataplane_close(job->dp);
}

int apply_ports_release(const char *bpffs, const struct model *model, struct error *err)
{
	struct dataplane *dp = NULL;
	struct port_state *list = NULL;
	size_t n = 0, i, j;
	uint32_t ifindex;
	int r = dataplane_open(bpffs, DATAPLANE_PORTS, &dp, err);

	if (r)
		return r == -ENOENT || r == -EPROTO ? 0 : r;
	r = dataplane_ports_read(dp, &list, &n, err);
	for (i = 0; i < model->n_uplinks && !r; i++) {
		/* Several VLANs of a device stand together. */
		if (i && !strcmp(model->uplinks[i].dev, model->uplinks[i - 1].dev))
			continue;
		ifindex = if_nametoindex(model->uplinks[i].dev);
		for (j = 0; j < n && !r; j++) {
			if (ifindex && list[j].ifindex == ifindex)
				r = ports_down_some(bpffs, dp, &list[j], 1, err);
		}
	}
	free(list);
	dataplane_close(dp);
	return r;
}
