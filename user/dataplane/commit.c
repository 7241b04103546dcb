// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Changing open instances. A change, of however many of them, is a transaction: staged under
 * the next generation, and made true with a single store.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"

/* One instance's part of a change on its way. */
struct part {
	const struct dataplane_change *change;
	struct ndpx_counts counts;
	struct ndpx_settings set; /* to hold afterwards */
	bool flips;		  /* the settings, or what goes with them, change */
};

/* What is in force is taken from the table: the caller may have read it long ago. */
static int stage_rule(struct part *p, const struct change *c, __u64 generation)
{
	static const struct ndpx_policy none;
	struct dataplane *dp = p->change->dp;
	const struct nd_addr addr = nd_get_addr(c->key.addr);
	struct ndpx_slot rule = { .scope = dataplane_scope(dp, &c->key),
				  .born = generation + 1,
				  .dies = NDPX_NEVER,
				  .policy = c->after };
	struct ndpx_slot *old = table_find(&dp->space->table, rule.scope, addr, generation);
	int r = 0;

	if (old && !memcmp(&old->policy, &c->after, sizeof(c->after)))
		return 0;
	counts_add(&p->counts, &c->key, old ? &old->policy : &none, (__u32)-1);
	counts_add(&p->counts, &c->key, &c->after, 1);
	if (c->after.action != NDPX_ACT_NONE) {
		memcpy(rule.addr, c->key.addr, sizeof(rule.addr));
		rule.stats = old ? old->stats : 0;
		rule.serial = old ? old->serial : 0;
		if (!rule.stats && c->after.action == NDPX_ACT_ANSWER && !c->key.origin)
			r = space_stats_take(dp->space, &rule);
		if (!r)
			r = space_stage(dp->space, &rule);
		if (r)
			return r;
		/* The table may have grown. */
		old = table_find(&dp->space->table, rule.scope, addr, generation);
	}
	if (old)
		table_end(old, generation + 1, c->after.action == NDPX_ACT_NONE);
	return 0;
}

static bool are_too_many(const struct ndpx_counts *counts)
{
	return counts->guests > NDPX_MAX_GUESTS || counts->prefixes > NDPX_MAX_PREFIXES;
}

/* The prefix lengths in use, into the settings. */
static int set_lengths(const struct ndpx_counts *counts, struct ndpx_settings *set)
{
	bool in_use[129] = { false };
	size_t i;

	for (i = 0; i < 128; i++)
		in_use[i] = counts->bits[i] > 0;
	return plan_lengths(in_use, set);
}

static int stage_rules(struct part *p, __u64 generation)
{
	const struct ndpx_config *config = p->change->dp->config;
	const struct plan *plan = p->change->plan;
	size_t i;
	int r = 0;

	p->counts = config->counts[ndpx_which(config->counts_since, generation)];
	for (i = 0; i < plan->n && !r; i++)
		r = stage_rule(p, &plan->changes[i], generation);
	return !r && are_too_many(&p->counts) ? -E2BIG : r;
}

/* The settings once this holds, and whether that is anything new. */
static int settings_after(struct part *p)
{
	const struct dataplane_change *c = p->change;
	const struct ndpx_settings *now = dataplane_settings(c->dp);
	int r;

	p->set = c->set ? *c->set : *now;
	p->set.epoch = now->epoch + (c->links != NULL);
	r = set_lengths(&p->counts, &p->set);
	p->flips = c->ports || memcmp((const void *)&p->set, (const void *)now, sizeof(*now)) != 0;
	return r;
}

/* Into the settings that are not in force, which no program reads any more. */
static int stage_settings(struct part *p, __u64 generation)
{
	struct dataplane *dp = p->change->dp;
	struct ndpx_config *config = dp->config;
	__u32 other = !dataplane_which(dp);
	__u32 other_counts = !ndpx_which(config->counts_since, generation);
	int r = 0;

	config->counts[other_counts] = p->counts;
	__atomic_store_n(&config->counts_since, (generation + 1) << 1 | other_counts,
			 __ATOMIC_RELEASE);
	if (!p->flips)
		return 0;
	if (dataplane_has_map(dp, MAP_PORTS))
		r = dataplane_ports_stage(dp, p->change->ports, generation + 1, other);
	if (!r && p->change->links)
		r = dataplane_links_stage(dp, p->change->links, p->change->n_links, p->set.epoch);
	if (r)
		return r;
	config->set[other] = p->set;
	__atomic_store_n(&config->since[0], (generation + 1) << 1 | other, __ATOMIC_RELEASE);
	return 0;
}

/*
 * Everything under the coming generation: nothing of it is visible yet. Where it fails, *ret_at
 * is the part to blame.
 */
