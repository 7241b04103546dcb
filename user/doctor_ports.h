/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The guest ports, as doctor judges them: by the sections that are pinned. */
#ifndef NDPX_DOCTOR_PORTS_H
#define NDPX_DOCTOR_PORTS_H

#include "doctor.h"

/*
 * Which interface a section's pattern matches and is no guest port, which one has no
 * program any more, which one has changed. `dp` is the instance of the guest ports, `dev`
 * the only interface to look at, or NULL. 0, or -errno with *err set.
 */
int doctor_ports(struct dataplane *dp, const struct doctor_snapshot *snap, const char *dev,
		 struct findings *ret, struct error *err);

#endif
