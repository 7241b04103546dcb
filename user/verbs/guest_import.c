// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `guest import`: many rules, all or nothing. Everything is read and checked against
 * what is there before the first device is touched; each device then changes at one
 * instant, and a later device's refusal takes the earlier ones back.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "apply/rules.h"
#include "cli/command.h"
#include "daemon/single.h"
#include "verbs/guest_print.h"
#include "config/import_read.h"
#include "util/text_file.h"

/* The items of one device and the change they make. */
struct target {
	char dev[DEV_NAME_LEN];
	struct dataplane *dp;
	size_t first, n; /* its items of the list, which is sorted by device */
	struct plan plan;
};

struct targets {
	struct target *items;
	size_t n;
};

static int by_device_and_rule(const void *a, const void *b)
{
	const struct import_item *x = a, *y = b;
	int c = strcmp(x->place.dev, y->place.dev);

	if (!c)
		c = rule_compare(&x->rule, &y->rule);
	return c ? c : x->rule.line - y->rule.line;
}

static int import_fail(const char *file, const struct import *import, const struct rule *rule,
		       const struct error *why, struct error *err)
{
	return error_set(err, why->status, why->code, "%s:%s%d: %s", file,
			 import->json ? "guests:" : "", rule->line, why->message);
}

/* A rule of the file stays in force; the list's becomes the command's own below it. */
static int plan_below(struct dataplane *dp, const struct entry *want, struct plan *plan,
		      struct error *err)
{
	struct ndpx_policy shadow = { 0 };
	struct ndpx_key key = want->key;
	int r;

	key.origin = NDPX_ORIGIN_COMMAND;
	r = dataplane_get(dp, &key, &shadow, err);
	if (r && r != -ENOENT)
		return r;
	if (!memcmp(&shadow, &want->policy, sizeof(shadow)))
		return 0;
	if (plan_add(plan, &key, &shadow, &want->policy))
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	return 0;
}

/* One new entry against what the device holds at the same key. */
static int plan_one(const struct command *cmd, struct dataplane *dp, struct entry *want,
		    const struct ndpx_policy *there, struct plan *plan, struct error *err)
{
	bool lower = there->action == NDPX_ACT_ANSWER && there->origin > NDPX_ORIGIN_COMMAND;
	struct ndpx_policy same;
	char text[RULE_TEXT_LEN];

	guest_over(there, &want->policy);
	same = want->policy;
	same.origin = there->origin;
	if (there->action != NDPX_ACT_NONE && !lower && !memcmp(there, &same, sizeof(same)))
		return 0; /* so already */
	target_text((const struct in6_addr *)want->key.addr, want->key.bits, text);
	if (there->action == NDPX_ACT_OWN)
		return error_set(err, EXIT_USAGE, EEXIST,
				 "%s is an address or gateway of this host", text);
	if (there->action == NDPX_ACT_DENY)
		return error_set(err, EXIT_USAGE, EEXIST, "%s is denied by the file", text);
	if (there->action == NDPX_ACT_ANSWER && !cmd->replace && !lower)
		return error_set(
			err, EXIT_KERNEL, EEXIST,
			"%s already exists with different settings: use --replace to change it",
			text);
	if (there->action == NDPX_ACT_ANSWER && there->origin < NDPX_ORIGIN_COMMAND)
		return plan_below(dp, want, plan, err);
	if ((lower && guest_below(there, &want->key, plan)) ||
	    plan_add(plan, &want->key, there, &want->policy))
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	return 0;
}

/* The changes that the items of one device, sorted, make on it. */
static int plan_device(const struct command *cmd, const char *file, const struct import *import,
		       struct target *t, struct error *err)
{
	static const struct ndpx_policy nothing;
	struct import_item *items = import->items + t->first;
	struct entry *have = NULL, want;
	size_t n_have = 0, h = 0, i;
	struct error why;
	int r;

	r = dataplane_read(t->dp, &have, NULL, &n_have, err);
	for (i = 0; i < t->n && !r; i++) {
		struct rule *rule = &items[i].rule;
		const struct ndpx_policy *there = &nothing;

		r = guest_entry(rule, &want, &why);
		if (!r && i > 0 && rule_compare(&items[i - 1].rule, rule) == 0)
			r = error_set(&why, EXIT_USAGE, EEXIST, "given twice, first in %d",
				      items[i - 1].rule.line);
		while (!r && h < n_have && entry_compare(&have[h], &want) < 0)
			h++;
		if (!r && h < n_have && entry_compare(&have[h], &want) == 0)
			there = &have[h].policy;
		if (!r)
			r = plan_one(cmd, t->dp, &want, there, &t->plan, &why);
		if (r)
			import_fail(file, import, rule, &why, err);
	}
	free(have);
	return r;
}

/* Opens every device the items name and resolves their VLANs. Items come sorted by device. */
static int open_targets(const struct command *cmd, const char *file, struct import *import,
			struct targets *targets, struct error *err)
{
	struct error why;
	size_t i;
	int r = 0;

