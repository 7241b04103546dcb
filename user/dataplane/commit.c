// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Changing an open instance. A change is a transaction: staged under the next
 * generation, committed with a single store, then cleaned up.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"

/* Elements on their way into one map, a batch at a time. */
struct writer {
	const struct dataplane *dp;
	enum map_id map;
	bool delete;
	__u32 n;
	unsigned char *keys; /* DATAPLANE_BATCH of them */
	struct ndpx_rule *rules;
};

static int writer_open(struct writer *w, const struct dataplane *dp, enum map_id map, bool delete)
{
	memset(w, 0, sizeof(*w));
	w->dp = dp;
	w->map = map;
	w->delete = delete;
	w->keys = malloc(DATAPLANE_BATCH * dataplane_key_size(map));
	w->rules = delete ? NULL : malloc(DATAPLANE_BATCH * sizeof(*w->rules));
	return w->keys && (delete || w->rules) ? 0 : -ENOMEM;
}

static int writer_flush(struct writer *w)
{
	int fd = w->dp->fds[w->map];
	__u32 done = 0;
	int r = 0;

	while (w->n > done) {
		__u32 count = w->n - done;
		unsigned char *keys = w->keys + done * dataplane_key_size(w->map);

		if (w->delete) {
			r = bpf_map_delete_batch(fd, keys, &count, NULL) ? -errno : 0;
			/* Gone already: skip it and go on behind it. */
			if (r == -ENOENT)
				count++;
			else if (r)
				break;
		} else {
			r = bpf_map_update_batch(fd, keys, w->rules + done, &count, NULL) ? -errno
											  : 0;
			if (r)
				break;
		}
		r = 0;
		done += count;
	}
	w->n = 0;
	return r;
}

static int writer_put(struct writer *w, const struct ndpx_prefix_key *key,
		      const struct ndpx_rule *rule)
{
	struct ndpx_prefix_key raw;

	dataplane_key_in(key, &raw);
	memcpy(w->keys + w->n * dataplane_key_size(w->map), &raw, dataplane_key_size(w->map));
	if (!w->delete)
		w->rules[w->n] = *rule;
	return ++w->n == DATAPLANE_BATCH ? writer_flush(w) : 0;
}

/* Writes what is left, unless `r` says that it failed before; frees. Returns the first failure. */
static int writer_close(struct writer *w, int r)
{
	if (!r)
		r = writer_flush(w);
	free(w->keys);
	free(w->rules);
	return r;
}

/* One map's half of staging: old word until `generation`, new one from it on. */
static int stage(struct dataplane *dp, enum map_id map, const struct plan *plan, __u32 generation)
{
	struct writer w;
	size_t i;
	int r = writer_open(&w, dp, map, false);

	for (i = 0; i < plan->n && !r; i++) {
		const struct change *c = &plan->changes[i];
		struct ndpx_prefix_key raw;
		struct ndpx_rule rule;

		if (dataplane_map_of(&c->key) != map)
			continue;
		dataplane_key_in(&c->key, &raw);
		/* What was counted stays; an answer between this read and the write is lost to it. */
		if (c->before.action == NDPX_ACT_NONE ||
		    bpf_map_lookup_elem(dp->fds[map], &raw, &rule))
			memset(&rule, 0, sizeof(rule));
		rule.policy[0] = c->before;
		rule.policy[1] = c->after;
		rule.since = generation;
		r = writer_put(&w, &c->key, &rule);
	}
	return writer_close(&w, r);
}

/* Deletes what a plan removed: no program sees it any longer. */
static int sweep(struct dataplane *dp, enum map_id map, const struct plan *plan)
{
	struct writer w;
	size_t i;
	int r = writer_open(&w, dp, map, true);

	for (i = 0; i < plan->n && !r; i++) {
		const struct change *c = &plan->changes[i];

		if (dataplane_map_of(&c->key) == map && c->after.action == NDPX_ACT_NONE)
			r = writer_put(&w, &c->key, NULL);
	}
	return writer_close(&w, r);
}

