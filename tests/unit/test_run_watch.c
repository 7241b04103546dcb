// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which events of the kernel make `run` apply, against a made-up state that it went by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/rtnetlink.h>

#include "daemon/watch.h"

#define ETH0 7u
#define VIF1 3u
#define NEW  9u

static struct nl_link links[2];
static struct nl_address addresses[2], gateways[1];
static struct nl_net nets[2];
static struct nl_state known;
static struct follow vifs[] = { { .pattern = "vif*" } };
static struct uplink uplink = { .dev = "eth0", .follow = vifs };
static struct model model = { .uplinks = &uplink, .n_uplinks = 1 };

static struct in6_addr addr(const char *text)
{
	struct in6_addr a;

	assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

static int setup(void **state)
{
	(void)state;
	links[0] = (struct nl_link){ .ifindex = ETH0,
				     .name = "eth0",
				     .flags = IFF_UP | IFF_RUNNING,
				     .lower_netns = -1,
				     .mac = { 2, 0, 0, 0, 0, 1 },
				     .routed = true };
	links[1] = (struct nl_link){ .ifindex = VIF1, .name = "vif1.0", .lower_netns = -1 };
	addresses[0] = (struct nl_address){ ETH0, addr("2001:db8::3") };
	addresses[1] = (struct nl_address){ VIF1, addr("fe80::1") };
	gateways[0] = (struct nl_address){ ETH0, addr("fe80::99") };
	nets[0] = (struct nl_net){ .ifindex = ETH0, .bits = 64, .addr = addr("2001:db8::") };
	nets[1] = (struct nl_net){
		.ifindex = 1, .bits = 48, .local = true, .addr = addr("2001:db8:5::")
	};
	known = (struct nl_state){ .links = links,
				   .n_links = 2,
				   .addresses = addresses,
				   .n_addresses = 2,
				   .gateways = gateways,
				   .n_gateways = 1,
				   .nets = nets,
				   .n_nets = 2 };
	watch_sort(&known);
	uplink.n_follow = 0;
	return 0;
}

static const struct nl_link *eth0(void)
{
	return links[0].ifindex == ETH0 ? &links[0] : &links[1];
}

static unsigned int link_event(const struct nl_link *link, bool gone)
{
	struct nl_event event = { .kind = NL_EVENT_LINK, .gone = gone, .link = *link };

	return watch_needs(&known, &model, &event);
}

static void a_link(void **state)
{
	struct nl_link link = *eth0();
	static char altnames[] = "wan\0";

	(void)state;
	assert_int_equal(link_event(&link, false), 0);
	link.flags |= IFF_PROMISC;
	assert_int_equal(link_event(&link, false), 0);
	link.flags ^= IFF_UP;
	assert_int_equal(link_event(&link, false), WATCH_APPLY);
	link = *eth0();
	link.mac[5]++;
	assert_int_equal(link_event(&link, false), WATCH_APPLY);
	link = *eth0();
	strcpy(link.name, "eth1");
	assert_int_equal(link_event(&link, false), WATCH_APPLY);
	link = *eth0();
	link.master = 4;
	assert_int_equal(link_event(&link, false), WATCH_APPLY);
	link = *eth0();
	link.altnames = altnames;
	assert_int_equal(link_event(&link, false), WATCH_APPLY);
	assert_int_equal(link_event(eth0(), true), WATCH_APPLY);
	link = *eth0();
	link.ifindex = NEW;
	assert_int_equal(link_event(&link, false), WATCH_APPLY);
	assert_int_equal(link_event(&link, true), 0);
}

static unsigned int address_event(uint32_t ifindex, const char *text, bool gone)
{
	struct nl_event event = { .kind = NL_EVENT_ADDRESS,
				  .gone = gone,
				  .address = { ifindex, addr(text) } };

	return watch_needs(&known, &model, &event);
}

static void an_address(void **state)
{
	(void)state;
	assert_int_equal(address_event(ETH0, "2001:db8::3", false), 0); /* its lifetime */
	assert_int_equal(address_event(ETH0, "2001:db8::3", true), WATCH_APPLY);
	assert_int_equal(address_event(VIF1, "2001:db8::3", false), WATCH_APPLY);
	assert_int_equal(address_event(ETH0, "2001:db8::4", true), 0);
}

static unsigned int route_event(uint32_t oif, const char *dst, uint8_t bits, const char *via,
				bool gone)
{
	struct nl_event event = { .kind = NL_EVENT_ROUTE,
				  .gone = gone,
				  .route = { .dst = addr(dst),
					     .bits = bits,
					     .type = RTN_UNICAST,
					     .oif = oif,
					     .gateway = addr(via ? via : "::") } };

	return watch_needs(&known, &model, &event);
}

static void a_route(void **state)
{
	(void)state;
	/* By a gateway: the first by it, and perhaps the last. */
	assert_int_equal(route_event(ETH0, "2001:db8:9::", 48, "fe80::99", false), 0);
	assert_int_equal(route_event(ETH0, "2001:db8:9::", 48, "fe80::9a", false), WATCH_APPLY);
	assert_int_equal(route_event(ETH0, "2001:db8:9::", 48, "fe80::99", true), WATCH_LATER);
	assert_int_equal(route_event(ETH0, "::", 0, "fe80::99", false), 0);
	assert_int_equal(route_event(ETH0, "::", 0, "fe80::99", true), WATCH_APPLY);
	/* Networks. */
	assert_int_equal(route_event(ETH0, "2001:db8::", 64, NULL, false), 0);
	assert_int_equal(route_event(ETH0, "2001:db8::", 64, NULL, true), WATCH_APPLY);
	assert_int_equal(route_event(VIF1, "2001:db8::", 64, NULL, false), WATCH_APPLY);
	/* A guest's: of a bridge the first shows that it routes. */
	assert_int_equal(route_event(VIF1, "2001:db8::7", 128, NULL, false), 0);
	assert_int_equal(route_event(ETH0, "2001:db8::7", 128, NULL, false), 0);
	assert_int_equal(route_event(NEW, "2001:db8::7", 128, NULL, false), 0);
	strcpy(links[1].kind, "bridge");
	assert_int_equal(route_event(VIF1, "2001:db8::7", 128, NULL, false), WATCH_APPLY);
	assert_int_equal(route_event(VIF1, "2001:db8::7", 128, NULL, true), WATCH_LATER);
	links[1].routed = true;
	assert_int_equal(route_event(VIF1, "2001:db8::7", 128, NULL, false), 0);
	assert_int_equal(route_event(ETH0, "fe80::", 64, NULL, false), 0);
	assert_int_equal(route_event(ETH0, "ff00::", 8, NULL, false), 0);
}

static void other_routes(void **state)
{
	struct nl_event event = {
		.kind = NL_EVENT_ROUTE,
		.route = { .dst = addr("2001:db8:5::"), .bits = 48, .type = RTN_LOCAL, .oif = 1 }
	};
	const struct nl_event nexthop = { .kind = NL_EVENT_NEXTHOP };

	(void)state;
	assert_int_equal(watch_needs(&known, &model, &event), 0);
	event.gone = true;
	assert_int_equal(watch_needs(&known, &model, &event), WATCH_APPLY);
	event.route.type = RTN_BLACKHOLE;
	assert_int_equal(watch_needs(&known, &model, &event), 0);
	event.route.type = RTN_UNICAST;
	event.route.oif = 0;
	assert_int_equal(watch_needs(&known, &model, &event), WATCH_LATER);
	event.route.bits = 0;
	assert_int_equal(watch_needs(&known, &model, &event), WATCH_APPLY);
	assert_int_equal(watch_needs(&known, &model, &nexthop), WATCH_LATER);
}

static void a_followed_route(void **state)
{
	(void)state;
	uplink.n_follow = 1;
	assert_int_equal(route_event(VIF1, "2001:db8::7", 128, NULL, false), WATCH_ROUTES);
	assert_int_equal(route_event(VIF1, "2001:db8::7", 128, NULL, true), WATCH_ROUTES);
	assert_int_equal(route_event(VIF1, "2001:db8:7::", 64, "fe80::7", false),
			 WATCH_APPLY | WATCH_ROUTES);
	assert_int_equal(route_event(VIF1, "2001:db8::", 47, NULL, false), WATCH_APPLY);
	assert_int_equal(route_event(VIF1, "::", 0, "fe80::7", false), WATCH_APPLY);
	assert_int_equal(route_event(ETH0, "2001:db8::7", 128, NULL, false), 0);
	assert_int_equal(route_event(NEW, "2001:db8::7", 128, NULL, false), WATCH_ROUTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_link, setup),
		cmocka_unit_test_setup(an_address, setup),
		cmocka_unit_test_setup(a_route, setup),
		cmocka_unit_test_setup(other_routes, setup),
		cmocka_unit_test_setup(a_followed_route, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
