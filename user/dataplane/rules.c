// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reading an open instance: its rules, how many of which kind, which one decides for an address;
 * settings, counters. Writing is commit.c.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"
#include "util/array.h"
#include "util/network.h"

#define SNAPSHOT_TRIES 1000 /* commits that may overtake one reader */

/* A rule, and where its statistics are. */
struct placed {
	struct entry entry; /* first: by_key() */
	__u32 stats;
	__u16 serial;
};

/* What a reader collects at one generation. */
struct snapshot {
	struct placed *rules; /* owned */
	size_t n;
	struct space_view view;
};

static int snapshot_add(struct snapshot *s, const struct ndpx_slot *slot)
{
	struct placed rule = { .entry = { slot_key(slot), slot->policy },
			       .stats = slot->stats,
			       .serial = slot->serial };

	return array_push(s->rules, s->n, rule) ? 0 : -ENOMEM;
}

/* All rules of the instance, in force or overridden, that live at this generation. */
static int collect(const struct dataplane *dp, bool overridden, struct snapshot *s)
{
	const struct ndpx_slot *slot;
	__u64 at = 0;
	int r = 0;

	while (!r && (slot = table_next(&dp->space->table, &at))) {
		if (slot_is_of(slot, dp->ifindex, s->view.generation) &&
		    !NDPX_SCOPE_ORIGIN(slot->scope) == !overridden)
			r = snapshot_add(s, slot);
	}
	return r;
}

/*
 * A reader takes no lock: commits leave what lives at its generation as it is, and only slots
 * that are used again, which is rare, make it begin anew.
 */
static int take_snapshot(const struct dataplane *dp, bool overridden, struct snapshot *s)
{
	struct space *sp = dp->space;
	int i, r;

	for (i = 0; i < SNAPSHOT_TRIES; i++) {
		s->n = 0;
		r = space_look(sp, &s->view);
		if (!r)
			r = collect(dp, overridden, s);
		if (r || space_is_valid(sp, &s->view))
			return r;
	}
	return -EBUSY;
}

static int read_stats(const struct space *sp, const struct snapshot *s, struct entry_stats *ret)
{
	struct hot_stats hot;
	size_t i;
	int r = space_hot_stats(sp, &hot);

	if (r)
		return r;
	for (i = 0; i < s->n; i++) {
		const struct ndpx_slot rule = { .stats = s->rules[i].stats,
						.serial = s->rules[i].serial };

		space_stats_read(sp, &hot, &rule, &ret[i]);
	}
	free(hot.of);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	return entry_compare(a, b);
}
_Static_assert(offsetof(struct placed, entry) == 0 && offsetof(struct entry, key) == 0,
	       "entry_compare() reads the key at the start");

static int read_rules(struct dataplane *dp, bool overridden, struct entry **ret,
		      struct entry_stats **ret_stats, size_t *ret_n, struct error *err)
{
	struct snapshot s = { 0 };
	struct entry *entries;
	struct entry_stats *stats = NULL;
	int r = take_snapshot(dp, overridden, &s);
	size_t i;

	entries = malloc((s.n + 1) * sizeof(*entries));
	if (ret_stats)
		stats = malloc((s.n + 1) * sizeof(*stats));
	if (!r && (!entries || (ret_stats && !stats)))
		r = -ENOMEM;
	if (!r && s.n)
		qsort(s.rules, s.n, sizeof(*s.rules), by_key);
	for (i = 0; i < s.n && !r; i++)
		entries[i] = s.rules[i].entry;
	if (!r && stats)
		r = read_stats(dp->space, &s, stats);
	free(s.rules);
	if (r) {
		free(entries);
		free(stats);
		return dataplane_fail(err, -r, "reading the rules");
	}
	*ret = entries;
	if (ret_stats)
		*ret_stats = stats;
	*ret_n = s.n;
	return 0;
}

int dataplane_read(struct dataplane *dp, struct entry **ret, struct entry_stats **ret_stats,
		   size_t *ret_n, struct error *err)
{
	return read_rules(dp, false, ret, ret_stats, ret_n, err);
}

int dataplane_read_shadows(struct dataplane *dp, struct entry **ret, size_t *ret_n,
			   struct error *err)
{
	return read_rules(dp, true, ret, NULL, ret_n, err);
}

int dataplane_get(struct dataplane *dp, const struct ndpx_key *key, struct ndpx_policy *ret,
		  struct error *err)
{
	struct space *sp = dp->space;
	struct ndpx_policy policy;
	struct space_view view;
	int i, r;

