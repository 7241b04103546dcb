/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arithmetic on IPv6 addresses. */
#ifndef NDPX_NETWORK_H
#define NDPX_NETWORK_H

#include <netinet/in.h>

/* The address with its host bits cleared. */
struct in6_addr network_of(const struct in6_addr *addr, unsigned int bits);

#endif
