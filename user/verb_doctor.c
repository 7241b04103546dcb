// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `doctor`: what breaks such set-ups in the field, a line each with its remedy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "doctor.h"

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
	if (!r && w->dev && !w->snap.n_uplinks)
		r = doctor_look_uplink(&w->snap, w->dev, NULL, NULL, 0, err);
	return r;
}

/* One look and its findings; again after healing. */
static int examine(struct ward *w, struct error *err)
{
	int r;

	command_close_instances(w->instances, w->n_instances);
	w->instances = NULL;
	w->n_instances = 0;
	doctor_snapshot_free(&w->snap);
	findings_free(&w->findings);
	r = command_instances(w->cmd, w->dev, &w->instances, &w->n_instances, err);
	if (!r)
		r = look(w, err);
	if (r)
		return r;
	doctor_check(&w->snap, &w->findings);
	if (!w->snap.n_uplinks)
		finding_add(&w->findings, DOCTOR_NOT_ATTACHED, &(struct subject){ 0 },
			    "no uplink is attached, and no file names one");
	return w->findings.no_memory ? error_set(err, EXIT_KERNEL, ENOMEM, "out of memory") : 0;
}

/* Asked for one VLAN, another's findings are not of interest. */
static bool is_wanted(const struct ward *w, const struct finding *f)
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
	out_string(out, "severity", NULL, doctor_severity_word(row->severity));
	out_string(out, "message", ": %s", f->message);
	out_string(out, "remedy", ": %s\n", f->remedy);
	out_bool(out, "heal", NULL, row->heal);
	out_close(out, '}');
}

static int print(const struct ward *w)
{
	const struct command *cmd = w->cmd;
	struct output out;
	size_t i, n = 0;

	out_start(&out, stdout, cmd->json, cmd->pretty);
	out_array(&out, "findings");
	for (i = 0; i < w->findings.n; i++) {
		if (!is_wanted(w, &w->findings.items[i]))
			continue;
		print_finding(&w->findings.items[i], &out);
		n++;
	}
	out_close(&out, ']');
	if (!n && !cmd->quiet)
		out_text(&out, "no findings\n");
	return command_finish(cmd, &out, n ? EXIT_NOT_ATTACHED : EXIT_DONE);
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
	r = examine(&w, &err);
	status = r ? command_fail(cmd, &err) : print(&w);
	findings_free(&w.findings);
	doctor_snapshot_free(&w.snap);
	command_close_instances(w.instances, w.n_instances);
	model_free(&w.model);
	return status;
}
