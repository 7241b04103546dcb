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
