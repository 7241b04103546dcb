// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From a file, the rules of all uplinks and a made-up kernel to the desired content of guest
 * ports: which interfaces, and what wins if an address has more than one role.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "config/config.h"
#include "desired/ports.h"

enum { ETH0 = 2, BOND0, SLAVE, ETH0_88, VIF1, VIF2, TAP3, BR0, TAP4, TUN0 };

static struct nl_link links[24];
static struct nl_address addresses[16];
static struct nl_state state = { .links = links, .addresses = addresses };

static struct nl_link *add_link(uint32_t ifindex, const char *name, const char *kind)
{
	struct nl_link *l = &links[state.n_links++];

	*l = (struct nl_link){ .ifindex = ifindex, .is_ethernet = true, .lower_netns = -1 };
	l->mac[0] = 2;
	l->mac[5] = (uint8_t)ifindex;
	strcpy(l->name, name);
	strcpy(l->kind, kind);
	return l;
}

static void add_address(uint32_t ifindex, const char *text)
{
	struct nl_address *a = &addresses[state.n_addresses++];

	a->ifindex = ifindex;
	assert_int_equal(inet_pton(AF_INET6, text, &a->addr), 1);
}

static int setup(void **test)
{
	(void)test;
	state.n_links = state.n_addresses = 0;
	add_link(1, "lo", "")->flags = IFF_LOOPBACK;
	links[0].is_ethernet = false;
	add_link(ETH0, "eth0", "");
	add_link(BOND0, "bond0", "bond");
	add_link(SLAVE, "vifslave", "")->master = BOND0;
	add_link(ETH0_88, "vif88", "vlan")->lower = ETH0;
	/* A veth's peer is in another namespace, whatever its index there. */
	add_link(VIF1, "vif1.0", "veth")->lower = ETH0;
	add_link(VIF2, "vif2.0", "veth");
	add_link(TAP4, "tap4", "tun")->master = BR0;
	add_link(TAP3, "tap3", "tun");
	add_link(BR0, "br0", "bridge");
	add_link(TUN0, "tun0", "tun")->is_ethernet = false;
	add_address(1, "::1");
	add_address(ETH0, "2001:db8::3");
	add_address(VIF1, "fe80::11");
	add_address(VIF1, "fe80::1");
	add_address(BR0, "fe80::12");
	return 0;
}

static struct entry guest(const char *text, uint16_t vlan, uint8_t action, uint8_t flags,
			  uint32_t port)
{
	struct rule r = { .action = action, .flags = flags, .vlan = vlan };
	struct entry e;
	struct error err;

	assert_int_equal(parse_target(text, &r, &err), 0);
	desired_entry(&r, port, &e);
	return e;
}

static struct desired_ports build(const char *file, const struct entry *guests, size_t n)
{
	struct config_errors errors = { 0 };
	struct model model = { 0 };
	struct desired_ports w;
	struct error err;
	size_t i;

	assert_int_equal(config_parse(file, strlen(file), &model, &errors, &err), 0);
	assert_int_equal(desired_ports_build(&model, &state, guests, n, &w, &err), 0);
	for (i = 1; i < w.n_entries; i++)
		assert_true(entry_compare(&w.entries[i - 1], &w.entries[i]) < 0);
	for (i = 1; i < w.n_ports; i++)
		assert_true(w.ports[i - 1].ifindex < w.ports[i].ifindex);
	model_free(&model);
	return w;
}