/* The prefix lengths in use once `plan` holds. */
static int lengths_after(struct dataplane *dp, const struct plan *plan, struct ndpx_settings *set)
{
	size_t counts[129] = { 0 }, i;
	struct items list = { 0 };
	bool in_use[129];
	int r = dataplane_read_map(dp, MAP_PREFIXES, &list);

	for (i = 0; i < list.n && !r; i++) {
		if (dataplane_policy(&list.items[i].rule, dataplane_generation_of(dp))->action !=
		    NDPX_ACT_NONE)
			counts[list.items[i].key.bits & 127]++;
	}
	free(list.items);
	for (i = 0; i < plan->n; i++) {
		const struct change *c = &plan->changes[i];

		if (c->key.bits >= 128 || c->key.origin)
			continue;
		if (c->before.action == NDPX_ACT_NONE)
			counts[c->key.bits]++;
		else if (c->after.action == NDPX_ACT_NONE)
			counts[c->key.bits]--;
	}
	for (i = 0; i < 129; i++)
		in_use[i] = counts[i] > 0;
	return r ? r : plan_lengths(in_use, set);
}

static bool touches(const struct plan *plan, enum map_id map)
{
	size_t i;

	for (i = 0; i < plan->n; i++) {
		if (dataplane_map_of(&plan->changes[i].key) == map)
			return true;
	}
	return false;
}

static int commit_fail(int r, struct error *err)
{
	if (r == -E2BIG)
		return error_set(err, EXIT_USAGE, E2BIG,
				 "more than %d different prefix lengths, or more rules than fit "
				 "(%d addresses, %d prefixes)",
				 NDPX_MAX_LENGTHS, NDPX_MAX_GUESTS, NDPX_MAX_PREFIXES);
	return dataplane_fail(err, -r, "writing the rules");
}

/* What a change may have beside rules and settings; NULL: stays as it is. */
struct extra {
	const struct ports_change *ports;
	const struct ndpx_link_key *links;
	size_t n_links;
};

/* The settings once this change holds, with what follows from the rules and links. */
static int settings_after(struct dataplane *dp, const struct plan *plan, const struct extra *extra,
			  const struct ndpx_settings *set, struct ndpx_settings *ret)
{
	const struct ndpx_settings *now = dataplane_settings(dp);

	*ret = set ? *set : *now;
	ret->far = now->far;
	ret->epoch = now->epoch + (extra->links != NULL);
	if (touches(plan, MAP_PREFIXES))
		return lengths_after(dp, plan, ret);
	ret->n_lengths = now->n_lengths;
	memcpy(ret->lengths, now->lengths, sizeof(ret->lengths));
	return 0;
}

static const enum map_id rule_maps[] = { MAP_GUESTS, MAP_PREFIXES, MAP_SHADOWS };
#define N_RULE_MAPS (sizeof(rule_maps) / sizeof(*rule_maps))

/* All of a change under the coming generation: nothing of it is visible yet. */
static int stage_all(struct dataplane *dp, const struct plan *plan, const struct extra *extra,
		     __u32 next, struct ndpx_settings *set)
{
	size_t i;
	int r = 0;

	for (i = 0; i < N_RULE_MAPS && !r; i++) {
		if (touches(plan, rule_maps[i]))
			r = stage(dp, rule_maps[i], plan, next);
	}
	if (!r && touches(plan, MAP_GUESTS))
		near_stage(dp, plan, next, &set->far);
	if (!r && dataplane_has_map(dp, MAP_PORTS))
		r = dataplane_ports_stage(dp, extra->ports, next);
	if (!r && extra->links)
		r = dataplane_links_stage(dp, extra->links, extra->n_links, set->epoch);
	return r;
}

/* What the change removed: no program sees it any longer. */
static int sweep_all(struct dataplane *dp, const struct plan *plan, const struct extra *extra)
{
	size_t i;
	int r = 0;

	if (touches(plan, MAP_GUESTS))
		near_sweep(dp, plan);
	for (i = 0; i < N_RULE_MAPS && !r; i++) {
		if (touches(plan, rule_maps[i]))
			r = sweep(dp, rule_maps[i], plan);
	}
	return !r && extra->links ? dataplane_links_sweep(dp) : r;
}

