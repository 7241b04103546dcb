// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A device that was created again (a VM's restart, a NIC plugged again) has a new ifindex and
 * with it a new instance; so has an upgrade to another ABI. What commands made is carried over:
 * nobody but the operator deletes it.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "apply/inherit.h"

void inherit_free(struct inheritance *in)
{
	dataplane_old_free(&in->old);
	memset(in, 0, sizeof(*in));
}

/* The last that was attached of those whose device had this name and is gone. */
static int find_gone(const char *bpffs, const char *dev, struct dataplane_old *ret,
		     struct error *err)
{
	uint32_t *list = NULL;
	char name[IFNAMSIZ];
	size_t n = 0, i;
	int r = dataplane_list(bpffs, &list, &n, err);

	for (i = 0; i < n && !r; i++) {
		struct dataplane_old old;

		if (if_indextoname(list[i], name) || dataplane_read_old(bpffs, list[i], &old))
			continue;
		/* One whose device is another's now, or that has another name, is not the one before. */
		if (!strncmp(old.record.dev, dev, sizeof(old.record.dev)) &&
		    ret->record.attached_at <= old.record.attached_at) {
			dataplane_old_free(ret);
			*ret = old;
		} else {
			dataplane_old_free(&old);
		}
	}
	free(list);
	return r;
}

int inherit_read(const char *bpffs, uint32_t ifindex, const char *dev, struct inheritance *ret,
		 struct error *err)
{
	int r = dataplane_read_old(bpffs, ifindex, &ret->old);

	ret->unread = r == -EPROTO;
	if (r == -ENOENT && ifindex != DATAPLANE_PORTS)
		return find_gone(bpffs, dev, &ret->old, err);
	if (!r || r == -ENOENT || r == -EPROTO)
		return 0;
	return error_set(err, EXIT_KERNEL, -r, "%s: reading what is pinned", dev);
}

void inherit_last_stats(const struct inheritance *in, struct dataplane *dp)
{
	struct dataplane_old now;

	if (!dataplane_old_counted(&in->old, &now)) {
		dataplane_take_stats(dp, &now, &in->old);
		dataplane_old_free(&now);
	}
}

/* Below a rule of the file, say: only a command's is lost with its instance. */
static bool any_overridden_command(struct dataplane *dp)
{
	struct entry *shadows = NULL;
	struct error ignored;
	size_t n = 0, i;

	if (dataplane_read_shadows(dp, &shadows, &n, &ignored))
		return true;
	for (i = 0; i < n && shadows[i].policy.origin != NDPX_ORIGIN_COMMAND; i++)
		;
	free(shadows);
	return i < n;
}

bool inherit_waits(struct dataplane *dp)
{
	struct ndpx_counts counts;
	struct error ignored;

	if (dataplane_settings(dp)->flags & NDPX_S_PAUSED)
		return true;
	if (rule_counts_read(dp, &counts, &ignored))
		return false;
	return counts.command || (counts.overridden && any_overridden_command(dp));
}
