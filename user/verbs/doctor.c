// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `doctor`: what breaks such set-ups in the field, a line each with its remedy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "doctor/doctor.h"
#include "doctor/gateway.h"
#include "doctor/fix.h"
#include "doctor/check_ports.h"
#include "doctor/probe.h"
#include "doctor/runs.h"
#include "doctor/ways.h"

/* What one call works on. */
struct ward {
	const struct command *cmd;
	struct model model; /* empty without a file */
	const char *dev;    /* only this one, NULL: all */
	struct place place;
	struct instance *instances;
	size_t n_instances;
	struct doctor_snapshot snap;
	struct findings findings;
	struct findings before; /* with --fix: what was found before it */
};

/* The uplinks of the file on one device: they stand together. */
static size_t file_of(const struct model *model, const char *dev, const struct uplink **ret)
{
	size_t i, n = 0;

	for (i = 0; i < model->n_uplinks; i++) {
		if (strcmp(model->uplinks[i].dev, dev) != 0)
			continue;
		if (!n++)
			*ret = &model->uplinks[i];
	}
	return n;
}

static bool is_pinned(const struct ward *w, const char *dev)
{
	size_t i;

	for (i = 0; i < w->n_instances; i++) {
		if (!strcmp(w->instances[i].dev, dev))
			return true;
	}
	return false;
}

/* What is pinned, and what the file names beside it. */
static int look(struct ward *w, struct error *err)
{
	const struct uplink *file = NULL;
	size_t i, n;
	int r = doctor_look(&w->snap, err);

	for (i = 0; i < w->n_instances && !r; i++) {
		const struct instance *in = &w->instances[i];
		const struct doctor_pin pin = { in->dev, in->ifindex, in->dp, in->foreign,
						in->attachment };

		n = file_of(&w->model, in->dev, &file);
		r = doctor_look_uplink(&w->snap, in->dev, &pin, file, n, err);
	}
	for (i = 0; i < w->model.n_uplinks && !r; i += n) {
		const char *dev = w->model.uplinks[i].dev;

		n = file_of(&w->model, dev, &file);
		if (!is_pinned(w, dev) && (!w->dev || !strcmp(w->dev, dev)))
			r = doctor_look_uplink(&w->snap, dev, NULL, file, n, err);
	}
	if (!r && w->dev && !w->snap.n_uplinks && !dataplane_is_port(w->cmd->bpffs, w->dev))
		r = doctor_look_uplink(&w->snap, w->dev, NULL, NULL, 0, err);
	return r;
}

/* Under the lock, so that nobody's apply is seen half-way; *ret_lock stays where it is not NULL. */
static int look_locked(struct ward *w, int *ret_lock, struct error *err)
{
	int lock = -1, r;

	r = dataplane_lock(w->cmd->bpffs, false, &lock, err);
	if (r && r != -ENOENT)
		return r;
	r = dataplane_instances(w->cmd->bpffs, w->dev, &w->instances, &w->n_instances, err);
	if (!r)
		r = look(w, err);
	if (ret_lock)
		*ret_lock = lock;
	else if (lock >= 0)
		dataplane_unlock(lock);
	return r;
}

static void forget(struct ward *w)
{
	dataplane_close_instances(w->instances, w->n_instances);
	w->instances = NULL;
	w->n_instances = 0;
	doctor_snapshot_free(&w->snap);
}

/* A VLAN that is asked for, and that neither a pin nor the file knows on its device. */
static void check_vlan(const struct ward *w, struct findings *ret)
{
	struct finding about = { .code = DOCTOR_NOT_ATTACHED, .vlan = w->place.vlan };
	const struct doctor_uplink *up = w->snap.uplinks;
	struct error ignored;
	uint16_t vlan;

	if (!w->place.have_vlan || !w->snap.n_uplinks || up->pins != PINS_WHOLE ||
	    !command_choose_vlan(&up->record, &w->place, &vlan, &ignored))
		return;
	snprintf(about.dev, sizeof(about.dev), "%s", up->dev);
	if (!findings_have(ret, &about))
		finding_add(ret, DOCTOR_NOT_ATTACHED,
			    &(struct subject){ .dev = up->dev, .vlan = w->place.vlan },
			    "nothing is attached for this VLAN");
}

