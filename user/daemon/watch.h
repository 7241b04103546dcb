/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which of the kernel's events change what ndpx should hold. Pure. */
#ifndef NDPX_WATCH_H
#define NDPX_WATCH_H

#include "config/model.h"
#include "netlink/events.h"

/* What an event calls for; bits. */
#define WATCH_APPLY 0x1u /* a whole apply, soon */
#define WATCH_LATER 0x2u /* the same, but it can wait: a gateway of many routes may be gone */

#define WATCH_ROUTES 0x4u /* a route that is followed came or went, and no more than that */

#define WATCH_VERIFY 0x8u /* a dump is to show that events told everything of these routes */

/* Sorts gateways and networks, for watch_needs(). */
void watch_sort(struct nl_state *known);

/* `known` is what the last apply of `model` went by, sorted. */
unsigned int watch_needs(const struct nl_state *known, const struct model *model,
			 const struct nl_event *event);
/* Does any uplink follow this route? */
bool watch_follows(const struct nl_state *known, const struct model *model,
		   const struct nl_route *route);

#endif
