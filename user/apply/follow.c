// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rules of routes are a difference as any other: what the routes say against what is in force or
 * overridden, committed for all uplinks and guest ports together.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/follow.h"
#include "apply/rules.h"
#include "dataplane/instances.h"
#include "desired/follow.h"

struct sources {
	const struct model *model;
	const struct nl_state *state;
	const struct nl_route *routes;
	size_t n_routes;
	bool no_prefixes; /* only addresses: prefixes do not fit */
};

static int no_memory(struct error *err)
{
	return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
}

static void drop_prefixes(struct entry *rules, size_t *n)
{
	size_t i, kept = 0;

	for (i = 0; i < *n; i++) {
		if (rules[i].key.bits == 128)
			rules[kept++] = rules[i];
	}
	*n = kept;
}

/* The rules that routes make on one device; none where its uplinks follow nothing. */
static int rules_of(const struct sources *from, const struct instance *instance, struct entry **ret,
		    size_t *ret_n, struct error *err)
{
	const struct nl_link *link = nl_link_by_index(from->state, instance->ifindex);
	const struct uplink *uplinks = from->model->uplinks;
	size_t first = 0, n = 0;

	while (first < from->model->n_uplinks && strcmp(uplinks[first].dev, instance->dev) != 0)
		first++;
	while (first + n < from->model->n_uplinks && !strcmp(uplinks[first + n].dev, instance->dev))
		n++;
	*ret = NULL;
	*ret_n = 0;
	if (!link || !n)
		return 0;
	if (follow_rules(&uplinks[first], n, link, from->state, from->routes, from->n_routes, ret,
			 ret_n))
		return no_memory(err);
	if (from->no_prefixes)
		drop_prefixes(*ret, ret_n);
	return 0;
}

/* The steps to `rules` on one device. */
static int plan_rules(struct dataplane *dp, const struct entry *rules, size_t n, struct plan *plan,
		      struct error *err)
{
	struct entry *have = NULL, *shadows = NULL;
	size_t n_have = 0, n_shadows = 0;
	struct origins o = { 0 };
	int r = dataplane_recover(dp, err);

	if (!r)
		r = dataplane_read(dp, &have, NULL, &n_have, err);
	if (!r)
		r = dataplane_read_shadows(dp, &shadows, &n_shadows, err);
	if (!r &&
	    (origins_replace(have, n_have, shadows, n_shadows, NDPX_ORIGIN_ROUTE, rules, n, &o) ||
	     plan_append(o.rules, o.n_rules, have, n_have, plan) ||
	     plan_append(o.shadows, o.n_shadows, shadows, n_shadows, plan)))
		r = no_memory(err);
	origins_free(&o);
	free(have);
	free(shadows);
	return r;
}

static int plan_device(const struct sources *from, const struct instance *instance,
		       struct rules_change *change, struct error *err)
{
	struct entry *rules;
	size_t n;
	int r = rules_of(from, instance, &rules, &n, err);

	if (r)
		return r;
	change->dp = instance->dp;
	r = plan_rules(instance->dp, rules, n, &change->plan, err);
	free(rules);
	return r;
}

/* Those that change anything, up front; how many. */
static int plan_all(const struct sources *from, const struct instance *instances, size_t n,
		    struct rules_change *changes, struct follow_report *ret, struct error *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < n && !r; i++) {
		struct rules_change *change = &changes[ret->n];
		const struct plan *plan = &change->plan;

		if (!instances[i].dp)
			continue;
		*change = (struct rules_change){ 0 };
		r = plan_device(from, &instances[i], change, err);
		if (r || !plan->n) {
			plan_free(&change->plan);
			continue;
		}
		memcpy(ret->uplinks[ret->n].dev, instances[i].dev, IFNAMSIZ);
		ret->uplinks[ret->n].added = plan->added;
		ret->uplinks[ret->n].removed = plan->removed;
		ret->uplinks[ret->n++].changed = plan->changed;
	}
	return r;
}

static int follow(const char *bpffs, const struct sources *from, const struct instance *instances,
		  size_t n, struct follow_report *ret, struct error *err)
{
	struct rules_change *changes = calloc(n + 1, sizeof(*changes));
	size_t i;
	int r;

	ret->n = 0;
	if (!changes)
		return no_memory(err);
	r = plan_all(from, instances, n, changes, ret, err);
	if (!r && ret->n)
		r = rules_commit(bpffs, changes, ret->n, &ret->notes, err);
	for (i = 0; i < ret->n; i++)
		plan_free(&changes[i].plan);
	free(changes);
	return r;
}

int apply_follow(const char *bpffs, const struct model *model, const struct nl_state *state,
		 const struct nl_route *routes, size_t n_routes, struct follow_report *ret,
		 struct error *err)
{
	struct sources from = {
		.model = model, .state = state, .routes = routes, .n_routes = n_routes
	};
	struct instance *instances;
	size_t n = 0;
	int r;

	*ret = (struct follow_report){ 0 };
	r = dataplane_instances(bpffs, NULL, &instances, &n, err);
	if (r)
		return r;
	ret->uplinks = calloc(n + 1, sizeof(*ret->uplinks));
	r = ret->uplinks ? follow(bpffs, &from, instances, n, ret, err) : no_memory(err);
	/* Many lengths of prefixes, most likely: addresses are worth more than nothing. */
	if (r == -E2BIG) {
		note_add(&ret->notes, "", NOTE_WARNING,
			 "follow: %s: prefixes of routes are left out, addresses are followed",
			 err->message);
		from.no_prefixes = true;
		r = follow(bpffs, &from, instances, n, ret, err);
	}
	dataplane_close_instances(instances, n);
	if (r)
		ret->n = 0;
	return r;
}

void apply_follow_free(struct follow_report *report)
{
	free(report->uplinks);
	notes_free(&report->notes);
	*report = (struct follow_report){ 0 };
}
