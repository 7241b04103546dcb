// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `run`: the daemon's words. What changed is a line each; what did not is not said twice. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "daemon/daemon.h"
#include "util/clock.h"
#include "verbs/apply_print.h"

struct run {
	struct command *cmd;
	/* Notes and refusals of the last reports, which still hold. */
	struct notes said, followed;
	char failure[600]; /* the last apply failed with that; "": it did not */
	/* Of routes: lines that may still be written, as of when, and changes not told of. */
	int64_t lines, lines_at; /* us */
	size_t untold;
};

#define ROUTE_LINES 20 /* at once, and then one a second: BGP changes thousands */

static bool is_said(const struct notes *said, const char *text)
{
	size_t i;

	for (i = 0; i < said->n; i++) {
		if (!strncmp(said->items[i].text, text, sizeof(said->items[i].text) - 1))
			return true;
	}
	return false;
}

/* Says what the last report did not say already. */
static void say(struct run *run, const struct notes *said, struct notes *now, const char *dev,
		enum note_severity severity, const char *text)
{
	struct notes one = { 0 };

	note_add(now, dev, severity, "%s", text);
	if (is_said(said, text))
		return;
	note_add(&one, dev, severity, "%s", text);
	command_notes(run->cmd, &one);
	notes_free(&one);
}

static void say_notes(struct run *run, const struct notes *said, struct notes *now,
		      const struct notes *notes)
{
	size_t i;

	for (i = 0; i < notes->n; i++)
		say(run, said, now, notes->items[i].dev, notes->items[i].severity,
		    notes->items[i].text);
}

/* A missing interface is waited for; what is refused is tried again. */
static void say_refused(struct run *run, struct notes *now, const struct uplink_report *up)
{
	char text[1100];

	snprintf(text, sizeof(text), "%s: %s", up->why.message,
		 up->why.code == ENODEV ? "waiting for it" : "not attached; trying again");
	say(run, &run->said, now, up->dev, up->why.code == ENODEV ? NOTE_INFO : NOTE_WARNING, text);
}

static void print_uplink(const struct uplink_report *up, struct output *out)
{
	bool host_only = up->rules_changed && !up->settings_changed && !up->added && !up->removed &&
			 !up->changed;

	if (up->attached || up->swapped || (up->rules_changed && !host_only))
		apply_print_uplink(up, out);
	else if (host_only)
		out_text(out, "%s: this host's addresses or gateways changed\n", up->dev);
	if (up->joined || up->left)
		out_text(out, "%s: groups joined %zu, left %zu\n", up->dev, up->joined, up->left);
	if (up->allmulti_on || up->allmulti_off)
		out_text(out, "%s: allmulticast %s\n", up->dev, up->allmulti_on ? "on" : "off");
}

static void on_applied(void *arg, const struct apply_report *report)
{
	const struct ports_report *ports = &report->ports;
	struct run *run = arg;
	struct notes now = { 0 };
	struct output out;
	size_t i;

	for (i = 0; i < report->n_uplinks; i++) {
		say_notes(run, &run->said, &now, &report->uplinks[i].notes);
		if (report->uplinks[i].failed)
			say_refused(run, &now, &report->uplinks[i]);
	}
	say_notes(run, &run->said, &now, &report->notes);
	say_notes(run, &run->said, &now, &ports->notes);
	notes_free(&run->said);
	run->said = now;
	run->failure[0] = '\0';
	if (run->cmd->quiet)
		return;
	out_start(&out, stderr, false, false);
	for (i = 0; i < report->n_removed; i++)
		out_string(&out, NULL, apply_removed_text(report->removed[i].why),
			   report->removed[i].dev);
	for (i = 0; i < report->n_uplinks; i++) {
		if (!report->uplinks[i].failed)
			print_uplink(&report->uplinks[i], &out);
	}
	if (ports->removed || ports->changed || ports->n_attached || ports->n_detached)
		apply_print_ports(ports, &out);
	out_finish(&out);
}

