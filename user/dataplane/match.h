/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rule decides about an address: what the program finds, found by user space. */
#ifndef NDPX_DECIDING_H
#define NDPX_DECIDING_H

#include <netinet/in.h>
#include <stdbool.h>

#include "dataplane/dataplane.h"

struct deciding {
	struct entry entry; /* say.action NDPX_ACT_NONE: no rule */
	bool host;    /* an address of this host on another interface (P76), whose rule it is */
	bool anycast; /* the address is the first of this prefix: RFC 4861 7.2.7, not answered */
};

/*
 * The address itself, else the longest prefix, which speaks neither for link-local
 * targets nor, where it answers, for its own first address. 0, or -errno with *err set.
 */
int deciding_rule(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr,
		  struct deciding *ret, struct error *err);

#endif
