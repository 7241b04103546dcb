/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Other responders that run: processes by name, in our network namespace. */
#ifndef NDPX_DOCTOR_PROCESSES_H
#define NDPX_DOCTOR_PROCESSES_H

#include "doctor/snapshot.h"

/* The array is the caller's to free. 0, or -errno with *err set. */
int doctor_processes(struct doctor_process **ret, size_t *ret_n, struct error *err);

#endif
