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
#include "util/network.h"

#define SNAPSHOT_TRIES 1000 /* commits that may overtake one reader */

static struct item *items_add(struct items *list)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 256;
		struct item *items = realloc(list->items, cap * sizeof(*items));

		if (!items)
			return NULL;
		list->items = items;
		list->cap = cap;
	}
	return &list->items[list->n++];
}

/* Between the two kinds of key: an address is a prefix of 128 bits. */
static void key_out(enum map_id map, const void *from, struct ndpx_prefix_key *to)
{
	const struct ndpx_guest_key *guest = from;

	if (map != MAP_GUESTS) {
		memcpy(to, from, sizeof(*to));
		return;
	}
	memset(to, 0, sizeof(*to));
	to->bits = 128;
	to->vlan = guest->vlan;
	memcpy(to->addr, guest->addr, sizeof(to->addr));
}

/* Where keys and rules of one call go. */
struct batch {
	unsigned char *keys;
	struct ndpx_rule *rules;
	__u32 capacity;
};

static int batch_allocate(struct batch *b, size_t key_size, __u32 capacity)
{
	free(b->keys);
	free(b->rules);
	b->capacity = capacity;
	b->keys = malloc(capacity * key_size);
	b->rules = malloc(capacity * sizeof(*b->rules));
	return b->keys && b->rules ? 0 : -ENOMEM;
}

static int add_batch(enum map_id map, const struct batch *b, __u32 count, struct items *list)
{
	size_t size = dataplane_key_size(map), i;

	for (i = 0; i < count; i++) {
		struct item *item = items_add(list);

		if (!item)
			return -ENOMEM;
		key_out(map, b->keys + i * size, &item->key);
		item->rule = b->rules[i];
	}
	return 0;
}

int dataplane_read_map(const struct dataplane *dp, enum map_id map, struct items *list)
{
	size_t size = dataplane_key_size(map);
	struct batch b = { 0 };
	void *in = NULL;
	__u64 at[4];
	__u32 count;
	int e = 0, r = batch_allocate(&b, size, DATAPLANE_BATCH);

	while (!r && e != ENOENT) {
		count = b.capacity;
		e = bpf_map_lookup_batch(dp->fds[map], in, at, b.keys, b.rules, &count, NULL)
			    ? errno
			    : 0;
		if (e == ENOSPC && count == 0) {
			/* One bucket holds more than the buffer: a larger one. */
			r = batch_allocate(&b, size, b.capacity * 2);
			continue;
		}
		r = e && e != ENOENT && e != ENOSPC ? -e : add_batch(map, &b, count, list);
		in = at;
	}
	free(b.keys);
	free(b.rules);
	return r;
}

static int by_key(const void *a, const void *b)
{
	/* struct item and struct entry both start with the key. */
	return entry_compare(a, b);
}
_Static_assert(offsetof(struct item, key) == 0 && offsetof(struct entry, key) == 0,
	       "entry_compare() reads the key at the start");

/*
 * Every element of both maps at one generation. A reader takes no lock: if a commit
 * came true meanwhile, what was read is a mixture, and is read again.
 */
static int read_snapshot(const struct dataplane *dp, struct items *list, __u32 *ret_generation)
{
	__u32 before;
	int i, r;

	for (i = 0; i < SNAPSHOT_TRIES; i++) {
		before = dataplane_generation_of(dp);
		list->n = 0;
		r = dataplane_read_map(dp, MAP_GUESTS, list);
		if (!r)
			r = dataplane_read_map(dp, MAP_PREFIXES, list);
		*ret_generation = before;
		if (r || dataplane_generation_of(dp) == before)
			return r;
	}
	return -EBUSY;
}

static void stats_of(const struct ndpx_rule *rule, struct entry_stats *ret)
{
	ret->answers = rule->answers;
	ret->last_answer = rule->last_answer;
	memcpy(ret->last_requester, rule->last_requester, sizeof(ret->last_requester));
}

