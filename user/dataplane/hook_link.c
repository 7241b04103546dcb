// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A pinned link: opening it, and putting another in its place. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <unistd.h>

#include "dataplane/internal.h"

#define LINK_TYPE_TCX 11 /* BPF_LINK_TYPE_TCX, kernel 6.6 */

const char *hook_pin_path(const struct hook *h, char path[PATH_MAX])
{
	return dataplane_path(h->dir, h->pin, path);
}

/* A link pinned beside the old one, on its way to take its place: see hook_pin(). */
static const char *fresh_path(const struct hook *h, char path[PATH_MAX])
{
	char name[sizeof(h->pin) + 4];

	snprintf(name, sizeof(name), "%s_new", h->pin);
	return dataplane_path(h->dir, name, path);
}

void hook_finish_rename(const struct hook *h)
{
	char fresh[PATH_MAX], path[PATH_MAX];

	rename(fresh_path(h, fresh), hook_pin_path(h, path));
}

/* Which of the two XDP modes a program of ours runs in; the link does not say. */
static enum ndpx_mode xdp_mode(uint32_t ifindex, uint32_t prog_id)
{
	struct nl_xdp xdp;

	if (!nl_xdp_read(ifindex, -1, &xdp) && xdp.generic_id == prog_id)
		return NDPX_MODE_GENERIC;
	return NDPX_MODE_NATIVE;
}

int hook_open_link(const struct hook *h, struct attachment *ret)
{
	struct bpf_link_info info = { 0 };
	__u32 len = sizeof(info);
	char path[PATH_MAX];
	int fd = bpf_obj_get(fresh_path(h, path));

	if (fd < 0)
		fd = bpf_obj_get(hook_pin_path(h, path));
	if (fd < 0)
		return -1;
	/*
	 * xdp and tcx both start with the ifindex; 0 once the device is gone. One that hangs on
	 * another device, pinned here by hand, is not ours to change.
	 */
	if (bpf_obj_get_info_by_fd(fd, &info, &len) || info.xdp.ifindex != h->ifindex) {
		close(fd);
		return -1;
	}
	ret->prog_id = info.prog_id;
	ret->link_id = info.id;
	ret->mode = info.type == LINK_TYPE_TCX ? NDPX_MODE_TCX
					       : xdp_mode(info.xdp.ifindex, info.prog_id);
	return fd;
}

/* Replaces the pin: bpffs renames atomically, and the old link goes with its pin. */
int hook_pin(const struct hook *h, int fd, struct error *err)
{
	char fresh[PATH_MAX], path[PATH_MAX];

	hook_pin_path(h, path);
	fresh_path(h, fresh);
	unlink(fresh);
	if (bpf_obj_pin(fd, fresh) || rename(fresh, path)) {
		int code = errno;

		unlink(fresh);
		return dataplane_fail(err, code, path);
	}
	return 0;
}
