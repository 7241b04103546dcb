// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One uplink device: what may be refused is checked before the first change. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/job.h"
#include "apply/native.h"
#include "apply/teardown.h"

/*
 * Generic XDP on what stands above another device comes after the kernel itself has
 * taken the tags out, whatever the NIC does.
 */
static bool is_stacked(const struct nl_link *link)
{
	return link->kind[0] && strcmp(link->kind, "veth") != 0 && strcmp(link->kind, "tun") != 0;
}

/*
 * `mode = native` or `generic` where tags are hidden would answer on the wrong VLAN. A
 * veth is for labs, and takes tags out only where its other end offloads them, and a Xen
 * NIC may do for all we know: there the user may insist.
 */
static int check_mode(const struct job *job, const char *trouble, struct error *err)
{
	enum want_mode mode = job->uplinks[0].mode;

	if (mode == WANT_GENERIC && is_stacked(job->link))
		return error_set(err, EXIT_KERNEL, EOPNOTSUPP,
				 "%s: mode = generic: VLAN tags are stripped before generic XDP "
				 "runs on a %s: use mode = tc",
				 job->link->name, job->link->kind);
	if (!trouble || mode == WANT_AUTO || mode == WANT_TC)
		return 0;
	if (!job->tag_stripper) {
		if (mode == WANT_NATIVE)
			note_add(job->notes, job->link->name, NOTE_WARNING, "%s: %s",
				 job->link->name, trouble);
		return 0;
	}
	return error_set(err, EXIT_KERNEL, EOPNOTSUPP,
			 "%s: mode = %s: %s: 'ethtool -K %s rxvlan off', or mode = tc",
			 job->link->name, want_mode_name(mode), trouble, job->tag_stripper->name);
}

static void fill_record(const struct job *job, struct ndpx_record *record)
{
	size_t i;

	record->netns = nl_netns_cookie();
	record->groups = job->uplinks[0].groups;
	snprintf(record->dev, sizeof(record->dev), "%s", job->link->name);
	record->n_vlans = (__u32)job->n;
	memset(record->vlans, 0, sizeof(record->vlans));
	memset(record->l3_devs, 0, sizeof(record->l3_devs));
	for (i = 0; i < job->n; i++) {
		record->vlans[i] = job->desired.l3_devs[i].vlan;
		record->l3_devs[i] = job->desired.l3_devs[i].ifindex;
	}
}

/* The settings wanted, with what follows from the rules as it is, so that memcmp() tells a change. */
static bool settings_differ(struct job *job)
{
	const struct ndpx_settings *now = dataplane_settings(job->dp);
	struct ndpx_settings *want = &job->desired.settings;

	want->n_lengths = now->n_lengths;
	want->epoch = now->epoch;
	memcpy(want->lengths, now->lengths, sizeof(want->lengths));
	return !settings_same(want, now) ||
	       dataplane_links_differ(job->dp, job->desired.links, job->desired.n_links);
}

/* The instance of the device: the one that is there, or a new one without a program yet. */
static int open_or_make(struct job *job, struct error *err)
{
	const char *bpffs = job->ctx->bpffs;
	struct dataplane *old = NULL;
	bool foreign = false;
	int r = dataplane_open(bpffs, job->link->ifindex, &job->dp, err);

	if (!r)
		return dataplane_recover(job->dp, err);
	if (r != -ENOENT && r != -EPROTO)
		return r;
	job->fresh = true;
	if (r == -EPROTO)
		foreign = dataplane_open_record(bpffs, job->link->ifindex, &old) == 0;
	r = inherit_read(bpffs, job->link->ifindex, job->link->name, &job->before, err);
	if (!r)
		r = dataplane_new(bpffs, job->link->ifindex, job->link->name, &job->dp, err);
	/* What another version switched on is ours to switch off from now on. */
	if (foreign) {
		if (!r)
			dataplane_record(job->dp)->flags = dataplane_record(old)->flags;
		dataplane_close(old);
	}
	return r;
}

