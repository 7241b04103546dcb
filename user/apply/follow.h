/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The guests that routes lead to (`follow`), brought into force. */
#ifndef NDPX_APPLY_FOLLOW_H
#define NDPX_APPLY_FOLLOW_H

#include "config/model.h"
#include "netlink/detail.h"
#include "util/notes.h"

struct follow_report {
	struct {
		char dev[IFNAMSIZ];
		size_t added, removed, changed;
	} * uplinks; /* owned; those whose rules changed */
	size_t n;
	struct notes notes;
};

/* What the kernel's routes are. */
struct follow_routes {
	const struct nl_route *routes;
	size_t n;
	/* Only these destinations, without VLAN; NULL: all, those not among `routes` go. */
	const struct ndpx_key *keys;
	size_t n_keys;
};

/*
 * Makes the rules of routes those of `from`, on all attached uplinks in one commit; where the
 * model follows nothing there, they go. What the file and commands made stays. The lock is held.
 * 0, or -errno with *err set; apply_follow_free() in any case.
 */
int apply_follow(const char *bpffs, const struct model *model, const struct nl_state *state,
		 const struct follow_routes *from, struct follow_report *ret, struct error *err);
void apply_follow_free(struct follow_report *report);

#endif
