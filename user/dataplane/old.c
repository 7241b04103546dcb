// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a new instance takes over from one that it replaces: that of a device which was
 * created again, or of another ABI. The old one is only read, because it may still answer.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/abi4.h"
#include "dataplane/internal.h"

void dataplane_old_free(struct dataplane_old *old)
{
	abi4_close(old->abi4);
	free(old->rules);
	free(old->stats);
	free(old->shadows);
	*old = (struct dataplane_old){ 0 };
}

/* The record, where it has this version's size, which no version so far has changed. */
static int read_record(const char *dir, struct ndpx_record *ret)
{
	char path[PATH_MAX];
	__u32 zero = 0;
	int fd = bpf_obj_get(dataplane_path(dir, NDPX_MAP_RECORD, path)), r = 0;

	if (fd < 0)
		return -errno;
	if (!dataplane_map_fits(fd, MAP_RECORD))
		r = -EPROTO;
	else if (bpf_map_lookup_elem(fd, &zero, ret))
		r = -errno;
	close(fd);
	return r ? r : ret->magic == NDPX_ABI_MAGIC ? 0 : -EPROTO;
}

/* An ABI number of its own need not mean another layout of what is read here. */
static int read_this_layout(const char *bpffs, uint32_t ifindex, struct dataplane_old *ret)
{
	struct dataplane *dp = NULL;
	struct error ignored;
	int r = dataplane_open_any(bpffs, ifindex, &dp);

	if (r)
		return r;
	if (dataplane_read(dp, &ret->rules, &ret->stats, &ret->n_rules, &ignored) ||
	    dataplane_read_shadows(dp, &ret->shadows, &ret->n_shadows, &ignored))
		r = -ignored.code;
	ret->paused = dataplane_settings(dp)->flags & NDPX_S_PAUSED;
	dataplane_close(dp);
	return r;
}

int dataplane_read_old(const char *bpffs, uint32_t ifindex, struct dataplane_old *ret)
{
	char dir[PATH_MAX];
	int r;

	*ret = (struct dataplane_old){ 0 };
	dataplane_instance_dir(bpffs, ifindex, dir);
	dataplane_finish_pin(dir);
	r = read_record(dir, &ret->record);
	if (r)
		return r;
	if (ret->record.size_slot == sizeof(struct ndpx_slot) &&
	    ret->record.size_config == sizeof(struct ndpx_config))
		r = read_this_layout(bpffs, ifindex, ret);
	else if (ret->record.abi == 4)
		r = abi4_read(dir, ifindex == DATAPLANE_PORTS, ret);
	else
		r = -EPROTO;
	if (r)
		dataplane_old_free(ret);
	return r;
}

int dataplane_old_counted(const struct dataplane_old *old, struct dataplane_old *ret)
{
	int r;

	*ret = (struct dataplane_old){ 0 };
	r = old->abi4 ? abi4_counted(old->abi4, ret) : 0;
	if (r)
		dataplane_old_free(ret);
	return r;
}

/* What an old rule counted beyond what was known of it before. */
static __u64 counted_since(const struct dataplane_old *before, const struct entry *rule,
			   __u64 answers)
{
	const struct entry *then = before ? entry_find(before->rules, before->n_rules, rule) : NULL;

	return then ? answers - before->stats[then - before->rules].answers : answers;
}

void dataplane_take_stats(struct dataplane *dp, const struct dataplane_old *old,
			  const struct dataplane_old *before)
{
	__u64 generation = space_generation(dp->space);
	size_t i;

	/* The same table and the same scope: they are there. */
	if (!before && !old->abi4 && old->record.ifindex == dp->ifindex)
		return;
	for (i = 0; i < old->n_rules; i++) {
		const struct ndpx_key *key = &old->rules[i].key;
		__u64 answers = counted_since(before, &old->rules[i], old->stats[i].answers);
		struct ndpx_rule_stats *stats;
		struct ndpx_slot *slot;

		if (!answers)
			continue;
		slot = table_find(&dp->space->table, dataplane_scope(dp, key),
				  nd_get_addr(key->addr), generation);
		if (!slot || !slot->stats)
			continue; /* it has no such rule any longer */
		stats = &dp->space->stats[slot->stats];
		/* Not twice, where an apply that was killed has done it: nobody else counts yet. */
		if (!before)
			answers -= stats->answers & NDPX_ANSWERS;
		__atomic_add_fetch(&stats->answers, answers, __ATOMIC_RELAXED);
		if (stats->last_answer >= old->stats[i].last_answer)
			continue;
		stats->last_answer = old->stats[i].last_answer;
		memcpy(stats->last_requester, old->stats[i].last_requester,
		       sizeof(stats->last_requester));
	}
}
