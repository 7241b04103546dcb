// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The same steps as apply's, in the same order, with what is pinned in place of a file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/fix.h"
#include "doctor/snapshot.h"
#include "apply/groups.h"

static int save_record(void *arg, struct error *err)
{
	return dataplane_set_record(arg, err);
}

/* The hook as it was: another one is for apply to choose, which knows the file. */
static int fix_attachment(struct dataplane *dp, struct error *err)
{
	struct ndpx_record *record = dataplane_record(dp);
	const __u32 want = record->want;
	struct attach_report ignored;
	enum want_mode mode;
	int r;

	switch ((enum ndpx_mode)record->mode) {
	case NDPX_MODE_NATIVE:
		mode = WANT_NATIVE;
		break;
	case NDPX_MODE_GENERIC:
		mode = WANT_GENERIC;
		break;
	case NDPX_MODE_TCX:
	case NDPX_MODE_CLSACT:
		mode = WANT_TC;
		break;
	default: /* a first apply died before it attached */
		mode = (enum want_mode)want;
		break;
	}
	r = dataplane_attach(dp, mode, NULL, &ignored, err);
	if (r || record->want == want)
		return r;
	record->want = want;
	return dataplane_set_record(dp, err);
}

static bool is_host(const struct ndpx_say *say)
{
	return say->action == NDPX_ACT_OWN || say->action == NDPX_ACT_HOST;
}

/*
 * All rules as they are; the host's own are those of today. Where a guest has one of
 * these, its rule stays, for whoever made it to decide; but what it is of the host beside
 * (P76) is as of today.
 */
static int merge(const struct entry *have, size_t n_have, const struct wanted *now,
		 struct entry **ret, size_t *ret_n)
{
	struct entry *all = calloc(n_have + now->n_entries + 1, sizeof(*all));
	size_t h = 0, o = 0, n = 0;

	if (!all)
		return -ENOMEM;
	while (h < n_have || o < now->n_entries) {
		int c = h == n_have	      ? 1
			: o == now->n_entries ? -1
					      : entry_compare(&have[h], &now->entries[o]);

		if (c <= 0 && !is_host(&have[h].say)) {
			all[n] = have[h];
			all[n].say.flags &= (__u8)~NDPX_F_HOST;
			if (c == 0)
				wanted_host_guest(&all[n].say, &now->entries[o].say);
			n++;
		} else if (c >= 0) {
			all[n++] = now->entries[o];
		}
		h += c <= 0;
		o += c >= 0;
	}
	*ret = all;
	*ret_n = n;
	return 0;
}

static int fix_rules(struct dataplane *dp, struct wanted *now, struct entry **ret, size_t *ret_n,
		     struct error *err)
{
	const struct ndpx_settings *set = dataplane_settings(dp);
	struct entry *have = NULL;
	struct plan plan = { 0 };
	size_t n_have = 0;
	int r = dataplane_read(dp, &have, NULL, &n_have, err);

	if (r)
		return r;
	r = merge(have, n_have, now, ret, ret_n);
	if (!r)
		r = plan_diff(*ret, *ret_n, have, n_have, &plan);
	free(have);
	if (r)
		return error_set(err, EXIT_KERNEL, -r, "out of memory");
	now->settings.flags |= set->flags & NDPX_S_PAUSED;
	now->settings.n_lengths = set->n_lengths;
	now->settings.far = set->far;
	now->settings.epoch = set->epoch;
	memcpy(now->settings.lengths, set->lengths, sizeof(set->lengths));
	if (plan.n || !settings_same(&now->settings, set) ||
	    dataplane_links_differ(dp, now->links, now->n_links))
		r = dataplane_commit_links(dp, &plan, &now->settings, now->links, now->n_links,
					   err);
	plan_free(&plan);
	return r;
}

/* Where the link was seen before as well: what was joined there is to be left. */
static int fix_groups(struct dataplane *dp, const struct wanted *now, const struct entry *entries,
		      size_t n_entries, struct error *err)
{
	struct ndpx_record *record = dataplane_record(dp), before = *record;
	const struct groups_saver saver = { save_record, dp };
	struct wanted_stack stacks[2 * NDPX_MAX_VLANS];
	struct groups_report ignored;
	size_t i, n = now->n_stacks;
	int r;

	memcpy(stacks, now->stacks, n * sizeof(*stacks));
	for (i = 0; i < before.n_vlans && i < NDPX_MAX_VLANS; i++) {
		stacks[n].vlan = WANTED_NO_VLAN;
		stacks[n++].ifindex = before.stacks[i];
	}
	r = groups_sync((enum want_groups)record->groups, record->dev, record->ifindex, stacks, n,
			entries, n_entries, record, &saver, &ignored, err);
	for (i = 0; i < now->n_stacks && !r; i++)
		record->stacks[i] = now->stacks[i].ifindex;
	if (!r && memcmp(&before, record, sizeof(before)) != 0)
		r = dataplane_set_record(dp, err);
	return r;
}

int doctor_fix(struct dataplane *dp, const struct nl_link *link, const struct nl_state *state,
	       struct error *err)
{
	struct entry *entries = NULL;
	struct wanted now = { 0 };
	struct uplink *uplinks;
	size_t n, n_entries = 0;
	int r;

	if (doctor_uplinks_of(dataplane_record(dp), dataplane_settings(dp), link->name, &uplinks,
			      &n))
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	r = wanted_build(uplinks, n, link, state, &now, err);
	free(uplinks);
	if (r)
		return r;
	r = fix_attachment(dp, err);
	if (!r)
		r = fix_rules(dp, &now, &entries, &n_entries, err);
	if (!r)
		r = fix_groups(dp, &now, entries, n_entries, err);
	free(entries);
	wanted_free(&now);
	return r;
}
