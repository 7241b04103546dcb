// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `apply`: the file becomes what the kernel holds. Here it is read, and the reports printed. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/apply.h"
#include "cli/command.h"
#include "daemon/single.h"
#include "verbs/apply_print.h"

/* One uplink that is refused must not keep the others down. Also with -q: it is an error. */
static void print_skipped(const struct apply_report *report, struct output *out)
{
	size_t i;

	out_array(out, "skipped");
	for (i = 0; i < report->n_uplinks; i++) {
		const struct uplink_report *up = &report->uplinks[i];

		if (!up->failed)
			continue;
		if (report->n_failed < report->n_uplinks)
			fprintf(stderr, "ndpx: %s: skipped\n", up->why.message);
		out_object(out, NULL);
		out_string(out, "dev", NULL, up->dev);
		out_number(out, "line", NULL, (uint64_t)up->line);
		out_string(out, "code", NULL, error_name(up->why.code));
		out_string(out, "reason", NULL, up->why.message);
		out_close(out, '}');
	}
	out_close(out, ']');
}

/* Only `run` refreshes a lease: an apply at boot or by a hook must not revive a dead host. */
static void warn_of_leases(const struct command *cmd, struct apply_report *report)
{
	size_t i;

	for (i = 0; i < report->n_uplinks; i++) {
		struct uplink_report *up = &report->uplinks[i];

		if (!up->failed && up->lease_over && single_holder(cmd->bpffs) <= 0)
			note_add(&up->notes, up->dev, NOTE_WARNING,
				 "%s: lease: nothing is answered until 'ndpx run' refreshes it: "
				 "start that",
				 up->dev);
	}
}

static void print_report(const struct command *cmd, const struct apply_report *report,
			 struct output *out)
{
	size_t i;

	for (i = 0; i < report->n_uplinks; i++)
		command_notes(cmd, &report->uplinks[i].notes);
	out_array(out, "uplinks");
	for (i = 0; i < report->n_uplinks; i++) {
		if (!report->uplinks[i].failed)
			apply_print_uplink(&report->uplinks[i], out);
	}
	out_close(out, ']');
	print_skipped(report, out);
	out_array(out, "removed");
	for (i = 0; i < report->n_removed; i++)
		out_string(out, NULL, apply_removed_text(report->removed[i].why),
			   report->removed[i].dev);
	out_close(out, ']');
	command_notes(cmd, &report->notes);
	command_notes(cmd, &report->ports.notes);
	apply_print_ports(&report->ports, out);
}

/*
 * With -q the report goes nowhere; with -j it is one object or an error, never both.
 * *ret_skipped: some uplink is not as the file wants it; the rest is.
 */
static int run_and_print(const struct command *cmd, const struct model *model,
			 const struct nl_state *state, bool *ret_skipped, struct error *err)
{
	const struct apply_context ctx = { cmd->bpffs, cmd->paused, cmd->prune };
	struct apply_report report;
	struct output out;
	char *text = NULL;
	size_t len = 0;
	FILE *sink = open_memstream(&text, &len);
	int r;

	if (!sink)
		return error_set(err, EXIT_KERNEL, errno, "out of memory");
	out_start(&out, sink, cmd->json, cmd->pretty);
	r = apply_run(&ctx, model, state, &report, err);
	warn_of_leases(cmd, &report);
	print_report(cmd, &report, &out);
	*ret_skipped = report.n_failed > 0;
	apply_report_free(&report);
	out_finish(&out);
	fclose(sink);
	if ((cmd->json ? !r : !cmd->quiet) && command_print(text, err) && !r)
		r = -err->code;
	free(text);
	return r;
}

/* A `run` beside this has read its file earlier, and would go back to that. */
static void tell_run(const struct command *cmd)
{
	pid_t pid = single_holder(cmd->bpffs);

	if (pid > 0 && !kill(pid, SIGHUP))
		command_note(cmd, "'ndpx run' (process %d) reloads its file", pid);
}

int verb_apply(struct command *cmd)
{
	struct model model = { 0 };
	struct nl_state state = { 0 };
	struct stat before = { 0 }, after;
	struct error err;
	int lock = -1, status, r;
	bool skipped = false;

	if (cmd->argc) {
		error_set(&err, EXIT_USAGE, EINVAL, "apply: unknown argument '%s'", cmd->argv[0]);
		return command_fail(cmd, &err);
	}
	stat(cmd->config, &before);
	status = command_load_config(cmd, &model);
	if (status)
		return status;
	r = dataplane_lock(cmd->bpffs, true, &lock, &err);
	/* While we waited for the lock, the file may have changed and another apply used it. */
	if (!r && !stat(cmd->config, &after) && S_ISREG(after.st_mode) &&
	    (before.st_ino != after.st_ino || before.st_size != after.st_size ||
	     memcmp(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim)) != 0)) {
		model_free(&model);
		status = command_load_config(cmd, &model);
		if (status) {
			dataplane_rmdir(cmd->bpffs);
			dataplane_unlock(lock);
			return status;
		}
	}
	if (!r)
		r = nl_state_read(&state, &err);
	if (!r) {
		r = run_and_print(cmd, &model, &state, &skipped, &err);
		dataplane_rmdir(cmd->bpffs);
	}
	status = r ? command_fail(cmd, &err) : skipped ? EXIT_KERNEL : EXIT_DONE;
	nl_state_free(&state);
	model_free(&model);
	if (lock >= 0)
		dataplane_unlock(lock);
	if (!r)
		tell_run(cmd);
	return status;
}
