// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The end of an instance, whatever of it there is. */
#include <errno.h>
#include <unistd.h>

#include "dataplane/internal.h"

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

/* Its rules go out of the table that others may be using. */
static void leave_space(const char *bpffs, uint32_t ifindex)
{
	char here[PATH_MAX];
	struct space *sp;

	if (!space_open(dataplane_netns_dir(bpffs, here), &sp)) {
		if (!dataplane_recover_space(sp))
			space_drop(sp, ifindex);
		space_put(sp);
	}
}

int dataplane_remove(const char *bpffs, uint32_t ifindex, struct error *err)
{
	char dir[PATH_MAX];

	leave_space(bpffs, ifindex);
	dataplane_instance_dir(bpffs, ifindex, dir);
	/* The record last, because it says what to undo. */
	dataplane_unpin_all(dir, NDPX_MAP_RECORD);
	if (rmdir(dir) && errno != ENOENT)
		return dataplane_fail(err, errno, dir);
	return 0;
}
