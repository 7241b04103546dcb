// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Mutations of the link and network layer, and the choice among all mutations. Those of
 * the message are in mutate_nd.c.
 */
#include <string.h>

#include "mutate_nd.h"

__u32 chance_below(struct chance *c, __u32 limit)
{
	c->state ^= c->state >> 12;
	c->state ^= c->state << 25;
	c->state ^= c->state >> 27;
	return (__u32)((c->state * 0x2545f4914f6cdd1dull) >> 32) % limit;
}

static unsigned int get16(const __u8 *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

static int is_tag(unsigned int type)
{
	return type == TYPE_8021Q || type == TYPE_8021AD;
}

int places_find(const __u8 *frame, size_t len, struct places *ret)
{
	size_t at = 12, msg, plen;
	__u8 next;

	while (at + 6 <= len && is_tag(get16(frame + at)))
		at += 4;
	if (at + 2 + 40 > len || get16(frame + at) != TYPE_IPV6)
		return -1;
	ret->ip6 = at + 2;
	msg = ret->ip6 + 40;
	next = frame[ret->ip6 + 6];
	while (msg + 8 <= len &&
	       (next == NEXT_HOPOPTS || next == NEXT_DSTOPTS || next == NEXT_FRAGMENT)) {
		size_t units = next == NEXT_FRAGMENT ? 1 : frame[msg + 1] + 1u;

		if (msg + units * 8 > len)
			break;
		next = frame[msg];
		msg += units * 8;
	}
	plen = get16(frame + ret->ip6 + 4);
	ret->msg = msg;
	ret->end = ret->ip6 + 40 + plen < len ? ret->ip6 + 40 + plen : len;
	return 0;
}

void mutant_open(struct mutant *m, const struct nursery *n, size_t at, size_t len)
{
	if (at > m->len || m->len + len > n->len_max)
		return;
	memmove(m->b + at + len, m->b + at, m->len - at);
	memset(m->b + at, 0, len);
	m->len += len;
}

void mutant_close(struct mutant *m, size_t at, size_t len)
{
	if (at + len > m->len)
		return;
	memmove(m->b + at, m->b + at + len, m->len - at - len);
	m->len -= len;
}

__u8 chance_byte(struct chance *c)
{
	static const __u8 worth[] = { 0,  1,  2,  3,   4,   6,	 11,  13,  14,	25,
				      44, 58, 60, 127, 128, 134, 135, 136, 254, 255 };

	if (chance_below(c, 2))
		return (__u8)chance_below(c, 256);
	return worth[chance_below(c, sizeof(worth))];
}

static void flip(struct mutant *m, const struct nursery *n, struct chance *c)
{
	__u32 bits = 1 + chance_below(c, 3);

	(void)n;
	while (m->len && bits--)
		m->b[chance_below(c, (__u32)m->len)] ^= (__u8)(1 << chance_below(c, 8));
}

static void set_byte(struct mutant *m, const struct nursery *n, struct chance *c)
{
	(void)n;
	if (m->len)
		m->b[chance_below(c, (__u32)m->len)] = chance_byte(c);
}

static void set_mac(struct mutant *m, const struct nursery *n, struct chance *c)
{
	(void)n;
	if (m->len >= 12)
		chance_mac(c, m->b + 6 * chance_below(c, 2));
}

/* Version and class, flow label, payload length, next header, hop limit. */
static void set_header(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct places p;
	__u8 *h;

	(void)n;
	if (places_find(m->b, m->len, &p))
		return;
	h = m->b + p.ip6;
	switch (chance_below(c, 5)) {
	case 0:
		h[0] = (__u8)(chance_below(c, 4) ? 0x60 | chance_below(c, 16) : chance_byte(c));
		break;
	case 1:
		h[1 + chance_below(c, 3)] = chance_byte(c);
		break;
	case 2:
		h[5] = (__u8)(h[5] + chance_below(c, 33) - 16);
		break;
	case 3:
		h[6] = chance_byte(c);
		break;
	default:
		h[7] = chance_byte(c);
	}
}

static void shorten(struct mutant *m, const struct nursery *n, struct chance *c)
{
	(void)n;
	if (chance_below(c, 4))
		m->len -= m->len ? chance_below(c, m->len < 24 ? (__u32)m->len : 24) : 0;
	else
		m->len = chance_below(c, (__u32)m->len + 1);
}

static void lengthen(struct mutant *m, const struct nursery *n, struct chance *c)
{
	static const __u32 max[] = { 8, 64, 64, 64, 64, 64, 64, 1400, MUTANT_MAX };
	size_t by = chance_below(c, max[chance_below(c, sizeof(max) / sizeof(max[0]))]);
	__u8 fill = chance_byte(c);
	size_t i;

	if (m->len + by > n->len_max)
		return;
	for (i = 0; i < by; i++)
		m->b[m->len++] = (__u8)(fill + i);
}

static void add_tag(struct mutant *m, const struct nursery *n, struct chance *c)
{
	static const __u16 types[] = { TYPE_8021Q, TYPE_8021Q, TYPE_8021Q, TYPE_8021AD, 0x9100 };
	static const __u16 vids[] = { 0, 1, 88, 88, 89, 4094, 4095 };
	size_t before = m->len;
	__u16 type = types[chance_below(c, 5)], tci = vids[chance_below(c, 7)];

	if (m->len < 14)
		return;
	mutant_open(m, n, 12, 4);
	if (m->len == before)
		return;
	tci |= (__u16)(chance_below(c, 3) ? 0 : chance_below(c, 16) << 12);
	m->b[12] = (__u8)(type >> 8);
	m->b[13] = (__u8)type;
	m->b[14] = (__u8)(tci >> 8);
	m->b[15] = (__u8)tci;
}

static void take_tag(struct mutant *m, const struct nursery *n, struct chance *c)
{
	(void)n;
	(void)c;
	if (m->len >= 18 && is_tag(get16(m->b + 12)))
		mutant_close(m, 12, 4);
}

static void add_ext(struct mutant *m, const struct nursery *n, struct chance *c)
{
	static const __u8 types[] = { NEXT_HOPOPTS,  NEXT_DSTOPTS, NEXT_FRAGMENT,
				      NEXT_FRAGMENT, NEXT_ROUTING, NEXT_AH };
	size_t before = m->len;
	struct places p;
	__u8 *h;

	if (places_find(m->b, m->len, &p))
		return;
	mutant_open(m, n, p.ip6 + 40, 8);
	if (m->len == before)
		return;
	h = m->b + p.ip6;
	h[40] = h[6];
	h[6] = types[chance_below(c, sizeof(types))];
	if (h[6] == NEXT_FRAGMENT) {
		h[43] = (__u8)(chance_below(c, 3) ? 0 : chance_byte(c));
		h[47] = chance_byte(c);
	} else {
		h[42] = 1; /* PadN over the rest */
		h[43] = 4;
	}
}

/* The beginning of this frame, then the end of another row's. */
static void splice(struct mutant *m, const struct nursery *n, struct chance *c)
{
	const struct row *other = &n->rows[chance_below(c, (__u32)n->n_rows)];
	size_t at = chance_below(c, (__u32)m->len + 1);

	if (other->len <= at || other->len > n->len_max)
		return;
	memcpy(m->b + at, other->frame + at, other->len - at);
	m->len = other->len;
}

void mutate(const struct nursery *n, struct chance *c, struct mutant *ret)
{
	typedef void change(struct mutant *, const struct nursery *, struct chance *);
	static change *const changes[] = {
		flip,	    flip,	  set_byte,  set_mac,	 set_header, set_header, shorten,
		lengthen,   add_tag,	  take_tag,  add_ext,	 splice,     nd_address, nd_address,
		nd_target,  nd_target,	  nd_target, nd_message, nd_option,  nd_option,	 nd_sll,
		nd_shuffle, nd_duplicate, nd_remove, nd_units,	 nd_type,
	};
	const __u32 n_changes = sizeof(changes) / sizeof(changes[0]);
	__u32 times = chance_below(c, 5);
	const struct row *row;

	do {
		row = &n->rows[chance_below(c, (__u32)n->n_rows)];
	} while (row->len > n->len_max);
	memcpy(ret->b, row->frame, row->len);
	ret->len = row->len;
	while (times--)
		changes[chance_below(c, n_changes)](ret, n, c);
	if (chance_below(c, 2))
		nd_mend_addresses(ret);
	if (chance_below(c, 2))
		nd_mend_length(ret);
	if (chance_below(c, 2))
		nd_mend_checksum(ret);
}
