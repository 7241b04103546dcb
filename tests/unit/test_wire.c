// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The helpers of include/nd/wire.h in isolation: loads and stores at any alignment, MACs,
 * addresses, and sums against a byte-by-byte RFC 1071.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "nd/wire.h"

#define SEED   20240607
#define ROUNDS 20000

static struct nd_addr addr(const char *text)
{
	__u8 b[16];

	if (inet_pton(AF_INET6, text, b) != 1)
		abort();
	return nd_get_addr(b);
}

static nd_mac mac(__u8 a, __u8 b, __u8 c, __u8 d, __u8 e, __u8 f)
{
	return nd_get_mac((const __u8[6]){ a, b, c, d, e, f });
}

static void test_byte_order(void **state)
{
	static const __u8 b[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	assert_int_equal(ND_BE16(nd_get16(b)), 0x0102);
	assert_int_equal(ND_BE32(nd_get32(b)), 0x01020304);
	assert_true(ND_BE64(nd_get64(b)) == 0x0102030405060708ull);
	assert_int_equal(nd_get8(b + 7), 8);
}

static void test_unaligned(void **state)
{
	__u8 buf[16];
	size_t at;

	(void)state;
	for (at = 0; at < 8; at++) {
		memset(buf, 0, sizeof(buf));
		nd_put64(buf + at, ND_BE64(0x1122334455667788ull));
		assert_int_equal(buf[at], 0x11);
		assert_int_equal(buf[at + 7], 0x88);
		assert_true(ND_BE64(nd_get64(buf + at)) == 0x1122334455667788ull);
		nd_put32(buf + at, ND_BE32(0xaabbccddu));
		assert_int_equal(ND_BE32(nd_get32(buf + at)), 0xaabbccddu);
		assert_int_equal(buf[at + 4], 0x55);
		nd_put16(buf + at, ND_BE16(0xeeff));
		assert_int_equal(buf[at], 0xee);
		assert_int_equal(buf[at + 2], 0xcc);
		assert_int_equal(nd_get8(buf + at + 1), 0xff);
	}
}

/* Exactly six bytes are read and written. */
static void test_mac(void **state)
{
	static const __u8 m[6] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };
	__u8 *six = malloc(6), *copy = malloc(6);
	__u8 around[8];
	int i;

	(void)state;
	memcpy(six, m, 6);
	nd_put_mac(copy, nd_get_mac(six));
	assert_memory_equal(copy, m, 6);
	free(six);
	free(copy);

	memset(around, 0x99, 8);
	nd_put_mac(around + 1, mac(1, 2, 3, 4, 5, 6));
	assert_memory_equal(around, "\x99\1\2\3\4\5\6\x99", 8);

	for (i = 0; i < 6; i++) {
		__u8 other[6];

		memcpy(other, m, 6);
		other[i] ^= 1;
		assert_true(nd_get_mac(other) != nd_get_mac(m));
	}
	assert_true(mac(0, 0, 0, 0, 0, 0) == 0);
}

static void test_mac_is_group(void **state)
{
	int first;

	(void)state;
	for (first = 0; first < 256; first++) {
		assert_int_equal(nd_mac_is_group(mac((__u8)first, 0, 0, 0, 0, 0)), first & 1);
		assert_int_equal(nd_mac_is_group(mac((__u8)first, 255, 255, 255, 255, 255)),
				 first & 1);
	}
	assert_true(nd_mac_is_group(mac(255, 255, 255, 255, 255, 255)));
	assert_true(nd_mac_is_group(mac(0x33, 0x33, 0, 0, 0, 1)));
}

