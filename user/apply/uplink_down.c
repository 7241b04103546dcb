// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The way back of `apply`, step by step; each step may be repeated. */
#include <errno.h>

#include "apply/groups.h"
#include "netlink/netlink.h"
#include "apply/uplink_down.h"

/* Undoes what the record says, on a device that may be gone. */
static int undo_record(struct instance *instance, struct error *err)
{
	struct dataplane *dp = instance->dp ? instance->dp : instance->foreign;
	struct ndpx_record *record = dataplane_record(dp);
	int r;

	r = groups_undo(instance->ifindex, record->stacks, record->n_vlans, record, err);
	if (r)
		return r;
	if (record->flags & NDPX_R_CLSACT)
		r = nl_clsact_remove_if_empty(instance->ifindex, err);
	return r;
}

int uplink_down(const char *bpffs, struct instance *instance, struct error *err)
{
	int r = dataplane_detach_only(bpffs, instance->ifindex, err);

	if (!r && (instance->dp || instance->foreign))
		r = undo_record(instance, err);
	if (!r)
		r = dataplane_remove(bpffs, instance->ifindex, err);
	if (!r) {
		dataplane_close(instance->dp);
		instance->dp = NULL;
	}
	return r;
}
