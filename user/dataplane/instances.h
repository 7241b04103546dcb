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

/* dataplane_open(), but -ENOENT as well for an instance of another network namespace. */
int dataplane_open_here(const char *bpffs, uint32_t ifindex, struct dataplane **ret,
			struct error *err);

/*
 * All instances, sorted by name, or that of `dev` where it is not NULL; having none is not an
 * error. The array is freed with dataplane_close_instances().
 */
int dataplane_instances(const char *bpffs, const char *dev, struct instance **ret, size_t *ret_n,
			struct error *err);
void dataplane_close_instances(struct instance *instances, size_t n);

/*
 * Opens the instance of the guest ports. -ENOENT, *err untouched: this network namespace
 * has none that is whole; -EPROTO: it is of another version.
 */
int dataplane_open_ports(const char *bpffs, struct dataplane **ret, struct error *err);

/* Is there a guest port of this name, which may be NULL? */
bool dataplane_is_port(const char *bpffs, const char *dev);

/* Is anything of theirs pinned, whole or not, that is not another network namespace's? */
bool dataplane_ports_there(const char *bpffs);

#endif
