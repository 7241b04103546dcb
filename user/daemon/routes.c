// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The routes that are followed: a tree of destinations, each with its routes. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/routes.h"
#include "util/array.h"

struct destination {
	struct ndpx_key key; /* first: by_key() */
	bool dirty;
	struct nl_route *routes; /* owned */
	size_t n;
};

static int by_key(const void *a, const void *b)
{
	const struct ndpx_key *x = a, *y = b;

	if (x->bits != y->bits)
		return x->bits < y->bits ? -1 : 1;
	return memcmp(x->addr, y->addr, sizeof(x->addr));
}

static void free_destination(void *item)
{
	free(((struct destination *)item)->routes);
	free(item);
}

void routes_invalidate(struct routes *routes)
{
	tdestroy(routes->tree, free_destination);
	free(routes->dirty);
	*routes = (struct routes){ 0 };
}

static struct ndpx_key key_of(const struct nl_route *route)
{
	struct ndpx_key key = { .bits = route->bits };

	memcpy(key.addr, &route->dst, sizeof(key.addr));
	return key;
}

static struct destination *find(const struct routes *routes, const struct nl_route *route)
{
	const struct ndpx_key key = key_of(route);
	void *const *node = tfind(&key, &routes->tree, by_key);

	return node ? *node : NULL;
}

static struct destination *find_or_add(struct routes *routes, const struct nl_route *route)
{
	struct destination *d = find(routes, route);

	if (d)
		return d;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->key = key_of(route);
	if (tsearch(d, &routes->tree, by_key))
		return d;
	free(d);
	return NULL;
}

int routes_fill(struct routes *routes, const struct nl_route *list, size_t n)
{
	size_t i;

	routes_invalidate(routes);
	for (i = 0; i < n; i++) {
		struct destination *d = find_or_add(routes, &list[i]);

		if (!d || !array_push(d->routes, d->n, list[i])) {
			routes_invalidate(routes);
			return -ENOMEM;
		}
	}
	routes->valid = true;
	return 0;
}

bool routes_has(const struct routes *routes, const struct nl_route *route)
{
	return find(routes, route) != NULL;
}

static bool same_metric(const struct nl_route *a, const struct nl_route *b)
{
	return a->table == b->table && a->metric == b->metric;
}

static bool same_hop(const struct nl_route *a, const struct nl_route *b)
{
	return same_metric(a, b) && a->oif == b->oif &&
	       !memcmp(&a->gateway, &b->gateway, sizeof(a->gateway));
}

static void drop(struct destination *d, const struct nl_route *route,
		 bool (*same)(const struct nl_route *a, const struct nl_route *b))
{
	size_t i, n = 0;

	for (i = 0; i < d->n; i++) {
		if (!same(&d->routes[i], route))
			d->routes[n++] = d->routes[i];
	}
	d->n = n;
}

static bool change(struct routes *routes, struct destination *d, const struct nl_event *event,
		   bool follows)
{
	struct destination **dirty;

	if (event->replaces)
		drop(d, &event->route, same_metric);
	drop(d, &event->route, same_hop);
	if (!event->gone && follows && !array_push(d->routes, d->n, event->route))
		return false;
	if (d->dirty)
		return true;
	dirty = array_room(routes->dirty, routes->n_dirty, sizeof(void *));
	if (!dirty)
		return false;
	routes->dirty = dirty;
	routes->dirty[routes->n_dirty++] = d;
	d->dirty = true;
	return true;
}

void routes_event(struct routes *routes, const struct nl_event *event, bool follows)
{
	struct destination *d;

	if (!routes->valid)
		return;
	d = follows && !event->gone ? find_or_add(routes, &event->route)
				    : find(routes, &event->route);
	if (d ? !change(routes, d, event, follows) : follows && !event->gone)
		routes_invalidate(routes);
}

int routes_changed(const struct routes *routes, struct ndpx_key **ret_keys, size_t *ret_n_keys,
		   struct nl_route **ret_routes, size_t *ret_n_routes)
{
	struct ndpx_key *keys = malloc((routes->n_dirty + 1) * sizeof(*keys));
	struct nl_route *all;
	size_t i, n = 0;

	for (i = 0; i < routes->n_dirty; i++)
		n += routes->dirty[i]->n;
	all = malloc((n + 1) * sizeof(*all));
	if (!keys || !all) {
		free(keys);
		free(all);
		return -ENOMEM;
	}
	for (i = 0, n = 0; i < routes->n_dirty; i++) {
		const struct destination *d = routes->dirty[i];

		keys[i] = d->key;
		if (d->n)
			memcpy(all + n, d->routes, d->n * sizeof(*all));
		n += d->n;
	}
	*ret_keys = keys;
	*ret_n_keys = routes->n_dirty;
	*ret_routes = all;
	*ret_n_routes = n;
	return 0;
}

void routes_settled(struct routes *routes)
{
	size_t i;

	for (i = 0; i < routes->n_dirty; i++) {
		struct destination *d = routes->dirty[i];

		d->dirty = false;
		if (d->n)
			continue;
		tdelete(d, &routes->tree, by_key);
		free_destination(d);
	}
	free(routes->dirty);
	routes->dirty = NULL;
	routes->n_dirty = 0;
}