static void expect(const struct desired_ports *w, uint16_t group, const char *text, int action,
		   int flags, int answer, uint32_t port)
{
	struct entry key = guest(text, group, NDPX_ACT_ANSWER, 0, 0), shared = key;
	struct ndpx_policy policy = { 0 };
	size_t i, n = 0;

	shared.key.vlan = NDPX_ALL_SECTIONS;
	for (i = 0; i < w->n_entries; i++) {
		if (entry_compare(&w->entries[i], &key) && entry_compare(&w->entries[i], &shared))
			continue;
		policy = w->entries[i].policy;
		n++;
	}
	if (n > 1)
		fail_msg("%s: in the name of the section and of all", text);
	if (policy.action != action || policy.flags != flags || policy.answer != answer ||
	    policy.port != port)
		fail_msg("%s: action %d flags 0x%02x answer %d port %u, expected %d 0x%02x %d %u",
			 text, policy.action, policy.flags, policy.answer, policy.port, action,
			 (unsigned)flags, answer, port);
}

static uint16_t section_of(const struct desired_ports *w, const char *text)
{
	struct entry like = guest(text, 0, NDPX_ACT_ANSWER, 0, 0);
	uint16_t found = NDPX_MAX_SECTIONS;
	size_t i, n = 0;

	for (i = 0; i < w->n_entries; i++) {
		like.key.vlan = w->entries[i].key.vlan;
		if (entry_compare(&w->entries[i], &like))
			continue;
		found = like.key.vlan;
		n++;
	}
	return n > 1 ? NDPX_MAX_SECTIONS + 1 : found;
}

static void expect_note(const struct desired_ports *w, const char *text)
{
	size_t i;

	for (i = 0; i < w->notes.n; i++) {
		if (strstr(w->notes.items[i].text, text))
			return;
	}
	fail_msg("no note about %s", text);
}

#define GW     (NDPX_F_GATEWAY | NDPX_F_ROUTER | NDPX_F_OVERRIDE)
#define DEFEND NDPX_F_DAD_OVERRIDE
#define IGNORE NDPX_F_DAD_IGNORE
#define ONLINK NDPX_F_ONLINK
#define ALWAYS NDPX_ANSWER_ALWAYS
#define ASK    NDPX_ANSWER_ELSEWHERE

static void test_interfaces(void **test)
{
	struct desired_ports w = build("uplink eth0 { } uplink bond0 { }\n"
				       "ports vif2.0 { gateway = fe80::1 }\n"
				       "ports \"vif*\" { gateway = fe80::1 }\n"
				       "ports \"t*\" { gateway = fe80::1 }\n"
				       "ports \"xen*\" { gateway = fe80::1 }\n",
				       NULL, 0);
	static const uint8_t br0[6] = { 2, 0, 0, 0, 0, BR0 };

	(void)test;
	assert_int_equal(w.n_ports, 4);
	assert_int_equal(w.ports[0].ifindex, VIF1);
	assert_int_equal(w.ports[0].at.group, 1);
	assert_int_equal(w.ports[0].at.l3_dev, VIF1);
	assert_int_equal(w.ports[0].at.link_local[15], 0x11);
	assert_int_equal(w.ports[1].ifindex, VIF2);
	assert_int_equal(w.ports[1].at.group, 0); /* the first that matches */
	assert_int_equal(w.ports[1].at.link_local[15], 0);
	assert_int_equal(w.ports[2].ifindex, TAP3);
	assert_int_equal(w.ports[2].at.group, 2);
	/* In a bridge: its MAC, its link-local address, its link. */
	assert_int_equal(w.ports[3].ifindex, TAP4);
	assert_int_equal(w.ports[3].at.l3_dev, BR0);
	assert_int_equal(w.ports[3].at.link_local[15], 0x12);
	assert_memory_equal(w.ports[3].at.mac, br0, 6);
	expect_note(&w, "vifslave belongs to the uplink bond0");
	expect_note(&w, "vif88 belongs to the uplink eth0");
	expect_note(&w, "tun0 is not an Ethernet interface");
	expect_note(&w, "\"xen*\": no matching interface yet");
	assert_int_equal(w.notes.n, 4);
	assert_int_equal(w.sections.n, 4);
	assert_string_equal(w.sections.pattern[3], "xen*");
	desired_ports_free(&w);
}

