// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* "This link" in made-up kernels: set-ups found in the field, and their VLANs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "desired/this_link.h"

static struct nl_link links[64];
static struct nl_address addresses[16], gateways[4];
static struct nl_state kernel;

static int setup(void **state)
{
	(void)state;
	memset(links, 0, sizeof(links));
	kernel = (struct nl_state){ .links = links, .addresses = addresses, .gateways = gateways };
	return 0;
}

static struct nl_link *get(const char *name)
{
	struct nl_link *l = (struct nl_link *)nl_link_by_name(&kernel, name);

	assert_non_null(l);
	return l;
}

/* An interface on top of `lower` and in `master`; NULL: none. */
static struct nl_link *add(const char *name, const char *kind, const char *lower,
			   const char *master, uint16_t vlan)
{
	uint32_t below = lower ? get(lower)->ifindex : 0, in = master ? get(master)->ifindex : 0;
	struct nl_link *l = &links[kernel.n_links++];

	l->ifindex = (uint32_t)kernel.n_links + 100;
	l->lower = below;
	l->master = in;
	l->lower_netns = -1;
	l->vlan = vlan;
	l->vlan_proto = vlan ? 0x8100 : 0;
	l->is_ethernet = true;
	l->mac[0] = 2;
	l->mac[5] = (uint8_t)kernel.n_links;
	strcpy(l->name, name);
	strcpy(l->kind, kind);
	return l;
}

