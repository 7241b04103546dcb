// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Pinning a new instance over an old one, and writing its record. Until the new one is whole the
 * old one is, since it alone knows the rules of commands: the new maps are pinned beside it, their
 * record last, and then renamed, the record last. Whoever opens the instance finishes what was
 * killed in between.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dataplane/abi4.h"
#include "dataplane/internal.h"

/* Where a map is pinned until the instance is whole; in `path`. */
static const char *new_path(const char *dir, int map, char path[PATH_MAX])
{
	char name[64];

	snprintf(name, sizeof(name), "%s_new", dataplane_map_names[map]);
	return dataplane_path(dir, name, path);
}

int dataplane_finish_pin(const char *dir)
{
	char from[PATH_MAX], to[PATH_MAX];
	int i;

	if (access(new_path(dir, MAP_RECORD, from), F_OK))
		return 0;
	abi4_unpin(dir);
	for (i = SPACE_MAPS; i < MAP_COUNT; i++) {
		new_path(dir, i, from);
		if (rename(from, dataplane_path(dir, dataplane_map_names[i], to)) &&
		    errno != ENOENT)
			return -errno;
	}
	return 0;
}

int dataplane_set_record(struct dataplane *dp, struct error *err)
{
	__u32 zero = 0;

	if (bpf_map_update_elem(dp->fds[MAP_RECORD], &zero, &dp->record, BPF_ANY))
		return dataplane_fail(err, errno, "record");
	return 0;
}

int dataplane_pin(struct dataplane *dp, struct error *err)
{
	char path[PATH_MAX];
	int i, r;

	if (mkdir(dp->dir, 0700) && errno != EEXIST)
		return dataplane_fail(err, errno, dp->dir);
	r = space_pin(dp->space, err);
	for (i = SPACE_MAPS; i < MAP_COUNT && !r; i++) {
		if (!dataplane_has_map(dp, (enum map_id)i))
			continue;
		if (i == MAP_RECORD)
			r = dataplane_set_record(dp, err);
		/* Left by one that was killed. */
		unlink(new_path(dp->dir, i, path));
		if (!r && bpf_obj_pin(dp->fds[i], path))
			r = dataplane_fail(err, errno, path);
	}
	if (!r) {
		r = dataplane_finish_pin(dp->dir);
		if (r)
			r = dataplane_fail(err, -r, dp->dir);
	}
	dp->pinned = !r;
	return r;
}
