/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The way between a guest and the requester, device by device: what makes a good
 * answer lead nowhere. For `doctor` and `explain` alike; a finding of a device is there once.
 */
#ifndef NDPX_DOCTOR_WAYS_H
#define NDPX_DOCTOR_WAYS_H

#include "doctor/doctor.h"

/*
 * A device that the host routes through, and asks for neighbours on: is IPv6 on, is it up,
 * has it a link-local address? Reads its net.ipv6.conf. 0 for none.
 */
void doctor_way_device(const struct nl_state *state, uint32_t ifindex, struct findings *ret);

/* Does what comes in on a guest's port find the way out that the host itself has? */
int doctor_way_out(const struct nl_state *state, uint32_t ifindex, struct findings *ret,
		   struct error *err);

/* Is this neighbour among the `n` that were asked for in vain? */
bool doctor_way_failed(const struct nl_address *failed, size_t n, uint32_t ifindex,
		       const struct in6_addr *addr);

/* Where the host sees the guest's port of a rule, 0: it is none, or cannot be told. */
uint32_t doctor_way_port(const struct nl_state *state, uint32_t port);

/* All of this for the guests of one uplink. */
int doctor_check_ways(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		      struct findings *ret, struct error *err);

#endif
