// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a new instance takes over from one that it replaces: that of a device which was
 * created again, or of another ABI. The old one is only read, because it may still answer.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"

/* Has a map the sizes that this version gives it? */
static bool is_our_shape(int fd, enum map_id id)
{
	static const __u32 values[MAP_COUNT] = {
		[MAP_GUESTS] = sizeof(struct ndpx_rule),
		[MAP_NEAR] = sizeof(struct ndpx_near),
		[MAP_PREFIXES] = sizeof(struct ndpx_rule),
		[MAP_CONFIG] = sizeof(struct ndpx_config),
		[MAP_SHADOWS] = sizeof(struct ndpx_rule),
		[MAP_RECORD] = sizeof(struct ndpx_record),
	};
	bool hash = id == MAP_GUESTS || id == MAP_PREFIXES || id == MAP_SHADOWS;
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &len) && info.value_size == values[id] &&
	       info.key_size == (hash ? dataplane_key_size(id) : sizeof(__u32)) &&
	       (id != MAP_NEAR || info.max_entries == NDPX_NEAR_SLOTS);
}

static int open_map(struct dataplane *dp, enum map_id id)
{
	char path[PATH_MAX];
	int fd = bpf_obj_get(dataplane_path(dp->dir, dataplane_map_names[id], path));

	if (fd < 0)
		return -errno;
	dp->fds[id] = fd;
	return is_our_shape(fd, id) ? 0 : -EPROTO;
}

int dataplane_open_old(const char *bpffs, uint32_t ifindex, struct dataplane **ret)
{
	static const enum map_id maps[] = { MAP_RECORD,	  MAP_GUESTS, MAP_NEAR,
					    MAP_PREFIXES, MAP_CONFIG, MAP_SHADOWS };
	struct dataplane *dp = dataplane_allocate(bpffs, ifindex);
	struct ndpx_record *record;
	__u32 zero = 0;
	size_t i;
	int r = 0;

	if (!dp)
		return -ENOMEM;
	record = &dp->record;
	for (i = 0; i < sizeof(maps) / sizeof(maps[0]) && !r; i++) {
		if (dataplane_has_map(dp, maps[i]))
			r = open_map(dp, maps[i]);
	}
	if (!r && bpf_map_lookup_elem(dp->fds[MAP_RECORD], &zero, record))
		r = -errno;
	/* An ABI number of its own need not mean another layout of what is read here. */
	if (!r &&
	    (record->magic != NDPX_ABI_MAGIC || record->size_rule != sizeof(struct ndpx_rule) ||
	     record->size_config != sizeof(struct ndpx_config)))
		r = -EPROTO;
	if (!r)
		r = dataplane_map_memory(dp);
	if (r) {
		dataplane_close(dp);
		return r;
	}
	*ret = dp;
	return 0;
}

int dataplane_take_stats(struct dataplane *dp, const struct entry *entries,
			 const struct entry_stats *stats, size_t n, struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int fd = dp->fds[dataplane_map_of(&entries[i].key)];
		struct ndpx_prefix_key raw;
		struct ndpx_rule rule;

		if (!stats[i].answers)
			continue;
		dataplane_key_in(&entries[i].key, &raw);
		if (bpf_map_lookup_elem(fd, &raw, &rule))
			continue; /* it has no such rule any longer */
		rule.answers = stats[i].answers;
		rule.last_answer = stats[i].last_answer;
		memcpy(rule.last_requester, stats[i].last_requester, sizeof(rule.last_requester));
		if (bpf_map_update_elem(fd, &raw, &rule, BPF_EXIST))
			return dataplane_fail(err, errno, "carrying statistics over");
	}
	return 0;
}