/* Rules of commands stay only where the file has an uplink for them. */
static bool keeps_vlan(const void *arg, uint16_t vlan)
{
	const struct job *job = arg;
	size_t i;

	for (i = 0; i < job->n; i++) {
		if (job->uplinks[i].vlan == vlan)
			return !job->ctx->prune;
	}
	return false;
}

/* What the file pauses until it is seen stays as it is once it was: behind the same port. */
static void keep_seen(struct desired *w, const struct entry *have, size_t n_have)
{
	size_t i;

	for (i = 0; i < w->n_entries; i++) {
		struct ndpx_policy *policy = &w->entries[i].policy;
		const struct entry *had;

		if (!(policy->more & NDPX_M_UNTIL_SEEN))
			continue;
		had = entry_find(have, n_have, &w->entries[i]);
		if (had && (had->policy.more & NDPX_M_UNTIL_SEEN) &&
		    !(had->policy.flags & NDPX_F_PAUSED) && had->policy.port == policy->port)
			policy->flags &= (__u8)~NDPX_F_PAUSED;
	}
}

/* The steps to what the file, the host and commands want; wanted.entries becomes all of it. */
static int plan_rules(struct job *job, const struct entry *have, size_t n_have, struct error *err)
{
	const struct inheritance *in = &job->before;
	struct desired *w = &job->desired;
	struct origins o = { 0 };
	struct entry *shadows = NULL;
	size_t n_shadows = 0;
	int r = dataplane_read_shadows(job->dp, &shadows, &n_shadows, err);

	if (r)
		return r;
	if (job->fresh)
		keep_seen(w, in->old.rules, in->old.n_rules);
	else
		keep_seen(w, have, n_have);
	if (job->fresh)
		r = origins_merge(w->entries, w->n_entries, in->old.rules, in->old.n_rules,
				  in->old.shadows, in->old.n_shadows, keeps_vlan, job, &o);
	else
		r = origins_merge(w->entries, w->n_entries, have, n_have, shadows, n_shadows,
				  keeps_vlan, job, &o);
	if (!r)
		r = plan_append(o.rules, o.n_rules, have, n_have, &job->plan);
	if (!r)
		r = plan_append(o.shadows, o.n_shadows, shadows, n_shadows, &job->plan);
	free(shadows);
	if (r) {
		origins_free(&o);
		return error_set(err, EXIT_KERNEL, -r, "out of memory");
	}
	free(w->entries);
	w->entries = o.rules;
	w->n_entries = o.n_rules;
	o.rules = NULL;
	origins_free(&o);
	return 0;
}

int job_plan(struct job *job, struct error *err)
{
	struct entry *have = NULL;
	size_t n_have = 0;
	int r;

	r = dataplane_read(job->dp, &have, NULL, &n_have, err);
	if (!r)
		r = job->plan_rules(job, have, n_have, err);
	free(have);
	if (r)
		return r;
	/* Who paused an uplink resumes it: a reload, or a hook of another guest, must not. */
	job->desired.settings.flags |= dataplane_settings(job->dp)->flags & NDPX_S_PAUSED;
	if (job->ctx->paused || job->before.old.paused)
		job->desired.settings.flags |= NDPX_S_PAUSED;
	job->settings_changed = settings_differ(job);
	if (!job->plan.n && !job->settings_changed)
		return 0;
	job->change = (struct dataplane_change){ .dp = job->dp,
						 .plan = &job->plan,
						 .set = &job->desired.settings };
	if (dataplane_links_differ(job->dp, job->desired.links, job->desired.n_links)) {
		job->change.links = job->desired.links;
		job->change.n_links = job->desired.n_links;
	}
	return 0;
}

int job_commit(struct job *job, struct error *err)
{
	int r = job_plan(job, err);

	if (!r && job->change.dp)
		r = dataplane_commit_all(&job->change, 1, err);
	job->change.dp = NULL;
	return r;
}