	for (i = 0; i < SNAPSHOT_TRIES; i++) {
		const struct ndpx_slot *found;

		r = space_look(sp, &view);
		if (r)
			return dataplane_fail(err, -r, "reading a rule");
		found = table_find(&sp->table, dataplane_scope(dp, key), nd_get_addr(key->addr),
				   view.generation);
		if (found)
			policy = found->policy;
		if (!space_is_valid(sp, &view))
			continue;
		if (!found)
			return -ENOENT;
		*ret = policy;
		return 0;
	}
	return dataplane_fail(err, EBUSY, "reading a rule");
}

__u32 dataplane_which(const struct dataplane *dp)
{
	return ndpx_which(__atomic_load_n(&dp->config->since[0], __ATOMIC_ACQUIRE),
			  space_generation(dp->space));
}

const struct ndpx_settings *dataplane_settings(const struct dataplane *dp)
{
	return &dp->config->set[dataplane_which(dp)];
}

int dataplane_counters(const struct dataplane *dp, uint64_t ret[NDPX_COUNTERS], struct error *err)
{
	int cpus = libbpf_num_possible_cpus(), cpu;
	__u64 *values = cpus > 0 ? calloc((size_t)cpus, sizeof(*values)) : NULL;
	__u32 i;

	if (!values)
		return dataplane_fail(err, ENOMEM, "counters");
	for (i = 0; i < NDPX_COUNTERS; i++) {
		ret[i] = 0;
		if (bpf_map_lookup_elem(dp->fds[MAP_COUNTERS], &i, values)) {
			free(values);
			return dataplane_fail(err, errno, "counters");
		}
		for (cpu = 0; cpu < cpus; cpu++)
			ret[i] += values[cpu];
	}
	free(values);
	return 0;
}

int rule_counts_read(struct dataplane *dp, struct ndpx_counts *ret, struct error *err)
{
	const struct ndpx_config *config = dp->config;
	int i;

	for (i = 0; i < SNAPSHOT_TRIES; i++) {
		__u64 generation = space_generation(dp->space);
		__u64 since = __atomic_load_n(&config->counts_since, __ATOMIC_ACQUIRE);

		*ret = config->counts[ndpx_which(since, generation)];
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		/* Two commits later, these are written again. */
		if (space_generation(dp->space) == generation)
			return 0;
	}
	return dataplane_fail(err, EBUSY, "reading how many rules there are");
}

int dataplane_get_section(struct dataplane *dp, const struct ndpx_key *key, struct ndpx_policy *ret,
			  struct error *err)
{
	struct ndpx_key shared = *key;
	int r = dataplane_get(dp, key, ret, err);

	shared.vlan = NDPX_ALL_SECTIONS;
	return r == -ENOENT ? dataplane_get(dp, &shared, ret, err) : r;
}

static int get(struct dataplane *dp, const struct ndpx_key *key, struct ndpx_policy *ret,
	       struct error *err)
{
	return dp->ifindex == DATAPLANE_PORTS ? dataplane_get_section(dp, key, ret, err)
					      : dataplane_get(dp, key, ret, err);
}

int match_rule(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr, struct match *ret,
	       struct error *err)
{
	const struct ndpx_settings *set = dataplane_settings(dp);
	struct ndpx_key *key = &ret->entry.key;
	struct in6_addr net = *addr;
	__u8 host_flags = 0;
	uint32_t i;
	int r;

	memset(ret, 0, sizeof(*ret));
	key->bits = 128;
	key->vlan = vlan;
	memcpy(key->addr, addr, sizeof(key->addr));
	r = get(dp, key, &ret->entry.policy, err);
	/* P76: what the prefixes say holds, with R. */
	if (!r && ret->entry.policy.action == NDPX_ACT_HOST) {
		ret->host = true;
		host_flags = ret->entry.policy.flags;
		r = -ENOENT;
	}
	for (i = 0; r == -ENOENT && i < set->n_lengths && !IN6_IS_ADDR_LINKLOCAL(addr); i++) {
		net = network_of(addr, set->lengths[i].bits);
		key->bits = set->lengths[i].bits;
		memcpy(key->addr, &net, sizeof(key->addr));
		r = get(dp, key, &ret->entry.policy, err);
	}
	if (r == -ENOENT)
		memset(&ret->entry, 0, sizeof(ret->entry));
	else if (r)
		return r;
	if (ret->host && ret->entry.policy.action == NDPX_ACT_ANSWER)
		ret->entry.policy.flags |= host_flags;
	/* Of guest ports the same bit is NDPX_F_GATEWAY. */
	ret->host |= dp->ifindex != DATAPLANE_PORTS &&
		     ret->entry.policy.action == NDPX_ACT_ANSWER &&
		     (ret->entry.policy.flags & NDPX_F_HOST);
	/* P81: what is longer than /64 is a slice, not a subnet. */
	ret->anycast = ret->entry.policy.action == NDPX_ACT_ANSWER && key->bits <= 64 &&
		       !memcmp(&net, addr, sizeof(net));
	return 0;
}
