// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From a struct ask or struct na to bytes. Byte by byte and with its own checksum: an error
 * in bpf/ must not be repeated here.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"

static void put(struct frame *f, const void *bytes, size_t len)
{
	if (f->len + len > FRAME_MAX)
		abort();
	memcpy(f->b + f->len, bytes, len);
	f->len += len;
}

static void put8(struct frame *f, unsigned int v)
{
	put(f, &(__u8){ (__u8)v }, 1);
}

static void put16(struct frame *f, unsigned int v)
{
	put8(f, v >> 8 & 0xff);
	put8(f, v & 0xff);
}

static void put32(struct frame *f, __u32 v)
{
	put16(f, v >> 16);
	put16(f, v & 0xffff);
}

static unsigned long sum_bytes(unsigned long sum, const __u8 *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (unsigned long)p[i] << 8;
	return sum;
}

__u16 icmp_checksum(const struct addr *s, const struct addr *d, const __u8 *msg, size_t len)
{
	unsigned long sum = 0;

	sum = sum_bytes(sum, s->b, 16);
	sum = sum_bytes(sum, d->b, 16);
	sum += len + NEXT_ICMPV6;
	sum = sum_bytes(sum, msg, len);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)(0xffff - sum);
}

/* RFC 2464 7 for a group, else the solicited station: H. */
static struct mac mac_for(const struct addr *d)
{
	struct mac mac = { { 0x33, 0x33, d->b[12], d->b[13], d->b[14], d->b[15] } };

	return d->b[0] == 0xff ? mac : mac_of(H_MAC);
}

static struct ask ask_plain(void)
{
	return (struct ask){
		.env = ENV_TARGET,
		.ed = mac_of(H_MAC),
		.es = mac_of(ROUTER_MAC),
		.ethertype = TYPE_IPV6,
		.version = 6,
		.plen = AS_IS,
		.next = NEXT_ICMPV6,
		.hop_limit = 255,
		.s = addr_of(ROUTER),
		.d = addr_of(T_ADDR),
		.t = addr_of(T_ADDR),
		.type = 135,
		.csum = AS_IS,
		.msg_len = AS_IS,
	};
}

struct ask ask_probe(void)
{
	return ask_plain();
}

struct ask ask_multicast(void)
{
	struct ask ask = ask_plain();

	ask.d = addr_of("ff02::1:ff00:0");
	ask_target(&ask, T_ADDR);
	opts_mac(&ask, OPT_SLLAO, ask.es);
	return ask;
}

struct ask ask_dad(void)
{
	struct ask ask = ask_multicast();

	ask.s = addr_of("::");
	opts_none(&ask);
	return ask;
}

void ask_dest(struct ask *ask, const char *dest)
{
	ask->d = addr_of(dest);
	ask->ed = mac_for(&ask->d);
}

void ask_target(struct ask *ask, const char *target)
{
	ask->t = addr_of(target);
	if (ask->d.b[0] != 0xff) {
		ask->d = ask->t;
		return;
	}
	ask->d = addr_of("ff02::1:ff00:0");
	memcpy(ask->d.b + 13, ask->t.b + 13, 3);
	ask->ed = mac_for(&ask->d);
}

void ask_tag(struct ask *ask, __u16 type, __u16 tci)
{
	ask->tag[ask->n_tags++] = (struct tag){ type, tci };
}

void opts_none(struct ask *ask)
{
	ask->n_opts = 0;
}

void opts_raw(struct ask *ask, const void *bytes, size_t len)
{
	if (ask->n_opts + len > sizeof(ask->opts))
		abort();
	memcpy(ask->opts + ask->n_opts, bytes, len);
	ask->n_opts += len;
}

void opts_mac(struct ask *ask, __u8 type, struct mac mac)
{
	opts_raw(ask, (__u8[2]){ type, 1 }, 2);
	opts_raw(ask, mac.b, 6);
}

