// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `guest add|replace|del`: one rule, at once. `show` and `import` have files of their own. */
#include <errno.h>
#include <string.h>

#include "apply/rules.h"
#include "cli/command.h"
#include "config/keys.h"
#include "daemon/single.h"
#include "verbs/guest_print.h"

enum what { ADD, REPLACE, DEL };

/* The places of a rule: in force, and of the command's and a route's below a higher origin. */
struct there {
	struct ndpx_policy now, shadow; /* NDPX_ACT_NONE: none */
	struct ndpx_policy lower; /* of a route, overridden by the command's or a higher one */
	bool overridden;	  /* what is in force is the host's or the file's */
	bool overrides;		  /* what is in force is a route's */
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
	shadow.origin = NDPX_ORIGIN_ROUTE;
	if (!r || r == -ENOENT)
		r = dataplane_get(dp, &shadow, &ret->lower, err);
	/* P76: of an address of the host on another interface the kernel says nothing here. */
	ret->overridden = ret->now.action != NDPX_ACT_NONE && ret->now.action != NDPX_ACT_HOST &&
			  ret->now.origin < NDPX_ORIGIN_COMMAND;
	ret->overrides =
		ret->now.action == NDPX_ACT_ANSWER && ret->now.origin > NDPX_ORIGIN_COMMAND;
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
	if (what == ADD && there->now.action == NDPX_ACT_ANSWER && !there->overrides)
		return error_set(err, EXIT_KERNEL, EEXIST,
				 "%s dev %s: already exists: use 'guest replace' to change it",
				 text, dev);
	if (what == DEL && there->overridden)
		return error_set(err, EXIT_USAGE, EPERM,
				 "%s dev %s: belongs to the file: remove it there and run 'ndpx "
				 "apply'",
				 text, dev);
	if (what == DEL && there->overrides)
		return error_set(
			err, EXIT_USAGE, EPERM,
			"%s dev %s: follows a route: delete that ('ip -6 route del %s'), or "
			"change 'follow' in the file",
			text, dev, text);
	if (what == DEL && there->now.action != NDPX_ACT_ANSWER)
		return error_set(err, EXIT_KERNEL, ENOENT, "%s dev %s: no such guest", text, dev);
	return 0;
}

/* The steps: of the command's own rule, and of a route's that it overrides or gives way to. */
static int plan_one(const struct ndpx_key *at, const struct there *there, struct ndpx_policy *after,
		    struct plan *plan)
{
	const struct ndpx_policy *before = there->overridden ? &there->shadow : &there->now;
	const struct ndpx_policy none = { 0 };
	struct ndpx_key key = *at, below = *at;
	bool back = !there->overridden && after->action == NDPX_ACT_NONE &&
		    there->lower.action != NDPX_ACT_NONE;
	int r = 0;

	below.origin = NDPX_ORIGIN_ROUTE;
	if (there->overridden)
		key.origin = NDPX_ORIGIN_COMMAND;
	if (back) {
		*after = there->lower;
		r = plan_add(plan, &below, &there->lower, &none);
	}
	if (!there->overridden)
		guest_over(before, after);
	if (there->overrides)
		r = guest_below(&there->now, at, plan);
	return r || !memcmp(before, after, sizeof(*before)) ? r
							    : plan_add(plan, &key, before, after);
}

static int commit_one(const struct command *cmd, struct dataplane *dp, const struct entry *entry,
		      const struct there *there, enum what what, struct error *err)
{
	struct rules_change change = { .dp = dp };
	struct ndpx_policy after = { 0 };
	struct notes notes = { 0 };
	int r;

	if (what != DEL)
		after = entry->policy;
	if (plan_one(&entry->key, there, &after, &change.plan)) {
		plan_free(&change.plan);
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	if (!change.plan.n)
		return 0;
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
	single_tell(cmd->bpffs);
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
