// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Single rules: one commit each device, all devices or none; then groups and guest ports
 * follow. The rules hold by then, so what fails behind them is a warning with its remedy.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/groups.h"
#include "apply/rules.h"
#include "dataplane/instances.h"

/* Joins or leaves groups after rules changed, and writes the record if that says so. */
static void join_groups(struct dataplane *dp, struct notes *notes)
{
	struct ndpx_record *record = dataplane_record(dp);
	struct groups_report report = { 0 };
	struct l3_dev l3_devs[NDPX_MAX_VLANS];
	struct groups_uplink up = {
		.want = (enum want_groups)record->groups,
		.dev = record->dev,
		.ifindex = record->ifindex,
		.l3_devs = l3_devs,
	};
	struct entry *entries = NULL;
	uint32_t flags = record->flags;
	struct error why;
	int r;

	/* Allmulticast hears whatever is added; what can go is for the next apply to find. */
	if (record->groups == GROUPS_NONE || (record->flags & NDPX_R_ALLMULTI))
		return;
	for (; up.n_l3_devs < record->n_vlans && up.n_l3_devs < NDPX_MAX_VLANS; up.n_l3_devs++) {
		l3_devs[up.n_l3_devs].vlan = record->vlans[up.n_l3_devs];
		l3_devs[up.n_l3_devs].ifindex = record->l3_devs[up.n_l3_devs];
	}
	r = dataplane_read(dp, &entries, NULL, &up.n_entries, &why);
	up.entries = entries;
	if (!r)
		r = groups_sync(&up, dp, &report, &why);
	free(entries);
	if (!r && record->flags != flags)
		r = dataplane_set_record(dp, &why);
	if (!r && report.note[0])
		note_add(notes, record->dev, NOTE_INFO, "%s", report.note);
	if (r)
		note_add(notes, record->dev, NOTE_WARNING,
			 "%s: rules are in force, but not all groups are joined: %s: run "
			 "'ndpx apply'",
			 record->dev, why.message);
}

/* Undoes a committed plan. */
static void rollback(struct rules_change *change)
{
	struct plan *plan = &change->plan;
	struct error ignored;
	size_t i;

	for (i = 0; i < plan->n; i++) {
		struct ndpx_policy before = plan->changes[i].before;

		plan->changes[i].before = plan->changes[i].after;
		plan->changes[i].after = before;
	}
	dataplane_commit(change->dp, plan, NULL, &ignored);
}

/* The commits, all of them or none. */
static int commit_all(struct rules_change *changes, size_t n, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < n && !r; i++) {
		if (changes[i].plan.n)
			r = dataplane_commit(changes[i].dp, &changes[i].plan, NULL, err);
	}
	if (r) {
		/* The failed one undid itself. */
		for (i--; i > 0; i--)
			rollback(&changes[i - 1]);
	}
	return r;
}

int rules_commit(const char *bpffs, struct rules_change *changes, size_t n, struct notes *notes,
		 struct error *err)
{
	/* Guest ports get all devices at once: they may have the same address. */
	struct plan *plans = calloc(n + 1, sizeof(*plans));
	size_t i;
	int r;

	if (!plans)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < n; i++)
		plans[i] = changes[i].plan;
	r = rules_ports_room(bpffs, plans, n, err);
	if (!r)
		r = commit_all(changes, n, err);
	for (i = 0; i < n && !r; i++)
		join_groups(changes[i].dp, notes);
	if (!r)
		rules_tell_ports(bpffs, plans, n, notes);
	free(plans);
	return r;
}

int rules_set_paused(struct dataplane *dp, bool paused, struct error *err)
{
	struct ndpx_settings set = *dataplane_settings(dp);
	const struct plan nothing = { 0 };

	if (paused == !!(set.flags & NDPX_S_PAUSED))
		return 0;
	set.flags ^= NDPX_S_PAUSED;
	return dataplane_commit(dp, &nothing, &set, err);
}

int ports_resume(const char *bpffs, struct error *err)
{
	struct dataplane *dp = NULL;
	int r = dataplane_open(bpffs, DATAPLANE_PORTS, &dp, err);

	if (r)
		return r == -ENOENT ? 0 : r;
	r = dataplane_recover(dp, err);
	if (!r)
		r = rules_set_paused(dp, false, err);
	dataplane_close(dp);
	return r;
}