void opts_fill(struct ask *ask, __u8 type, __u8 units)
{
	__u8 body[8 * 255];
	size_t i;

	/* Contents that would be another station's SLLAO if read as an option. */
	for (i = 0; i < sizeof(body); i++)
		body[i] = i % 8 < 2 ? 1 : (__u8)(0xa0 + i % 8 * 2);
	body[0] = type;
	body[1] = units;
	opts_raw(ask, body, (size_t)units * 8);
}

static void put_eth(struct frame *f, struct mac ed, struct mac es, const struct tag *tags,
		    size_t n_tags, unsigned int ethertype)
{
	size_t i;

	put(f, ed.b, 6);
	put(f, es.b, 6);
	for (i = 0; i < n_tags; i++) {
		put16(f, tags[i].type);
		put16(f, tags[i].tci);
	}
	put16(f, ethertype);
}

struct frame ask_frame(const struct ask *ask)
{
	struct frame f = { .len = 0 }, m = { .len = 0 };
	size_t i;

	put8(&m, ask->type);
	put8(&m, ask->code);
	put16(&m, 0);
	put32(&m, ask->reserved);
	put(&m, ask->t.b, 16);
	put(&m, ask->opts, ask->n_opts);
	if (ask->msg_len != AS_IS)
		m.len = (size_t)ask->msg_len;
	if (m.len >= 4) {
		__u16 sum = icmp_checksum(&ask->s, &ask->d, m.b, m.len);

		if (ask->csum != AS_IS)
			sum = (__u16)ask->csum;
		m.b[2] = (__u8)(sum >> 8);
		m.b[3] = (__u8)sum;
	}

	put_eth(&f, ask->ed, ask->es, ask->tag, ask->n_tags, ask->ethertype);
	put32(&f, (__u32)ask->version << 28 | (__u32)ask->tclass << 20 | ask->flow);
	put16(&f,
	      ask->plen == AS_IS ? (unsigned int)(ask->n_ext + m.len) : (unsigned int)ask->plen);
	put8(&f, ask->next);
	put8(&f, ask->hop_limit);
	put(&f, ask->s.b, 16);
	put(&f, ask->d.b, 16);
	put(&f, ask->ext, ask->n_ext);
	put(&f, m.b, m.len);
	for (i = 0; i < ask->trailing; i++)
		put8(&f, (unsigned int)(0x5a + i));
	return f;
}

struct na na_for(const struct ask *ask)
{
	struct na na = {
		.ed = ask->es,
		.es = mac_of(H_MAC),
		.tag = ask->tag[0],
		.n_tags = ask->n_tags,
		.s = ask->t,
		.d = ask->s,
		.t = ask->t,
		.flags = NA_S,
		.lladdr = mac_of(H_MAC),
	};
	struct addr unspecified = addr_of("::");

	if (!memcmp(ask->s.b, unspecified.b, 16)) {
		na.ed = mac_of("33:33:00:00:00:01");
		na.d = addr_of("ff02::1");
		na.flags = 0;
	}
	return na;
}

struct frame na_frame(const struct na *na)
{
	struct frame f = { .len = 0 }, m = { .len = 0 };
	__u16 sum;

	put32(&m, 136u << 24);
	put32(&m, (__u32)na->flags << 24);
	put(&m, na->t.b, 16);
	put8(&m, OPT_TLLAO);
	put8(&m, 1);
	put(&m, na->lladdr.b, 6);
	sum = icmp_checksum(&na->s, &na->d, m.b, m.len);
	m.b[2] = (__u8)(sum >> 8);
	m.b[3] = (__u8)sum;

	put_eth(&f, na->ed, na->es, &na->tag, na->n_tags, TYPE_IPV6);
	put32(&f, 0x60000000);
	put16(&f, 32);
	put8(&f, NEXT_ICMPV6);
	put8(&f, 255);
	put(&f, na->s.b, 16);
	put(&f, na->d.b, 16);
	put(&f, m.b, m.len);
	return f;
}

struct frame hex_frame(const char *hex)
{
	struct frame f = { .len = 0 };
	char byte[3] = "";

	for (; hex[0] && hex[1]; hex += 2) {
		memcpy(byte, hex, 2);
		put8(&f, (unsigned int)strtoul(byte, NULL, 16));
	}
	return f;
}
