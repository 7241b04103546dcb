// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An instance in its pin directory, and what makes one whole. Order is
 * everything here: an instance without a record does not exist, an instance
 * without a link answers nothing, and every step may be a killed process's last.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dataplane/internal.h"

struct dataplane *dataplane_allocate(const char *bpffs, uint32_t ifindex)
{
	struct dataplane *dp = calloc(1, sizeof(*dp));
	int i;

	if (!dp)
		return NULL;
	for (i = 0; i < MAP_COUNT; i++)
		dp->fds[i] = -1;
	dp->ifindex = ifindex;
	dp->port_prog = -1;
	if (!dataplane_instance_dir(bpffs, ifindex, dp->dir)[0]) {
		free(dp);
		return NULL;
	}
	return dp;
}

#define NEAR_SIZE (NDPX_NEAR_SLOTS * sizeof(struct ndpx_near))

/* The maps that are written as memory. */
int dataplane_map_memory(struct dataplane *dp)
{
	void *p = mmap(NULL, sizeof(struct ndpx_config), PROT_READ | PROT_WRITE, MAP_SHARED,
		       dp->fds[MAP_CONFIG], 0);

	if (p == MAP_FAILED)
		return -errno;
	dp->config = p;
	p = mmap(NULL, NEAR_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, dp->fds[MAP_NEAR], 0);
	if (p == MAP_FAILED)
		return -errno;
	dp->near = p;
	return 0;
}

void dataplane_close(struct dataplane *dp)
{
	int i;

	if (!dp)
		return;
	if (dp->config)
		munmap(dp->config, sizeof(struct ndpx_config));
	if (dp->near)
		munmap(dp->near, NEAR_SIZE);
	for (i = 0; i < MAP_COUNT; i++) {
		if (dp->fds[i] >= 0)
			close(dp->fds[i]);
	}
	if (dp->port_prog >= 0)
		close(dp->port_prog);
	free(dp);
}

/* libbpf and the kernel compare sizes only: the record says what the bytes mean. */
static bool record_is_ours(const struct ndpx_record *record)
{
	return record->magic == NDPX_ABI_MAGIC && record->abi == NDPX_ABI_VERSION &&
	       record->size_rule == sizeof(struct ndpx_rule) &&
	       record->size_config == sizeof(struct ndpx_config);
}

int dataplane_read_frozen(int fd, struct ndpx_record *ret)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info), zero = 0;
	unsigned char *value = NULL;
	int r = -EPROTO;

	memset(ret, 0, sizeof(*ret));
	if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.key_size == sizeof(zero) &&
	    info.type == BPF_MAP_TYPE_ARRAY && info.value_size >= NDPX_RECORD_FROZEN)
		value = malloc(info.value_size);
	if (value && !bpf_map_lookup_elem(fd, &zero, value)) {
		memcpy(ret, value, NDPX_RECORD_FROZEN);
		r = ret->magic == NDPX_ABI_MAGIC ? 0 : -EPROTO;
	}
	free(value);
	return r;
}

int dataplane_open_record(const char *bpffs, uint32_t ifindex, struct dataplane **ret)
{
	struct dataplane *dp = dataplane_allocate(bpffs, ifindex);
	char path[PATH_MAX];
	int fd, r = -ENOENT;

	if (!dp)
		return -ENOMEM;
	fd = bpf_obj_get(dataplane_path(dp->dir, NDPX_MAP_RECORD, path));
	if (fd >= 0) {
		r = dataplane_read_frozen(fd, &dp->record);
		close(fd);
	}
	if (r)
		dataplane_close(dp);
	else
		*ret = dp;
	return r;
}

int dataplane_open(const char *bpffs, uint32_t ifindex, struct dataplane **ret, struct error *err)
{
	struct dataplane *dp = dataplane_allocate(bpffs, ifindex);
	char path[PATH_MAX];
	__u32 zero = 0;
	int i, r = 0;

	if (!dp)
		return dataplane_fail(err, ENOMEM, bpffs);
	r = dataplane_check_dir(bpffs, err);
	/* The record first: its absence or its words decide about the rest. */
	for (i = MAP_COUNT - 1; i >= 0 && !r; i--) {
		if (!dataplane_has_map(dp, (enum map_id)i))
			continue;
		dp->fds[i] = bpf_obj_get(dataplane_path(dp->dir, dataplane_map_names[i], path));
		if (dp->fds[i] < 0 && errno == ENOENT) {
			dataplane_close(dp);
			return -ENOENT;
		}
		if (dp->fds[i] < 0)
			r = dataplane_fail(err, errno, path);
		else if (i == MAP_RECORD && (!dataplane_map_fits(dp->fds[i], MAP_RECORD) ||
					     bpf_map_lookup_elem(dp->fds[i], &zero, &dp->record) ||
					     !record_is_ours(&dp->record)))
			r = error_set(err, EXIT_KERNEL, EPROTO,
				      "%s was created by another version of ndpx: run 'ndpx apply' "
				      "to replace it",
				      dp->dir);
		else if (!dataplane_map_fits(dp->fds[i], (enum map_id)i))
			r = error_set(err, EXIT_KERNEL, EPROTO,
				      "%s: not the map that ndpx made: run 'ndpx apply' to replace "
				      "all of them",
				      path);
	}
	if (!r) {
		r = dataplane_map_memory(dp);
		if (r)
			dataplane_fail(err, -r, dp->dir);
	}
	if (r) {
		dataplane_close(dp);
		return r;
	}
	*ret = dp;
	return 0;
}

