/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The routes that are followed, kept by the kernel's events from one dump to the next, so that one
 * more among a hundred thousand costs no dump. Pure.
 */
#ifndef NDPX_ROUTES_H
#define NDPX_ROUTES_H

#include "ndpx_abi.h"
#include "netlink/events.h"

struct destination; /* of routes: an address or prefix */

struct routes {
	bool valid;		    /* since the last dump no event was missed */
	void *tree;		    /* owned, of tsearch(3) */
	struct destination **dirty; /* owned; those that events were about */
	size_t n_dirty;
};

/* Forgets everything: only a dump tells. */
void routes_invalidate(struct routes *routes);
/* As dumped; then it is valid. -ENOMEM: it is not. */
int routes_fill(struct routes *routes, const struct nl_route *list, size_t n);
/* Is any route to this destination followed, or was until now? */
bool routes_has(const struct routes *routes, const struct nl_route *route);
/* A route came or went; `follows`: by a port that is followed. Invalid where memory is short. */
void routes_event(struct routes *routes, const struct nl_event *event, bool follows);

/*
 * The destinations that events were about, and all routes to these, which are the caller's to
 * free; keys have no VLAN. -ENOMEM.
 */
int routes_changed(const struct routes *routes, struct ndpx_key **ret_keys, size_t *ret_n_keys,
		   struct nl_route **ret_routes, size_t *ret_n_routes);
/* These are dealt with. */
void routes_settled(struct routes *routes);

#endif
