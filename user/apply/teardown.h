/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Taking uplinks and guest ports down with all that was changed for them. The lock is held. */
#ifndef NDPX_TEARDOWN_H
#define NDPX_TEARDOWN_H

#include "dataplane/instances.h"

/*
 * Detaches first, so that nothing is answered half; then memberships, allmulticast
 * and an empty clsact that ndpx made; the pins last, because they say what to undo.
 * `instance->dp` is closed on the way.
 */
int uplink_down(const char *bpffs, struct instance *instance, struct error *err);

/*
 * Some guest ports: detaches each and removes a clsact that ndpx made and nobody else uses; the
 * entries that say so go last.
 */
int ports_down_some(const char *bpffs, struct dataplane *dp, const struct port_state *ports,
		    size_t n, struct error *err);

/* All guest ports and their instance, of whatever version, which is closed. */
int ports_down(const char *bpffs, struct error *err);

#endif
