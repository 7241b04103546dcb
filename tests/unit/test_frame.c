// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * include/nd/frame.h against an independent builder, tests/netns/lib/ndframe.h: `announce`'s
 * advertisement and how settings and rule affect its fields, solicitations, and reading
 * advertisements.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "../netns/lib/ndframe.h"
#include "nd/frame.h"

static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
static const uint8_t all_routers[16] = { 0xff, 0x02, [15] = 2 };
static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
static const uint8_t all_routers_mac[6] = { 0x33, 0x33, 0, 0, 0, 2 };
static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0xfe }, other[6] = { 2, 0, 0, 0, 0x12, 0x34 };

static void address(const char *text, uint8_t ret[16])
{
	assert_int_equal(inet_pton(AF_INET6, text, ret), 1);
}

/* The guest asks for the router fe80::12:3456. */
static void check_as_guest(const struct ndpx_settings *set, uint16_t vlan, const uint8_t addr[16],
			   const struct ndpx_policy *policy, const uint8_t lladdr[6])
{
	static const uint8_t group_mac[6] = { 0x33, 0x33, 0xff, 0x12, 0x34, 0x56 };
	const struct recipe how = { .vlan = vlan ? vlan : -1 };
	uint8_t got[ND_FRAME_MAX], router[16], group[16];
	struct frame want;
	size_t len;

	address("fe80::12:3456", router);
	address("ff02::1:ff12:3456", group);
	build(&want, &how, group_mac, mac, addr, group, ND_NS, router, lladdr);
	len = nd_write_as_guest(got, set, vlan, nd_get_addr(addr), policy, nd_get_addr(router));
	assert_int_equal(len, want.len);
	assert_memory_equal(got, want.b, len);
}

/* vlan 0: untagged. `source` and `lladdr`: as expected on the wire. */
static void check(const struct ndpx_settings *set, uint16_t vlan, const char *target,
		  const struct ndpx_policy *policy, const char *source, uint8_t flags,
		  const uint8_t lladdr[6])
{
	const struct recipe how = { .vlan = vlan ? vlan : -1, .flags = flags };
	uint8_t got[ND_FRAME_MAX], addr[16], src[16];
	struct frame want;
	size_t len;

	address(target, addr);
	address(source, src);
	build(&want, &how, all_nodes_mac, mac, src, all_nodes, ND_NA, addr, lladdr);
	len = nd_write_unsolicited(got, set, vlan, nd_get_addr(addr), policy);
	assert_int_equal(len, want.len);
	assert_memory_equal(got, want.b, len);
	build(&want, &how, all_routers_mac, mac, src, all_routers, ND_NA, addr, lladdr);
	len = nd_write_to_routers(got, set, vlan, nd_get_addr(addr), policy);
	assert_int_equal(len, want.len);
	assert_memory_equal(got, want.b, len);
	check_as_guest(set, vlan, addr, policy, lladdr);
}

