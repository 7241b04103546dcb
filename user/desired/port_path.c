// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The path from a guest port to the device that routes for it. Pure: reads the link table only. */
#include "desired/port_path.h"

#include <stdio.h>
#include <string.h>

#include "desired/uplink.h"

enum carries { CARRIES_NOTHING, CARRIES_LINK_LOCAL, CARRIES_ROUTES };

/* A firewall bridge has no IPv6, or a link-local address as every device; routes tell. */
static enum carries carries(const struct nl_link *link, const struct nl_state *state)
{
	enum carries best = link->routed ? CARRIES_ROUTES : CARRIES_NOTHING;
	const struct nl_address *a = NULL;

	while (best < CARRIES_ROUTES && (a = nl_next_address(state, link->ifindex, a)))
		best = IN6_IS_ADDR_LINKLOCAL(&a->addr) ? CARRIES_LINK_LOCAL : CARRIES_ROUTES;
	return best;
}

/* The veth whose other end is a port of this bridge; `n` counts them. */
static const struct nl_link *other_bridges(const struct nl_link *bridge, const struct nl_link *from,
					   const struct nl_state *state, size_t *n)
{
	const struct nl_link *found = NULL;
	size_t i;

	*n = 0;
	for (i = 0; i < state->n_links; i++) {
		const struct nl_link *l = &state->links[i], *peer;

		if (l->master != bridge->ifindex || l == from || strcmp(l->kind, "veth") != 0 ||
		    !l->lower || l->lower_netns >= 0)
			continue;
		peer = nl_link_by_index(state, l->lower);
		if (!peer || peer->master == bridge->ifindex ||
		    desired_mac_dev(peer, state) == peer)
			continue;
		found = peer;
		++*n;
	}
	return found;
}

/*
 * The only VLAN device on a bridge that routes: a bridge that filters VLANs puts the guest's
 * frames there. With several, only the bridge's table of VLANs could tell.
 */
static const struct nl_link *only_vlan(const struct nl_link *bridge, const struct nl_state *state)
{
	const struct nl_link *found = NULL;
	size_t i;

	for (i = 0; i < state->n_links; i++) {
		const struct nl_link *l = &state->links[i];

		if (!l->vlan || l->lower != bridge->ifindex || l->lower_netns >= 0 || !l->routed)
			continue;
		if (found)
			return NULL;
		found = l;
	}
	return found;
}

void port_path(const struct nl_link *port, const struct nl_state *state, struct port_path *ret)
{
	const struct nl_link *at = port, *from = NULL, *master, *local = NULL;
	size_t bridges = 0, ways = 0;

	memset(ret, 0, sizeof(*ret));
	while (bridges < MAX_PORT_PATH && (master = desired_mac_dev(at, state)) != at) {
		enum carries c = carries(master, state);
		const struct nl_link *vlan = c == CARRIES_ROUTES ? NULL : only_vlan(master, state);

		if (at->isolated && !ret->isolated)
			ret->isolated = at->ifindex;
		if (!bridges++)
			ret->bridge = master;
		if (c == CARRIES_ROUTES || vlan) {
			ret->l3_dev = vlan ? vlan : master;
			return;
		}
		if (c == CARRIES_LINK_LOCAL && !local)
			local = master;
		from = at;
		at = other_bridges(master, from, state, &ways);
		if (ways != 1)
			break;
	}
	if (!bridges)
		ret->l3_dev = port;
	else if (local)
		ret->l3_dev = local;
	else if (bridges == 1 && !ways)
		ret->l3_dev = ret->bridge; /* nothing yet, but it is the only candidate */
}

/* "vif-g1" for "vif-g1-emu" (libxl), "vif7.0" for "tap7.0" (XAPI, QEMU's device model). */
static bool card_name(const char *name, char ret[IFNAMSIZ])
{
	size_t len = strlen(name);
	unsigned int domain, card;
	int end = 0;

	if (len > 4 && !strcmp(name + len - 4, "-emu")) {
		snprintf(ret, IFNAMSIZ, "%.*s", (int)(len - 4), name);
		return true;
	}
	if (sscanf(name, "tap%u.%u%n", &domain, &card, &end) == 2 && !name[end]) {
		snprintf(ret, IFNAMSIZ, "vif%.12s", name + 3);
		return true;
	}
	return false;
}

const struct nl_link *port_of_card(const struct nl_link *port, const struct nl_state *state)
{
	char name[IFNAMSIZ];
	const struct nl_link *card =
		card_name(port->name, name) ? nl_link_by_name(state, name) : NULL;

	return card && card->is_ethernet ? card : port;
}
