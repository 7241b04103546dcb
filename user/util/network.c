// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Arithmetic on IPv6 addresses. */
#include <stdint.h>

#include "util/network.h"

struct in6_addr network_of(const struct in6_addr *addr, unsigned int bits)
{
	struct in6_addr net = *addr;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		if (bits <= i * 8)
			net.s6_addr[i] = 0;
		else if (bits < i * 8 + 8)
			net.s6_addr[i] &= (uint8_t)(0xff << (i * 8 + 8 - bits));
	}
	return net;
}
