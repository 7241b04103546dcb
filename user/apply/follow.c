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
	const struct follow_routes *from;
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
	if (follow_rules(&uplinks[first], n, link, from->state, from->from->routes, from->from->n,
			 ret, ret_n))
		return no_memory(err);
	if (from->no_prefixes)
		drop_prefixes(*ret, ret_n);
	return 0;
}

/* What a device has: in force, and overridden. */
struct there {
	struct entry *have, *shadows; /* owned; sorted */
	size_t n_have, n_shadows;
};

static int look_for(struct dataplane *dp, const struct ndpx_key *key, struct entry *list, size_t *n,
		    struct error *err)
{
	struct entry *e = &list[*n];
	int r;

	*e = (struct entry){ .key = *key };
	r = dataplane_get(dp, key, &e->policy, err);
	*n += !r;
	return r == -ENOENT ? 0 : r;
}

/* Of a few keys, in all VLANs of the device. */
static int read_keys(struct dataplane *dp, const struct follow_routes *from, struct there *ret,
		     struct error *err)
{
	const struct ndpx_record *record = dataplane_record(dp);
	size_t most = from->n_keys * record->n_vlans, i, v;
	const __u8 origins = NDPX_ORIGIN_LEARNED - NDPX_ORIGIN_COMMAND + 1;
	int r = 0;

	ret->have = malloc((most + 1) * sizeof(*ret->have));
	ret->shadows = malloc((most * origins + 1) * sizeof(*ret->shadows));
	if (!ret->have || !ret->shadows)
		return no_memory(err);
	for (v = 0; v < record->n_vlans && v < NDPX_MAX_VLANS; v++) {
		for (i = 0; i < from->n_keys && !r; i++) {
			struct ndpx_key key = from->keys[i];

			key.vlan = record->vlans[v];
			r = look_for(dp, &key, ret->have, &ret->n_have, err);
			for (key.origin = NDPX_ORIGIN_COMMAND;
			     key.origin <= NDPX_ORIGIN_LEARNED && !r; key.origin++)
				r = look_for(dp, &key, ret->shadows, &ret->n_shadows, err);
		}
	}
	if (ret->n_have)
		qsort(ret->have, ret->n_have, sizeof(*ret->have), entry_compare);
	if (ret->n_shadows)
		qsort(ret->shadows, ret->n_shadows, sizeof(*ret->shadows), entry_compare);
	return r;
}

/* The steps to `rules` on one device. */
static int plan_rules(struct dataplane *dp, const struct follow_routes *from,
		      const struct entry *rules, size_t n, struct plan *plan, struct error *err)
{
	struct there t = { 0 };
	struct origins o = { 0 };
	int r = dataplane_recover(dp, err);

	if (!r && from->keys)
		r = read_keys(dp, from, &t, err);
	else if (!r)
		r = dataplane_read(dp, &t.have, NULL, &t.n_have, err);
	if (!r && !from->keys)
		r = dataplane_read_shadows(dp, &t.shadows, &t.n_shadows, err);
	if (!r && (origins_replace(t.have, t.n_have, t.shadows, t.n_shadows, NDPX_ORIGIN_ROUTE,
				   rules, n, &o) ||
		   plan_append(o.rules, o.n_rules, t.have, t.n_have, plan) ||
		   plan_append(o.shadows, o.n_shadows, t.shadows, t.n_shadows, plan)))
		r = no_memory(err);
	origins_free(&o);
	free(t.have);
	free(t.shadows);
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
	r = plan_rules(instance->dp, from->from, rules, n, &change->plan, err);
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
		 const struct follow_routes *routes, struct follow_report *ret, struct error *err)
{
	struct sources from = { .model = model, .state = state, .from = routes };
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