static void address(const char *dev, const char *text)
{
	struct nl_address *a = &addresses[kernel.n_addresses++];

	a->ifindex = get(dev)->ifindex;
	assert_int_equal(inet_pton(AF_INET6, text, &a->addr), 1);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Asserts where the stack sees (dev, vlan), and all that is the same link, by name. */
static void expect(const char *dev, uint16_t vlan, const char *l3_dev, const char *members)
{
	struct this_link_index index;
	struct this_link here;
	const char *names[64];
	char text[512] = "";
	size_t i;

	assert_int_equal(this_link_index(&kernel, &index), 0);
	assert_int_equal(this_link_find(&index, get(dev), vlan, &here), 0);
	for (i = 0; i < here.n; i++)
		names[i] = nl_link_by_index(&kernel, here.members[i])->name;
	qsort(names, here.n, sizeof(*names), by_text);
	for (i = 0; i < here.n; i++)
		strcat(strcat(text, i ? " " : ""), names[i]);
	if (strcmp(here.l3_dev->name, l3_dev) != 0 || strcmp(text, members) != 0)
		fail_msg("(%s, %u): stack %s, not %s; members '%s', not '%s'", dev, vlan,
			 here.l3_dev->name, l3_dev, text, members);
	for (i = 0; i < here.n; i++)
		assert_true(this_link_has(&here, here.members[i]));
	assert_false(this_link_has(&here, 1));
	this_link_free(&here);
	this_link_index_free(&index);
}

/* Proxmox: the host's address on a bridge over a VLAN device of whatever name. */
static void test_proxmox(void **state)
{
	static const char *const names[] = { "eno1.100", "vlan100" };
	size_t i;

	for (i = 0; i < 2; i++) {
		setup(state);
		add("eno1", "", NULL, NULL, 0);
		add("vmbr100", "bridge", NULL, NULL, 0);
		add(names[i], "vlan", "eno1", "vmbr100", 100);
		add("eno1.99", "vlan", "eno1", NULL, 99);
		add("tap7", "tun", NULL, "vmbr100", 0);
		expect("eno1", 100, "vmbr100",
		       i ? "tap7 vlan100 vmbr100" : "eno1.100 tap7 vmbr100");
		expect(names[i], 0, "vmbr100",
		       i ? "tap7 vlan100 vmbr100" : "eno1.100 tap7 vmbr100");
		expect("vmbr100", 0, "vmbr100",
		       i ? "tap7 vlan100 vmbr100" : "eno1.100 tap7 vmbr100");
		/* Another VLAN is another link, and so is untagged. */
		expect("eno1", 0, "eno1", "eno1");
		expect("eno1", 99, "eno1.99", "eno1.99");
		/* No device for it: the port itself. */
		expect("eno1", 7, "eno1", "eno1");
	}
}

/* A VLAN-aware bridge, with a VLAN device on it or on its port; and one that is not aware. */
static void test_bridge(void **state)
{
	(void)state;
	add("vmbr0", "bridge", NULL, NULL, 0);
	add("eth0", "", NULL, "vmbr0", 0);
	expect("eth0", 0, "vmbr0", "eth0 vmbr0");
	expect("vmbr0", 0, "vmbr0", "eth0 vmbr0");
	add("vmbr0.100", "vlan", "vmbr0", NULL, 100);
	expect("eth0", 100, "vmbr0.100", "vmbr0.100");
	expect("vmbr0", 100, "vmbr0.100", "vmbr0.100");
	expect("eth0", 0, "vmbr0", "eth0 vmbr0");
	add("eth0.200", "vlan", "eth0", NULL, 200);
	expect("vmbr0", 200, "vmbr0", "eth0 vmbr0"); /* what it has itself is not up there */
	expect("eth0", 200, "eth0.200", "eth0.200");
}

static void test_bond(void **state)
{
	static const char *const kinds[] = { "bond", "team", "bridge" };
	size_t i;

	for (i = 0; i < 3; i++) {
		setup(state);
		add("m0", kinds[i], NULL, NULL, 0);
		add("s0", "", NULL, "m0", 0);
		add("s1", "", NULL, "m0", 0);
		add("m0.5", "vlan", "m0", NULL, 5);
		expect("m0", 0, "m0", "m0 s0 s1");
		expect("s1", 0, "m0", "m0 s0 s1");
		expect("s0", 5, "m0.5", "m0.5");
		expect("m0", 5, "m0.5", "m0.5");
	}
}

/* An 802.1ad device carries other frames, and so does QinQ stacked from two devices. */
static void test_qinq(void **state)
{
	(void)state;
	add("eth0", "", NULL, NULL, 0);
	add("svlan", "vlan", "eth0", NULL, 100)->vlan_proto = 0x88a8;
	expect("eth0", 100, "eth0", "eth0");
	add("eth0.100", "vlan", "eth0", NULL, 100);
	add("eth0.100.200", "vlan", "eth0.100", NULL, 200);
	expect("eth0", 100, "eth0.100", "eth0.100");
	expect("eth0.100", 200, "eth0.100.200", "eth0.100.200");
	expect("eth0", 200, "eth0", "eth0");
	expect("svlan", 0, "svlan", "svlan");
}

static void test_macvlan(void **state)
{
	static const char *const kinds[] = { "macvlan", "macvtap", "ipvlan", "ipvtap" };
	size_t i;

	for (i = 0; i < 4; i++) {
		setup(state);
		add("eth0", "", NULL, NULL, 0);
		add("mv0", kinds[i], "eth0", NULL, 0);
		add("mv0.8", "vlan", "mv0", NULL, 8);
		expect("eth0", 0, "eth0", "eth0 mv0");
		expect("mv0", 0, "mv0", "eth0 mv0");
		expect("eth0", 8, "mv0.8", "mv0.8");
		/* All of the host's IP on it: it is what the stack sees. */
		address("mv0", "2001:db8::3");
		expect("eth0", 0, "mv0", "eth0 mv0");
		address("eth0", "2001:db8::4");
		expect("eth0", 0, "eth0", "eth0 mv0");
		/* The index of a device in another namespace is meaningless here. */
		get("mv0")->lower_netns = 3;
		expect("eth0", 0, "eth0", "eth0");
		expect("mv0", 0, "mv0", "mv0");
	}
}

/* A VRF is not part of a link, nor are two of its ports one link. */
static void test_vrf(void **state)
{
	(void)state;
	add("red", "vrf", NULL, NULL, 0);
	add("blue", "vrf", NULL, NULL, 0);
	add("eth0", "", NULL, "red", 0);
	add("eth1", "", NULL, "red", 0);
	add("mv0", "macvlan", "eth0", "blue", 0);
	add("mv1", "macvlan", "eth0", "red", 0);
	expect("eth0", 0, "eth0", "eth0 mv1");
	expect("mv0", 0, "mv0", "mv0");
	add("br0", "bridge", NULL, "red", 0);
	add("eth2", "", NULL, "br0", 0);
	expect("eth2", 0, "br0", "br0 eth2");
}

static void test_openvswitch(void **state)
{
	(void)state;
	add("ovs-system", "openvswitch", NULL, NULL, 0);
	add("eth0", "", NULL, "ovs-system", 0);
	add("br-ex", "openvswitch", NULL, NULL, 0);
	add("br-int", "openvswitch", NULL, NULL, 0);
	address("br-ex", "2001:db8::3");
	/* The owner is unknown, so all of them may be. */
	expect("eth0", 0, "br-ex", "br-ex br-int eth0 ovs-system");
	/* The NIC's MAC identifies it. */
	memcpy(get("br-ex")->mac, get("eth0")->mac, 6);
	expect("eth0", 0, "br-ex", "br-ex eth0");
	expect("br-int", 0, "br-int", "br-int");
}

/* Two bridges joined by a veth pair are one. */
static void test_veth(void **state)
{
	(void)state;
	add("br0", "bridge", NULL, NULL, 0);
	add("br1", "bridge", NULL, NULL, 0);
	add("eth0", "", NULL, "br0", 0);
	add("va", "veth", NULL, "br0", 0);
	add("vb", "veth", "va", "br1", 0);
	get("va")->lower = get("vb")->ifindex;
	expect("eth0", 0, "br0", "br0 br1 eth0 va vb");
	get("va")->lower_netns = get("vb")->lower_netns = 0;
	expect("eth0", 0, "br0", "br0 eth0 va");
}

/* Many ports and as many VLANs: the cost stays linear. */
static void test_large(void **state)
{
	enum { PORTS = 20000 };
	struct nl_link *many = calloc(PORTS + 2, sizeof(*many));
	struct this_link_index index;
	struct this_link here;
	size_t i;

	(void)state;
	assert_non_null(many);
	for (i = 0; i < PORTS + 2; i++) {
		many[i].ifindex = (uint32_t)i + 1;
		many[i].master = i > 0 ? 1 : 0;
		many[i].lower_netns = -1;
		strcpy(many[i].kind, i ? "tun" : "bridge");
	}
	kernel.links = many;
	kernel.n_links = PORTS + 2;
	assert_int_equal(this_link_index(&kernel, &index), 0);
	assert_int_equal(this_link_find(&index, &many[7], 0, &here), 0);
	assert_int_equal(here.n, PORTS + 2);
	assert_ptr_equal(here.l3_dev, &many[0]);
	this_link_free(&here);
	this_link_index_free(&index);
	free(many);
}

/* "vif7.1" is a VLAN unless an interface of that name is something else. */
static void test_rename(void **state)
{
	static const struct {
		const char *dev;
		uint16_t vlan;
		bool dotted, renamed;
	} rows[] = {
		{ "vif7", 1, true, true },   { "vif7", 1, false, false },
		{ "eth0", 88, true, false }, { "eth0", 77, true, false },
		{ "eth0", 66, true, true },  { "eth0", 55, true, true },
		{ "eth0", 44, true, true },
	};
	size_t i;

	(void)state;
	add("eth0", "", NULL, NULL, 0);
	add("eth1", "", NULL, NULL, 0);
	add("vif7.1", "", NULL, NULL, 0);
	add("eth0.88", "vlan", "eth0", NULL, 88);
	add("eth0.66", "vlan", "eth0", NULL, 67);		       /* of another number */
	add("eth0.55", "vlan", "eth1", NULL, 55);		       /* on another device */
	add("eth0.44", "vlan", "eth0", NULL, 44)->vlan_proto = 0x88a8; /* of another kind */
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct place place = { .vlan = rows[i].vlan,
				       .have_vlan = true,
				       .dotted = rows[i].dotted };
		char name[32];

		strcpy(place.dev, rows[i].dev);
		snprintf(name, sizeof(name), "%s.%u", rows[i].dev, rows[i].vlan);
		assert_int_equal(this_link_rename(&kernel, &place), rows[i].renamed);
		assert_string_equal(place.dev, rows[i].renamed ? name : rows[i].dev);
		assert_int_equal(place.vlan, rows[i].renamed ? 0 : rows[i].vlan);
		assert_int_equal(place.have_vlan, !rows[i].renamed);
	}
	{
		struct rule rule = { .vlan = 1 };
		struct uplink u[2] = {
			{ .dev = "vif7", .vlan = 1, .dotted = true, .rules = &rule, .n_rules = 1 },
			{ .dev = "eth0" }
		};
		struct model model = { .uplinks = u, .n_uplinks = 2 };

		this_link_rename_uplinks(&kernel, &model);
		assert_string_equal(u[0].dev, "eth0"); /* in the order of names again */
		assert_string_equal(u[1].dev, "vif7.1");
		assert_int_equal(u[1].vlan | rule.vlan, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_proxmox, setup),
		cmocka_unit_test_setup(test_bridge, setup),
		cmocka_unit_test_setup(test_bond, setup),
		cmocka_unit_test_setup(test_qinq, setup),
		cmocka_unit_test_setup(test_macvlan, setup),
		cmocka_unit_test_setup(test_vrf, setup),
		cmocka_unit_test_setup(test_openvswitch, setup),
		cmocka_unit_test_setup(test_veth, setup),
		cmocka_unit_test_setup(test_large, setup),
		cmocka_unit_test_setup(test_rename, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
