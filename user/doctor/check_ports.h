/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The guest ports, as doctor judges them: by the sections that are pinned. */
#ifndef NDPX_DOCTOR_PORTS_H
#define NDPX_DOCTOR_PORTS_H

#include "doctor/doctor.h"

/*
 * Which interface matches a section's pattern without being a guest port, which one has no
 * program any more, which one has changed. `dp` is the instance of the guest ports, `dev`
 * the only interface to look at, or NULL. 0, or -errno with *err set.
 */
int doctor_ports(struct dataplane *dp, const struct doctor_snapshot *snap, const char *dev,
		 struct findings *ret, struct error *err);

/*
 * Attaches the ports that the sections match and that have no program, and brings all to
 * what the host's links are today. Rules stay. `uplinks` are the names of all uplinks, which
 * are not guest ports. Under the lock. 0, or -errno with *err set.
 */
int doctor_ports_fix(struct dataplane *dp, const struct nl_state *state,
		     char (*const uplinks)[IFNAMSIZ], size_t n_uplinks, struct error *err);

#endif