/* May a line about routes be written now? */
static bool may_tell(struct run *run)
{
	const int64_t now = clock_us();

	run->lines += run->lines_at ? (now - run->lines_at) / 1000000 : ROUTE_LINES;
	run->lines_at = run->lines_at ? now - (now - run->lines_at) % 1000000 : now;
	if (run->lines > ROUTE_LINES)
		run->lines = ROUTE_LINES;
	return run->lines > 0;
}

/* What there was no line for; at the latest by the pass that comes once the routes are quiet. */
static void tell_untold(struct run *run)
{
	fprintf(stderr, "ndpx: routes followed: %zu more changes of rules\n", run->untold);
	run->untold = 0;
	run->lines--;
}

static void on_followed(void *arg, const struct follow_report *report)
{
	struct run *run = arg;
	struct notes now = { 0 };
	size_t i;

	say_notes(run, &run->followed, &now, &report->notes);
	if (run->untold && (!report->n || may_tell(run)))
		tell_untold(run);
	for (i = 0; i < report->n && !run->cmd->quiet; i++) {
		if (!may_tell(run)) {
			run->untold += report->uplinks[i].added + report->uplinks[i].removed +
				       report->uplinks[i].changed;
			continue;
		}
		run->lines--;
		fprintf(stderr, "%s: routes followed: rules +%zu -%zu ~%zu\n",
			report->uplinks[i].dev, report->uplinks[i].added,
			report->uplinks[i].removed, report->uplinks[i].changed);
	}
	notes_free(&run->followed);
	run->followed = now;
}

static void on_failed(void *arg, const struct error *err)
{
	struct run *run = arg;

	if (!strncmp(run->failure, err->message, sizeof(run->failure) - 1))
		return;
	snprintf(run->failure, sizeof(run->failure), "%.599s", err->message);
	fprintf(stderr, "ndpx: %s: trying again\n", err->message);
}

static void on_event(void *arg, enum daemon_event event)
{
	struct run *run = arg;

	switch (event) {
	case DAEMON_STARTED:
		command_note(run->cmd, "run: following the kernel's links, addresses and routes");
		break;
	case DAEMON_RELOADED:
		command_note(run->cmd, "run: %s reloaded", run->cmd->config);
		break;
	case DAEMON_RELOAD_FAILED:
		fprintf(stderr, "ndpx: run: %s not reloaded: the file before stays in force\n",
			run->cmd->config);
		break;
	case DAEMON_LOST:
		command_note(run->cmd, "run: more changes than netlink has room for: reading all "
				       "tables again");
		break;
	case DAEMON_ENDED:
		command_note(run->cmd, "run: ended%s",
			     run->cmd->teardown ? "" : ": the data plane goes on answering");
		break;
	}
}

static int load(void *arg, struct model *ret)
{
	return command_read_config(((struct run *)arg)->cmd, ret);
}

int verb_run(struct command *cmd)
{
	struct run run = { .cmd = cmd };
	const struct daemon_hooks hooks = {
		&run, load, on_applied, on_followed, on_failed, on_event
	};
	struct model model = { 0 };
	struct error err;
	int status, r;

	if (cmd->argc)
		error_set(&err, EXIT_USAGE, EINVAL, "run: unknown argument '%s'", cmd->argv[0]);
	else if (cmd->json)
		error_set(&err, EXIT_USAGE, EINVAL, "run: -j is not supported");
	if (cmd->argc || cmd->json)
		return command_fail(cmd, &err);
	status = command_read_config(cmd, &model);
	if (status)
		return status;
	r = daemon_run(cmd->bpffs, &hooks, &model, &err);
	model_free(&model);
	notes_free(&run.said);
	notes_free(&run.followed);
	if (r)
		return command_fail(cmd, &err);
	return cmd->teardown ? verb_down(cmd) : EXIT_DONE;
}
