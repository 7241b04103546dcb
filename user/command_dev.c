// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a device's name on the command line means. */
#include <string.h>

#include "command.h"
#include "netlink_detail.h"

/*
 * An interface of exactly this name comes before VLAN N on DEV: vif7.1 is the second card of
 * a Xen guest. The VLAN device eth0.88 stands for VLAN 88 on eth0 all the same.
 */
static bool is_interface(const char *word, const struct place *place)
{
	uint32_t ifindex = place->have_vlan ? if_nametoindex(word) : 0;
	struct nl_detail detail;
	struct error ignored;

	return ifindex && !nl_detail_read(ifindex, -1, &detail, &ignored) &&
	       strcmp(detail.kind, "vlan") != 0;
}

int command_dev(const char *word, struct place *ret, struct error *err)
{
	struct place place = { 0 };
	int r = parse_dev(word, &place, err);

	if (!r && is_interface(word, &place)) {
		place = (struct place){ 0 };
		r = parse_ifname(word, place.dev, err);
	}
	if (!r)
		*ret = place;
	return r;
}
