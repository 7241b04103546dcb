/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one way in which the kernel is brought to a desired state. Nothing here prints: what was
 * done comes back as reports, what the user should know as notes. The caller holds the lock.
 */
#ifndef NDPX_APPLY_H
#define NDPX_APPLY_H

#include "util/notes.h"
#include "dataplane/instances.h"
#include "desired/uplink.h"

struct apply_context {
	const char *bpffs;
	bool paused; /* attach all, answer nothing yet */
	bool prune;  /* rules of commands go as well */
};

/* What became of one device of the file. */
struct uplink_report {
	char dev[DEV_NAME_LEN]; /* as the file has it if there is no such interface */
	int line;		/* of its first uplink in the file */
	bool failed;		/* `why` says it; of the rest only the notes count */
	struct error why;
	struct attachment now;
	bool fresh, attached, swapped, settings_changed, paused;
	bool lease_over;		/* it has a lease that has run out */
	size_t added, removed, changed; /* rules */
	bool rules_changed;		/* or the settings */
	size_t joined, left;		/* groups; link events take memberships away */
	bool allmulti_on, allmulti_off; /* switched */
	struct notes notes;
};

enum removed_why { REMOVED_NOT_IN_FILE, REMOVED_CREATED_AGAIN, REMOVED_DEVICE_GONE };

struct removed_report {
	char dev[IFNAMSIZ];
	enum removed_why why;
};

/* The guest ports, all of them. */
struct ports_report {
	bool there;   /* the file has some; the rest is filled */
	bool removed; /* the file has none any more, and what was there is gone */
	size_t devices;
	char (*attached)[IFNAMSIZ], (*detached)[IFNAMSIZ]; /* owned */
	size_t n_attached, n_detached;
	bool swapped, paused, changed;
	size_t rules_added, rules_removed, rules_changed;
	struct notes notes;
};

struct apply_report {
	struct uplink_report *uplinks; /* owned */
	size_t n_uplinks, n_failed;
	struct removed_report *removed; /* owned */
	size_t n_removed;
	struct notes notes; /* of instances that the file no longer names */
	struct ports_report ports;
};

/*
 * Brings everything to what the model says: the uplinks of the file, those it no longer names,
 * guest ports. What changes in those that answer already comes true in one commit. An uplink
 * that is refused does not keep the others down. -errno with *err set where none came up or the
 * rest could not be done; *ret then says what was done before that. apply_report_free() in any
 * case.
 */
int apply_run(const struct apply_context *ctx, const struct model *model,
	      const struct nl_state *state, struct apply_report *ret, struct error *err);
void apply_report_free(struct apply_report *report);

/*
 * What is pinned comes into force again, as apply would bring it: the program on the hook it
 * had, the settings and own addresses of today, groups. `uplinks` are what the pins say, as the
 * file is not read; no rule comes or goes but the host's own. `dp` is whole, and its program,
 * if one is attached, is ours.
 */
int apply_pinned(struct dataplane *dp, const struct uplink *uplinks, size_t n,
		 const struct nl_link *link, const struct nl_state *state, struct error *err);

/*
 * The same for guest ports: those that the pinned sections match are attached, and all become
 * what the host's links are today. Rules stay. `model` has the sections as its ports, and the
 * names of all uplinks, which are not guest ports. `dp` is the ports' instance.
 */
int apply_ports_pinned(struct dataplane *dp, const struct model *model,
		       const struct nl_state *state, struct error *err);

/* Lets go of guest ports that the file has as uplinks now. Before those are attached. */
int apply_ports_release(const char *bpffs, const struct model *model, struct error *err);

#endif
