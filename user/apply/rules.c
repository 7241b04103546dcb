// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Single rules: one commit for all devices and the guest ports; then groups follow. The rules
 * hold by then, so what fails behind them is a warning with its remedy.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/groups.h"
#include "apply/rules.h"
#include "dataplane/instances.h"
#include "desired/plan.h"

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

/* One commit for all that changes. */
static int commit_all(const struct rules_change *changes, size_t n, struct error *err)
{
	struct dataplane_change *parts = calloc(n + 1, sizeof(*parts));
	size_t i, n_parts = 0;
	int r;

	if (!parts)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < n; i++) {
		if (changes[i].plan.n)
			parts[n_parts++] = (struct dataplane_change){ .dp = changes[i].dp,
								      .plan = &changes[i].plan };
	}
	r = dataplane_commit_all(parts, n_parts, err);
	free(parts);
	return r;
}

/* The uplinks' changes, and behind them that of the guest ports, if there is one: *ret_n. */
static struct rules_change *with_ports(const char *bpffs, const struct rules_change *changes,
				       size_t n, size_t *ret_n, struct notes *notes)
{
	struct rules_change *all = calloc(n + 1, sizeof(*all));
	struct error why;
	int r;

	*ret_n = n;
	if (!all)
		return NULL;
	memcpy(all, changes, n * sizeof(*all));
	r = rules_ports_change(bpffs, changes, n, &all[n], &why);
	if (!r)
		++*ret_n;
	else if (r != -ENOENT)
		note_add(notes, "", NOTE_WARNING,
			 "the uplink's rules are in force, but guest ports could not be updated: "
			 "%s: run 'ndpx apply'",
			 why.message);
	return all;
}

int rules_commit(const char *bpffs, struct rules_change *changes, size_t n, struct notes *notes,
		 struct error *err)
{
	struct rules_change *all;
	size_t i, n_all;
	int r;

	/* Guest ports get all devices at once: they may have the same address. */
	all = with_ports(bpffs, changes, n, &n_all, notes);
	if (!all)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	r = commit_all(all, n_all, err);
	for (i = 0; i < n && !r; i++)
		join_groups(changes[i].dp, notes);
	for (i = n; i < n_all; i++) {
		plan_free(&all[i].plan);
		dataplane_close(all[i].dp);
	}
	free(all);
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
