// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The way back, step by step; each step may be repeated. */
#include <errno.h>
#include <stdlib.h>

#include "apply/groups.h"
#include "apply/teardown.h"
#include "netlink/netlink.h"

/* Undoes what the record says, on a device that may be gone. */
static int undo_record(struct instance *instance, struct error *err)
{
	struct dataplane *dp = instance->dp ? instance->dp : instance->foreign;
	struct ndpx_record *record = dataplane_record(dp);
	int r;

	r = groups_undo(instance->ifindex, record, err);
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

static int undo_port(const char *bpffs, const struct port_state *port, struct error *err)
{
	int r = dataplane_port_detach(bpffs, port->ifindex, err);

	if (!r && (port->flags & NDPX_R_CLSACT))
		r = nl_clsact_remove_if_empty(port->ifindex, err);
	return r;
}

int ports_down_some(const char *bpffs, struct dataplane *dp, const struct port_state *ports,
		    size_t n, struct error *err)
{
	uint32_t *done = calloc(n + 1, sizeof(*done));
	size_t i, n_done = 0;
	int r = 0;

	if (!done)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < n && !r; i++) {
		r = undo_port(bpffs, &ports[i], err);
		if (!r)
			done[n_done++] = ports[i].ifindex;
	}
	dataplane_ports_forget(dp, done, n_done);
	free(done);
	return r;
}

int ports_down(const char *bpffs, struct error *err)
{
	struct port_state *list = NULL;
	size_t n = 0, i;
	int r = dataplane_ports_list(bpffs, &list, &n, err);

	for (i = 0; i < n && !r; i++)
		r = undo_port(bpffs, &list[i], err);
	free(list);
	return r ? r : dataplane_remove(bpffs, DATAPLANE_PORTS, err);
}