/* Hardware drivers reset the link when XDP comes; a virtual one has none to lose. */
static void warn_of_reset(const struct job *job, bool no_native)
{
	enum want_mode mode = job->uplinks[0].mode;
	struct attachment now;
	bool comes, goes;

	dataplane_attachment(job->dp, &now);
	comes = now.mode != NDPX_MODE_NATIVE &&
		(mode == WANT_NATIVE || (mode == WANT_AUTO && !no_native && !now.mode));
	goes = now.mode == NDPX_MODE_NATIVE && mode != WANT_NATIVE &&
	       (mode != WANT_AUTO || no_native);
	if ((comes || goes) && !job->link->kind[0])
		note_add(job->notes, job->link->name, NOTE_INFO,
			 "%s: native XDP: some drivers reset the link for a moment when it %s",
			 job->link->name, comes ? "comes" : "goes");
}

static int attach(struct job *job, const char *trouble, struct error *err)
{
	char reason[200];
	int n;

	if (trouble) {
		n = snprintf(reason, sizeof(reason), "%s: %s: TC instead of native XDP",
			     job->link->name, trouble);
		/* There it is again after `down`: a TC that auto once chose stays. */
		if (job->tag_stripper)
			snprintf(reason + n, sizeof(reason) - (size_t)n,
				 ", which needs 'ethtool -K %s rxvlan off'",
				 job->tag_stripper->name);
	}
	warn_of_reset(job, trouble != NULL);
	return dataplane_attach(job->dp, job->uplinks[0].mode, trouble ? reason : NULL,
				&job->attach, err);
}

static int sync_groups(struct job *job, const struct ndpx_record *before, struct error *err)
{
	struct l3_dev l3_devs[2 * NDPX_MAX_VLANS];
	size_t n = job->desired.n_l3_devs, i;
	struct groups_uplink up;

	/* Where the link was seen before as well: what was joined there is to be left. */
	memcpy(l3_devs, job->desired.l3_devs, n * sizeof(*l3_devs));
	for (i = 0; i < before->n_vlans && i < NDPX_MAX_VLANS; i++) {
		l3_devs[n].vlan = DESIRED_NO_VLAN;
		l3_devs[n++].ifindex = before->l3_devs[i];
	}
	up = (struct groups_uplink){
		.want = job->uplinks[0].groups,
		.dev = job->link->name,
		.ifindex = job->link->ifindex,
		.l3_devs = l3_devs,
		.n_l3_devs = n,
		.entries = job->desired.entries,
		.n_entries = job->desired.n_entries,
	};
	return groups_sync(&up, job->dp, &job->groups, err);
}

int job_finish(struct job *job, const struct ndpx_record *before, struct error *err)
{
	struct error ignored;
	int r = sync_groups(job, before, err);

	/* Not before: until its groups are left, the record must name where the link was. */
	if (!r)
		fill_record(job, dataplane_record(job->dp));
	if (memcmp(before, dataplane_record(job->dp), sizeof(*before)) != 0 &&
	    dataplane_set_record(job->dp, r ? &ignored : err) && !r)
		r = -err->code;
	return r;
}

void job_free(struct job *job)
{
	desired_free(&job->desired);
	plan_free(&job->plan);
	inherit_free(&job->before);
	dataplane_close(job->dp);
}

static int check_link(const struct nl_link *link, const struct nl_state *state, struct error *err)
{
	/* Solicitations come in Ethernet frames, RFC 2464; an answer needs a MAC of ours. */
	if (!link->is_ethernet)
		return error_set(err, EXIT_KERNEL, ENODEV, "%s: not an Ethernet interface",
				 link->name);
	if (nl_is_external(link, state))
		return error_set(
			err, EXIT_USAGE, EOPNOTSUPP,
			"%s: a %s in external mode: each frame needs its tunnel's far end set "
			"on the way out, and an answer would go nowhere: name the device that "
			"sets it (a bridge above), or one tunnel that is not external",
			link->name, link->kind);
	return 0;
}