static int stage_all(struct space *sp, struct part *parts, size_t n, const struct part **ret_at)
{
	__u64 generation = space_generation(sp);
	bool flips = false, read = false;
	size_t i, rules = 0;
	int r;

	for (i = 0; i < n; i++)
		rules += parts[i].change->plan->n - parts[i].change->plan->removed;
	r = space_reserve(sp, rules);
	for (i = 0; i < n && !r; i++) {
		*ret_at = &parts[i];
		r = stage_rules(&parts[i], generation);
		if (!r)
			r = settings_after(&parts[i]);
		flips |= parts[i].flips;
		read |= parts[i].change->dp->pinned;
	}
	/* A program may still go by the settings before those in force. */
	if (!r && flips && read)
		space_grace_period(sp);
	for (i = 0; i < n && !r; i++)
		r = stage_settings(&parts[i], generation);
	return r;
}

/* Too much of something, of which the counts tell; else the table as a whole is full. */
static void too_much(const struct part *p, struct error *err)
{
	const bool ports = p->change->dp->ifindex == DATAPLANE_PORTS;
	const char *who = ports ? "guest ports" : p->change->dp->record.dev;
	const char *all = ports ? " with those of all uplinks" : "";
	const int code = ports ? EXIT_KERNEL : EXIT_USAGE;
	unsigned int lengths = 0, i;

	for (i = 0; i < 128; i++)
		lengths += p->counts.bits[i] > 0;
	if (p->counts.guests > NDPX_MAX_GUESTS)
		error_set(err, code, E2BIG, "%s: %u addresses%s, at most %d fit: use prefixes", who,
			  p->counts.guests, all, NDPX_MAX_GUESTS);
	else if (p->counts.prefixes > NDPX_MAX_PREFIXES)
		error_set(err, code, E2BIG,
			  "%s: %u prefixes%s, at most %d fit: use shorter prefixes", who,
			  p->counts.prefixes, all, NDPX_MAX_PREFIXES);
	else if (lengths > NDPX_MAX_LENGTHS)
		error_set(err, code, E2BIG,
			  "%s: prefixes of %u different lengths%s, at most %d work: use fewer "
			  "lengths",
			  who, lengths, all, NDPX_MAX_LENGTHS);
	else
		error_set(err, code, E2BIG, "%s: more rules than the table holds: use prefixes",
			  who);
}

static void stage_fail(int r, const struct part *at, struct error *err)
{
	if (r == -E2BIG)
		too_much(at, err);
	else
		dataplane_fail(err, -r, "writing the rules");
}

/* What nobody reads any more. What cannot be removed now is the next command's to remove. */
static int sweep(struct space *sp, const struct dataplane_change *changes, size_t n)
{
	size_t i, removed = 0;
	bool waited = false;
	int r = 0;

	for (i = 0; i < n && !r; i++) {
		/* A program that goes by the settings before is still to find its links. */
		if (changes[i].links && !waited && changes[i].dp->pinned) {
			space_grace_period(sp);
			waited = true;
		}
		if (changes[i].links)
			r = dataplane_links_sweep(changes[i].dp);
		removed += changes[i].plan->removed;
	}
	if (removed > sp->table.buckets / 2)
		space_shrink(sp);
	return r;
}

int dataplane_commit_all(const struct dataplane_change *changes, size_t n, struct error *err)
{
	struct space *sp = n ? changes[0].dp->space : NULL;
	struct part *parts = calloc(n + 1, sizeof(*parts));
	const struct part *at = parts;
	struct error ignored;
	size_t i;
	int r;

	if (!parts)
		return dataplane_fail(err, ENOMEM, "writing the rules");
	for (i = 0; i < n; i++)
		parts[i].change = &changes[i];
	/* What an earlier failure could not roll back would be committed with this. */
	r = n ? dataplane_recover(changes[0].dp, err) : 0;
	if (r || !n) {
		free(parts);
		return r;
	}
	space_begin(sp);
	r = stage_all(sp, parts, n, &at);
	if (r) {
		stage_fail(r, at, err);
		/* Nothing was visible; take it out again. */
		for (i = 0; i < n; i++)
			dataplane_undo(changes[i].dp);
		dataplane_recover(changes[0].dp, &ignored);
		free(parts);
		return -err->code;
	}
	free(parts);
	/* The commit: a single store, for every rule and setting at once. */
	space_commit(sp, space_generation(sp) + 1);
	if (!sweep(sp, changes, n))
		space_end(sp);
	return 0;
}

int dataplane_commit(struct dataplane *dp, const struct plan *plan, const struct ndpx_settings *set,
		     struct error *err)
{
	const struct dataplane_change change = { .dp = dp, .plan = plan, .set = set };

	return dataplane_commit_all(&change, 1, err);
}

int dataplane_commit_ports(struct dataplane *dp, const struct plan *plan,
			   const struct ndpx_settings *set, const struct ports_change *ports,
			   struct error *err)
{
	const struct dataplane_change change = {
		.dp = dp, .plan = plan, .set = set, .ports = ports
	};

	return dataplane_commit_all(&change, 1, err);
}