static int check_ports(const struct ward *w, struct findings *ret, struct error *err)
{
	struct dataplane *dp = NULL;
	int r = dataplane_open(w->cmd->bpffs, DATAPLANE_PORTS, &dp, err);

	if (r == -ENOENT)
		return 0;
	if (r == -EPROTO) {
		finding_add(ret, DOCTOR_OTHER_ABI, &(struct subject){ .dev = "ports" },
			    "the guest ports were set up by another version of ndpx");
		return 0;
	}
	if (r)
		return r;
	r = doctor_ports(dp, &w->snap, w->dev, ret, err);
	dataplane_close(dp);
	return r;
}

/* One look and its findings. */
static int examine(struct ward *w, int *ret_lock, struct findings *ret, struct error *err)
{
	int r = look_locked(w, ret_lock, err);
	size_t i;

	/* Nothing that a probe finds is fixed, and nobody shall wait for its answers. */
	if (!r && !ret_lock && !w->cmd->no_probe)
		r = doctor_runs(&w->snap, doctor_probe, err);
	if (!r && !ret_lock)
		r = doctor_gateways(&w->snap, !w->cmd->no_probe, err);
	if (r)
		return r;
	r = check_ports(w, ret, err);
	if (r)
		return r;
	for (i = 0; i < w->snap.n_uplinks && !r; i++)
		r = doctor_check_ways(&w->snap, &w->snap.uplinks[i], ret, err);
	if (r)
		return r;
	doctor_check(&w->snap, ret);
	check_vlan(w, ret);
	if (!w->snap.n_uplinks && !(w->dev && dataplane_is_port(w->cmd->bpffs, w->dev)))
		finding_add(ret, DOCTOR_NOT_ATTACHED, &(struct subject){ 0 },
			    "no uplink is attached or configured");
	return ret->no_memory ? error_set(err, EXIT_KERNEL, ENOMEM, "out of memory") : 0;
}

/* Asked for one VLAN, another's findings are not of interest. */
static bool is_selected(const struct ward *w, const struct finding *f)
{
	return !w->place.have_vlan || !f->vlan || f->vlan == w->place.vlan;
}

static void print_finding(const struct finding *f, struct output *out)
{
	const struct doctor_row *row = &doctor_rows[f->code];

	out_object(out, NULL);
	out_string(out, "code", NULL, row->code);
	if (f->dev[0])
		out_string(out, "dev", "%s", f->dev);
	else
		out_null(out, "dev");
	if (f->vlan)
		out_number(out, "vlan", ".%llu", f->vlan);
	out_text(out, f->dev[0] ? ": %s" : "host: %s", row->code);
	out_string(out, "severity", NULL, doctor_severity_name(row->severity));
	out_string(out, "message", ": %s", f->message);
	out_string(out, "remedy", ": %s\n", f->remedy);
	out_bool(out, "fix", NULL, row->fix);
	out_close(out, '}');
}

/* Findings that were reported before and are gone now. */
static void print_fixed(const struct ward *w, struct output *out)
{
	size_t i;

	out_array(out, "fixed");
	for (i = 0; i < w->before.n; i++) {
		const struct finding *f = &w->before.items[i];

		if (!doctor_rows[f->code].fix || findings_have(&w->findings, f))
			continue;
		out_object(out, NULL);
		out_string(out, "code", NULL, doctor_rows[f->code].code);
		out_string(out, "dev", "%s", f->dev);
		if (f->vlan)
			out_number(out, "vlan", ".%llu", f->vlan);
		out_text(out, ": %s", doctor_rows[f->code].code);
		out_string(out, "message", ": %s: fixed\n", f->message);
		out_close(out, '}');
	}
	out_close(out, ']');
}

static int print(const struct ward *w)
{
	const struct command *cmd = w->cmd;
	struct output out;
	size_t i, n = 0;

	out_start(&out, stdout, cmd->json, cmd->pretty);
	if (cmd->fix)
		print_fixed(w, &out);
	out_array(&out, "findings");
	for (i = 0; i < w->findings.n; i++) {
		if (!is_selected(w, &w->findings.items[i]))
			continue;
		print_finding(&w->findings.items[i], &out);
		n++;
	}
	out_close(&out, ']');
	if (!n && !cmd->quiet)
		out_text(&out, "no findings\n");
	return command_finish(cmd, &out, n ? EXIT_NOT_ATTACHED : EXIT_DONE);
}

