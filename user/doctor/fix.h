/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * `doctor --fix`: what is pinned comes into force again, as apply would bring it: the
 * program on its hook, the settings and own addresses of today, groups and allmulticast.
 * No rule comes or goes but the host's own; the file is not asked.
 */
#ifndef NDPX_DOCTOR_FIX_H
#define NDPX_DOCTOR_FIX_H

#include "dataplane/dataplane.h"
#include "netlink/netlink.h"

/*
 * One instance, whole, whose device `link` of `state` is there. The caller holds the
 * lock, and has seen that the program in the attachment, if there is one, is ours.
 */
int doctor_fix(struct dataplane *dp, const struct nl_link *link, const struct nl_state *state,
	       struct error *err);

#endif
