/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether native XDP would do on a device whose driver may well have it. */
#ifndef NDPX_NATIVE_H
#define NDPX_NATIVE_H

#include "netlink/netlink.h"

/*
 * Why native XDP would not do here, as the end of a sentence; NULL: it would. `tags`: VLANs
 * are in use. *ret_tag_stripper is the device that takes VLAN tags out before XDP sees them (P7),
 * a bond's slave perhaps; NULL where that is not the reason.
 */
const char *native_trouble(const struct nl_link *link, const struct nl_state *state, bool tags,
			   const struct nl_link **ret_tag_stripper);

#endif
