/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `follow`: from the kernel's routes to the guests that they lead to. Pure. */
#ifndef NDPX_DESIRED_FOLLOW_H
#define NDPX_DESIRED_FOLLOW_H

#include "config/model.h"
#include "desired/plan.h"
#include "netlink/detail.h"

/* Could this route be one that an uplink follows, whatever its interface is called? */
bool follow_is_candidate(const struct nl_route *route);

/* Does an uplink follow routes through this interface, by any of its names? */
bool follow_has_port(const struct uplink *uplink, const struct nl_link *link);

/*
 * The rules of one device, whose `n` uplinks these are; `link` is in `state`. *ret, sorted, each
 * key once, is the caller's to free. -ENOMEM.
 */
int follow_rules(const struct uplink *uplinks, size_t n, const struct nl_link *link,
		 const struct nl_state *state, const struct nl_route *routes, size_t n_routes,
		 struct entry **ret, size_t *ret_n);

#endif