/* Proxmox: port - fwbr - veth pair - vmbr1. */
static void add_firewall(void)
{
	struct nl_link *l;

	add_link(30, "tap100", "tun")->master = 31;
	add_link(31, "fwbr100", "bridge");
	l = add_link(32, "fwln100", "veth");
	l->master = 31;
	l->lower = 33;
	l = add_link(33, "fwpr100", "veth");
	l->master = 40;
	l->lower = 32;
	add_link(40, "vmbr1", "bridge");
	add_address(40, "fe80::40");
}

static const struct guest_port *port_named(const struct desired_ports *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->n_ports; i++) {
		if (!strcmp(w->ports[i].dev, name))
			return &w->ports[i];
	}
	return NULL;
}

static void expect_l3_dev(const char *file, const char *name, uint32_t l3_dev, uint32_t isolated)
{
	struct desired_ports w = build(file, NULL, 0);
	const struct guest_port *p = port_named(&w, name);

	if (!l3_dev) {
		assert_null(p);
		desired_ports_free(&w);
		return;
	}
	assert_non_null(p);
	assert_int_equal(p->at.l3_dev, l3_dev);
	assert_int_equal(p->at.isolated, isolated);
	desired_ports_free(&w);
}

static const char taps[] = "uplink eth0 { }\nports \"tap*\" { gateway = fe80::1 }\n";

static void test_firewall(void **test)
{
	struct desired_ports w;

	(void)test;
	state.n_links = 2; /* lo and eth0 */
	add_firewall();
	expect_l3_dev(taps, "tap100", 40, 0);
	/* The firewall bridge has a link-local address as well, but the other one has the routes. */
	add_address(31, "fe80::31");
	expect_l3_dev(taps, "tap100", 31, 0);
	links[6].routed = true;
	expect_l3_dev(taps, "tap100", 40, 0);
	links[5].isolated = true;
	expect_l3_dev(taps, "tap100", 40, 33);
	links[2].isolated = true;
	expect_l3_dev(taps, "tap100", 40, 30);
	/* The veth's peer is in another namespace. */
	links[4].lower_netns = 1;
	expect_l3_dev(taps, "tap100", 31, 30);
	/* The uplink is in the bridge: the port's guest is on the uplink's link. */
	links[4].lower_netns = -1;
	links[1].master = 40;
	w = build(taps, NULL, 0);
	expect_note(&w, "tap100 belongs to the uplink eth0");
	assert_int_equal(w.n_ports, 0);
	desired_ports_free(&w);
}

static void test_unclear(void **test)
{
	struct desired_ports w;
	struct nl_link *l;

	(void)test;
	state.n_links = 2;
	state.n_addresses = 2;
	add_firewall();
	state.n_addresses = 2;
	/* Neither bridge has routes yet: either may get them. */
	expect_l3_dev(taps, "tap100", 0, 0);
	add_address(40, "fe80::40");
	l = add_link(34, "fwln2", "veth");
	l->master = 31;
	l->lower = 35;
	l = add_link(35, "fwpr2", "veth");
	l->master = BR0;
	l->lower = 34;
	add_link(BR0, "br0", "bridge");
	w = build(taps, NULL, 0);
	assert_int_equal(w.n_ports, 0);
	assert_int_equal(w.n_unclear, 1);
	assert_string_equal(w.unclear[0].dev, "tap100");
	assert_string_equal(w.unclear[0].bridge, "fwbr100");
	expect_note(&w, "tap100 is in fwbr100");
	desired_ports_free(&w);
}

/* A VLAN-filtering bridge without routes of its own: they leave by its VLAN device. */
static void test_vlan_bridge(void **test)
{
	struct nl_link *l;

	(void)test;
	state.n_links = 2;
	add_link(TAP4, "tap4", "tun")->master = BR0;
	add_link(BR0, "br0", "bridge");
	l = add_link(50, "br0.100", "vlan");
	l->vlan = 100;
	l->lower = BR0;
	expect_l3_dev(taps, "tap4", BR0, 0);
	links[4].routed = true;
	expect_l3_dev(taps, "tap4", 50, 0);
	links[3].routed = true;
	expect_l3_dev(taps, "tap4", BR0, 0);
}

