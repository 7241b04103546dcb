// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whether native XDP would do on a device. */
#include <string.h>

#include "apply/native.h"

/*
 * The first device for which `is` holds of those whose frames come in by `link`: the device
 * itself, or the slaves of a bond. NULL: none.
 */
static const struct nl_link *first_of(const struct nl_link *link, const struct nl_state *state,
				      bool (*is)(const struct nl_link *))
{
	size_t i;

	if (strcmp(link->kind, "bond") != 0)
		return is(link) ? link : NULL;
	for (i = 0; i < state->n_links; i++) {
		if (state->links[i].master == link->ifindex && is(&state->links[i]))
			return &state->links[i];
	}
	return NULL;
}

/* That the NIC says it filters VLANs does not help: e1000e says so, and lets all in. */
static bool strips(const struct nl_link *link)
{
	return nl_strips_vlan(link->name);
}

static bool is_xen(const struct nl_link *link)
{
	return !strcmp(link->bus, "xen");
}

const char *native_trouble(const struct nl_link *link, const struct nl_state *state, bool tags,
			   const struct nl_link **ret_tag_stripper)
{
	bool veth = !strcmp(link->kind, "veth");

	*ret_tag_stripper = NULL;
	if (tags && veth)
		return "a veth may pass the VLAN tag around XDP";
	if (!veth)
		*ret_tag_stripper = first_of(link, state, strips);
	if (*ret_tag_stripper)
		return "the NIC strips VLAN tags before XDP";
	/*
	 * Linux 6.1 and 6.12 on Xen 4.17: xennet_xdp_set() returns 0 and installs nothing where
	 * the back end lacks xdp-headroom, and races with it where it has that.
	 */
	if (first_of(link, state, is_xen))
		return "a Xen NIC may accept an XDP program and never run it";
	if (veth && !nl_peer_has_xdp(link))
		return "a veth delivers XDP's answers only if its other end runs an XDP program";
	return NULL;
}
