/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What all that make or read Neighbor Discovery in user space have in common. Pure. */
#ifndef NDPX_ICMP6_H
#define NDPX_ICMP6_H

#include <netinet/in.h>
#include <netinet/ip6.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 4291 2.7.1: the group in which a solicitation for `target` is sent. */
struct in6_addr solicited_node(const struct in6_addr *target);

/*
 * RFC 4443 2.3: the sum over addresses, length, next header and the message, folded: 0xffff
 * where the message's checksum is right, and the complement of the checksum that a
 * message needs where its place is 0. In host order.
 */
uint16_t icmp6_sum(const struct ip6_hdr *ip6, const uint8_t *message, size_t len);

#endif