static void test_put_macs(void **state)
{
	const __u8 all_nodes[] = { 0x33, 0x33, 0, 0, 0, 1 };
	const __u8 want[14] = { 1, 2, 3, 4, 5, 0xf6, 0xf7, 8, 9, 10, 11, 12, 0xaa, 0xaa };
	const __u8 option[8] = { 2, 1, 0xf7, 8, 9, 10, 11, 12 };
	__u64 word = nd_lladdr_option(ND_OPT_TLLAO, nd_get_mac(want + 6));
	__u8 p[14];

	(void)state;
	memset(p, 0xaa, sizeof(p));
	nd_put_macs(p, nd_get_mac(want), nd_get_mac(want + 6));
	assert_memory_equal(p, want, sizeof(p));
	assert_memory_equal(&word, option, sizeof(word));
	assert_true(nd_get_mac(all_nodes) == ND_MAC_ALL_NODES);
}

static void test_addr_copy(void **state)
{
	__u8 b[16], back[16];
	size_t i;

	(void)state;
	for (i = 0; i < 16; i++)
		b[i] = (__u8)(0xf0 - 13 * i);
	nd_put_addr(back, nd_get_addr(b));
	assert_memory_equal(back, b, 16);
	for (i = 0; i < 128; i++) {
		__u8 other[16];

		memcpy(other, b, 16);
		other[i / 8] ^= (__u8)(1 << i % 8);
		assert_false(nd_addr_eq(nd_get_addr(b), nd_get_addr(other)));
	}
	assert_true(nd_addr_eq(nd_get_addr(b), nd_get_addr(back)));
}

static void test_addr_kinds(void **state)
{
	/* Columns: multicast, link-local, unspecified, loopback, v4-mapped. */
	static const struct {
		const char *text;
		const char *is;
	} t[] = {
		{ "::", "..u.." },
		{ "::1", "...o." },
		{ "::2", "....." },
		{ "::1:0:0:1", "....." },
		{ "1::", "....." },
		{ "1::1", "....." },
		{ "ff00::", "m...." },
		{ "ff02::1", "m...." },
		{ "ffff::", "m...." },
		{ "feff::1", "....." },
		{ "fe80::", ".l..." },
		{ "fe80::1", ".l..." },
		{ "febf:ffff::1", ".l..." },
		{ "fec0::1", "....." },
		{ "fe7f::1", "....." },
		{ "2001:db8::1", "....." },
		{ "fd00::1", "....." },
		{ "::ffff:0:0", "....v" },
		{ "::ffff:192.0.2.1", "....v" },
		{ "::fffe:192.0.2.1", "....." },
		{ "::192.0.2.1", "....." },
		{ "::1:ffff:c000:201", "....." },
		{ "1::ffff:192.0.2.1", "....." },
		{ "100::", "....." },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct nd_addr a = addr(t[i].text);
		char is[6] = ".....";

		if (nd_addr_is_multicast(a))
			is[0] = 'm';
		if (nd_addr_is_link_local(a))
			is[1] = 'l';
		if (nd_addr_is_unspecified(a))
			is[2] = 'u';
		if (nd_addr_is_loopback(a))
			is[3] = 'o';
		if (nd_addr_is_v4mapped(a))
			is[4] = 'v';
		if (strcmp(is, t[i].is))
			fail_msg("%s is %s, expected %s", t[i].text, is, t[i].is);
	}
}

