/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does an attached program run for what its device receives? */
#ifndef NDPX_DOCTOR_RUNS_H
#define NDPX_DOCTOR_RUNS_H

#include "doctor/snapshot.h"

/* Frames received without a run that cannot be explained by when the two counters were read. */
#define DOCTOR_MANY_FRAMES 4

/*
 * Runs `meanwhile` (0, or its error) and fills the uplinks' `runs` with what went by. Turns
 * BPF statistics on for that time (kernel 5.8); where it cannot, nothing is filled.
 */
int doctor_runs(struct doctor_snapshot *snap,
		int (*meanwhile)(struct doctor_snapshot *snap, struct error *err),
		struct error *err);

#endif
