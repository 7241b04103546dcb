// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `apply`, its part for guest ports: one instance for all. New ports are attached first,
 * silent yet; then one commit makes them known, with every rule; then those that are no
 * port any more go. What the kernel may refuse comes before what it will not.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "apply/ports_down.h"
#include "desired/ports.h"

#define NAMED 8 /* ports that a line of text names; more are counted */

struct ports_job {
	const struct command *cmd;
	struct wanted_ports wanted;
	struct ndpx_settings settings;
	struct plan plan;
	struct dataplane *dp;
	bool fresh, changed, swapped;
	bool *attached; /* by place in wanted.ports */
	size_t n_attached, refused;
	char (*gone)[IFNAMSIZ]; /* names of those detached */
	size_t n_gone;
};

static int no_memory(struct error *err)
{
	return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
}

/* Do ports of another network namespace answer from these pins? */
static bool is_others(const struct command *cmd)
{
	struct port_state *list = NULL;
	struct dataplane *dp = NULL;
	struct error ignored;
	bool alive = false;
	size_t n = 0, i;

	if (dataplane_ports_there(cmd->bpffs) ||
	    dataplane_open(cmd->bpffs, DATAPLANE_PORTS, &dp, &ignored))
		return false;
	if (!dataplane_ports_read(dp, &list, &n, &ignored)) {
		for (i = 0; i < n; i++)
			alive |= list[i].attachment.link_id != 0;
	}
	free(list);
	dataplane_close(dp);
	return alive;
}

/* The instance that is there, or a new one in memory. */
static int open_or_make(struct ports_job *job, struct error *err)
{
	int r;

	if (is_others(job->cmd))
		return error_set(err, EXIT_USAGE, EBUSY,
				 "ports: %s/ports belongs to another network namespace: give each "
				 "its own --bpffs",
				 job->cmd->bpffs);
	r = dataplane_open_ports(job->cmd->bpffs, &job->dp, err);

	if (!r)
		return dataplane_recover(job->dp, err);
	if (r != -ENOENT && r != -EPROTO)
		return r;
	job->fresh = true;
	r = dataplane_new(job->cmd->bpffs, DATAPLANE_PORTS, "ports", &job->dp, err);
	if (r)
		return r;
	dataplane_record(job->dp)->netns = nl_netns_cookie();
	return dataplane_ports_inherit(job->dp, job->cmd->bpffs, err);
}

static int commit(struct ports_job *job, struct error *err)
{
	const struct ports_change change = {
		.ports = job->wanted.ports,
		.n = job->wanted.n_ports,
		.sections = &job->wanted.sections,
	};
	const struct ndpx_settings *now = dataplane_settings(job->dp);
	struct entry *have = NULL;
	size_t n_have = 0;
	int r = dataplane_read(job->dp, &have, NULL, &n_have, err);

	if (r)
		return r;
	r = plan_diff(job->wanted.entries, job->wanted.n_entries, have, n_have, &job->plan);
	free(have);
	if (r)
		return no_memory(err);
	job->settings = *now;
	job->settings.flags = (now->flags & NDPX_S_PAUSED) | (job->cmd->paused ? NDPX_S_PAUSED : 0);
	job->changed = job->plan.n || !settings_same(now, &job->settings) ||
		       dataplane_ports_differ(job->dp, &change);
	if (!job->changed)
		return 0;
	return dataplane_commit_ports(job->dp, &job->plan, &job->settings, &change, err);
}

/* A port that goes while we look is no reason to fail: the next apply sees it gone. */
static int attach_all(struct ports_job *job, struct error *err)
{
	size_t i;

	job->attached = calloc(job->wanted.n_ports + 1, sizeof(*job->attached));
	if (!job->attached)
		return no_memory(err);
	for (i = 0; i < job->wanted.n_ports; i++) {
		const struct guest_port *p = &job->wanted.ports[i];
		struct attach_report rep = { 0 };

		if (dataplane_port_attach(job->dp, p->ifindex, p->dev, &rep, err)) {
			/* Nothing of ours runs there; all others get the new rules. */
			if (if_nametoindex(p->dev) == p->ifindex)
				command_note(
					job->cmd,
					"warning: guest port %s: %s: left out, the others work",
					p->dev, err->message);
			job->refused++;
			continue;
		}
		job->attached[i] = rep.attached;
		job->n_attached += rep.attached;
		job->swapped |= rep.swapped;
	}
	/* All refused: no port is at fault, but the kernel or the program. */
	if (job->refused && job->refused == job->wanted.n_ports && err->code != ENODEV)
		return -err->code;
	/* A port that kept the older program is to be tried again: the record stays as it is. */
	return job->refused && job->swapped ? 0 : dataplane_ports_attached(job->dp, err);
}

/* What is not in force any more, or was left by a killed process. */
static int detach_others(struct ports_job *job, struct error *err)
{
	struct port_state *list;
	size_t n, i;
	int r = dataplane_ports_read(job->dp, &list, &n, err);

	if (r)
		return r;
	job->gone = calloc(n + 1, sizeof(*job->gone));
	if (!job->gone)
		r = no_memory(err);
	for (i = 0; i < n && !r; i++) {
		char *name = job->gone[job->n_gone];

		if (list[i].at.stack)
			continue;
		if (!if_indextoname(list[i].ifindex, name))
			snprintf(name, IFNAMSIZ, "ifindex %u", list[i].ifindex % 10000000);
		r = ports_down_one(job->cmd->bpffs, job->dp, &list[i], err);
		job->n_gone += !r;
	}
	free(list);
	return r;
}

