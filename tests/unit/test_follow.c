// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which routes of made-up kernels are guests', by which port, and how they are answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/rtnetlink.h>

#include "desired/follow.h"

enum { LO = 1, ETH0, VIF1, VIF2, OTHER, RED, ETH0_5 };

static struct nl_link links[] = {
	{ .ifindex = LO, .name = "lo", .flags = IFF_LOOPBACK, .lower_netns = -1 },
	{ .ifindex = ETH0, .name = "eth0", .lower_netns = -1, .is_ethernet = true },
	{ .ifindex = VIF1, .name = "vif1.0", .lower_netns = -1, .is_ethernet = true },
	{ .ifindex = VIF2, .name = "vif2.0", .lower_netns = -1, .is_ethernet = true },
	{ .ifindex = OTHER, .name = "other", .lower_netns = -1, .is_ethernet = true },
	{ .ifindex = RED, .name = "red", .kind = "vrf", .lower_netns = -1, .vrf_table = 100 },
	{ .ifindex = ETH0_5,
	  .name = "eth0.5",
	  .kind = "vlan",
	  .lower = ETH0,
	  .lower_netns = -1,
	  .vlan = 5,
	  .vlan_proto = 0x8100,
	  .is_ethernet = true },
};
static struct nl_address addresses[2];
static struct nl_state kernel = { .links = links,
				  .n_links = sizeof(links) / sizeof(*links),
				  .addresses = addresses,
				  .n_addresses = 2 };
static struct follow patterns[2];
static struct uplink uplink = { .dev = "eth0", .follow = patterns };

static int setup(void **state)
{
	(void)state;
	strcpy(patterns[0].pattern, "vif*");
	uplink.n_follow = 1;
	uplink.vlan = 0;
	links[1].master = 0;
	inet_pton(AF_INET6, "2001:db8::3", &addresses[0].addr);
	inet_pton(AF_INET6, "2001:db8:1::1", &addresses[1].addr);
	addresses[0].ifindex = ETH0;
	addresses[1].ifindex = VIF1;
	return 0;
}

static struct nl_route route(const char *dst, uint8_t bits, uint32_t oif)
{
	struct nl_route r = { .bits = bits,
			      .type = RTN_UNICAST,
			      .protocol = RTPROT_BOOT,
			      .oif = oif,
			      .table = RT_TABLE_MAIN,
			      .metric = 1024 };

	assert_int_equal(inet_pton(AF_INET6, dst, &r.dst), 1);
	return r;
}

/* "ADDR port PORT MODE, ..." of what the routes come to. */
static void expect(const struct nl_route *routes, size_t n, const char *want)
{
	char text[512] = "", target[RULE_TEXT_LEN];
	struct entry *rules;
	size_t n_rules, i;

	assert_int_equal(follow_rules(&uplink, 1, &links[1], &kernel, routes, n, &rules, &n_rules),
			 0);
	for (i = 0; i < n_rules; i++) {
		const struct entry *e = &rules[i];

		assert_int_equal(e->policy.origin, NDPX_ORIGIN_ROUTE);
		assert_int_equal(e->policy.action, NDPX_ACT_ANSWER);
		assert_int_equal(e->key.vlan, uplink.vlan);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s %u %s",
			 i ? ", " : "",
			 target_text((const struct in6_addr *)e->key.addr, e->key.bits, target),
			 e->policy.port, answer_mode_name(e->policy.answer));
	}
	free(rules);
	assert_string_equal(text, want);
}

static void one(struct nl_route r, const char *want)
{
	expect(&r, 1, want);
}

static void destinations(void **state)
{
	(void)state;
	one(route("2001:db8::7", 128, VIF1), "2001:db8::7 3 always");
	one(route("2001:db8:7::", 64, VIF1), "2001:db8:7::/64 3 routed");
	one(route("2001:db8:7::", 48, VIF1), "2001:db8:7::/48 3 routed");
	one(route("2001:db8:6::", 47, VIF1), "");
	one(route("::", 0, VIF1), "");
	one(route("fe80::7", 128, VIF1), "");
	one(route("ff05::7", 128, VIF1), "");
	one(route("2001:db8::3", 128, VIF1), ""); /* the host's */
	one(route("2001:db8:1::1", 128, VIF1), "");
}

static void ports(void **state)
{
	(void)state;
	one(route("2001:db8::7", 128, OTHER), "");
	one(route("2001:db8::7", 128, ETH0), "");
	one(route("2001:db8::7", 128, 0), "");
	one(route("2001:db8::7", 128, 99), "");
	links[OTHER - 1].altnames = "wan\0vif-x\0";
	one(route("2001:db8::7", 128, OTHER), "2001:db8::7 5 always");
	links[OTHER - 1].altnames = NULL;
	/* All but the link itself, and lo. */
	strcpy(patterns[0].pattern, "*");
	one(route("2001:db8::7", 128, OTHER), "2001:db8::7 5 always");
	one(route("2001:db8::7", 128, ETH0), "");
	one(route("2001:db8::7", 128, LO), "");
	one(route("2001:db8::7", 128, ETH0_5), "2001:db8::7 7 always");
	uplink.vlan = 5;
	one(route("2001:db8::7", 128, ETH0_5), "");
	one(route("2001:db8::7", 128, VIF2), "2001:db8::7 4 always");
	uplink.n_follow = 0;
	one(route("2001:db8::7", 128, VIF1), "");
}

static void kinds(void **state)
{
	struct nl_route r = route("2001:db8:7::", 64, VIF1);

	(void)state;
	r.protocol = RTPROT_KERNEL;
	one(r, "");
	r.bits = 128;
	one(r, "2001:db8:7:: 3 always"); /* a peer's */
	r.protocol = RTPROT_RA;
	one(r, "");
	r.protocol = RTPROT_REDIRECT;
	one(r, "");
	r.protocol = RTPROT_BGP;
	one(r, "2001:db8:7:: 3 always");
	r.type = RTN_UNREACHABLE;
	one(r, "");
	r.type = RTN_LOCAL;
	one(r, "");
}

static void several(void **state)
{
	struct nl_route r[3] = { route("2001:db8::7", 128, VIF2), route("2001:db8::7", 128, VIF1),
				 route("2001:db8::6", 128, VIF1) };

	(void)state;
	expect(r, 3, "2001:db8::6 3 always, 2001:db8::7 0 routed");
	r[0].metric = 1;
	expect(r, 3, "2001:db8::6 3 always, 2001:db8::7 4 always");
	r[0].oif = VIF1;
	r[0].metric = 1024;
	expect(r, 3, "2001:db8::6 3 always, 2001:db8::7 3 always");
	/* One that is not followed does not matter: the data plane looks at no metric here. */
	r[0].oif = OTHER;
	expect(r, 2, "2001:db8::7 3 always");
}

static void tables(void **state)
{
	struct nl_route r[2] = { route("2001:db8::7", 128, VIF1), route("2001:db8::7", 128, VIF2) };

	(void)state;
	r[0].table = 100;
	r[0].metric = 1;
	expect(r, 1, "2001:db8::7 3 routed");
	expect(r, 2, "2001:db8::7 4 always");
	links[1].master = RED;
	expect(r, 1, "2001:db8::7 3 always");
	expect(r, 2, "2001:db8::7 3 always");
	expect(r + 1, 1, "2001:db8::7 4 routed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(destinations, setup), cmocka_unit_test_setup(ports, setup),
		cmocka_unit_test_setup(kinds, setup),	     cmocka_unit_test_setup(several, setup),
		cmocka_unit_test_setup(tables, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
