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

void hook_look(const struct hook *h, struct attachment *ret, bool *ret_behind)
{
	struct attachment now = { 0 };
	bool behind = false;
	int fd = hook_open_link(h, &now);

	if (fd >= 0)
		close(fd);
	if (now.mode == NDPX_MODE_TCX && ret_behind)
		behind = hook_tcx_is_behind(h, now.link_id);
	else if (fd < 0 && hook_clsact_find(h, &now.prog_id, ret_behind ? &behind : NULL))
		now.mode = NDPX_MODE_CLSACT;
	*ret = now;
	if (ret_behind)
		*ret_behind = behind;
}

/* A filter stays one, but behind TCX programs; then the link answers before the filter goes. */
static int swap_filter(const struct hook *h, int prog, struct error *err)
{
	int r;

	if (!hook_filter_is_behind_tcx(h))
		return hook_attach_clsact(h, prog, err);
	r = hook_attach_tcx(h, prog, err);
	if (r)
		return r;
	r = hook_clsact_detach(h);
	return r ? dataplane_fail(err, -r, "removing the clsact filter") : 0;
}

int hook_swap(const struct hook *h, const struct attachment *now, int prog, struct error *err)
{
	struct attachment ignored;
	int link, r;

	if (now->mode == NDPX_MODE_CLSACT)
		return swap_filter(h, prog, err);
	/* A place before others is another link: the new one answers before the old one goes. */
	if (now->mode == NDPX_MODE_TCX && hook_tcx_is_behind(h, now->link_id))
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

	hook_finish_rename(h);
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
