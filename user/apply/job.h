/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The steps of one device, and of the guest ports, between which all are committed together. */
#ifndef NDPX_JOB_H
#define NDPX_JOB_H

#include "apply/apply.h"
#include "apply/groups.h"
#include "apply/inherit.h"
#include "desired/ports.h"

/* One device on its way. */
struct job {
	const struct apply_context *ctx;
	const struct uplink *uplinks; /* of this device */
	size_t n;
	const struct nl_link *link;
	const struct nl_link *tag_stripper; /* takes VLAN tags out before XDP; NULL: nobody */
	struct desired desired;
	struct plan plan;
	struct dataplane *dp;
	struct inheritance before; /* of a fresh one */
	struct attach_report attach;
	struct groups_report groups;
	struct notes *notes;
	/* The steps from `have` to what shall hold; wanted.entries becomes all of it. */
	int (*plan_rules)(struct job *job, const struct entry *have, size_t n_have,
			  struct error *err);
	bool fresh, settings_changed;
	struct ndpx_record record;	/* as it was when the job began */
	struct dataplane_change change; /* once job_plan() is done; `dp` NULL: nothing differs */
};

/* Rules, settings and links as wanted: what is to change. */
int job_plan(struct job *job, struct error *err);
/* The same, in force at once. */
int job_commit(struct job *job, struct error *err);

/* Groups, then the record, which was `before` when the job began. */
int job_finish(struct job *job, const struct ndpx_record *before, struct error *err);

void job_free(struct job *job);

/*
 * One device of the file up to its change, which is to be committed; a new one is complete.
 * ret->failed, and `why`, where it is refused.
 */
void apply_uplink_begin(const struct apply_context *ctx, const struct uplink *uplinks, size_t n,
			const struct nl_state *state, struct job *job, struct uplink_report *ret);
/* What follows the commit, unless it failed. Frees the job. */
void apply_uplink_end(struct job *job, struct uplink_report *ret);

/* The guest ports on their way. */
struct ports_job {
	const struct apply_context *ctx;
	struct ports_report *report;
	struct desired_ports desired;
	struct ndpx_settings settings;
	struct plan plan;
	struct dataplane *dp;
	struct inheritance before;	/* of a fresh one: statistics and the pause */
	struct ports_change ports;	/* of `change` */
	struct dataplane_change change; /* `dp` NULL: nothing differs, or it is a fresh one */
	bool fresh, changed, swapped;
	size_t refused;
};

/*
 * The guest ports of the model, up to their change. Their guests are those of all uplinks, of
 * the `n` jobs as these will have them.
 */
int apply_ports_begin(const struct apply_context *ctx, const struct model *model,
		      const struct nl_state *state, const struct job *jobs, size_t n,
		      struct ports_job *job, struct ports_report *ret, struct error *err);
/* What follows the commit; what is new is committed here. ports_job_free() in any case. */
int apply_ports_end(const struct model *model, struct ports_job *job, struct error *err);
void ports_job_free(struct ports_job *job);

/*
 * The rules of all uplinks of this network namespace, of the `n` jobs as these will have them;
 * the array is the caller's to free.
 */
int rules_of_all(const char *bpffs, const struct job *jobs, size_t n, struct entry **ret,
		 size_t *ret_n, struct error *err);

#endif
