/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Does this host resolve its gateways? The kernel is asked to, and to say what came of it. If it
 * does not, the chains of packet filters that could be in the way are named.
 */
#ifndef NDPX_DOCTOR_GATEWAY_H
#define NDPX_DOCTOR_GATEWAY_H

#include "doctor/snapshot.h"

#define DOCTOR_GATEWAY_MS 2500 /* three solicitations, a second apart (RFC 4861 10) */

/*
 * Fills gateways and chains of the snapshot. With `probe` each gateway is resolved again, whatever
 * the neighbour cache says; without, what it says is taken. 0, or -errno with *err set.
 */
int doctor_gateways(struct doctor_snapshot *snap, bool probe, struct error *err);

#endif
