// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The ICMPv6 checksum. Pure. */
#include "util/icmp6.h"

#include <string.h>

struct in6_addr solicited_node(const struct in6_addr *target)
{
	struct in6_addr group = { .s6_addr = { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff } };

	memcpy(group.s6_addr + 13, target->s6_addr + 13, 3);
	return group;
}

static uint32_t add_words(uint32_t sum, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	return len % 2 ? sum + ((uint32_t)p[len - 1] << 8) : sum;
}

uint16_t icmp6_sum(const struct ip6_hdr *ip6, const uint8_t *message, size_t len)
{
	uint32_t sum = (uint32_t)len + IPPROTO_ICMPV6;

	sum = add_words(sum, ip6->ip6_src.s6_addr, sizeof(ip6->ip6_src));
	sum = add_words(sum, ip6->ip6_dst.s6_addr, sizeof(ip6->ip6_dst));
	sum = add_words(sum, message, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}
