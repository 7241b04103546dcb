/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an apply did, as `apply` and `run` print it. */
#ifndef NDPX_APPLY_PRINT_H
#define NDPX_APPLY_PRINT_H

#include "apply/apply.h"
#include "cli/output.h"

void apply_print_uplink(const struct uplink_report *up, struct output *out);
/* A format that takes the interface's name, and ends the line. */
const char *apply_removed_text(enum removed_why why);
/* Nothing where the file has no ports and had none. */
void apply_print_ports(const struct ports_report *ports, struct output *out);

#endif
