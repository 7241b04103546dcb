// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a route says of a guest. An address is answered for as long as there is the route; of a
 * prefix the data plane asks the kernel for each address, as a part of it may be routed elsewhere.
 * The same where the route is in a table that only a policy rule leads to.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "desired/follow.h"
#include "desired/this_link.h"
#include "desired/uplink.h"
#include "util/array.h"

/* A route that leads to a guest. */
struct candidate {
	struct entry entry; /* first, for entry_compare() */
	bool indirect;	    /* not of the table in which frames of this link are looked up */
	uint32_t metric;
};

struct following {
	const struct uplink *uplink;
	const struct nl_state *state;
	uint32_t *ports; /* owned; the interfaces that match, sorted */
	size_t n_ports;
	struct in6_addr *own; /* owned; the host's addresses, sorted */
	uint32_t table;
	struct candidate *found; /* owned */
	size_t n_found;
};

bool follow_is_candidate(const struct nl_route *route)
{
	if (route->type != RTN_UNICAST || route->bits < MODEL_WIDE_BITS)
		return false;
	/* What routers advertised or redirected to is not for this host to hand out. */
	if (route->protocol == RTPROT_RA || route->protocol == RTPROT_REDIRECT)
		return false;
	/* An address of the host brings its network; with a peer it leads to a guest. */
	if (route->protocol == RTPROT_KERNEL && route->bits < 128)
		return false;
	return !IN6_IS_ADDR_LINKLOCAL(&route->dst) && !IN6_IS_ADDR_MULTICAST(&route->dst) &&
	       !IN6_IS_ADDR_LOOPBACK(&route->dst) && !IN6_IS_ADDR_UNSPECIFIED(&route->dst);
}

bool follow_has_port(const struct uplink *uplink, const struct nl_link *link)
{
	const char *name = NULL;

	while ((name = nl_next_altname(link, name))) {
		if (follow_match(uplink, name))
			return true;
	}
	return follow_match(uplink, link->name);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct in6_addr));
}

/* Of one key: the table of this link first, then the kernel's choice. */
static int by_key_then_worth(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int c = entry_compare(x, y);

	if (c)
		return c;
	if (x->indirect != y->indirect)
		return x->indirect ? 1 : -1;
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return by_number(&x->entry.policy.port, &y->entry.policy.port);
}

/* The interfaces that match, but for those that are this link itself. */
static int find_ports(struct following *f, const struct this_link *here)
{
	size_t i;

	f->ports = malloc((f->state->n_links + 1) * sizeof(*f->ports));
	if (!f->ports)
		return -ENOMEM;
	for (i = 0; i < f->state->n_links; i++) {
		const struct nl_link *l = &f->state->links[i];

		if (!(l->flags & IFF_LOOPBACK) && !this_link_has(here, l->ifindex) &&
		    follow_has_port(f->uplink, l))
			f->ports[f->n_ports++] = l->ifindex;
	}
	if (f->n_ports)
		qsort(f->ports, f->n_ports, sizeof(*f->ports), by_number);
	return 0;
}

static int sort_own(struct following *f)
{
	size_t i;

	f->own = malloc((f->state->n_addresses + 1) * sizeof(*f->own));
	if (!f->own)
		return -ENOMEM;
	for (i = 0; i < f->state->n_addresses; i++)
		f->own[i] = f->state->addresses[i].addr;
	if (i)
		qsort(f->own, i, sizeof(*f->own), by_bytes);
	return 0;
}

static bool is_own(const struct following *f, const struct in6_addr *addr)
{
	const size_t n = f->state->n_addresses;

	return n && bsearch(addr, f->own, n, sizeof(*addr), by_bytes);
}

static int add_route(struct following *f, const struct nl_route *route)
{
	struct rule rule = { .addr = route->dst,
			     .bits = route->bits,
			     .action = NDPX_ACT_ANSWER,
			     .vlan = f->uplink->vlan };
	struct candidate c = { .indirect = route->table != f->table, .metric = route->metric };

	if (!follow_is_candidate(route) || !f->n_ports ||
	    !bsearch(&route->oif, f->ports, f->n_ports, sizeof(*f->ports), by_number) ||
	    (route->bits == 128 && is_own(f, &route->dst)))
		return 0;
	rule.answer = c.indirect || route->bits < 128 ? NDPX_ANSWER_ROUTED : NDPX_ANSWER_ALWAYS;
	desired_entry(&rule, route->oif, &c.entry);
	c.entry.policy.origin = NDPX_ORIGIN_ROUTE;
	return array_push(f->found, f->n_found, c) ? 0 : -ENOMEM;
}

/* Each key once. Equal routes by several ports: which one it is, only the kernel can tell. */
static void choose(struct following *f, struct entry *ret, size_t *ret_n)
{
	const struct candidate *last = NULL;
	size_t i, n = *ret_n;

	if (f->n_found)
		qsort(f->found, f->n_found, sizeof(*f->found), by_key_then_worth);
	for (i = 0; i < f->n_found; i++) {
		const struct candidate *c = &f->found[i];

		if (!last || entry_compare(last, c) != 0) {
			ret[n++] = c->entry;
			last = c;
		} else if (last->indirect == c->indirect && last->metric == c->metric &&
			   last->entry.policy.port != c->entry.policy.port) {
			ret[n - 1].policy.port = 0;
			ret[n - 1].policy.answer = NDPX_ANSWER_ROUTED;
		}
	}
	*ret_n = n;
}

static int follow_one(struct following *f, const struct this_link_index *index,
		      const struct nl_link *dev, const struct nl_route *routes, size_t n_routes)
{
	struct this_link here;
	size_t i;
	int r = this_link_find(index, dev, f->uplink->vlan, &here);

	if (r)
		return r;
	f->table = here.vrf ? here.vrf->vrf_table : RT_TABLE_MAIN;
	r = find_ports(f, &here);
	if (!r)
		r = sort_own(f);
	for (i = 0; i < n_routes && !r; i++)
		r = add_route(f, &routes[i]);
	this_link_free(&here);
	return r;
}

int follow_rules(const struct uplink *uplinks, size_t n, const struct nl_link *link,
		 const struct nl_state *state, const struct nl_route *routes, size_t n_routes,
		 struct entry **ret, size_t *ret_n)
{
	struct this_link_index index;
	struct entry *all = NULL, *more;
	size_t n_all = 0, i;
	int r = this_link_index(state, &index);

	if (r)
		return r;
	for (i = 0; i < n && !r; i++) {
		struct following f = { .uplink = &uplinks[i], .state = state };

		if (uplinks[i].n_follow)
			r = follow_one(&f, &index, link, routes, n_routes);
		more = r ? NULL : realloc(all, (n_all + f.n_found + 1) * sizeof(*all));
		if (more) {
			all = more;
			choose(&f, all, &n_all);
		} else {
			r = -ENOMEM;
		}
		free(f.ports);
		free(f.own);
		free(f.found);
	}
	this_link_index_free(&index);
	if (r) {
		free(all);
		return r;
	}
	if (n_all)
		qsort(all, n_all, sizeof(*all), entry_compare);
	*ret = all;
	*ret_n = n_all;
	return 0;
}
