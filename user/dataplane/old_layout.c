// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Pins as versions up to ABI 4 made them, without a directory for their network namespace. */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dataplane/internal.h"

#define OLD_LAYOUT_MAP "guests" /* in every instance up to ABI 4 */

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
		if (has_record) {
			r = move_old(bpffs, dir, &record, err);
			continue;
		}
		/* A command was killed before it attached anything to it. */
		dataplane_unpin_all(dir, NDPX_MAP_RECORD);
		rmdir(dir);
	}
	if (stream)
		closedir(stream);
	return r;
}