int dataplane_read(struct dataplane *dp, struct entry **ret, struct entry_stats **ret_stats,
		   size_t *ret_n, struct error *err)
{
	struct entry_stats *stats = NULL;
	struct items list = { 0 };
	struct entry *entries;
	__u32 generation = 0;
	size_t i, n = 0;
	int r;

	r = read_snapshot(dp, &list, &generation);
	entries = malloc((list.n + 1) * sizeof(*entries));
	if (ret_stats)
		stats = malloc((list.n + 1) * sizeof(*stats));
	if (!r && (!entries || (ret_stats && !stats)))
		r = -ENOMEM;
	if (r) {
		free(entries);
		free(stats);
		free(list.items);
		return dataplane_fail(err, -r, "reading the rules");
	}
	if (list.n)
		qsort(list.items, list.n, sizeof(*list.items), by_key);
	for (i = 0; i < list.n; i++) {
		const struct ndpx_rule *rule = &list.items[i].rule;
		const struct ndpx_policy *policy = dataplane_policy(rule, generation);

		if (policy->action == NDPX_ACT_NONE)
			continue;
		entries[n].key = list.items[i].key;
		entries[n].policy = *policy;
		if (stats) {
			stats_of(rule, &stats[n]);
			near_add_stats(dp, &entries[n].key, &stats[n]);
		}
		n++;
	}
	free(list.items);
	*ret = entries;
	if (ret_stats)
		*ret_stats = stats;
	*ret_n = n;
	return 0;
}

int dataplane_read_shadows(struct dataplane *dp, struct entry **ret, size_t *ret_n,
			   struct error *err)
{
	struct items list = { 0 };
	struct entry *entries;
	size_t i, n = 0;
	int r = dataplane_read_map(dp, MAP_SHADOWS, &list);

	entries = malloc((list.n + 1) * sizeof(*entries));
	if (!r && !entries)
		r = -ENOMEM;
	for (i = 0; i < list.n && !r; i++) {
		const struct ndpx_policy *policy =
			dataplane_policy(&list.items[i].rule, dataplane_generation_of(dp));

		if (policy->action == NDPX_ACT_NONE)
			continue;
		entries[n].key = list.items[i].key;
		entries[n++].policy = *policy;
	}
	free(list.items);
	if (r) {
		free(entries);
		return dataplane_fail(err, -r, "reading the rules");
	}
	if (n)
		qsort(entries, n, sizeof(*entries), entry_compare);
	*ret = entries;
	*ret_n = n;
	return 0;
}

int dataplane_get(struct dataplane *dp, const struct ndpx_prefix_key *key, struct ndpx_policy *ret,
		  struct entry_stats *ret_stats, struct error *err)
{
	struct ndpx_prefix_key raw;
	struct ndpx_rule rule;
	const struct ndpx_policy *policy;

	dataplane_key_in(key, &raw);
	if (bpf_map_lookup_elem(dp->fds[dataplane_map_of(key)], &raw, &rule))
		return errno == ENOENT ? -ENOENT : dataplane_fail(err, errno, "reading a rule");
	policy = dataplane_policy(&rule, dataplane_generation_of(dp));
	if (policy->action == NDPX_ACT_NONE)
		return -ENOENT;
	*ret = *policy;
	if (ret_stats) {
		stats_of(&rule, ret_stats);
		near_add_stats(dp, key, ret_stats);
	}
	return 0;
}

const struct ndpx_settings *dataplane_settings(const struct dataplane *dp)
{
	return &dp->config->set[dataplane_generation_of(dp) & 1];
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

int rule_counts_read(struct dataplane *dp, struct rule_counts *ret, struct error *err)
{
	struct entry *entries = NULL;
	size_t n = 0, i;
	int r = dataplane_read(dp, &entries, NULL, &n, err);

	if (r)
		return r;
	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < n; i++) {
		if (entries[i].policy.action == NDPX_ACT_OWN ||
		    entries[i].policy.action == NDPX_ACT_HOST)
			ret->own++;
		else if (entries[i].policy.action == NDPX_ACT_DENY)
			ret->denies++;
		else if (entries[i].key.bits == 128)
			ret->guests++;
		else
			ret->prefixes++;
	}
	free(entries);
	return 0;
}

int match_rule(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr, struct match *ret,
	       struct error *err)
{
	const struct ndpx_settings *set = dataplane_settings(dp);
	struct ndpx_prefix_key *key = &ret->entry.key;
	struct in6_addr net = *addr;
	__u8 host_flags = 0;
	uint32_t i;
	int r;

	memset(ret, 0, sizeof(*ret));
	key->bits = 128;
	key->vlan = vlan;
	memcpy(key->addr, addr, sizeof(key->addr));
	r = dataplane_get(dp, key, &ret->entry.policy, NULL, err);
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
		r = dataplane_get(dp, key, &ret->entry.policy, NULL, err);
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