static void test_frames(void **state)
{
	struct ndpx_settings set = { 0 };
	struct ndpx_policy policy = { .action = NDPX_ACT_ANSWER };

	(void)state;
	memcpy(set.mac, mac, 6);
	check(&set, 0, "2001:db8:1::1", &policy, "2001:db8:1::1", 0x20, mac);
	check(&set, 0, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", &policy,
	      "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 0x20, mac);
	check(&set, 1, "fe80::1", &policy, "fe80::1", 0x20, mac);
	check(&set, 4094, "2001:db8:1::1", &policy, "2001:db8:1::1", 0x20, mac);
	policy.flags = NDPX_F_ROUTER;
	check(&set, 88, "2001:db8:1::1", &policy, "2001:db8:1::1", 0xa0, mac);
	/* O is 1 whatever the rule says for answers. */
	policy.flags = NDPX_F_OVERRIDE | NDPX_F_LLADDR | NDPX_F_DAD_IGNORE;
	memcpy(policy.lladdr, other, 6);
	check(&set, 0, "2001:db8:1::1", &policy, "2001:db8:1::1", 0x20, other);
}

static void test_sources(void **state)
{
	struct ndpx_policy policy = { .action = NDPX_ACT_ANSWER };
	struct ndpx_settings set = { .source_mode = NDPX_SOURCE_LINK_LOCAL };

	(void)state;
	memcpy(set.mac, mac, 6);
	address("fe80::fe", set.link_local);
	address("fe80::fe", set.source);
	check(&set, 0, "2001:db8:1::1", &policy, "fe80::fe", 0x20, mac);
	set.source_mode = NDPX_SOURCE_FIXED;
	address("2001:db8::5", set.source);
	check(&set, 88, "2001:db8:1::1", &policy, "2001:db8::5", 0x20, mac);
	set.source_mode = NDPX_SOURCE_TARGET;
	check(&set, 88, "2001:db8:1::1", &policy, "2001:db8:1::1", 0x20, mac);
}

/* Every way a solicitation is sent; the builder adds no option to those from ::. */
static void test_solicitations(void **state)
{
	static const char *const sources[] = { "fe80::1", "::", "2001:db8::5" };
	uint8_t got[ND_FRAME_MAX], target[16], src[16];
	struct recipe how = { 0 };
	struct nd_head h;
	struct frame want;
	size_t i, len;

	(void)state;
	address("2001:db8:1::ff12:3456", target);
	memcpy(how.to, mac, 6);
	for (i = 0; i < 3 * 8; i++) {
		address(sources[i % 3], src);
		how.vlan = i / 3 & 1 ? 4094 : -1;
		how.probe = i / 3 & 2;
		how.no_option = i / 3 & 4;
		build_ns(&want, &how, other, src, target);
		h = (struct nd_head){ .src_mac = nd_get_mac(other),
				      .src = nd_get_addr(src),
				      .dst = nd_get_addr(target),
				      .dst_mac = nd_get_mac(mac),
				      .vlan = how.vlan < 0 ? 0 : (uint16_t)how.vlan };
		if (!how.probe) {
			h.dst = nd_solicited_node(h.dst);
			h.dst_mac = nd_group_mac(h.dst);
		}
		len = nd_write_ns(got, &h, nd_get_addr(target),
				  how.no_option || i % 3 == 1 ? 0 : h.src_mac);
		assert_int_equal(len, want.len);
		assert_memory_equal(got, want.b, len);
	}
}

/* An advertisement in a buffer of exactly its size, for the sanitizer to guard. */
static int read_na(const struct frame *f, size_t len, struct nd_advert *ret)
{
	uint8_t *exact = malloc(len ? len : 1);
	int ok;

	memcpy(exact, f->b, len);
	ok = nd_read_na(exact, (__u32)len, ret);
	free(exact);
	return ok;
}

static void test_read(void **state)
{
	const struct recipe ways[] = { { .vlan = -1, .flags = 0xc0 },
				       { .vlan = 88, .flags = 0x20 } };
	uint8_t target[16], src[16];
	struct nd_advert na;
	struct frame f;
	size_t i, n;

	(void)state;
	address("2001:db8:1::1234", target);
	address("fe80::fe", src);
	for (i = 0; i < 2; i++) {
		build(&f, &ways[i], all_nodes_mac, mac, src, all_nodes, ND_NA, target, other);
		assert_int_equal(read_na(&f, f.len, &na), 1);
		assert_true(na.head.dst_mac == ND_MAC_ALL_NODES);
		assert_true(na.head.src_mac == nd_get_mac(mac));
		assert_int_equal(na.head.vlan, i ? 88 : 0);
		assert_true(nd_addr_eq(na.head.src, nd_get_addr(src)));
		assert_true(nd_addr_eq(na.head.dst, nd_all_nodes(1)));
		assert_true(nd_addr_eq(na.target, nd_get_addr(target)));
		assert_int_equal(na.hop_limit, 255);
		assert_int_equal(na.flags, ways[i].flags);
		assert_true(na.lladdr == nd_get_mac(other));
		assert_int_equal(na.checksum_ok, 1);
		for (n = 0; n < f.len; n++)
			assert_int_equal(read_na(&f, n, &na), 0);
		f.b[f.len - 1] ^= 1;
		assert_int_equal(read_na(&f, f.len, &na), 1);
		assert_int_equal(na.checksum_ok, 0);
		f.b[(i ? 18 : 14) + IP6_LEN] = ND_NS;
		assert_int_equal(read_na(&f, f.len, &na), 0);
		build(&f, &ways[i], all_nodes_mac, mac, src, all_nodes, ND_NA, target, NULL);
		assert_int_equal(read_na(&f, f.len, &na), 1);
		assert_true(na.lladdr == 0 && na.checksum_ok);
	}
}

/* Options are walked until one runs past the end or has length 0. */
static void test_options(void **state)
{
	static const uint8_t good[] = { 14, 1, 0, 0, 0, 0, 0, 0, 2, 1, 2, 0, 0, 0, 0x12, 0x34 };
	static const uint8_t zero[] = { 14, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 0, 0, 0, 0x12, 0x34 };
	static const uint8_t past[] = {
		2, 3, 2, 0, 0, 0, 0x12, 0x34, 2, 1, 2, 0, 0, 0, 0x12, 0x34
	};
	static const uint8_t wide[] = {
		2, 2, 2, 0, 0, 0, 0x12, 0x34, 2, 1, 2, 0, 0, 0, 0x12, 0x34
	};

	(void)state;
	assert_true(nd_find_lladdr(good, 16, ND_OPT_TLLAO) == nd_get_mac(other));
	assert_true(nd_find_lladdr(good, 15, ND_OPT_TLLAO) == 0);
	assert_true(nd_find_lladdr(good, 16, ND_OPT_SLLAO) == 0);
	assert_true(nd_find_lladdr(zero, 16, ND_OPT_TLLAO) == 0);
	assert_true(nd_find_lladdr(past, 16, ND_OPT_TLLAO) == 0);
	assert_true(nd_find_lladdr(wide, 16, ND_OPT_TLLAO) == 0);
	assert_true(nd_find_lladdr(good, 0, ND_OPT_TLLAO) == 0);
}

/* An odd byte counts as if a zero followed it, at every length. */
static void test_sum(void **state)
{
	uint8_t b[64];
	unsigned int want;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(i * 37 + 200);
	for (len = 0; len <= sizeof(b); len++) {
		for (want = 0, i = 0; i < len; i++)
			want += i % 2 ? b[i] : (unsigned int)b[i] << 8;
		want = (want & 0xffff) + (want >> 16);
		assert_int_equal(ND_BE16(nd_fold(nd_sum_bytes(b, (__u32)len))), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),	      cmocka_unit_test(test_sources),
		cmocka_unit_test(test_solicitations), cmocka_unit_test(test_read),
		cmocka_unit_test(test_options),	      cmocka_unit_test(test_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