static void test_isolated(void **test)
{
	const struct entry guests[] = {
		guest("2001:db8::34", 0, NDPX_ACT_ANSWER, 0, TAP4),
		guest("2001:db8::35", 88, NDPX_ACT_ANSWER, 0, TAP4),
		guest("2001:db8::35", 89, NDPX_ACT_ANSWER, 0, TAP3),
	};
	struct desired_ports w;
	size_t i, found = 0;

	(void)test;
	for (i = 0; i < state.n_links; i++) {
		if (links[i].ifindex == TAP3)
			links[i].master = BR0;
		links[i].isolated = links[i].ifindex == TAP3 || links[i].ifindex == TAP4;
	}
	w = build(taps, guests, 3);
	for (i = 0; i < w.n_entries; i++) {
		const struct ndpx_policy *policy = &w.entries[i].policy;

		if (w.entries[i].key.addr[15] == 0x34) {
			assert_int_equal(policy->port, BR0);
			assert_int_equal(ndpx_isolated(policy), TAP4);
			found++;
		} else if (w.entries[i].key.addr[15] == 0x35) {
			/* Behind two ports of one bridge: the kernel decides. */
			assert_int_equal(policy->port, 0);
			assert_int_equal(ndpx_isolated(policy), 0);
			found++;
		}
	}
	assert_int_equal(found, 2);
	desired_ports_free(&w);
}

/* Two ports of a Xen HVM guest's one NIC. */
static void test_card(void **test)
{
	static const char file[] = "uplink eth0 { }\nports \"*[-.]*\" { gateway = fe80::1 }\n";
	static const uint8_t emu[6] = { 2, 0, 0, 0, 0, 61 };
	struct desired_ports w;

	(void)test;
	state.n_links = 2;
	add_link(60, "vif-g1", "");
	add_link(61, "vif-g1-emu", "tun");
	add_link(62, "vif7.0", "");
	add_link(63, "tap7.0", "tun");
	add_link(64, "tap8.0", "tun");
	add_link(65, "x-emu", "tun");
	expect_l3_dev(file, "vif-g1", 60, 0);
	expect_l3_dev(file, "vif-g1-emu", 60, 0);
	expect_l3_dev(file, "tap7.0", 62, 0);
	expect_l3_dev(file, "tap8.0", 64, 0);
	expect_l3_dev(file, "x-emu", 65, 0);
	w = build(file, NULL, 0);
	assert_memory_equal(port_named(&w, "vif-g1-emu")->at.mac, emu, 6);
	desired_ports_free(&w);
}

static const char two[] = "ports \"vif*\" { gateway = { 2001:db8::1, fe80::1, 2001:db8::3,\n"
			  "    2001:db8::50, 2001:db8::51 } onlink = 2001:db8::/64 }\n"
			  "ports \"tap*\" { gateway = { fe80::2 } }\n";

