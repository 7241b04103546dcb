// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Writes the solicitations of `explain`, and reads frames in hex; prints nothing, knows no map. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <sys/random.h>

#include "nd/frame.h"
#include "util/solicitation.h"

void solicitation_requester(struct solicitation *q)
{
	static const uint8_t otherwise[6] = { 0x02, 'n', 'd', 'p', 'x', 1 };

	inet_pton(AF_INET6, "fe80::6e64:7078:1", &q->source);
	if (getrandom(q->mac, sizeof(q->mac), 0) != sizeof(q->mac))
		memcpy(q->mac, otherwise, sizeof(otherwise));
	q->mac[0] = (uint8_t)((q->mac[0] & 0xfc) | 0x02);
}

size_t solicitation_build(const struct solicitation *q, uint8_t frame[FRAME_ROOM])
{
	const struct nd_addr target = nd_get_addr(&q->target);
	const nd_mac mac = nd_get_mac(q->mac);
	struct nd_head h = { .src_mac = mac, .dst = target, .vlan = q->vlan };

	if (q->kind != SOLICITATION_DAD)
		h.src = nd_get_addr(&q->source);
	if (q->kind == SOLICITATION_PROBE) {
		h.dst_mac = nd_get_mac(q->port_mac);
	} else {
		h.dst = nd_solicited_node(target);
		h.dst_mac = nd_group_mac(h.dst);
	}
	return nd_write_ns(frame, &h, target, q->kind == SOLICITATION_MULTICAST ? mac : 0);
}

void solicitation_read(const uint8_t *frame, size_t len, struct solicitation *ret)
{
	size_t at = ND_ETH_LEN; /* of the IPv6 header */

	memset(ret, 0, sizeof(*ret));
	if (len < at)
		return;
	memcpy(ret->mac, frame + 6, sizeof(ret->mac));
	while (at + ND_TAG_LEN <= len &&
	       nd_is_vlan((uint16_t)(frame[at - 2] << 8 | frame[at - 1]))) {
		if (!ret->vlan)
			ret->vlan = (uint16_t)(frame[at] << 8 | frame[at + 1]) & ND_VID_MASK;
		at += ND_TAG_LEN;
	}
	if (at + ND_IP6_LEN > len || frame[at - 2] != 0x86 || frame[at - 1] != 0xdd)
		return;
	memcpy(&ret->source, frame + at + 8, sizeof(ret->source));
	if (frame[at + 6] != ND_NEXT_ICMPV6 || at + ND_IP6_LEN + ND_NS_LEN > len)
		return;
	memcpy(&ret->target, frame + at + ND_IP6_LEN + 8, sizeof(ret->target));
}

int frame_from_hex(const char *text, uint8_t frame[FRAME_ROOM])
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
		if (!high || !low || n == FRAME_ROOM)
			return -EINVAL;
		frame[n++] = (uint8_t)((high - digits) << 4 | (low - digits));
		text += 2;
	}
	return (int)n;
}
