// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `announce`: says to the link where guests are now; `pause` and `resume`: stand-by. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "apply/announce.h"
#include "apply/rules.h"
#include "cli/command.h"

static void print_progress(void *arg, size_t sent, size_t total)
{
	const struct command *cmd = arg;
	const size_t quick = (size_t)ANNOUNCE_TIMES * ANNOUNCE_RATE; /* over in three seconds */

	if (total > quick && !cmd->quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "ndpx: announced %zu of %zu\n", sent, total);
}

/* What announce and resume did, and pause did not. */
static int report(const struct command *cmd, const char *dev, const struct announcements *list)
{
	struct output out;

	out_start(&out, stdout, cmd->json, cmd->pretty);
	out_string(&out, "dev", cmd->quiet ? NULL : "%s: ", dev);
	out_number(&out, "announced", cmd->quiet ? NULL : "announced %llu", list->n);
	out_number(&out, "times", cmd->quiet || !list->n ? NULL : ", %llu times", ANNOUNCE_TIMES);
	out_number(&out, "skipped", cmd->quiet || !list->skipped ? NULL : ", skipped %llu",
		   list->skipped);
	out_text(&out, cmd->quiet ? "" : "\n");
	return command_finish(cmd, &out, EXIT_DONE);
}

/* Is it attached, and not paused as a whole? Announcing would draw what is not answered. */
static int check_answering(struct dataplane *dp, const char *dev, struct error *err)
{
	struct attachment now;

	dataplane_attachment(dp, &now);
	if (now.mode == NDPX_MODE_NONE)
		return error_set(err, EXIT_NOT_ATTACHED, ENOENT,
				 "%s: the program is no longer attached: run 'ndpx apply'", dev);
	if (dataplane_settings(dp)->flags & NDPX_S_PAUSED)
		return error_set(
			err, EXIT_USAGE, EBUSY,
			"%s: paused, so nothing would be answered: run 'ndpx resume dev %s'", dev,
			dev);
	if (dataplane_lease_is_over(dp))
		return error_set(err, EXIT_USAGE, EBUSY,
				 "%s: its lease has run out, so nothing would be answered: start "
				 "'ndpx run'",
				 dev);
	return 0;
}

/* The words in front of "dev" and "vlan" are addresses. */
static int count_addresses(const struct command *cmd)
{
	int n = 0;

	while (n < cmd->argc && strcmp(cmd->argv[n], "dev") != 0 &&
	       strcmp(cmd->argv[n], "vlan") != 0)
		n++;
	return n;
}

static int collect(const struct command *cmd, struct dataplane *dp, const struct place *place,
		   int n, struct announcements *list, struct error *err)
{
	struct in6_addr addr;
	uint16_t vlan = 0;
	int i, r = 0;

	if (!n && !place->have_vlan)
		return announce_add_all(dp, -1, list, err);
	r = command_choose_vlan(dataplane_record(dp), place, &vlan, err);
	if (!r && !n)
		return announce_add_all(dp, vlan, list, err);
	for (i = 0; i < n && !r; i++) {
		r = parse_address(cmd->argv[i], &addr, err);
		if (!r)
			r = announce_add(dp, vlan, &addr, list, err);
	}
	return r;
}

/* Sends what was collected, unless `r` says that there is an error; frees. The exit status. */
static int finish(struct command *cmd, struct dataplane *dp, const char *dev,
		  struct announcements *list, int r, struct error *err)
{
	int status;

	if (!r)
		r = announce_send(dp, list, print_progress, cmd, err);
	status = r ? command_fail(cmd, err) : report(cmd, dev, list);
	announce_free(list);
	dataplane_close(dp);
	return status;
}

int verb_announce(struct command *cmd)
{
	int n = count_addresses(cmd), r;
	struct announcements list = { 0 };
	struct dataplane *dp = NULL;
	struct place place = { 0 };
	struct error err;
	bool named = false;
	int lock = -1;

	r = command_parse_dev(cmd->argc - n, cmd->argv + n, &place, &named, &err);
	if (!r && !named)
		r = error_set(&err, EXIT_USAGE, EINVAL,
			      "announce: 'dev DEV' is missing: on which uplink?");
	if (!r)
		r = command_open(cmd, place.dev, &dp, &lock, &err);
	if (r)
		return command_fail(cmd, &err);
	r = check_answering(dp, place.dev, &err);
	if (!r)
		r = collect(cmd, dp, &place, n, &list, &err);
	dataplane_unlock(lock); /* as in resume */
	return finish(cmd, dp, place.dev, &list, r, &err);
}

static int open_whole(const struct command *cmd, const char *verb, struct place *place,
		      struct dataplane **ret, int *ret_lock, struct error *err)
{
	bool named = false;
	int r = command_parse_dev(cmd->argc, cmd->argv, place, &named, err);

	if (r)
		return r;
	if (!named)
		return error_set(err, EXIT_USAGE, EINVAL, "%s: 'dev DEV' is missing", verb);
	if (place->have_vlan)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "%s: VLANs of one device share it: dev %s, or 'guest replace ... "
				 "paused on'",
				 verb, place->dev);
	return command_open(cmd, place->dev, ret, ret_lock, err);
}

int verb_pause(struct command *cmd)
{
	struct dataplane *dp = NULL;
	struct place place = { 0 };
	struct output out;
	struct error err;
	int lock = -1, r;

	r = open_whole(cmd, "pause", &place, &dp, &lock, &err);
	if (r)
		return command_fail(cmd, &err);
	r = rules_set_paused(dp, true, &err);
	dataplane_close(dp);
	dataplane_unlock(lock);
	if (r)
		return command_fail(cmd, &err);
	out_start(&out, stdout, cmd->json, cmd->pretty);
	out_string(&out, "dev", cmd->quiet ? NULL : "%s: paused\n", place.dev);
	return command_finish(cmd, &out, EXIT_DONE);
}

int verb_resume(struct command *cmd)
{
	struct announcements list = { 0 };
	struct dataplane *dp = NULL;
	struct place place = { 0 };
	struct error err;
	int lock = -1, r;

	r = open_whole(cmd, "resume", &place, &dp, &lock, &err);
	if (r)
		return command_fail(cmd, &err);
	r = rules_set_paused(dp, false, &err);
	if (!r)
		r = ports_resume(cmd->bpffs, &err);
	if (!r)
		r = check_answering(dp, place.dev, &err);
	if (!r)
		r = announce_add_all(dp, -1, &list, &err);
	dataplane_unlock(lock); /* announcing takes its time, and changes nothing */
	return finish(cmd, dp, place.dev, &list, r, &err);
}
