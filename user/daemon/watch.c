// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An event matters where it contradicts what the last apply saw: most do not (lifetimes of
 * addresses that router advertisements renew, statistics, a route through a known gateway).
 */
#include <net/if.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/watch.h"
#include "desired/follow.h"

/* A link that goes down loses its groups; what has no carrier may come back with another MAC. */
#define FLAGS_THAT_MATTER                                                                          \
	(IFF_UP | IFF_RUNNING | IFF_NOARP | IFF_POINTOPOINT | IFF_LOOPBACK | IFF_ALLMULTI)

static int by_address(const void *a, const void *b)
{
	const struct nl_address *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static int by_net(const void *a, const void *b)
{
	const struct nl_net *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	if (x->bits != y->bits)
		return x->bits < y->bits ? -1 : 1;
	if (x->local != y->local)
		return x->local ? -1 : 1;
	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

void watch_sort(struct nl_state *known)
{
	if (known->n_gateways)
		qsort(known->gateways, known->n_gateways, sizeof(*known->gateways), by_address);
	if (known->n_nets)
		qsort(known->nets, known->n_nets, sizeof(*known->nets), by_net);
}

static bool has_gateway(const struct nl_state *known, const struct nl_address *like)
{
	return known->n_gateways && bsearch(like, known->gateways, known->n_gateways,
					    sizeof(*known->gateways), by_address);
}

static bool has_address(const struct nl_state *known, const struct nl_address *like)
{
	const struct nl_address *a = NULL;

	while ((a = nl_next_address(known, like->ifindex, a))) {
		if (IN6_ARE_ADDR_EQUAL(&a->addr, &like->addr))
			return true;
	}
	return false;
}

static bool same_altnames(const struct nl_link *a, const struct nl_link *b)
{
	const char *x = NULL, *y = NULL;

	do {
		x = nl_next_altname(a, x);
		y = nl_next_altname(b, y);
		if (!x || !y)
			return x == y;
	} while (!strcmp(x, y));
	return false;
}

static bool same_link(const struct nl_link *a, const struct nl_link *b)
{
	return !strcmp(a->name, b->name) && a->master == b->master && a->lower == b->lower &&
	       a->lower_netns == b->lower_netns && a->vlan == b->vlan &&
	       (a->flags & FLAGS_THAT_MATTER) == (b->flags & FLAGS_THAT_MATTER) &&
	       !memcmp(a->mac, b->mac, sizeof(a->mac)) && a->is_ethernet == b->is_ethernet &&
	       a->isolated == b->isolated && a->external == b->external && same_altnames(a, b);
}

static unsigned int link_needs(const struct nl_state *known, const struct nl_event *event)
{
	const struct nl_link *had;

	if (event->partly)
		return WATCH_APPLY;
	had = nl_link_by_index(known, event->link.ifindex);
	if (event->gone ? !had : had && same_link(had, &event->link))
		return 0;
	return WATCH_APPLY;
}

/* Of the host's networks: routes without a gateway, and those to itself. */
static unsigned int net_needs(const struct nl_state *known, const struct nl_event *event)
{
	const struct nl_route *route = &event->route;
	const struct nl_net net = { .ifindex = route->oif,
				    .local = route->type == RTN_LOCAL,
				    .bits = route->bits,
				    .addr = route->dst };
	bool had = known->n_nets &&
		   bsearch(&net, known->nets, known->n_nets, sizeof(net), by_net) != NULL;

	return had == event->gone ? WATCH_APPLY : 0;
}

/*
 * A host route. Only of bridges and what stands on them does it matter whether any route leaves
 * there: desired/port_path.h.
 */
static unsigned int exit_needs(const struct nl_state *known, const struct nl_event *event)
{
	const struct nl_link *link = nl_link_by_index(known, event->route.oif);

	if (!link || (strcmp(link->kind, "bridge") != 0 && !link->vlan))
		return 0;
	if (event->gone)
		return WATCH_LATER;
	return link->routed ? 0 : WATCH_APPLY;
}

static unsigned int route_needs(const struct nl_state *known, const struct nl_event *event)
{
	const struct nl_route *route = &event->route;
	const struct nl_address gateway = { .ifindex = route->oif, .addr = route->gateway };
	const bool unknown = !route->oif;

	if (IN6_IS_ADDR_LINKLOCAL(&route->dst) || IN6_IS_ADDR_MULTICAST(&route->dst) ||
	    IN6_IS_ADDR_LOOPBACK(&route->dst))
		return 0;
	if (route->type == RTN_LOCAL)
		return net_needs(known, event);
	if (route->type != RTN_UNICAST)
		return 0;
	if (unknown || !IN6_IS_ADDR_UNSPECIFIED(&route->gateway)) {
		if (!event->gone && !unknown && has_gateway(known, &gateway))
			return 0;
		return !route->bits || (!event->gone && !unknown) ? WATCH_APPLY : WATCH_LATER;
	}
	return route->bits && route->bits < 128 ? net_needs(known, event)
						: exit_needs(known, event);
}

bool watch_follows(const struct nl_state *known, const struct model *model,
		   const struct nl_route *route)
{
	const struct nl_link *link;
	size_t i;

	if (!follow_is_candidate(route))
		return false;
	link = nl_link_by_index(known, route->oif);
	for (i = 0; i < model->n_uplinks; i++) {
		const struct uplink *u = &model->uplinks[i];

		/* By an interface that came a moment ago, or one that is not told. */
		if (u->n_follow && (!link || follow_has_port(u, link)))
			return true;
	}
	return false;
}

unsigned int watch_needs(const struct nl_state *known, const struct model *model,
			 const struct nl_event *event)
{
	switch (event->kind) {
	case NL_EVENT_LINK:
		return link_needs(known, event);
	case NL_EVENT_ADDRESS:
		return has_address(known, &event->address) == event->gone ? WATCH_APPLY : 0;
	case NL_EVENT_ROUTE:
		return route_needs(known, event) |
		       (watch_follows(known, model, &event->route) ? WATCH_ROUTES : 0);
	default:
		return WATCH_LATER;
	}
}
