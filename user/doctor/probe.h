/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Does another node on the link answer for our guests? Asks, as a host would (RFC 4861
 * 7.2.2): our own program sees what comes in only, so that whoever answers is not us.
 */
#ifndef NDPX_DOCTOR_PROBE_H
#define NDPX_DOCTOR_PROBE_H

#include "doctor/snapshot.h"

#define DOCTOR_MAX_PROBES 64  /* solicitations a call, spread over uplinks and rules */
#define DOCTOR_PROBE_MS	  950 /* all in all: Linux's proxy_ndp waits up to 800 ms by default */

/*
 * Fills the claims of the snapshot's uplinks. An uplink that is not attached, is paused,
 * has no carrier or no link-local address is not probed, and neither is a paused rule:
 * another host may well answer for it. 0, or -errno with *err set.
 */
int doctor_probe(struct doctor_snapshot *snap, struct error *err);

#endif
