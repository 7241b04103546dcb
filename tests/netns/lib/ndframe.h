/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Solicitations and advertisements as bytes, for ndtool. Written from RFC 4861 alone;
 * on purpose shares no code with the responder. No sockets, no output.
 */
#ifndef NDFRAME_H
#define NDFRAME_H

#include <net/ethernet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FRAME_MAX  2048
#define ND_NS	   135
#define ND_NA	   136
#define IP6_LEN	   40
#define ICMP_LEN   24 /* of an NS or NA without options */
#define LLADDR_OPT 8

struct frame {
	size_t len;
	uint8_t b[FRAME_MAX];
};

/* How a frame is to be built. */
struct recipe {
	int vlan;   /* -1: untagged */
	bool probe; /* NS: by unicast, to the station `to` */
	uint8_t to[6];
	bool no_option; /* NS: without SLLAO */
	uint8_t flags;	/* NA: R, S and O as they lie in the fifth byte */
};

/* RFC 4443 2.3: over the pseudo header and the message, the checksum field as it stands. */
static inline uint16_t icmp_sum(const uint8_t *ip6, const uint8_t *icmp, size_t len)
{
	uint32_t sum = (uint32_t)len + 58;
	size_t i;

	for (i = 8; i < IP6_LEN; i += 2)
		sum += (uint32_t)(ip6[i] << 8 | ip6[i + 1]);
	for (i = 0; i < len; i++)
		sum += (uint32_t)(i % 2 ? icmp[i] : icmp[i] << 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Offset of the IPv6 header after at most one tag, 0 if there is none. */
static inline size_t ip6_offset(const struct frame *f)
{
	size_t o = ETH_HLEN;

	if (f->len >= o + 4 && f->b[12] == 0x81 && f->b[13] == 0x00)
		o += 4;
	if (f->len < o + IP6_LEN || f->b[o - 2] != 0x86 || f->b[o - 1] != 0xdd)
		return 0;
	return o;
}

/* The ICMPv6 message of a valid NS or NA, or NULL. *ret_len is its length. */
static inline const uint8_t *nd_message(const struct frame *f, uint8_t type, size_t *ret_len)
{
	size_t o = ip6_offset(f), len;
	const uint8_t *ip6 = f->b + o;

	if (!o || ip6[6] != 58 || ip6[7] != 255)
		return NULL;
	len = (size_t)(ip6[4] << 8 | ip6[5]);
	if (len < ICMP_LEN || o + IP6_LEN + len > f->len || ip6[IP6_LEN] != type ||
	    icmp_sum(ip6, ip6 + IP6_LEN, len) != 0)
		return NULL;
	*ret_len = len;
	return ip6 + IP6_LEN;
}

static inline void build(struct frame *f, const struct recipe *how, const uint8_t dst[6],
			 const uint8_t src[6], const uint8_t src6[16], const uint8_t dst6[16],
			 uint8_t type, const uint8_t target[16], const uint8_t *lladdr)
{
	size_t o = ETH_HLEN, len = ICMP_LEN + (lladdr ? LLADDR_OPT : 0);
	uint8_t *ip6, *icmp;
	uint16_t sum;

	memset(f, 0, sizeof(*f));
	memcpy(f->b, dst, 6);
	memcpy(f->b + 6, src, 6);
	if (how->vlan >= 0) {
		f->b[12] = 0x81;
		f->b[14] = (uint8_t)(how->vlan >> 8);
		f->b[15] = (uint8_t)how->vlan;
		o += 4;
	}
	f->b[o - 2] = 0x86;
	f->b[o - 1] = 0xdd;
	ip6 = f->b + o;
	ip6[0] = 0x60;
	ip6[5] = (uint8_t)len;
	ip6[6] = 58;
	ip6[7] = 255;
	memcpy(ip6 + 8, src6, 16);
	memcpy(ip6 + 24, dst6, 16);
	icmp = ip6 + IP6_LEN;
	icmp[0] = type;
	icmp[4] = type == ND_NA ? how->flags : 0;
	memcpy(icmp + 8, target, 16);
	if (lladdr) {
		icmp[24] = type == ND_NA ? 2 : 1;
		icmp[25] = 1;
		memcpy(icmp + 26, lladdr, 6);
	}
	sum = icmp_sum(ip6, icmp, len);
	icmp[2] = (uint8_t)(sum >> 8);
	icmp[3] = (uint8_t)sum;
	f->len = o + IP6_LEN + len;
}

/* S = :: makes it duplicate address detection: no SLLAO (RFC 4861 4.3). */
static inline void build_ns(struct frame *f, const struct recipe *how, const uint8_t mac[6],
			    const uint8_t src6[16], const uint8_t target[16])
{
	static const uint8_t unspecified[16];
	uint8_t group[6] = { 0x33, 0x33, 0xff };
	uint8_t snm[16] = { 0xff, 0x02, [11] = 1, [12] = 0xff };
	bool bare = how->no_option || !memcmp(src6, unspecified, 16);

	memcpy(group + 3, target + 13, 3);
	memcpy(snm + 13, target + 13, 3);
	build(f, how, how->probe ? how->to : group, mac, src6, how->probe ? target : snm, ND_NS,
	      target, bare ? NULL : mac);
}

#endif
