// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Mutations of the solicitation: its addresses, fields and options; and the repair of
 * what they broke.
 */
#include <string.h>

#include "mutate_nd.h"

#define NS_LEN 24

void chance_mac(struct chance *c, __u8 *ret)
{
	static const char *const worth[] = {
		ROUTER_MAC,	     H_MAC,
		LLADDR_MAC,	     "02:00:00:00:00:77",
		"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff",
		"33:33:00:00:00:01", "03:00:00:00:00:01",
	};
	struct mac mac = mac_of(worth[chance_below(c, sizeof(worth) / sizeof(worth[0]))]);

	memcpy(ret, mac.b, 6);
	if (chance_below(c, 8) == 0)
		ret[chance_below(c, 6)] ^= (__u8)(1 << chance_below(c, 8));
}

static struct addr chance_addr(const struct nursery *n, struct chance *c)
{
	static const char *const worth[] = {
		"::",
		"::1",
		ROUTER,
		L_ADDR,
		OWN,
		"ff02::1",
		"ff02::2",
		"ff02::1:ff00:1234",
		"ff01::1",
		"ff05::2",
		"fe80::2",
		"fd00:1::1",
		"::ffff:192.0.2.1",
		T_ADDR,
		"2001:db8:1::1",
	};
	struct addr a;

	if (chance_below(c, 2)) {
		a = addr_of(worth[chance_below(c, sizeof(worth) / sizeof(worth[0]))]);
	} else {
		const struct row_rule *r = &n->env->rules[chance_below(c, (__u32)n->env->n_rules)];

		memcpy(a.b, r->addr, 16);
		if (r->bits < 128 && chance_below(c, 4))
			a.b[15] = chance_byte(c);
	}
	if (chance_below(c, 16) == 0)
		a.b[chance_below(c, 16)] ^= (__u8)(1 << chance_below(c, 8));
	return a;
}

/* S or D. */
void nd_address(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct addr a = chance_addr(n, c);
	struct places p;

	if (!places_find(m->b, m->len, &p))
		memcpy(m->b + p.ip6 + 8 + 16 * chance_below(c, 2), a.b, 16);
}

void nd_target(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct addr a = chance_addr(n, c);
	struct places p;

	if (!places_find(m->b, m->len, &p) && p.msg + NS_LEN <= m->len)
		memcpy(m->b + p.msg + 8, a.b, 16);
}

void nd_message(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct places p;

	(void)n;
	if (!places_find(m->b, m->len, &p) && p.msg + 8 <= m->len)
		m->b[p.msg + chance_below(c, 8)] = chance_byte(c);
}

/* The number of 8-byte steps of options, and one of them; 0 if there is no solicitation. */
static __u32 steps(const struct mutant *m, struct places *p)
{
	if (places_find(m->b, m->len, p) || p->msg + NS_LEN > p->end)
		return 0;
	return (__u32)(p->end - p->msg - NS_LEN) / 8;
}

static __u8 *step(struct mutant *m, const struct places *p, __u32 i)
{
	return m->b + p->msg + NS_LEN + 8 * i;
}

void nd_option(struct mutant *m, const struct nursery *n, struct chance *c)
{
	static const __u8 types[] = { OPT_SLLAO, OPT_SLLAO, OPT_TLLAO, 3,  5,  11,
				      12,	 13,	    OPT_NONCE, 25, 253 };
	struct places p;
	__u32 count = steps(m, &p);
	__u32 units = 1 + (chance_below(c, 3) ? 0 : chance_below(c, 9));
	size_t before = m->len;
	__u8 *o;

	if (places_find(m->b, m->len, &p) || p.msg + NS_LEN > p.end)
		return;
	o = step(m, &p, chance_below(c, count + 1));
	mutant_open(m, n, (size_t)(o - m->b), 8 * units);
	if (m->len == before)
		return;
	memset(o + 2, 0x5a, 8 * units - 2);
	o[0] = types[chance_below(c, sizeof(types))];
	o[1] = (__u8)units;
	chance_mac(c, o + 2);
	if (chance_below(c, 2))
		nd_mend_length(m);
}

/* The first step is taken as the SLLAO: most frames have it there. */
void nd_sll(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct places p;

	(void)n;
	if (steps(m, &p))
		chance_mac(c, step(m, &p, 0) + 2);
}

void nd_shuffle(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct places p;
	__u32 count = steps(m, &p);
	__u8 *a, *b, tmp[8];

	(void)n;
	if (!count)
		return;
	a = step(m, &p, chance_below(c, count));
	b = step(m, &p, chance_below(c, count));
	memcpy(tmp, a, 8);
	memmove(a, b, 8);
	memcpy(b, tmp, 8);
}

void nd_duplicate(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct places p;
	__u32 count = steps(m, &p);
	size_t before = m->len;
	__u8 tmp[8];

	if (!count)
		return;
	memcpy(tmp, step(m, &p, chance_below(c, count)), 8);
	mutant_open(m, n, p.end, 8);
	if (m->len == before)
		return;
	memcpy(m->b + p.end, tmp, 8);
	nd_mend_length(m);
}

void nd_remove(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct places p;
	__u32 count = steps(m, &p);

	(void)n;
	if (!count)
		return;
	mutant_close(m, (size_t)(step(m, &p, chance_below(c, count)) - m->b), 8);
	if (chance_below(c, 2))
		nd_mend_length(m);
}

void nd_units(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct places p;
	__u32 count = steps(m, &p);

	(void)n;
	if (count)
		step(m, &p, chance_below(c, count))[1] = (__u8)chance_below(c, 10);
}

void nd_type(struct mutant *m, const struct nursery *n, struct chance *c)
{
	struct places p;
	__u32 count = steps(m, &p);

	(void)n;
	if (count)
		step(m, &p, chance_below(c, count))[0] = chance_byte(c);
}

void nd_mend_addresses(struct mutant *m)
{
	struct places p;
	__u8 *d, *t;

	if (places_find(m->b, m->len, &p) || p.msg + NS_LEN > m->len)
		return;
	d = m->b + p.ip6 + 24;
	t = m->b + p.msg + 8;
	if (d[0] == 0xff) {
		struct addr snm = addr_of("ff02::1:ff00:0");

		memcpy(d, snm.b, 16);
		memcpy(d + 13, t + 13, 3);
		memcpy(m->b, (__u8[2]){ 0x33, 0x33 }, 2);
		memcpy(m->b + 2, d + 12, 4);
	} else {
		struct mac h = mac_of(H_MAC);

		memcpy(d, t, 16);
		memcpy(m->b, h.b, 6);
	}
}

/* The message ends with the frame. */
void nd_mend_length(struct mutant *m)
{
	struct places p;
	size_t plen;

	if (places_find(m->b, m->len, &p))
		return;
	plen = m->len - p.ip6 - 40;
	m->b[p.ip6 + 4] = (__u8)(plen >> 8);
	m->b[p.ip6 + 5] = (__u8)plen;
}

void nd_mend_checksum(struct mutant *m)
{
	struct addr s, d;
	struct places p;
	__u16 sum;

	if (places_find(m->b, m->len, &p) || p.msg + 4 > p.end)
		return;
	memcpy(s.b, m->b + p.ip6 + 8, 16);
	memcpy(d.b, m->b + p.ip6 + 24, 16);
	memset(m->b + p.msg + 2, 0, 2);
	sum = icmp_checksum(&s, &d, m->b + p.msg, p.end - p.msg);
	m->b[p.msg + 2] = (__u8)(sum >> 8);
	m->b[p.msg + 3] = (__u8)sum;
}
