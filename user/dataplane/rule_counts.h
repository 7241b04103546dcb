/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How many rules of which kind an instance holds. */
#ifndef NDPX_TALLY_H
#define NDPX_TALLY_H

#include "dataplane/dataplane.h"

struct tally {
	size_t guests, prefixes; /* answers, by exact address and by prefix */
	size_t denies;
	size_t own; /* addresses and gateways of this host */
};

int tally_rules(struct dataplane *dp, struct tally *ret, struct error *err);

#endif
