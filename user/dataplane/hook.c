// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A hook and its pin: XDP and TCX hang as pinned links, clsact as a filter. A link pin is
 * the last step of an attachment: a process killed before it takes its unpinned link along.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
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

void hook_settle(const struct hook *h)
{
	char fresh[PATH_MAX], path[PATH_MAX];

	rename(fresh_path(h, fresh), hook_pin_path(h, path));
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
	/* xdp and tcx both start with the ifindex; 0 once the device is gone. */
	if (bpf_obj_get_info_by_fd(fd, &info, &len) || !info.xdp.ifindex) {
		close(fd);
		return -1;
	}
	ret->prog_id = info.prog_id;
	ret->link_id = info.id;
	ret->mode = info.type == LINK_TYPE_TCX ? NDPX_MODE_TCX
					       : hook_xdp_mode(info.xdp.ifindex, info.prog_id);
	return fd;
}

/* Pins over what is there: bpffs renames atomically, and the old link goes with its pin. */
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

void hook_attachment(const struct hook *h, struct attachment *ret)
{
	struct attachment now = { 0 };
	int fd = hook_open_link(h, &now);

	if (fd >= 0)
		close(fd);
	else if (hook_clsact_find(h, &now.prog_id))
		now.mode = NDPX_MODE_CLSACT;
	*ret = now;
}

int hook_swap(const struct hook *h, const struct attachment *now, int prog, struct error *err)
{
	struct attachment ignored;
	int link, r;

	if (now->mode == NDPX_MODE_CLSACT)
		return hook_attach_clsact(h, prog, err);
	/* A place before others is another link: the new one answers before the old one goes. */
	if (now->mode == NDPX_MODE_TCX && hook_is_behind(h, now))
		return hook_attach_tcx(h, prog, err);
	link = hook_open_link(h, &ignored);
	r = link < 0 ? -ENOENT : bpf_link_update(link, prog, NULL) ? -errno : 0;
	if (r)
		dataplane_fail(err, -r, "swapping the program");
	if (link >= 0)
		close(link);
	return r;
}

int hook_detach(const struct hook *h, struct error *err)
{
	struct attachment was;
	char path[PATH_MAX];
	int fd, r;

	hook_settle(h);
	fd = hook_open_link(h, &was);
	if (fd >= 0) {
		/* Now, not when the last reference goes: on 5.10 that is asynchronous. */
		bpf_link_detach(fd);
		close(fd);
	}
	if (unlink(hook_pin_path(h, path)) && errno != ENOENT)
		return dataplane_fail(err, errno, path);
	r = hook_clsact_detach(h);
	return r ? dataplane_fail(err, -r, "removing the clsact filter") : 0;
}
