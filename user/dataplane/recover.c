// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a change that was killed or failed left staged, in whichever instances. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"

/* The same word at every generation up to this one, and later. */
static void undo_since(__u64 *since, __u64 generation)
{
	if (*since >> 1 > generation)
		__atomic_store_n(since, generation << 1 | ndpx_which(*since, generation),
				 __ATOMIC_RELEASE);
}

int dataplane_undo(struct dataplane *dp)
{
	__u64 generation = space_generation(dp->space);

	undo_since(&dp->config->since[0], generation);
	undo_since(&dp->config->counts_since, generation);
	if (dataplane_has_map(dp, MAP_PORTS))
		return dataplane_ports_recover(dp);
	/* The keys under an epoch that never came, or that has gone. */
	return dataplane_links_sweep(dp);
}

/* What was staged in instances that are pinned: it must not come true with a later change. */
static int undo_pinned(struct space *sp)
{
	char bpffs[PATH_MAX];
	struct error ignored;
	uint32_t *list = NULL;
	size_t n = 0, i;
	int r;

	snprintf(bpffs, sizeof(bpffs), "%s", sp->dir);
	*strrchr(bpffs, '/') = '\0';
	r = dataplane_list(bpffs, &list, &n, &ignored) ? -EIO : 0;
	for (i = 0; i <= n && !r; i++) {
		struct dataplane *dp = NULL;

		if (dataplane_open(bpffs, i < n ? list[i] : DATAPLANE_PORTS, &dp, &ignored))
			continue;
		r = dataplane_undo(dp);
		dataplane_close(dp);
	}
	free(list);
	return r;
}

int dataplane_recover_space(struct space *sp)
{
	int r;

	if (!__atomic_load_n(&sp->state->staged, __ATOMIC_ACQUIRE))
		return 0;
	r = undo_pinned(sp);
	return r ? r : space_recover(sp);
}

int dataplane_recover(struct dataplane *dp, struct error *err)
{
	int r = dataplane_recover_space(dp->space);

	return r ? dataplane_fail(err, -r, "clearing an interrupted change") : 0;
}
