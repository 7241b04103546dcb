// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The frame that `announce` sends, whole, against the net tests' own builder, which
 * shares no line with it; and what of the settings and the rule moves which field.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "../netns/lib/ndframe.h"
#include "util/na_frame.h"

static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0xfe }, other[6] = { 2, 0, 0, 0, 0x12, 0x34 };

static void address(const char *text, uint8_t ret[16])
{
	assert_int_equal(inet_pton(AF_INET6, text, ret), 1);
}

/* vlan 0: untagged. `source` and `lladdr` as they ought to be on the wire. */
static void check(const struct ndpx_settings *set, uint16_t vlan, const char *target,
		  const struct ndpx_say *say, const char *source, uint8_t flags,
		  const uint8_t lladdr[6])
{
	const struct recipe how = { .vlan = vlan ? vlan : -1, .flags = flags };
	uint8_t got[NA_FRAME_MOST], addr[16], src[16];
	struct frame want;
	size_t len;

	address(target, addr);
	address(source, src);
	build(&want, &how, all_nodes_mac, mac, src, all_nodes, ND_NA, addr, lladdr);
	len = na_frame_build(set, vlan, addr, say, got);
	assert_int_equal(len, want.len);
	assert_memory_equal(got, want.b, len);
}

static void test_frames(void **state)
{
	struct ndpx_settings set = { 0 };
	struct ndpx_say say = { .action = NDPX_ACT_ANSWER };

	(void)state;
	memcpy(set.mac, mac, 6);
	check(&set, 0, "2001:db8:1::1", &say, "2001:db8:1::1", 0x20, mac);
	check(&set, 0, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", &say,
	      "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 0x20, mac);
	check(&set, 1, "fe80::1", &say, "fe80::1", 0x20, mac);
	check(&set, 4094, "2001:db8:1::1", &say, "2001:db8:1::1", 0x20, mac);
	say.flags = NDPX_F_ROUTER;
	check(&set, 88, "2001:db8:1::1", &say, "2001:db8:1::1", 0xa0, mac);
	/* O is 1 whatever the rule says for answers. */
	say.flags = NDPX_F_OVERRIDE | NDPX_F_LLADDR | NDPX_F_DAD_IGNORE;
	memcpy(say.lladdr, other, 6);
	check(&set, 0, "2001:db8:1::1", &say, "2001:db8:1::1", 0x20, other);
}

static void test_sources(void **state)
{
	struct ndpx_say say = { .action = NDPX_ACT_ANSWER };
	struct ndpx_settings set = { .source_mode = NDPX_SOURCE_LINK_LOCAL };

	(void)state;
	memcpy(set.mac, mac, 6);
	address("fe80::fe", set.link_local);
	address("fe80::fe", set.source);
	check(&set, 0, "2001:db8:1::1", &say, "fe80::fe", 0x20, mac);
	set.source_mode = NDPX_SOURCE_FIXED;
	address("2001:db8::5", set.source);
	check(&set, 88, "2001:db8:1::1", &say, "2001:db8::5", 0x20, mac);
	set.source_mode = NDPX_SOURCE_TARGET;
	check(&set, 88, "2001:db8:1::1", &say, "2001:db8:1::1", 0x20, mac);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