static void test_rules(void **test)
{
	const struct entry guests[] = {
		guest("2001:db8::34", 0, NDPX_ACT_ANSWER, 0, VIF1),
		guest("2001:db8::35", 0, NDPX_ACT_ANSWER, NDPX_F_ROUTER | NDPX_F_OVERRIDE, TAP4),
		guest("2001:db8::36", 0, NDPX_ACT_ANSWER, 0, 0),
		guest("2001:db8::37", 0, NDPX_ACT_ANSWER, IGNORE | NDPX_F_LLADDR, VIF2),
		guest("2001:db8::38", 0, NDPX_ACT_ANSWER, NDPX_F_PAUSED, VIF2),
		guest("2001:db8::39", 0, NDPX_ACT_ANSWER, 0, 4711),
		guest("2001:db8::50", 0, NDPX_ACT_ANSWER, 0, VIF2),
		guest("2001:db8::51", 0, NDPX_ACT_ANSWER, 0, 0),
		guest("fe80::34", 0, NDPX_ACT_ANSWER, 0, VIF1),
		guest("2001:db8::3", 0, NDPX_ACT_OWN, 0, 0),
		guest("2001:db8:9::1", 0, NDPX_ACT_OWN, 0, 0), /* an uplink's gateway */
		guest("2001:db8::d", 0, NDPX_ACT_DENY, 0, 0),
		guest("2001:db8:5::d", 0, NDPX_ACT_DENY, 0, 0),
		guest("2001:db8::1", 0, NDPX_ACT_DENY, 0, 0),
		guest("2001:db8:5::/64", 0, NDPX_ACT_ANSWER, 0, 0),
		guest("2001:db8::/64", 0, NDPX_ACT_ANSWER, 0, VIF2),
		/* The same address on two links: only the kernel knows. */
		guest("fd00::10", 88, NDPX_ACT_ANSWER, 0, VIF1),
		guest("fd00::10", 89, NDPX_ACT_ANSWER, 0, VIF2),
		guest("fd00::11", 88, NDPX_ACT_ANSWER, 0, VIF1),
		guest("fd00::11", 89, NDPX_ACT_DENY, 0, 0),
	};
	struct desired_ports w = build(two, guests, sizeof(guests) / sizeof(guests[0]));

	(void)test;
	expect(&w, 0, "2001:db8::34", NDPX_ACT_ANSWER, DEFEND, ALWAYS, VIF1);
	expect(&w, 1, "2001:db8::34", NDPX_ACT_ANSWER, DEFEND, ALWAYS, VIF1);
	expect(&w, 0, "2001:db8::35", NDPX_ACT_ANSWER, DEFEND | NDPX_F_ROUTER, ALWAYS, BR0);
	expect(&w, 0, "2001:db8::36", NDPX_ACT_ANSWER, DEFEND, ASK, 0);
	expect(&w, 0, "2001:db8::37", NDPX_ACT_ANSWER, DEFEND | IGNORE, ALWAYS, VIF2);
	expect(&w, 0, "2001:db8::38", NDPX_ACT_ANSWER, DEFEND | IGNORE, ASK, VIF2);
	expect(&w, 0, "fe80::34", NDPX_ACT_NONE, 0, 0, 0);
	expect(&w, 0, "2001:db8:9::1", NDPX_ACT_NONE, 0, 0, 0);

	/* A gateway takes precedence; if it is a guest, that guest may still take its address. */
	expect(&w, 0, "2001:db8::1", NDPX_ACT_ANSWER, GW, NDPX_ANSWER_GATEWAY, 0);
	expect(&w, 0, "fe80::1", NDPX_ACT_ANSWER, GW, ALWAYS, 0);
	expect(&w, 1, "fe80::1", NDPX_ACT_NONE, 0, 0, 0);
	expect(&w, 1, "fe80::2", NDPX_ACT_ANSWER, GW, ALWAYS, 0);
	expect(&w, 0, "2001:db8::3", NDPX_ACT_ANSWER, GW, ALWAYS, 0);
	expect(&w, 1, "2001:db8::3", NDPX_ACT_OWN, 0, 0, 0);
	expect(&w, 0, "2001:db8::50", NDPX_ACT_ANSWER, GW, ALWAYS, VIF2);
	expect(&w, 0, "2001:db8::51", NDPX_ACT_ANSWER, GW, ASK, 0);

	/* A deny concerns its uplink: here it is a neighbour like any other, or nothing. */
	expect(&w, 0, "2001:db8::d", NDPX_ACT_ANSWER, IGNORE, ASK, 0);
	expect(&w, 1, "2001:db8::d", NDPX_ACT_DENY, 0, 0, 0);
	expect(&w, 0, "2001:db8:5::d", NDPX_ACT_DENY, 0, 0, 0);

	expect(&w, 0, "2001:db8::/64", NDPX_ACT_ANSWER, DEFEND | ONLINK, ALWAYS, VIF2);
	expect(&w, 1, "2001:db8::/64", NDPX_ACT_ANSWER, DEFEND, ALWAYS, VIF2);
	expect(&w, 0, "2001:db8:5::/64", NDPX_ACT_ANSWER, DEFEND, ASK, 0);
	expect(&w, 0, "fd00::10", NDPX_ACT_ANSWER, DEFEND, ASK, 0);
	expect(&w, 0, "fd00::11", NDPX_ACT_ANSWER, DEFEND, ALWAYS, VIF1);
	/* A port that is not a guest port may lead to one: a VLAN on a bridge, a tunnel. */
	expect(&w, 0, "2001:db8::39", NDPX_ACT_ANSWER, DEFEND, ASK, 0);
	desired_ports_free(&w);
}

