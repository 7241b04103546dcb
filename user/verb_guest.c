// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `guest add|replace|del`: one rule, at once. `show` and `import` have files of their own. */
#include <errno.h>
#include <string.h>

#include "command.h"
#include "config/keys.h"
#include "guest_words.h"

enum what { ADD, REPLACE, DEL };

/* What may not be done to the rule that is there, NDPX_ACT_NONE: there is none. */
static int check_action(enum what what, const struct ndpx_say *there, const char *text,
			const char *dev, struct error *err)
{
	if (there->action == NDPX_ACT_OWN)
		return error_set(err, EXIT_USAGE, EEXIST,
				 "%s is an address or gateway of this host: the kernel answers",
				 text);
	if (there->action == NDPX_ACT_DENY)
		return error_set(err, EXIT_USAGE, EEXIST,
				 "%s is denied by the file: take it out there and apply", text);
	if (what == ADD && there->action == NDPX_ACT_ANSWER)
		return error_set(err, EXIT_KERNEL, EEXIST,
				 "%s dev %s: exists: 'guest replace' changes it", text, dev);
	if (what == DEL && there->action == NDPX_ACT_NONE)
		return error_set(err, EXIT_KERNEL, ENOENT, "%s dev %s: no such guest", text, dev);
	return 0;
}

static int change_rule(const struct command *cmd, struct dataplane *dp, enum what what,
		       struct rule *rule, const struct place *place, struct error *err)
{
	struct ndpx_say before = { 0 };
	struct plan plan = { 0 };
	char text[RULE_TEXT_LEN];
	struct entry entry;
	int r;

	r = command_choose_vlan(dataplane_record(dp), place, &rule->vlan, err);
	if (!r)
		r = guest_entry(rule, &entry, err);
	if (r)
		return r;
	r = dataplane_get(dp, &entry.key, &before, NULL, err);
	if (r && r != -ENOENT)
		return r;
	target_text(&rule->addr, rule->bits, text);
	r = check_action(what, &before, text, place->dev, err);
	if (r)
		return r;
	if (what == REPLACE && !memcmp(&before, &entry.say, sizeof(before)))
		return 0;
	r = plan_add(&plan, &entry.key, &before, what == DEL ? NULL : &entry.say);
	if (r)
		return error_set(err, EXIT_KERNEL, -r, "out of memory");
	r = dataplane_commit(dp, &plan, NULL, err);
	if (!r) {
		command_sync_groups(cmd, dp);
		command_sync_ports(cmd, &plan, 1);
	}
	plan_free(&plan);
	return r;
}

static int guest_change(struct command *cmd, enum what what)
{
	struct dataplane *dp = NULL;
	struct guest_words words;
	struct output out;
	struct error err;
	int lock, at, r;

	r = words_parse(what == DEL ? SCOPE_DEL : SCOPE_WORDS, cmd->argc, cmd->argv, &words, &at,
			&err);
	if (!r)
		r = command_open(cmd, words.place.dev, &dp, &lock, &err);
	if (r)
		return command_fail(cmd, &err);
	r = change_rule(cmd, dp, what, &words.rule, &words.place, &err);
	dataplane_close(dp);
	dataplane_unlock(lock);
	if (r)
		return command_fail(cmd, &err);
	out_start(&out, stdout, cmd->json, cmd->pretty);
	return command_finish(cmd, &out, EXIT_DONE);
}

int verb_guest(struct command *cmd)
{
	const char *what = cmd->argc ? cmd->argv[0] : "";
	struct error err;

	if (cmd->argc) {
		cmd->argc--;
		cmd->argv++;
	}
	if (cmd->stats && strcmp(what, "show") != 0)
		error_set(&err, EXIT_USAGE, EINVAL, "-s goes with 'guest show'");
	else if (cmd->replace && strcmp(what, "import") != 0)
		error_set(&err, EXIT_USAGE, EINVAL, "--replace goes with 'guest import'");
	else if (!strcmp(what, "add"))
		return guest_change(cmd, ADD);
	else if (!strcmp(what, "replace"))
		return guest_change(cmd, REPLACE);
	else if (!strcmp(what, "del"))
		return guest_change(cmd, DEL);
	else if (!strcmp(what, "show"))
		return guest_show(cmd);
	else if (!strcmp(what, "import"))
		return guest_import(cmd);
	else
		error_set(&err, EXIT_USAGE, EINVAL,
			  "guest '%s': one of add, replace, del, show, import", what);
	return command_fail(cmd, &err);
}
