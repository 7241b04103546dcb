// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `guest add|replace|del`: one rule, at once. `show` and `import` have files of their own. */
#include <errno.h>
#include <string.h>

#include "apply/rules.h"
#include "cli/command.h"
#include "config/keys.h"
#include "verbs/guest_print.h"

enum what { ADD, REPLACE, DEL };

/* The two places of a rule: in force, and of the command's below a higher origin. */
struct there {
	struct ndpx_policy now, shadow; /* NDPX_ACT_NONE: none */
	bool overridden;		/* what is in force is the host's or the file's */
};

static int look(struct dataplane *dp, const struct ndpx_key *key, struct there *ret,
		struct error *err)
{
	struct ndpx_key shadow = *key;
	int r;

	memset(ret, 0, sizeof(*ret));
	shadow.origin = NDPX_ORIGIN_COMMAND;
	r = dataplane_get(dp, key, &ret->now, err);
	if (!r || r == -ENOENT)
		r = dataplane_get(dp, &shadow, &ret->shadow, err);
	/* P76: of an address of the host on another interface the kernel says nothing here. */
	ret->overridden = ret->now.action != NDPX_ACT_NONE && ret->now.action != NDPX_ACT_HOST &&
			  ret->now.origin < NDPX_ORIGIN_COMMAND;
	return r == -ENOENT ? 0 : r;
}

/* What may not be done to the rule that is there. */
static int check_action(enum what what, const struct there *there, const char *text,
			const char *dev, struct error *err)
{
	bool mine = there->shadow.action != NDPX_ACT_NONE;

	if (what == DEL && there->overridden && mine)
		return 0;
	if (there->now.action == NDPX_ACT_OWN)
		return error_set(err, EXIT_USAGE, EEXIST,
				 "%s is an address or gateway of this host: the kernel answers",
				 text);
	if (there->now.action == NDPX_ACT_DENY)
		return error_set(err, EXIT_USAGE, EEXIST,
				 "%s is denied by the file: remove it there and run 'ndpx apply'",
				 text);
	if (what == ADD && there->overridden)
		return error_set(err, EXIT_KERNEL, EEXIST,
				 "%s dev %s: already exists, in the file: change it there and run "
				 "'ndpx apply'",
				 text, dev);
	if (what == ADD && there->now.action == NDPX_ACT_ANSWER)
		return error_set(err, EXIT_KERNEL, EEXIST,
				 "%s dev %s: already exists: use 'guest replace' to change it",
				 text, dev);
	if (what == DEL && there->overridden)
		return error_set(err, EXIT_USAGE, EPERM,
				 "%s dev %s: belongs to the file: remove it there and run 'ndpx "
				 "apply'",
				 text, dev);
	if (what == DEL && there->now.action != NDPX_ACT_ANSWER)
		return error_set(err, EXIT_KERNEL, ENOENT, "%s dev %s: no such guest", text, dev);
	return 0;
}

/* One step of the command's own rule, in force or below the file's. */
static int commit_one(const struct command *cmd, struct dataplane *dp, const struct entry *entry,
		      const struct there *there, enum what what, struct error *err)
{
	const struct ndpx_policy *before = there->overridden ? &there->shadow : &there->now;
	struct ndpx_key key = entry->key;
	struct ndpx_policy after = { 0 };
	struct rules_change change = { .dp = dp };
	struct notes notes = { 0 };
	int r;

	if (what != DEL)
		after = entry->policy;
	if (there->overridden)
		key.origin = NDPX_ORIGIN_COMMAND;
	else
		guest_over(before, &after);
	if (what == REPLACE && !memcmp(before, &after, sizeof(*before)))
		return 0;
	r = plan_add(&change.plan, &key, before, &after);
	if (r)
		return error_set(err, EXIT_KERNEL, -r, "out of memory");
	/* Below a rule of the file it changes nothing that is in force. */
	r = there->overridden ? dataplane_commit(dp, &change.plan, NULL, err)
			      : rules_commit(cmd->bpffs, &change, 1, &notes, err);
	command_notes(cmd, &notes);
	notes_free(&notes);
	plan_free(&change.plan);
	return r;
}

static int change_rule(const struct command *cmd, struct dataplane *dp, enum what what,
		       struct rule *rule, const struct place *place, struct error *err)
{
	char text[RULE_TEXT_LEN];
	struct there there;
	struct entry entry;
	int r;

	r = command_choose_vlan(dataplane_record(dp), place, &rule->vlan, err);
	if (!r)
		r = guest_entry(rule, &entry, err);
	if (!r)
		r = look(dp, &entry.key, &there, err);
	if (r)
		return r;
	target_text(&rule->addr, rule->bits, text);
	r = check_action(what, &there, text, place->dev, err);
	if (!r)
		r = commit_one(cmd, dp, &entry, &there, what, err);
	if (!r && there.overridden)
		command_note(
			cmd,
			what == DEL ? "%s dev %s: still answered for: it is in the file as well"
				    : "%s dev %s: the file's rule takes precedence: this one takes "
				      "over once the file no longer names it",
			text, place->dev);
	return r;
}

static int guest_change(struct command *cmd, enum what what)
{
	struct dataplane *dp = NULL;
	struct guest_args args;
	struct output out;
	struct error err;
	int lock, at, r;

	r = key_args_parse(what == DEL ? SCOPE_DEL : SCOPE_ARGS, cmd->argc, cmd->argv, &args, &at,
			   &err);
	if (!r)
		r = command_rename(&args.place, &err);
	if (!r)
		command_real_name(args.place.dev);
	if (!r)
		r = command_open(cmd, args.place.dev, &dp, &lock, &err);
	if (r)
		return command_fail(cmd, &err);
	r = change_rule(cmd, dp, what, &args.rule, &args.place, &err);
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
		error_set(&err, EXIT_USAGE, EINVAL, "-s is only valid with 'guest show'");
	else if (cmd->replace && strcmp(what, "import") != 0)
		error_set(&err, EXIT_USAGE, EINVAL, "--replace is only valid with 'guest import'");
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
			  "guest '%s': expected add, replace, del, show or import", what);
	return command_fail(cmd, &err);
}
