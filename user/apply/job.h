/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What apply_uplink() and apply_pinned() share: the steps of one device. For apply/ alone. */
#ifndef NDPX_JOB_H
#define NDPX_JOB_H

#include "apply/apply.h"
#include "apply/groups.h"
#include "apply/inherit.h"

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
};

/* Rules, settings and links as wanted, in one commit, where anything differs. */
int job_commit(struct job *job, struct error *err);

/* Groups, then the record, which was `before` when the job began. */
int job_finish(struct job *job, const struct ndpx_record *before, struct error *err);

void job_free(struct job *job);

#endif
