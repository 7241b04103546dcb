// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The way back of guest ports; each step may be repeated. */
#include <stdlib.h>

#include "netlink/netlink.h"
#include "apply/ports_down.h"

static int undo(const char *bpffs, const struct port_state *port, struct error *err)
{
	int r = dataplane_port_detach(bpffs, port->ifindex, err);

	if (!r && (port->flags & NDPX_R_CLSACT))
		r = nl_clsact_remove_if_empty(port->ifindex, err);
	return r;
}

int ports_down_one(const char *bpffs, struct dataplane *dp, const struct port_state *port,
		   struct error *err)
{
	int r = undo(bpffs, port, err);

	if (!r)
		dataplane_port_forget(dp, port->ifindex);
	return r;
}

int ports_down(const char *bpffs, struct error *err)
{
	struct port_state *list = NULL;
	size_t n = 0, i;
	int r = dataplane_ports_list(bpffs, &list, &n, err);

	for (i = 0; i < n && !r; i++)
		r = undo(bpffs, &list[i], err);
	free(list);
	return r ? r : dataplane_remove(bpffs, DATAPLANE_PORTS, err);
}