static int commit(struct dataplane *dp, const struct plan *plan, const struct ndpx_settings *set,
		  const struct extra *extra, struct error *err)
{
	__u32 next = dataplane_generation_of(dp) + 1;
	struct ndpx_settings desired;
	struct error ignored;
	int r = settings_after(dp, plan, extra, set, &desired);

	if (r)
		return commit_fail(r, err);
	/* What an earlier failure could not roll back would be committed with this. */
	r = dataplane_recover(dp, err);
	if (r)
		return r;
	__atomic_store_n(&dp->config->staged, 1, __ATOMIC_RELEASE);
	r = stage_all(dp, plan, extra, next, &desired);
	if (r) {
		/* Nothing was visible; take it out again. */
		dataplane_recover(dp, &ignored);
		return commit_fail(r, err);
	}
	memcpy(&dp->config->set[next & 1], &desired, sizeof(desired));
	/* The commit: a single store, for every rule and setting at once. */
	__atomic_store_n(&dp->config->generation, next, __ATOMIC_RELEASE);
	/* What could not be swept is invisible, and the next command's to sweep. */
	if (!sweep_all(dp, plan, extra))
		__atomic_store_n(&dp->config->staged, 0, __ATOMIC_RELEASE);
	return 0;
}

int dataplane_commit(struct dataplane *dp, const struct plan *plan, const struct ndpx_settings *set,
		     struct error *err)
{
	return commit(dp, plan, set, &(struct extra){ 0 }, err);
}

int dataplane_commit_ports(struct dataplane *dp, const struct plan *plan,
			   const struct ndpx_settings *set, const struct ports_change *change,
			   struct error *err)
{
	return commit(dp, plan, set, &(struct extra){ .ports = change }, err);
}

int dataplane_commit_links(struct dataplane *dp, const struct plan *plan,
			   const struct ndpx_settings *set, const struct ndpx_link_key *links,
			   size_t n_links, struct error *err)
{
	struct extra extra = { 0 };

	if (dataplane_links_differ(dp, links, n_links)) {
		extra.links = links;
		extra.n_links = n_links;
	}
	return commit(dp, plan, set, &extra, err);
}

/* Rolls back what one map holds of an uncommitted change, and deletes what was removed. */
static int recover_map(struct dataplane *dp, enum map_id map)
{
	__u32 generation = dataplane_generation_of(dp);
	struct items list = { 0 };
	struct writer put, del;
	size_t i;
	int r = dataplane_read_map(dp, map, &list), q;

	if (!r)
		r = writer_open(&put, dp, map, false);
	else
		goto out;
	q = writer_open(&del, dp, map, true);
	if (!r)
		r = q;
	for (i = 0; i < list.n && !r; i++) {
		struct ndpx_rule *rule = &list.items[i].rule;
		struct ndpx_policy policy = *dataplane_policy(rule, generation);

		if (policy.action == NDPX_ACT_NONE) {
			r = writer_put(&del, &list.items[i].key, NULL);
		} else if ((__s32)(generation - rule->since) < 0) {
			rule->policy[0] = rule->policy[1] = policy;
			rule->since = generation;
			r = writer_put(&put, &list.items[i].key, rule);
		}
	}
	r = writer_close(&put, r);
	r = writer_close(&del, r);
out:
	free(list.items);
	return r;
}

int dataplane_recover(struct dataplane *dp, struct error *err)
{
	int r;

	if (!__atomic_load_n(&dp->config->staged, __ATOMIC_ACQUIRE))
		return 0;
	near_recover(dp);
	r = recover_map(dp, MAP_GUESTS);
	if (!r)
		r = recover_map(dp, MAP_PREFIXES);
	if (!r && dataplane_has_map(dp, MAP_SHADOWS))
		r = recover_map(dp, MAP_SHADOWS);
	if (!r && dataplane_has_map(dp, MAP_PORTS))
		r = dataplane_ports_recover(dp);
	if (!r && dataplane_has_map(dp, MAP_LINKS))
		r = dataplane_links_sweep(dp);
	if (r)
		return dataplane_fail(err, -r, "clearing an interrupted change");
	__atomic_store_n(&dp->config->staged, 0, __ATOMIC_RELEASE);
	return 0;
}
