// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a new instance takes over from one that it replaces: that of a device which was
 * created again, or of another ABI. The old one is only read, because it may still answer.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dataplane/internal.h"

#define OLD_LAYOUT_MAP "guests" /* in every instance up to ABI 4 */

static int open_map(struct dataplane *dp, enum map_id id)
{
	char path[PATH_MAX];
	int fd = bpf_obj_get(dataplane_path(dp->dir, dataplane_map_names[id], path));

	if (fd < 0)
		return -errno;
	dp->fds[id] = fd;
	return dataplane_map_fits(fd, id) ? 0 : -EPROTO;
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

/* An instance as versions up to ABI 4 pinned it: directly below DIR. Its record, if it is there. */
static bool is_old_layout(const char *dir, struct ndpx_record *record, bool *has_record)
{
	char path[PATH_MAX];
	int fd = bpf_obj_get(dataplane_path(dir, NDPX_MAP_RECORD, path));

	*has_record = fd >= 0 && !dataplane_read_frozen(fd, record);
	if (fd >= 0)
		close(fd);
	return *has_record || !access(dataplane_path(dir, OLD_LAYOUT_MAP, path), F_OK);
}

/* What a killed command of such a version left without a record: nothing is attached to it. */
static void remove_unfinished(const char *dir)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *stream = opendir(dir);

	while (stream && (entry = readdir(stream)))
		unlink(dataplane_path(dir, entry->d_name, path));
	if (stream)
		closedir(stream);
	rmdir(dir);
}

/* To DIR/COOKIE/IFINDEX, both as the record says. The name may be taken by DIR/COOKIE itself. */
static int move_old(const char *bpffs, const char *dir, const struct ndpx_record *record,
		    struct error *err)
{
	char moving[PATH_MAX], netns[PATH_MAX], to[PATH_MAX], number[24];

	dataplane_path(bpffs, "moving", moving);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)record->netns);
	dataplane_path(bpffs, number, netns);
	snprintf(number, sizeof(number), "%u", record->ifindex);
	dataplane_path(netns, record->ifindex ? number : DATAPLANE_PORTS_DIR, to);
	if (strcmp(dir, moving) != 0 && rename(dir, moving))
		return dataplane_fail(err, errno, dir);
	if ((mkdir(netns, 0700) && errno != EEXIST) || rename(moving, to))
		return dataplane_fail(err, errno, to);
	return 0;
}

int dataplane_adopt_old_layout(const char *bpffs, struct error *err)
{
	struct ndpx_record record;
	struct dirent *entry;
	char dir[PATH_MAX];
	DIR *stream = opendir(bpffs);
	bool has_record;
	int r = 0;

	while (stream && !r && (entry = readdir(stream))) {
		if (entry->d_name[0] == '.' ||
		    !is_old_layout(dataplane_path(bpffs, entry->d_name, dir), &record, &has_record))
			continue;
		if (has_record)
			r = move_old(bpffs, dir, &record, err);
		else
			remove_unfinished(dir);
	}
	if (stream)
		closedir(stream);
	return r;
}