static void test_onlink(void **test)
{
	struct desired_ports w = build(two, NULL, 0);

	(void)test;
	expect(&w, 0, "2001:db8::/64", NDPX_ACT_ANSWER, IGNORE | ONLINK, ASK, 0);
	expect(&w, 1, "2001:db8::/64", NDPX_ACT_NONE, 0, 0, 0);
	/* Five gateways, one prefix; one gateway and an address of the host. */
	assert_int_equal(w.n_entries, 6 + 2);
	desired_ports_free(&w);
}

/* What all sections say alike is there once; what one says otherwise, in each. */
static void test_alike(void **test)
{
	const struct entry guests[] = {
		guest("2001:db8::34", 0, NDPX_ACT_ANSWER, 0, VIF1),
		guest("2001:db8::35", 0, NDPX_ACT_ANSWER, 0, VIF1),
		guest("2001:db8:5::/64", 0, NDPX_ACT_ANSWER, 0, VIF1),
		guest("2001:db8:9::1", 0, NDPX_ACT_DENY, 0, 0),
	};
	struct desired_ports w = build("uplink eth0 { }\n"
				       "ports \"vif*\" { gateway = { fe80::1, 2001:db8::35 } }\n"
				       "ports \"tap*\" { gateway = { fe80::1 }  "
				       "onlink = { 2001:db8:9::/64 } }\n",
				       guests, 4);

	(void)test;
	assert_int_equal(section_of(&w, "2001:db8::34"), NDPX_ALL_SECTIONS);
	assert_int_equal(section_of(&w, "2001:db8:5::/64"), NDPX_ALL_SECTIONS);
	assert_int_equal(section_of(&w, "fe80::1"), NDPX_ALL_SECTIONS);
	/* A gateway in one, a guest in both. */
	assert_int_equal(section_of(&w, "2001:db8::35"), NDPX_MAX_SECTIONS + 1);
	expect(&w, 0, "2001:db8::35", NDPX_ACT_ANSWER, GW, ALWAYS, VIF1);
	expect(&w, 1, "2001:db8::35", NDPX_ACT_ANSWER, DEFEND, ALWAYS, VIF1);
	/* In the network of one alone. */
	assert_int_equal(section_of(&w, "2001:db8:9::/64"), 1);
	expect(&w, 0, "2001:db8:9::1", NDPX_ACT_DENY, 0, ALWAYS, 0);
	expect(&w, 1, "2001:db8:9::1", NDPX_ACT_ANSWER, IGNORE, ASK, 0);
	desired_ports_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_interfaces, setup),
		cmocka_unit_test_setup(test_firewall, setup),
		cmocka_unit_test_setup(test_unclear, setup),
		cmocka_unit_test_setup(test_alike, setup),
		cmocka_unit_test_setup(test_vlan_bridge, setup),
		cmocka_unit_test_setup(test_isolated, setup),
		cmocka_unit_test_setup(test_card, setup),
		cmocka_unit_test_setup(test_rules, setup),
		cmocka_unit_test_setup(test_onlink, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
