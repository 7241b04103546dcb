// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Writes a Neighbor Advertisement as a frame. Pure; sends nothing. */
#include "util/na_frame.h"

#include "util/icmp6.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <string.h>

/* What follows the Ethernet header and the tag. */
struct message {
	struct ip6_hdr ip6;
	struct nd_neighbor_advert na;
	uint8_t option[2]; /* type, length in units of 8 */
	uint8_t lladdr[6];
};
_Static_assert(sizeof(struct message) == 72, "an NA with one option behind its IPv6 header");

#define ICMP_LEN (sizeof(struct message) - sizeof(struct ip6_hdr))

static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };

size_t na_frame_build(const struct ndpx_settings *set, uint16_t vlan, const uint8_t addr[16],
		      const struct ndpx_say *say, uint8_t ret[NA_FRAME_MOST])
{
	const uint8_t *mac = ndpx_link_of(set, vlan)->mac;
	struct message m = { 0 };
	uint8_t *p = ret;

	memcpy(p, all_nodes_mac, 6);
	memcpy(p + 6, mac, 6); /* H, always: the switch port knows no other */
	p += 12;
	if (vlan) {
		*p++ = ETH_P_8021Q >> 8;
		*p++ = ETH_P_8021Q & 0xff;
		*p++ = (uint8_t)(vlan >> 8);
		*p++ = (uint8_t)vlan;
	}
	*p++ = ETH_P_IPV6 >> 8;
	*p++ = ETH_P_IPV6 & 0xff;

	m.ip6.ip6_flow = htonl(6u << 28);
	m.ip6.ip6_plen = htons(ICMP_LEN);
	m.ip6.ip6_nxt = IPPROTO_ICMPV6;
	m.ip6.ip6_hlim = 255;
	memcpy(&m.ip6.ip6_src, set->source_mode == NDPX_SOURCE_TARGET ? addr : set->source, 16);
	memcpy(&m.ip6.ip6_dst, all_nodes, 16);
	m.na.nd_na_type = ND_NEIGHBOR_ADVERT;
	m.na.nd_na_flags_reserved =
		ND_NA_FLAG_OVERRIDE | (say->flags & NDPX_F_ROUTER ? ND_NA_FLAG_ROUTER : 0);
	memcpy(&m.na.nd_na_target, addr, 16);
	m.option[0] = ND_OPT_TARGET_LINKADDR;
	m.option[1] = 1;
	memcpy(m.lladdr, say->flags & NDPX_F_LLADDR ? say->lladdr : mac, 6);
	m.na.nd_na_cksum = htons((uint16_t)~icmp6_sum(&m.ip6, (const uint8_t *)&m.na, ICMP_LEN));
	memcpy(p, &m, sizeof(m));
	return (size_t)(p - ret) + sizeof(m);
}
