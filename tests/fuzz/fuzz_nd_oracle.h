/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * When a solicitation may be answered, and what the answer must be, byte by byte from
 * RFC 4861 7.1.1 and 4.4 and "The answer" of PROTOCOL.md. Slow and simple on purpose, and
 * without a line of bpf/: shared code would share its errors.
 */
#ifndef FUZZ_ND_ORACLE_H
#define FUZZ_ND_ORACLE_H

#include <string.h>

#include <linux/types.h>

#include "fuzz_assert.h"

static const __u8 oracle_mac[6] = { 2, 0, 0, 0, 0, 0xfe };
static const __u8 oracle_lladdr[6] = { 2, 0, 0, 0, 0xaa, 1 };
static const __u8 oracle_link_local[16] = { 0xfe, 0x80, [15] = 0xfe };
static const __u8 oracle_all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
static const __u8 oracle_all_nodes[16] = { 0xff, 2, [15] = 1 };

/* RFC 1071 over pseudo-header and `plen` bytes of message, 16 bits at a time, not inverted. */
static inline unsigned int oracle_sum(const __u8 *ip6, size_t plen)
{
	unsigned int sum = 58 + (unsigned int)plen;
	size_t i;

	for (i = 8; i < 40; i += 2)
		sum += (unsigned int)(ip6[i] << 8 | ip6[i + 1]);
	for (i = 0; i < plen; i++)
		sum += i % 2 ? ip6[40 + i] : (unsigned int)ip6[40 + i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static inline int oracle_is_zero(const __u8 *p, size_t len)
{
	while (len && !*p) {
		p++;
		len--;
	}
	return len == 0;
}

/* The first SLLAO's address, or NULL; aborts on options that no one may answer. */
static inline const __u8 *oracle_options(const __u8 *opts, size_t len)
{
	const __u8 *sll = NULL;
	size_t at;

	for (at = 0; at < len; at += 8u * opts[at + 1]) {
		fuzz_assert(at + 8 <= len);
		fuzz_assert(opts[at + 1] != 0);
		fuzz_assert(at + 8u * opts[at + 1] <= len);
		fuzz_assert(opts[at] < 11 || opts[at] > 13);
		if (opts[at] != 1)
			continue;
		fuzz_assert(opts[at + 1] == 1);
		fuzz_assert(!sll || !memcmp(sll, opts + at + 2, 6));
		sll = sll ? sll : opts + at + 2;
	}
	return sll;
}

/* RFC 4861 7.1.1 and the rows of PROTOCOL.md that it names. */
static inline void oracle_solicitation(const __u8 *f, size_t len, size_t l2)
{
	const __u8 *ip6 = f + l2, *icmp = ip6 + 40, *t = icmp + 8, *sll;
	size_t plen;

	fuzz_assert(l2 == 14 || (l2 == 18 && f[12] == 0x81 && f[13] == 0));
	fuzz_assert(len >= l2 + 64);
	fuzz_assert(f[l2 - 2] == 0x86 && f[l2 - 1] == 0xdd);
	plen = (size_t)(ip6[4] << 8 | ip6[5]);
	fuzz_assert(ip6[0] >> 4 == 6 && ip6[6] == 58 && ip6[7] == 255);
	fuzz_assert(plen >= 24 && plen <= 24 + 64 && l2 + 40 + plen <= len);
	fuzz_assert(icmp[0] == 135 && icmp[1] == 0);
	fuzz_assert(oracle_sum(ip6, plen) == 0xffff);
	fuzz_assert(t[0] != 0xff && !oracle_is_zero(t, 16));
	fuzz_assert(ip6[8] != 0xff && memcmp(ip6 + 8, t, 16));
	/* P12: a probe may go to the guest's own MAC, and the answer then names that one. */
	fuzz_assert((f[0] & 1) || !memcmp(f, oracle_mac, 6) ||
		    (!memcmp(f, oracle_lladdr, 6) && !memcmp(ip6 + 24, t, 16)));
	fuzz_assert(!(f[6] & 1) && !oracle_is_zero(f + 6, 6) && memcmp(f + 6, oracle_mac, 6));
	sll = oracle_options(icmp + 24, plen - 24);
	if (oracle_is_zero(ip6 + 8, 16)) {
		fuzz_assert(!sll);
		fuzz_assert(!memcmp(ip6 + 24, "\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff", 13));
		fuzz_assert(!memcmp(ip6 + 37, t + 13, 3));
	}
}

static inline void oracle_answer(const __u8 *in, size_t in_len, size_t l2, const __u8 *out,
				 size_t len)
{
	const __u8 *solicitation = in + l2 + 40, *ip6 = out + l2, *icmp = ip6 + 40, *sll;
	int dad = oracle_is_zero(in + l2 + 8, 16);

	fuzz_assert(in_len >= l2 + 64);
	fuzz_assert(len == (l2 == 14 ? 86 : 90));
	sll = oracle_options(solicitation + 24, (size_t)(in[l2 + 4] << 8 | in[l2 + 5]) - 24);
	if (dad)
		fuzz_assert(!memcmp(out, oracle_all_nodes_mac, 6));
	else
		fuzz_assert(!memcmp(out, sll ? sll : in + 6, 6) && !(out[0] & 1));
	fuzz_assert(!memcmp(out + 6, oracle_mac, 6));
	fuzz_assert(!memcmp(out + 12, in + 12, l2 - 12)); /* the same tag and ethertype */
	fuzz_assert(!memcmp(ip6, "\x60\0\0\0\0\x20\x3a\xff", 8));
	fuzz_assert(!memcmp(ip6 + 8, solicitation + 8, 16) ||
		    !memcmp(ip6 + 8, oracle_link_local, 16));
	fuzz_assert(!memcmp(ip6 + 24, dad ? oracle_all_nodes : in + l2 + 8, 16));
	fuzz_assert(icmp[0] == 136 && icmp[1] == 0 && oracle_sum(ip6, 32) == 0xffff);
	fuzz_assert((icmp[4] & 0x1f) == 0 && (icmp[4] & 0x40) == (dad ? 0 : 0x40));
	fuzz_assert(oracle_is_zero(icmp + 5, 3));
	fuzz_assert(!memcmp(icmp + 8, solicitation + 8, 16)); /* the target */
	fuzz_assert(icmp[24] == 2 && icmp[25] == 1);
	fuzz_assert(!memcmp(icmp + 26, oracle_mac, 6) || !memcmp(icmp + 26, oracle_lladdr, 6));
	if (!memcmp(in, oracle_lladdr, 6))
		fuzz_assert(!memcmp(icmp + 26, oracle_lladdr, 6));
}

#endif
