// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * An instance in its pin directory, and what makes one whole. Order is
 * everything here: an instance without a record does not exist, an instance
 * without a link answers nothing, and every step may be a killed process's last.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

int dataplane_map_config(struct dataplane *dp)
{
	void *p = mmap(NULL, sizeof(struct ndpx_config), PROT_READ | PROT_WRITE, MAP_SHARED,
		       dp->fds[MAP_CONFIG], 0);

	if (p == MAP_FAILED)
		return -errno;
	dp->config = p;
	return 0;
}

static void take_space(struct dataplane *dp, struct space *sp)
{
	dp->space = sp;
	memcpy(dp->fds, sp->fds, sizeof(sp->fds));
}

void dataplane_close(struct dataplane *dp)
{
	int i;

	if (!dp)
		return;
	if (dp->config)
		munmap(dp->config, sizeof(struct ndpx_config));
	for (i = dp->space ? SPACE_MAPS : 0; i < MAP_COUNT; i++) {
		if (dp->fds[i] >= 0)
			close(dp->fds[i]);
	}
	if (dp->port_prog >= 0)
		close(dp->port_prog);
	space_put(dp->space);
	free(dp);
}

/* libbpf and the kernel compare sizes only: the record says what the bytes mean. */
static bool has_our_layout(const struct ndpx_record *record)
{
	return record->magic == NDPX_ABI_MAGIC && record->size_slot == sizeof(struct ndpx_slot) &&
	       record->size_config == sizeof(struct ndpx_config);
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

static int other_version(const char *dir, struct error *err)
{
	return error_set(
		err, EXIT_KERNEL, EPROTO,
		"%s was created by another version of ndpx: run 'ndpx apply' to replace it", dir);
}

/* One map of a pinned instance. -ENOENT, *err untouched: it is not there. */
static int open_map(struct dataplane *dp, enum map_id id, bool any_abi, struct error *err)
{
	char path[PATH_MAX];
	__u32 zero = 0;

	dp->fds[id] = bpf_obj_get(dataplane_path(dp->dir, dataplane_map_names[id], path));
	if (dp->fds[id] < 0)
		return errno == ENOENT ? -ENOENT : dataplane_fail(err, errno, path);
	if (id == MAP_RECORD &&
	    (!dataplane_map_fits(dp->fds[id], id) ||
	     bpf_map_lookup_elem(dp->fds[id], &zero, &dp->record) || !has_our_layout(&dp->record) ||
	     (!any_abi && dp->record.abi != NDPX_ABI_VERSION)))
		return other_version(dp->dir, err);
	if (!dataplane_map_fits(dp->fds[id], id))
		return error_set(err, EXIT_KERNEL, EPROTO,
				 "%s: not the map that ndpx made: run 'ndpx apply' to replace all "
				 "of them",
				 path);
	return 0;
}

/* The space of this namespace. -ENOENT; -EPROTO: it is of another version. */
static int open_space(struct dataplane *dp, const char *bpffs)
{
	char here[PATH_MAX];
	struct space *sp;
	int r = space_open(dataplane_netns_dir(bpffs, here), &sp);

	if (!r)
		take_space(dp, sp);
	return r;
}

static int open_instance(const char *bpffs, uint32_t ifindex, bool any_abi, struct dataplane **ret,
			 struct error *err)
{
	struct dataplane *dp = dataplane_allocate(bpffs, ifindex);
	int i, r;

	if (!dp)
		return dataplane_fail(err, ENOMEM, bpffs);
	r = dataplane_check_dir(bpffs, err);
	if (!r)
		dataplane_finish_pin(dp->dir);
	/* The record first: its absence or its words decide about the rest. */
	for (i = MAP_COUNT - 1; i >= SPACE_MAPS && !r; i--) {
		if (dataplane_has_map(dp, (enum map_id)i))
			r = open_map(dp, (enum map_id)i, any_abi, err);
	}
	if (!r) {
		r = open_space(dp, bpffs);
		if (!r)
			r = dataplane_map_config(dp);
		if (r == -EPROTO)
			other_version(dp->dir, err);
		else if (r && r != -ENOENT)
			dataplane_fail(err, -r, dp->dir);
	}
	if (r) {
		dataplane_close(dp);
		return r;
	}
	dp->pinned = true;
	*ret = dp;
	return 0;
}

int dataplane_open(const char *bpffs, uint32_t ifindex, struct dataplane **ret, struct error *err)
{
	return open_instance(bpffs, ifindex, false, ret, err);
}

int dataplane_open_any(const char *bpffs, uint32_t ifindex, struct dataplane **ret)
{
	struct error ignored;

	return open_instance(bpffs, ifindex, true, ret, &ignored);
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

/* What the maps made are in memory: those of a space too, where there was none to use. */
static int map_new(struct dataplane *dp, const char *bpffs)
{
	char here[PATH_MAX];
	struct space *sp;
	int r = 0;

	if (!dp->space) {
		r = space_new(dataplane_netns_dir(bpffs, here), dp->fds, &sp);
		if (!r)
			take_space(dp, sp);
	}
	if (!r)
		r = dataplane_map_config(dp);
	/* Of a first apply that was killed, or of another version with the same table. */
	if (!r)
		dataplane_count_rules(dp);
	return r;
}

int dataplane_new(const char *bpffs, uint32_t ifindex, const char *dev, struct dataplane **ret,
		  struct error *err)
{
	struct dataplane *dp = dataplane_allocate(bpffs, ifindex);
	int r;

	if (!dp)
		return dataplane_fail(err, ENOMEM, bpffs);
	r = open_space(dp, bpffs);
	/* Not there, or of another version: then of our own, which dataplane_pin() puts in place. */
	r = r == -ENOENT || r == -EPROTO ? 0 : r;
	if (r)
		dataplane_fail(err, -r, dp->dir);
	else
		adopt_counters(dp);
	if (!r)
		r = dataplane_make_maps(dp, err);
	if (!r) {
		r = map_new(dp, bpffs);
		if (r)
			dataplane_fail(err, -r, "mapping the settings");
	}
	if (r) {
		dataplane_close(dp);
		return r;
	}
	dp->record.magic = NDPX_ABI_MAGIC;
	dp->record.abi = NDPX_ABI_VERSION;
	dp->record.size_slot = sizeof(struct ndpx_slot);
	dp->record.size_config = sizeof(struct ndpx_config);
	dp->record.ifindex = ifindex;
	snprintf(dp->record.dev, sizeof(dp->record.dev), "%s", dev);
	*ret = dp;
	return 0;
}

struct ndpx_record *dataplane_record(struct dataplane *dp)
{
	return &dp->record;
}
