/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The instances that are pinned in a bpffs directory and belong to this network namespace. */
#ifndef NDPX_INSTANCES_H
#define NDPX_INSTANCES_H

#include <net/if.h>

#include "dataplane/dataplane.h"

struct instance {
	struct dataplane *dp;	   /* NULL: not whole, or of another version */
	struct dataplane *foreign; /* only its record, of another version; else NULL */
	uint32_t ifindex;
	char dev[IFNAMSIZ];
	struct attachment attachment;
};

/*
 * All instances, sorted by name, or that of `dev` where it is not NULL; having none is not an
 * error. The array is freed with dataplane_close_instances().
 */
int dataplane_instances(const char *bpffs, const char *dev, struct instance **ret, size_t *ret_n,
			struct error *err);
void dataplane_close_instances(struct instance *instances, size_t n);

/* Is there a guest port of this name, which may be NULL? */
bool dataplane_is_port(const char *bpffs, const char *dev);

#endif