/* A new instance gets everything before its program comes. */
static int make_fresh(struct job *job, const char *trouble, struct error *err)
{
	struct instance in = { .dp = job->dp, .ifindex = job->link->ifindex };
	struct error ignored;
	int r;

	fill_record(job, dataplane_record(job->dp));
	r = job_commit(job, err);
	if (!r)
		dataplane_take_stats(job->dp, &job->before.old, NULL);
	if (!r)
		r = dataplane_pin(job->dp, err);
	if (!r)
		r = attach(job, trouble, err);
	if (!r) {
		inherit_last_stats(&job->before, job->dp);
		return 0;
	}
	/* An upgrade leaves the old program answering; a first try leaves nothing. */
	dataplane_attachment(job->dp, &in.attachment);
	if (in.attachment.mode == NDPX_MODE_NONE) {
		uplink_down(job->ctx->bpffs, &in, &ignored);
		job->dp = in.dp;
	}
	return r;
}

/* One that answers already changes its hook first, which the kernel may refuse; its rules last. */
static int begin_existing(struct job *job, const char *trouble, struct error *err)
{
	int r = attach(job, trouble, err);

	return r ? r : job_plan(job, err);
}

static int begin_job(struct job *job, const struct nl_state *state, struct error *err)
{
	const char *trouble;
	int r;

	r = check_link(job->link, state, err);
	if (!r)
		r = desired_build(job->uplinks, job->n, job->link, state, &job->desired, err);
	if (r)
		return r;
	trouble = native_trouble(job->link, state, job->desired.hidden_tags, &job->tag_stripper);
	r = check_mode(job, trouble, err);
	if (!r)
		r = open_or_make(job, err);
	if (r)
		return r;
	job->record = *dataplane_record(job->dp);
	return job->fresh ? make_fresh(job, trouble, err) : begin_existing(job, trouble, err);
}

static void fill_report(struct job *job, struct uplink_report *ret)
{
	notes_take(&ret->notes, &job->desired.notes);
	if (job->attach.note[0])
		note_add(&ret->notes, ret->dev, job->attach.attached ? NOTE_INFO : NOTE_DETAIL,
			 "%s", job->attach.note);
	if (job->before.unread)
		note_add(&ret->notes, ret->dev, NOTE_WARNING,
			 "%s: the earlier version of ndpx laid its rules out differently: those of "
			 "'guest add' and a pause could not be carried over: add them again",
			 ret->dev);
	if (job->groups.note[0])
		note_add(&ret->notes, ret->dev,
			 job->groups.warning || job->groups.allmulti_on ? NOTE_INFO : NOTE_DETAIL,
			 "%s", job->groups.note);
	ret->now = job->attach.now;
	ret->fresh = job->fresh;
	ret->attached = job->attach.attached;
	ret->swapped = job->attach.swapped;
	ret->settings_changed = job->settings_changed;
	ret->paused = job->desired.settings.flags & NDPX_S_PAUSED;
	ret->lease_over = dataplane_lease_is_over(job->dp);
	ret->added = job->plan.added;
	ret->removed = job->plan.removed;
	ret->changed = job->plan.changed;
	ret->rules_changed = job->plan.n || job->settings_changed;
	ret->joined = job->groups.joined;
	ret->left = job->groups.left;
	ret->allmulti_on = job->groups.allmulti_on;
	ret->allmulti_off = job->groups.allmulti_off;
}

void apply_uplink_begin(const struct apply_context *ctx, const struct uplink *uplinks, size_t n,
			const struct nl_state *state, struct job *job, struct uplink_report *ret)
{
	int r;

	*job = (struct job){ .ctx = ctx,
			     .uplinks = uplinks,
			     .n = n,
			     .notes = &ret->notes,
			     .plan_rules = plan_rules };
	*ret = (struct uplink_report){ .line = uplinks->line };
	snprintf(ret->dev, sizeof(ret->dev), "%s", uplinks->dev);
	job->link = nl_link_by_name(state, uplinks->dev);
	r = job->link ? begin_job(job, state, &ret->why)
		      : error_set(&ret->why, EXIT_KERNEL, ENODEV, "%s: no such interface (line %d)",
				  uplinks->dev, uplinks->line);
	ret->failed = r != 0;
}

void apply_uplink_end(struct job *job, struct uplink_report *ret)
{
	if (!ret->failed)
		ret->failed = job_finish(job, &job->record, &ret->why) != 0;
	if (!ret->failed)
		fill_report(job, ret);
	job_free(job);
}
