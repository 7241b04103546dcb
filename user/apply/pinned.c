// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One device, or the guest ports, with what is pinned in place of a file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/job.h"
#include "desired/ports.h"

/* The hook as it was: another one is for apply to choose, which knows the file. */
static int attach_as_it_was(struct dataplane *dp, struct error *err)
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

static bool is_host(const struct ndpx_policy *policy)
{
	return policy->action == NDPX_ACT_OWN || policy->action == NDPX_ACT_HOST;
}

/*
 * All rules as they are; the host's own are those of today. Where a guest has one of
 * these, its rule stays, for whoever made it to decide; but what it is of the host beside
 * (P76) is as of today.
 */
static int merge(const struct entry *have, size_t n_have, const struct desired *now,
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

		if (c <= 0 && !is_host(&have[h].policy)) {
			all[n] = have[h];
			all[n].policy.flags &= (__u8)~NDPX_F_HOST;
			if (c == 0)
				desired_host_guest(&all[n].policy, &now->entries[o].policy);
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

static int plan_pinned(struct job *job, const struct entry *have, size_t n_have, struct error *err)
{
	struct entry *all = NULL;
	size_t n = 0;
	int r = merge(have, n_have, &job->desired, &all, &n);

	if (!r)
		r = plan_diff(all, n, have, n_have, &job->plan);
	if (r) {
		free(all);
		return error_set(err, EXIT_KERNEL, -r, "out of memory");
	}
	free(job->desired.entries);
	job->desired.entries = all;
	job->desired.n_entries = n;
	return 0;
}

int apply_pinned(struct dataplane *dp, const struct uplink *uplinks, size_t n,
		 const struct nl_link *link, const struct nl_state *state, struct error *err)
{
	const struct apply_context as_it_is = { 0 };
	struct notes notes = { 0 };
	struct ndpx_record before;
	struct job job = {
		.ctx = &as_it_is,
		.uplinks = uplinks,
		.n = n,
		.link = link,
		.dp = dp,
		.notes = &notes,
		.plan_rules = plan_pinned,
	};
	int r = desired_build(uplinks, n, link, state, &job.desired, err);

	if (r)
		return r;
	r = attach_as_it_was(dp, err);
	before = *dataplane_record(dp);
	if (!r)
		r = job_commit(&job, err);
	if (!r)
		r = job_finish(&job, &before, err);
	job.dp = NULL; /* the caller's */
	job_free(&job);
	notes_free(&notes);
	return r;
}

/*
 * Attaches what is missing. A port that goes meanwhile is not missed; one that refuses does not
 * keep the others from being fixed, and *ret_refused says why, its code 0: none did.
 */
static int attach_ports(struct dataplane *dp, const struct desired_ports *desired,
			struct error *ret_refused, struct error *err)
{
	struct attach_report *reports = calloc(desired->n_ports + 1, sizeof(*reports));
	size_t i;

	ret_refused->code = 0;
	if (!reports)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	dataplane_ports_look(dp, desired->ports, desired->n_ports, reports);
	for (i = 0; i < desired->n_ports; i++) {
		const struct guest_port *p = &desired->ports[i];

		if (dataplane_port_attach(dp, p, &reports[i], err) &&
		    if_nametoindex(p->dev) == p->ifindex && !ret_refused->code)
			error_set(ret_refused, err->status, err->code, "%s: %s", p->dev,
				  err->message);
	}
	free(reports);
	/* A port that kept an older program is to be tried again: the record stays as it is. */
	return ret_refused->code ? 0 : dataplane_ports_attached(dp, err);
}

/* Which interfaces are guest ports, and what they and local networks are today. */
static int commit_ports(struct dataplane *dp, const struct desired_ports *desired,
			struct error *err)
{
	struct ndpx_settings set = *dataplane_settings(dp);
	const struct plan nothing = { 0 };
	struct ndpx_sections sections;
	const struct ports_change change = { desired->ports, desired->n_ports, &sections };
	int r = dataplane_sections(dp, &sections, err);

	if (r)
		return r;
	memcpy(set.nets, desired->nets, sizeof(set.nets));
	if (settings_same(&set, dataplane_settings(dp)) && !dataplane_ports_differ(dp, &change))
		return 0;
	return dataplane_commit_ports(dp, &nothing, &set, &change, err);
}

int apply_ports_pinned(struct dataplane *dp, const struct model *model,
		       const struct nl_state *state, struct error *err)
{
	struct desired_ports desired = { 0 };
	struct error refused = { 0 };
	int r = desired_ports_build(model, state, NULL, 0, &desired, err);

	if (!r)
		r = attach_ports(dp, &desired, &refused, err);
	if (!r)
		r = commit_ports(dp, &desired, err);
	if (!r && refused.code) {
		*err = refused;
		r = -err->code;
	}
	desired_ports_free(&desired);
	return r;
}
