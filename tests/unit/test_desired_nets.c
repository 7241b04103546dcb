// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From a made-up routing table to what the program cannot look up in the kernel's: on-link
 * and local networks, longest first, and interfaces without neighbours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "util/network.h"
#include "desired/internal.h"

enum { LO = 1, ETH0 = 2, ETH1 = 3, ETH0_88 = 4 };

static struct nl_net nets[64];
static struct nl_link links[64];
static struct nl_address addresses[4];
static struct nl_state state = { .nets = nets, .links = links, .addresses = addresses };

static int setup(void **test)
{
	(void)test;
	state.n_nets = state.n_links = state.n_addresses = 0;
	return 0;
}

static void add_net(const char *text, uint8_t bits, uint32_t ifindex, bool local)
{
	struct nl_net *net = &nets[state.n_nets++];

	*net = (struct nl_net){ .ifindex = ifindex, .bits = bits, .local = local };
	assert_int_equal(inet_pton(AF_INET6, text, &net->addr), 1);
}

static void add_address(const char *text)
{
	assert_int_equal(inet_pton(AF_INET6, text, &addresses[state.n_addresses++].addr), 1);
}

static void add_link(uint32_t ifindex, bool is_ethernet, uint32_t flags)
{
	links[state.n_links++] = (struct nl_link){ .ifindex = ifindex,
						   .is_ethernet = is_ethernet,
						   .flags = flags | IFF_UP };
}

/* eth0 untagged, and eth0.88. */
static struct desired find(void)
{
	struct desired w = { .n_l3_devs = 2, .l3_devs = { { 0, ETH0 }, { 88, ETH0_88 } } };

	assert_int_equal(desired_find_nets(&w, "eth0", &state), 0);
	desired_find_no_nd(&w, &state);
	return w;
}

static void is_net(const struct ndpx_net *net, const char *text, __u8 bits, __u8 kind, __u16 vlan)
{
	struct in6_addr addr, ones;

	assert_int_equal(inet_pton(AF_INET6, text, &addr), 1);
	memset(&ones, 0xff, sizeof(ones));
	ones = network_of(&ones, bits);
	assert_memory_equal(net->addr, &addr, sizeof(addr));
	assert_memory_equal(net->mask, &ones, sizeof(ones));
	assert_int_equal(net->bits, bits);
	assert_int_equal(net->kind, kind);
	assert_int_equal(net->vlan, vlan);
}

static void is_end(const struct desired *w, size_t n)
{
	static const struct ndpx_net none;

	for (; n < NDPX_MAX_NETS; n++)
		assert_memory_equal(&w->settings.nets[n], &none, sizeof(none));
	assert_int_equal(w->notes.n, 0);
}

static void test_nothing(void **test)
{
	struct desired w = find();

	(void)test;
	is_end(&w, 0);
	assert_int_equal(w.settings.no_nd[0], 0);
}

static void test_order(void **test)
{
	struct desired w;

	(void)test;
	add_net("2001:db8:5::", 64, LO, true);
	add_net("2001:db8:1::", 64, ETH0, false);
	add_net("2001:db8:88::", 127, ETH0_88, false);
	add_net("2001:db8:5::7", 128, LO, true);
	add_net("2001:db8:1:0:8000::", 65, ETH0, false);
	add_net("2000::", 3, LO, true);
	/* Another link's, and the same once more with another metric. */
	add_net("2001:db8:9::", 64, ETH1, false);
	add_net("2001:db8:1::", 64, ETH0, false);
	w = find();
	is_net(&w.settings.nets[0], "2001:db8:88::", 127, NDPX_NET_ONLINK, 88);
	is_net(&w.settings.nets[1], "2001:db8:1:0:8000::", 65, NDPX_NET_ONLINK, 0);
	is_net(&w.settings.nets[2], "2001:db8:1::", 64, NDPX_NET_ONLINK, 0);
	is_net(&w.settings.nets[3], "2001:db8:5::7", 128, NDPX_NET_LOCAL, 0);
	is_net(&w.settings.nets[4], "2001:db8:5::", 64, NDPX_NET_LOCAL, 0);
	is_net(&w.settings.nets[5], "2000::", 3, NDPX_NET_LOCAL, 0);
	is_end(&w, 6);
}

/* The kernel has a local route for each address of an interface: that is P75 and P76. */
static void test_addresses(void **test)
{
	struct desired w;

	(void)test;
	add_address("2001:db8:1::2");
	add_net("2001:db8:1::2", 128, LO, true);
	add_net("2001:db8:1::2", 64, LO, true);
	add_net("2001:db8:1::3", 128, LO, true);
	w = find();
	is_net(&w.settings.nets[0], "2001:db8:1::3", 128, NDPX_NET_LOCAL, 0);
	is_net(&w.settings.nets[1], "2001:db8:1::2", 64, NDPX_NET_LOCAL, 0);
	is_end(&w, 2);
}

/* The shortest are dropped, whatever the order of the table, with a single note. */
static void test_too_many(void **test)
{
	struct desired w;
	uint8_t i;

	(void)test;
	for (i = 0; i < NDPX_MAX_NETS + 2; i++)
		add_net("2001:db8::", (uint8_t)(40 + i), ETH0, false);
	w = find();
	for (i = 0; i < NDPX_MAX_NETS; i++)
		is_net(&w.settings.nets[i], "2001:db8::", (uint8_t)(40 + NDPX_MAX_NETS + 1 - i),
		       NDPX_NET_ONLINK, 0);
	assert_int_equal(w.notes.n, 1);
	assert_non_null(strstr(w.notes.items[0].text, "eth0: more than 16 networks"));
	desired_free(&w);
}

/* An exact fit causes no note, nor does a duplicate after the last slot. */
static void test_just_enough(void **test)
{
	struct desired w;
	uint8_t i;

	(void)test;
	for (i = 0; i < NDPX_MAX_NETS; i++)
		add_net("2001:db8::", (uint8_t)(40 + i), ETH0, false);
	add_net("2001:db8::", 40, ETH0, false);
	w = find();
	is_end(&w, NDPX_MAX_NETS);
}

static void test_no_nd(void **test)
{
	struct desired w;
	uint32_t i;

	(void)test;
	add_link(LO, false, IFF_LOOPBACK | IFF_NOARP);
	add_link(10, false, IFF_POINTOPOINT | IFF_NOARP); /* tun, wg */
	add_link(ETH0, true, 0);
	add_link(11, true, IFF_NOARP); /* a tap or dummy with arp off */
	add_link(12, false, IFF_NOARP);
	w = find();
	assert_int_equal(w.settings.no_nd[0], 11);
	assert_int_equal(w.settings.no_nd[1], 10);
	assert_int_equal(w.settings.no_nd[2], 12);
	assert_int_equal(w.settings.no_nd[3], 0);

	/* The program detects tunnels itself, so they never displace an Ethernet device. */
	for (i = 0; i < NDPX_MAX_NO_ND; i++)
		add_link(20 + i, false, IFF_POINTOPOINT);
	add_link(50, true, IFF_NOARP);
	w = find();
	assert_int_equal(w.settings.no_nd[0], 11);
	assert_int_equal(w.settings.no_nd[1], 50);
	assert_int_equal(w.settings.no_nd[NDPX_MAX_NO_ND - 1], 20 + NDPX_MAX_NO_ND - 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing, setup),
		cmocka_unit_test_setup(test_order, setup),
		cmocka_unit_test_setup(test_addresses, setup),
		cmocka_unit_test_setup(test_too_many, setup),
		cmocka_unit_test_setup(test_just_enough, setup),
		cmocka_unit_test_setup(test_no_nd, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
