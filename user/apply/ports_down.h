/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Taking guest ports down with all that was changed for them; for `down` and `apply`. */
#ifndef NDPX_PORTS_DOWN_H
#define NDPX_PORTS_DOWN_H

#include "dataplane/dataplane.h"

/*
 * One port: detaches, then removes a clsact that ndpx made and nobody else uses, and the
 * entry that says so last. The lock is held.
 */
int ports_down_one(const char *bpffs, struct dataplane *dp, const struct port_state *port,
		   struct error *err);

/* All of them and the instance, of whatever version. The lock is held, the instance closed. */
int ports_down(const char *bpffs, struct error *err);

#endif