	for (i = 0; i < import->n && !r; i++) {
		struct import_item *item = &import->items[i];
		struct target *t = targets->n ? &targets->items[targets->n - 1] : NULL;

		if (!t || strcmp(t->dev, item->place.dev) != 0) {
			t = realloc(targets->items, (targets->n + 1) * sizeof(*t));
			if (!t)
				return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
			targets->items = t;
			t += targets->n;
			memset(t, 0, sizeof(*t));
			memcpy(t->dev, item->place.dev, sizeof(t->dev));
			t->first = i;
			/* The caller holds the lock of the directory, once for all devices. */
			r = command_open(cmd, t->dev, &t->dp, NULL, &why);
			if (!r) {
				targets->n++;
				r = dataplane_recover(t->dp, &why);
			}
		}
		t->n++;
		if (!r)
			r = command_choose_vlan(dataplane_record(t->dp), &item->place,
						&item->rule.vlan, &why);
		if (r)
			import_fail(file, import, &item->rule, &why, err);
	}
	return r;
}

static int commit_targets(const struct command *cmd, struct targets *targets, struct error *err)
{
	struct rules_change *changes = calloc(targets->n + 1, sizeof(*changes));
	struct notes notes = { 0 };
	size_t i;
	int r;

	if (!changes)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < targets->n; i++)
		changes[i] = (struct rules_change){ targets->items[i].dp, targets->items[i].plan };
	r = rules_commit(cmd->bpffs, changes, targets->n, &notes, err);
	if (!r)
		single_tell(cmd->bpffs);
	command_notes(cmd, &notes);
	notes_free(&notes);
	free(changes);
	return r;
}

/* Names repeat, line after line: each is looked for once in a row. */
static int rename_devices(struct import *import, struct error *err)
{
	struct place from = { 0 }, to = { 0 };
	size_t i;
	int r;

	for (i = 0; i < import->n; i++) {
		struct place *place = &import->items[i].place;

		if (!place->dotted)
			continue;
		if (strcmp(place->dev, from.dev) != 0 || place->vlan != from.vlan) {
			from = to = *place;
			r = command_rename(&to, err);
			if (r)
				return r;
		}
		*place = to;
	}
	return 0;
}

static int import_all(const struct command *cmd, const char *file, struct import *import,
		      struct targets *targets, struct error *err)
{
	size_t i;
	int r;

	r = rename_devices(import, err);
	if (r)
		return r;
	for (i = 0; i < import->n; i++)
		command_real_name(import->items[i].place.dev);
	if (import->n)
		qsort(import->items, import->n, sizeof(*import->items), by_device_and_rule);
	r = open_targets(cmd, file, import, targets, err);
	if (r)
		return r;
	/* The VLANs are known now, and with them the order. */
	if (import->n)
		qsort(import->items, import->n, sizeof(*import->items), by_device_and_rule);
	for (i = 0; i < targets->n && !r; i++)
		r = plan_device(cmd, file, import, &targets->items[i], err);
	return r ? r : commit_targets(cmd, targets, err);
}

static int fail_errors(const struct command *cmd, const char *file, bool json,
		       struct config_errors *errors)
{
	char place[PATH_MAX];
	int status;

	snprintf(place, sizeof(place), "%s%s", file, json ? ":guests" : "");
	status = command_errors(cmd, place, errors);
	config_errors_free(errors);
	return status;
}

static int report(const struct command *cmd, const struct targets *targets)
{
	struct output out;
	size_t i;

	out_start(&out, stdout, cmd->json, cmd->pretty);
	out_array(&out, "uplinks");
	for (i = 0; i < targets->n; i++) {
		out_object(&out, NULL);
		out_string(&out, "dev", cmd->quiet ? NULL : "%s: ", targets->items[i].dev);
		out_number(&out, "added", cmd->quiet ? NULL : "rules +%llu",
			   targets->items[i].plan.added);
		out_number(&out, "changed", cmd->quiet ? NULL : " ~%llu\n",
			   targets->items[i].plan.changed);
		out_close(&out, '}');
	}
	out_close(&out, ']');
	return command_finish(cmd, &out, EXIT_DONE);
}

int guest_import(struct command *cmd)
{
	const char *file = cmd->argc ? cmd->argv[0] : "-";
	struct config_errors errors = { 0 };
	struct targets targets = { 0 };
	struct import import = { 0 };
	struct error err;
	size_t len = 0, i;
	char *text = NULL;
	int lock = -1, status, r;

	if (cmd->argc > 1) {
		error_set(&err, EXIT_USAGE, EINVAL, "import: unknown argument '%s'", cmd->argv[1]);
		return command_fail(cmd, &err);
	}
	r = text_file_read(file, &text, &len, &err);
	if (r)
		return command_fail(cmd, &err);
	if (!strcmp(file, "-"))
		file = "<stdin>";
	r = import_read(text, len, &import, &errors);
	if (r == -EINVAL) {
		const char *p = text + strspn(text, " \t\r\n");

		status = fail_errors(cmd, file, *p == '{' || *p == '[', &errors);
		free(text);
		return status;
	}
	free(text);
	if (r)
		error_set(&err, EXIT_KERNEL, -r, "out of memory");
	if (!r && import.n) {
		r = dataplane_lock(cmd->bpffs, false, &lock, &err);
		if (r == -ENOENT)
			error_set(&err, EXIT_NOT_ATTACHED, ENOENT,
				  "%s: not attached: run 'ndpx apply' first",
				  import.items[0].place.dev);
	}
	if (!r)
		r = import_all(cmd, file, &import, &targets, &err);
	status = r ? command_fail(cmd, &err) : report(cmd, &targets);
	for (i = 0; i < targets.n; i++) {
		plan_free(&targets.items[i].plan);
		dataplane_close(targets.items[i].dp);
	}
	free(targets.items);
	import_free(&import);
	if (lock >= 0)
		dataplane_unlock(lock);
	return status;
}