/* A first try that fails leaves nothing; an upgrade leaves what answers. */
static int run_fresh(struct ports_job *job, struct error *err)
{
	bool first = !dataplane_ports_pinned(job->cmd->bpffs);
	struct error ignored;
	int r = commit(job, err);

	if (!r)
		r = dataplane_pin(job->dp, err);
	if (!r)
		r = attach_all(job, err);
	if (r && first)
		ports_down(job->cmd->bpffs, &ignored);
	return r;
}

static int run(struct ports_job *job, struct error *err)
{
	int r = open_or_make(job, err);

	if (r)
		return r;
	if (job->fresh) {
		r = run_fresh(job, err);
	} else {
		r = attach_all(job, err);
		if (!r)
			r = commit(job, err);
	}
	return r ? r : detach_others(job, err);
}

static void report_names(const struct ports_job *job, struct output *out, const char *key,
			 const char *(*name)(const struct ports_job *, size_t), size_t n)
{
	size_t i, shown = 0;
	char first[48];

	snprintf(first, sizeof(first), ", %s %%s", key);
	out_array(out, key);
	for (i = 0; i < n; i++) {
		const char *dev = name(job, i);

		if (!dev)
			continue;
		out_string(out, NULL, shown >= NAMED ? NULL : shown ? ", %s" : first, dev);
		shown++;
	}
	out_close(out, ']');
	if (shown > NAMED)
		out_text(out, " and %zu more", shown - NAMED);
}

static const char *name_attached(const struct ports_job *job, size_t i)
{
	return job->attached[i] ? job->wanted.ports[i].dev : NULL;
}

static const char *name_gone(const struct ports_job *job, size_t i)
{
	return job->gone ? job->gone[i] : NULL;
}

static void report(const struct ports_job *job, struct output *out)
{
	size_t i;

	for (i = 0; i < job->wanted.notes.n; i++)
		command_note(job->cmd, "%s", job->wanted.notes.lines[i]);
	out_object(out, "ports");
	out_number(out, "devices", "ports: %llu", job->wanted.n_ports);
	report_names(job, out, "attached", name_attached, job->wanted.n_ports);
	report_names(job, out, "detached", name_gone, job->n_gone);
	out_bool(out, "swapped", ", program swapped", job->swapped);
	out_number(out, "added", job->changed ? ", rules +%llu" : NULL, job->plan.added);
	out_number(out, "removed", job->changed ? " -%llu" : NULL, job->plan.removed);
	out_number(out, "changed", job->changed ? " ~%llu" : NULL, job->plan.changed);
	out_bool(out, "paused", ", paused", job->settings.flags & NDPX_S_PAUSED);
	out_text(out, job->changed ? "\n" : ", rules unchanged\n");
	out_close(out, '}');
}

/* The file has no `ports`: what is there goes. */
static int remove_all(const struct command *cmd, struct output *out, struct error *err)
{
	int r;

	if (!dataplane_ports_there(cmd->bpffs))
		return 0;
	r = ports_down(cmd->bpffs, err);
	if (!r) {
		out_object(out, "ports");
		out_bool(out, "removed", "ports: removed: not in the file\n", true);
		out_close(out, '}');
	}
	return r;
}

int apply_ports(const struct command *cmd, const struct model *model, const struct nl_state *state,
		struct output *out, struct error *err)
{
	struct ports_job job = { .cmd = cmd };
	struct entry *guests = NULL;
	size_t n_guests = 0;
	int r;

	if (!model->n_ports)
		return remove_all(cmd, out, err);
	r = command_all_rules(cmd, &guests, &n_guests, err);
	if (!r)
		r = wanted_ports_build(model, state, guests, n_guests, &job.wanted, err);
	free(guests);
	if (!r)
		r = run(&job, err);
	if (!r)
		report(&job, out);
	wanted_ports_free(&job.wanted);
	plan_free(&job.plan);
	dataplane_close(job.dp);
	free(job.attached);
	free(job.gone);
	return r;
}

int apply_ports_release(const struct command *cmd, const struct model *model, struct error *err)
{
	struct dataplane *dp = NULL;
	struct port_state *list = NULL;
	size_t n = 0, i, j;
	int r = dataplane_open_ports(cmd->bpffs, &dp, err);

	if (r)
		return r == -ENOENT || r == -EPROTO ? 0 : r;
	r = dataplane_ports_read(dp, &list, &n, err);
	for (i = 0; i < n && !r; i++) {
		for (j = 0; j < model->n_uplinks && !r; j++) {
			if (if_nametoindex(model->uplinks[j].dev) != list[i].ifindex)
				continue;
			r = ports_down_one(cmd->bpffs, dp, &list[i], err);
			break;
		}
	}
	free(list);
	dataplane_close(dp);
	return r;
}