/* Is there something on this device that may be mended, and nothing that forbids it? */
static bool can_fix(const struct ward *w, const char *dev)
{
	bool some = false;
	size_t i;

	for (i = 0; i < w->before.n; i++) {
		const struct finding *f = &w->before.items[i];

		if (strcmp(f->dev, dev) != 0)
			continue;
		if (f->code == DOCTOR_PROGRAM_REPLACED)
			return false;
		some |= doctor_rows[f->code].fix && is_selected(w, f);
	}
	return some;
}

static bool ports_need_it(const struct ward *w)
{
	size_t i;

	for (i = 0; i < w->before.n; i++) {
		enum doctor_code code = w->before.items[i].code;

		if (code == DOCTOR_NETS_CHANGED && !strcmp(w->before.items[i].dev, "ports"))
			return true;
		if (code == DOCTOR_GUEST_PORT_MISSING || code == DOCTOR_GUEST_PORT_DETACHED ||
		    code == DOCTOR_GUEST_PORT_CHANGED)
			return true;
	}
	return false;
}

/* All of them: their state comes true as a whole. */
static int fix_ports(const struct ward *w, struct error *err)
{
	struct instance *all = NULL;
	struct dataplane *dp = NULL;
	char(*names)[IFNAMSIZ];
	size_t n = 0, i;
	int r = dataplane_open(w->cmd->bpffs, DATAPLANE_PORTS, &dp, err);

	if (!r)
		r = dataplane_instances(w->cmd->bpffs, NULL, &all, &n, err);
	names = calloc(n + 1, sizeof(*names));
	if (!r && !names)
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; names && i < n && !r; i++)
		memcpy(names[i], all[i].dev, sizeof(names[i]));
	if (!r)
		r = doctor_ports_fix(dp, &w->snap.state, names, n, err);
	free(names);
	if (all)
		dataplane_close_instances(all, n);
	dataplane_close(dp);
	return r;
}

/* A device where it fails keeps its finding, and a note says why. */
static int fix(struct ward *w, struct error *err)
{
	int lock = -1, r = examine(w, &lock, &w->before, err);
	size_t i;

	for (i = 0; i < w->n_instances && !r; i++) {
		struct instance *in = &w->instances[i];
		const struct nl_link *link = nl_link_by_index(&w->snap.state, in->ifindex);
		struct error why;

		if (!in->dp || !link || !can_fix(w, in->dev))
			continue;
		if (dataplane_recover(in->dp, &why) ||
		    doctor_fix(in->dp, link, &w->snap.state, &why))
			command_note(w->cmd, "%s: not fixed: %s", in->dev, why.message);
	}
	if (!r && ports_need_it(w)) {
		struct error why;

		if (fix_ports(w, &why))
			command_note(w->cmd, "guest ports: not fixed: %s", why.message);
	}
	if (lock >= 0)
		dataplane_unlock(lock);
	forget(w);
	return r;
}

int verb_doctor(struct command *cmd)
{
	struct ward w = { .cmd = cmd };
	struct error err;
	int status = EXIT_DONE, r;
	bool named;

	r = command_parse_dev(cmd->argc, cmd->argv, &w.place, &named, &err);
	if (r)
		return command_fail(cmd, &err);
	w.dev = named ? w.place.dev : NULL;
	/* A host that is fed by `guest add` alone has no file; one that is named must be there. */
	if (cmd->config_given || !access(cmd->config, F_OK))
		status = command_load_config(cmd, &w.model);
	if (status)
		return status;
	r = cmd->fix ? fix(&w, &err) : 0;
	if (!r)
		r = examine(&w, NULL, &w.findings, &err);
	status = r ? command_fail(cmd, &err) : print(&w);
	forget(&w);
	findings_free(&w.findings);
	findings_free(&w.before);
	model_free(&w.model);
	return status;
}
