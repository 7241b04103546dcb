/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a guest's port to the device that routes for the guest: the port itself, or what
 * bridges, and veth pairs between bridges of this namespace, lead to. Pure.
 */
#ifndef NDPX_PORT_PATH_H
#define NDPX_PORT_PATH_H

#include "netlink/netlink.h"

struct port_path {
	const struct nl_link *l3_dev; /* NULL: several could be it, or none */
	const struct nl_link *bridge; /* the first one, NULL: in no bridge */
	/* The port of one of these bridges that is isolated from others, 0: none. */
	uint32_t isolated;
};

#define MAX_PORT_PATH 8 /* bridges behind each other */

void port_path(const struct nl_link *port, const struct nl_state *state, struct port_path *ret);

/*
 * The port of the same network card of the guest: a Xen HVM guest has one for the emulated
 * card (vif-g1-emu, tap7.0) and one for its drivers (vif-g1, vif7.0). The latter for the
 * former; else the port itself.
 */
const struct nl_link *port_of_card(const struct nl_link *port, const struct nl_state *state);

#endif
