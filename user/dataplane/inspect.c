// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the attached program is: libbpf and the kernel compare sizes, and root may swap it. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/internal.h"

#define MAX_MAPS 16 /* our programs have twelve at most */

static uint32_t id_of(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) ? info.id : 0;
}

/* The device that the pinned link is attached to; 0: none, or not a link. */
static uint32_t link_device(const struct dataplane *dp)
{
	struct bpf_link_info info = { 0 };
	__u32 len = sizeof(info);
	char path[PATH_MAX];
	int fd = bpf_obj_get(dataplane_path(dp->dir, DATAPLANE_LINK_PIN, path));
	uint32_t ifindex = 0;

	if (fd < 0)
		return 0;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		ifindex = info.xdp.ifindex;
	close(fd);
	return ifindex;
}

int dataplane_program_name(uint32_t id, char ret[16])
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id), r = -1;

	if (fd >= 0) {
		r = bpf_obj_get_info_by_fd(fd, &info, &len);
		close(fd);
	}
	snprintf(ret, 16, "%.15s", r ? "?" : info.name);
	return r;
}

int dataplane_run_stats(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return fd < 0 ? -errno : fd;
}

int dataplane_run_count(uint32_t prog_id, uint64_t *ret)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	int r, fd = prog_id ? bpf_prog_get_fd_by_id(prog_id) : -ENOENT;

	if (fd < 0)
		return fd;
	r = bpf_obj_get_info_by_fd(fd, &info, &len) ? -errno : 0;
	close(fd);
	if (!r)
		*ret = info.run_cnt;
	return r;
}

void dataplane_inspect(const struct dataplane *dp, const struct attachment *at,
		       struct inspection *ret)
{
	static const enum map_id needed[] = { MAP_RULES, MAP_COUNTERS, MAP_CONFIG };
	__u32 ids[MAX_MAPS] = { 0 };
	struct bpf_prog_info info = { .nr_map_ids = MAX_MAPS, .map_ids = (__u64)(uintptr_t)ids };
	struct inspection in = { .current = dp->record.object_hash == dataplane_object_hash() };
	__u32 len = sizeof(info), dev = link_device(dp);
	size_t i, j, found = 0;
	int fd;

	in.other_device = dev != dp->ifindex ? dev : 0;
	dataplane_program_name(at->prog_id, in.name);
	fd = bpf_prog_get_fd_by_id(at->prog_id);
	/* Who may not look must not accuse. */
	in.ours = fd < 0;
	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len)) {
		for (i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
			uint32_t id = id_of(dp->fds[needed[i]]);

			for (j = 0; j < info.nr_map_ids && j < MAX_MAPS; j++) {
				if (id && ids[j] == id) {
					found++;
					break;
				}
			}
		}
		in.ours = found == sizeof(needed) / sizeof(*needed);
	}
	if (fd >= 0)
		close(fd);
	*ret = in;
}