/*
 * The counters of what is pinned, where they have our shape: verdict numbers are never
 * reused, so they mean the same in every version. The map itself rather than a copy of it:
 * the old program counts until it is swapped, and what it counted after a copy would be lost.
 */
static void adopt_counters(struct dataplane *dp)
{
	char path[PATH_MAX];
	int fd = bpf_obj_get(dataplane_path(dp->dir, NDPX_MAP_COUNTERS, path));

	if (fd < 0)
		return;
	if (dataplane_map_fits(fd, MAP_COUNTERS))
		dp->fds[MAP_COUNTERS] = fd;
	else
		close(fd);
}

int dataplane_new(const char *bpffs, uint32_t ifindex, const char *dev, struct dataplane **ret,
		  struct error *err)
{
	struct dataplane *dp = dataplane_allocate(bpffs, ifindex);
	int r;

	if (!dp)
		return dataplane_fail(err, ENOMEM, bpffs);
	adopt_counters(dp);
	r = dataplane_make_maps(dp, err);
	if (!r) {
		r = dataplane_map_memory(dp);
		if (r)
			dataplane_fail(err, -r, "mapping the settings");
	}
	if (r) {
		dataplane_close(dp);
		return r;
	}
	dp->record.magic = NDPX_ABI_MAGIC;
	dp->record.abi = NDPX_ABI_VERSION;
	dp->record.size_rule = sizeof(struct ndpx_rule);
	dp->record.size_config = sizeof(struct ndpx_config);
	dp->record.ifindex = ifindex;
	snprintf(dp->record.dev, sizeof(dp->record.dev), "%s", dev);
	*ret = dp;
	return 0;
}

int dataplane_pin(struct dataplane *dp, struct error *err)
{
	char path[PATH_MAX];
	int i, r;

	if (mkdir(dp->dir, 0700) && errno != EEXIST)
		return dataplane_fail(err, errno, dp->dir);
	/* The old record goes first and the new one comes last: no mixture is ever whole. */
	unlink(dataplane_path(dp->dir, NDPX_MAP_RECORD, path));
	for (i = 0; i < MAP_COUNT; i++) {
		if (!dataplane_has_map(dp, (enum map_id)i))
			continue;
		dataplane_path(dp->dir, dataplane_map_names[i], path);
		if (i == MAP_RECORD) {
			r = dataplane_set_record(dp, err);
			if (r)
				return r;
		}
		unlink(path);
		if (bpf_obj_pin(dp->fds[i], path))
			return dataplane_fail(err, errno, path);
	}
	return 0;
}

int dataplane_detach_only(const char *bpffs, uint32_t ifindex, struct error *err)
{
	char dir[PATH_MAX];
	const struct hook h = {
		.dir = dataplane_instance_dir(bpffs, ifindex, dir),
		.pin = DATAPLANE_LINK_PIN,
		.ifindex = ifindex,
		.program = DATAPLANE_TC_PROGRAM,
	};

	return hook_detach(&h, err);
}

int dataplane_remove(const char *bpffs, uint32_t ifindex, struct error *err)
{
	char dir[PATH_MAX], path[PATH_MAX];
	struct dirent *entry;
	DIR *stream;

	dataplane_instance_dir(bpffs, ifindex, dir);
	/* Whatever is there, also of a version that pins more; the record last, because it says what to undo. */
	stream = opendir(dir);
	while (stream && (entry = readdir(stream))) {
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, NDPX_MAP_RECORD) != 0)
			unlink(dataplane_path(dir, entry->d_name, path));
	}
	if (stream)
		closedir(stream);
	unlink(dataplane_path(dir, NDPX_MAP_RECORD, path));
	if (rmdir(dir) && errno != ENOENT)
		return dataplane_fail(err, errno, dir);
	return 0;
}

struct ndpx_record *dataplane_record(struct dataplane *dp)
{
	return &dp->record;
}

int dataplane_set_record(struct dataplane *dp, struct error *err)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(dp->fds[MAP_RECORD], &zero, &dp->record, BPF_ANY))
		return dataplane_fail(err, errno, "record");
	return 0;
}
