// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Takes the frames of `explain` apart and writes its question; prints nothing, knows no map. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <sys/random.h>

#include "util/explain.h"
#include "util/icmp6.h"

#define ETH_LEN	     14
#define TAG_LEN	     4
#define TYPE_8021Q   0x8100
#define TYPE_IPV6    0x86dd
#define LLADDR_UNITS 8 /* bytes of an option with a MAC, RFC 4861 4.6.1 */

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static unsigned int get16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

void question_asker(struct question *q)
{
	static const uint8_t otherwise[6] = { 0x02, 'n', 'd', 'p', 'x', 1 };

	inet_pton(AF_INET6, "fe80::6e64:7078:1", &q->source);
	if (getrandom(q->mac, sizeof(q->mac), 0) != sizeof(q->mac))
		memcpy(q->mac, otherwise, sizeof(otherwise));
	q->mac[0] = (uint8_t)((q->mac[0] & 0xfc) | 0x02);
}

size_t question_build(const struct question *q, uint8_t frame[EXPLAIN_FRAME])
{
	size_t l2 = ETH_LEN + (q->vlan ? TAG_LEN : 0);
	size_t message_len = sizeof(struct nd_neighbor_solicit);
	uint8_t *message = frame + l2 + sizeof(struct ip6_hdr);
	struct nd_neighbor_solicit ns = { .nd_ns_type = ND_NEIGHBOR_SOLICIT };
	struct ip6_hdr ip6 = { .ip6_nxt = IPPROTO_ICMPV6, .ip6_hlim = 255 };

	ip6.ip6_flow = htonl(0x60000000);
	ip6.ip6_dst = q->target;
	if (q->kind != QUESTION_DAD)
		ip6.ip6_src = q->source;
	if (q->kind == QUESTION_PROBE) {
		memcpy(frame, q->port_mac, 6);
	} else {
		ip6.ip6_dst = solicited_node(&q->target);
		put16(frame, 0x3333);
		memcpy(frame + 2, ip6.ip6_dst.s6_addr + 12, 4);
	}
	memcpy(frame + 6, q->mac, 6);
	if (q->vlan) {
		put16(frame + 12, TYPE_8021Q);
		put16(frame + 14, q->vlan);
	}
	put16(frame + l2 - 2, TYPE_IPV6);
	if (q->kind == QUESTION_MULTICAST) {
		uint8_t *option = message + message_len;

		option[0] = ND_OPT_SOURCE_LINKADDR;
		option[1] = 1;
		memcpy(option + 2, q->mac, 6);
		message_len += LLADDR_UNITS;
	}
	ns.nd_ns_target = q->target;
	memcpy(message, &ns, sizeof(ns));
	ip6.ip6_plen = htons((uint16_t)message_len);
	put16(message + 2, (uint16_t)~icmp6_sum(&ip6, message, message_len));
	memcpy(frame + l2, &ip6, sizeof(ip6));
	return l2 + sizeof(ip6) + message_len;
}

int advertisement_read(const uint8_t *frame, size_t len, struct advertisement *ret)
{
	struct nd_neighbor_advert na;
	size_t l2 = ETH_LEN, message_len;
	struct ip6_hdr ip6;
	const uint8_t *message;

	memset(ret, 0, sizeof(*ret));
	if (len < ETH_LEN + TAG_LEN)
		return -EINVAL;
	if (get16(frame + 12) == TYPE_8021Q) {
		ret->vlan = get16(frame + 14) & 0xfff;
		l2 += TAG_LEN;
	}
	if (len < l2 + sizeof(ip6) + sizeof(na) || get16(frame + l2 - 2) != TYPE_IPV6)
		return -EINVAL;
	memcpy(&ip6, frame + l2, sizeof(ip6));
	message = frame + l2 + sizeof(ip6);
	message_len = ntohs(ip6.ip6_plen);
	memcpy(&na, message, sizeof(na));
	if (ip6.ip6_nxt != IPPROTO_ICMPV6 || na.nd_na_type != ND_NEIGHBOR_ADVERT ||
	    message_len < sizeof(na) || len < l2 + sizeof(ip6) + message_len)
		return -EINVAL;
	memcpy(ret->dst_mac, frame, 6);
	memcpy(ret->src_mac, frame + 6, 6);
	ret->src = ip6.ip6_src;
	ret->dst = ip6.ip6_dst;
	ret->hop_limit = ip6.ip6_hlim;
	ret->target = na.nd_na_target;
	ret->router = na.nd_na_flags_reserved & ND_NA_FLAG_ROUTER;
	ret->solicited = na.nd_na_flags_reserved & ND_NA_FLAG_SOLICITED;
	ret->override = na.nd_na_flags_reserved & ND_NA_FLAG_OVERRIDE;
	ret->checksum_ok = icmp6_sum(&ip6, message, message_len) == 0xffff;
	if (message_len >= sizeof(na) + LLADDR_UNITS &&
	    message[sizeof(na)] == ND_OPT_TARGET_LINKADDR && message[sizeof(na) + 1] == 1) {
		ret->has_lladdr = true;
		memcpy(ret->lladdr, message + sizeof(na) + 2, 6);
	}
	return 0;
}

int frame_from_hex(const char *text, uint8_t frame[EXPLAIN_FRAME])
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;
	size_t n = 0;

	while (*text) {
		/* "0x0010:", how tcpdump begins a line */
		if (!strncmp(text, "0x", 2) && strspn(text + 2, "0123456789abcdef") == 4 &&
		    text[6] == ':') {
			text += 7;
			continue;
		}
		if (isspace((unsigned char)*text) || *text == ':') {
			text++;
			continue;
		}
		high = strchr(digits, tolower((unsigned char)text[0]));
		low = text[1] ? strchr(digits, tolower((unsigned char)text[1])) : NULL;
		if (!high || !low || n == EXPLAIN_FRAME)
			return -EINVAL;
		frame[n++] = (uint8_t)((high - digits) << 4 | (low - digits));
		text += 2;
	}
	return (int)n;
}