static void test_solicited_node(void **state)
{
	static const char *const t[][2] = {
		{ "2001:db8:1::1234", "ff02::1:ff00:1234" },
		{ "fe80::ffff:ffff:ffff:ffff", "ff02::1:ffff:ffff" },
		{ "2001:db8::", "ff02::1:ff00:0" },
		{ "2001:db8::aaaa:bb12:3456", "ff02::1:ff12:3456" },
		{ "4037::1:800:200e:8c6c", "ff02::1:ff0e:8c6c" }, /* RFC 4291 2.7.1 */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_true(nd_addr_eq(nd_solicited_node(addr(t[i][0])), addr(t[i][1])));
	assert_true(nd_addr_eq(nd_all_nodes(1), addr("ff02::1")));
	assert_true(nd_addr_eq(nd_all_nodes(2), addr("ff02::2")));
}

static unsigned int naive_fold(const __u8 *p, size_t len)
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		sum += i % 2 ? p[i] : (unsigned int)p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static unsigned int nd_sum_bytes(const __u8 *p, size_t len)
{
	__u64 sum = 0;
	size_t i;

	for (i = 0; i < len; i += 8)
		sum += nd_sum64(nd_get64(p + i));
	return ND_BE16(nd_fold(sum));
}

static void test_fold_random(void **state)
{
	__u8 b[192];
	unsigned int round;
	size_t i, len;

	(void)state;
	srandom(SEED);
	for (round = 0; round < ROUNDS; round++) {
		len = ((size_t)random() % (sizeof(b) / 8 - 1) + 2) * 8;
		for (i = 0; i < len; i++) /* many ff and 00: carries */
			b[i] = random() % 3 ? (__u8)random() : random() % 2 ? 0xff : 0;
		assert_int_equal(nd_sum_bytes(b, len), naive_fold(b, len));
		assert_int_equal(ND_BE16(nd_fold(nd_sum_addr(nd_get_addr(b)))), naive_fold(b, 16));
	}
}

/* Every carry of every step: a fold is the sum modulo 0xffff, and 0 only for 0. */
static void test_fold_edges(void **state)
{
	static const __u64 e[] = {
		0,
		1,
		0xffff,
		0x10000,
		0x1fffe,
		0x1ffff,
		0xffff0000,
		0xffffffff,
		0x100000000ull,
		0x1fffffffeull,
		0x1ffffffffull,
		0xffffffff00000000ull,
		0xffffffffffffffffull,
		0xfffffffffffffffeull,
		0xffff0000ffff0000ull,
		0x0001ffff0001ffffull,
		0xfffeffff00010000ull,
		0x8000000080000000ull,
		0xffffffffffff0000ull,
		0x00000000fffeffffull,
		0xfffffffefffffffeull,
	};
	unsigned int round;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(e) / sizeof(e[0]); i++) {
		__u64 want = e[i] % 0xffff;

		if (want == 0 && e[i] != 0)
			want = 0xffff;
		if (nd_fold(e[i]) != want)
			fail_msg("nd_fold(%llx) is %x", (unsigned long long)e[i], nd_fold(e[i]));
	}
	srandom(SEED);
	for (round = 0; round < ROUNDS; round++) {
		__u64 x = (__u64)random() << 40 ^ (__u64)random() << 20 ^ (__u64)random();
		__u64 want = x % 0xffff;

		assert_int_equal(nd_fold(x), want == 0 && x ? 0xffff : want);
	}
}

/* A message with its own checksum inside folds to 0xffff, also where that is 0000. */
static void test_fold_verifies(void **state)
{
	__u8 b[64];
	unsigned int round, sum;
	size_t i;

	(void)state;
	srandom(SEED);
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < sizeof(b); i++)
			b[i] = (__u8)random();
		b[2] = b[3] = 0;
		sum = 0xffff - naive_fold(b, sizeof(b));
		b[2] = (__u8)(sum >> 8);
		b[3] = (__u8)sum;
		assert_int_equal(nd_sum_bytes(b, sizeof(b)), 0xffff);
		b[2] ^= 0x01;
		assert_int_not_equal(nd_sum_bytes(b, sizeof(b)), 0xffff);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_order),    cmocka_unit_test(test_unaligned),
		cmocka_unit_test(test_mac),	      cmocka_unit_test(test_mac_is_group),
		cmocka_unit_test(test_put_macs),      cmocka_unit_test(test_addr_copy),
		cmocka_unit_test(test_addr_kinds),    cmocka_unit_test(test_solicited_node),
		cmocka_unit_test(test_fold_random),   cmocka_unit_test(test_fold_edges),
		cmocka_unit_test(test_fold_verifies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
