/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Taking one instance down with all that it changed; for `down` and `apply`. */
#ifndef NDPX_UPLINK_DOWN_H
#define NDPX_UPLINK_DOWN_H

#include "dataplane/instances.h"

/*
 * Detaches first, so that nothing is answered half; then memberships, allmulticast
 * and an empty clsact that ndpx made; the pins last, for they say what is to undo.
 * The lock is held. `instance->dp` is closed on the way.
 */
int uplink_down(const char *bpffs, struct instance *instance, struct error *err);

#endif
