// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From uplinks and a made-up kernel to the desired content of an instance: the host's own
 * addresses, MACs and interfaces, missing ports, the rate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>

#include "desired/uplink.h"

enum { ETH0 = 2, ETH1 = 3, BOND0 = 4, ETH0_88 = 6, BOND0_88 = 7, VIF1 = 8 };

/* The kernel of these tests; a test changes its own copy. */
struct host {
	struct nl_link links[32];
	struct nl_address addresses[16], gateways[4];
	struct nl_state state;
};

static struct in6_addr addr(const char *text)
{
	struct in6_addr a;

	assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

static void add_link(struct host *h, uint32_t ifindex, const char *name, const char *kind,
		     uint32_t lower, uint16_t vlan)
{
	struct nl_link *l = &h->links[h->state.n_links++];

	*l = (struct nl_link){
		.ifindex = ifindex, .lower = lower, .vlan = vlan, .is_ethernet = true
	};
	l->lower_netns = -1;
	l->mac[0] = 2;
	l->mac[5] = (uint8_t)ifindex;
	strcpy(l->name, name);
	strcpy(l->kind, kind);
}

static void add_address(struct host *h, uint32_t ifindex, const char *text)
{
	struct nl_address *a = &h->addresses[h->state.n_addresses++];

	*a = (struct nl_address){ .ifindex = ifindex, .addr = addr(text) };
}

static void add_gateway(struct host *h, uint32_t ifindex, const char *text)
{
	struct nl_address *a = &h->gateways[h->state.n_gateways++];

	*a = (struct nl_address){ .ifindex = ifindex, .addr = addr(text) };
}

static void setup(struct host *h)
{
	memset(h, 0, sizeof(*h));
	h->state.links = h->links;
	h->state.addresses = h->addresses;
	h->state.gateways = h->gateways;
	add_link(h, ETH0, "eth0", "", 0, 0);
	add_link(h, ETH1, "eth1", "", 0, 0);
	add_link(h, VIF1, "vif1.0", "veth", 0, 0);
	add_address(h, 1, "::1");
	add_address(h, ETH0, "2001:db8::3");
	add_address(h, ETH0, "fe80::2");
	add_address(h, ETH1, "2001:db8:1::3");
	add_address(h, ETH1, "fe80::3");
	add_gateway(h, ETH0, "fe80::1");
	add_gateway(h, ETH1, "2001:db8:1::1");
}

static struct rule rule(const char *text, const char *port)
{
	struct rule r = { .action = NDPX_ACT_ANSWER };
	struct error err;

	assert_int_equal(parse_target(text, &r, &err), 0);
	r.port = port[0] ? port : NULL;
	return r;
}

static struct desired build(struct host *h, struct uplink *u, size_t n, uint32_t ifindex)
{
	const struct nl_link *link = nl_link_by_index(&h->state, ifindex);
	struct desired w;
	struct error err;
	size_t i;

	assert_int_equal(desired_build(u, n, link, &h->state, &w, &err), 0);
	for (i = 1; i < w.n_entries; i++)
		assert_true(entry_compare(&w.entries[i - 1], &w.entries[i]) < 0);
	return w;
}

/* The policy for an address in a VLAN; NDPX_ACT_NONE if there is none. */
static struct ndpx_policy policy_of(const struct desired *w, uint16_t vlan, const char *text)
{
	static const struct ndpx_policy nothing;
	struct rule r = rule(text, "");
	struct entry key;
	size_t i;

	r.vlan = vlan;
	desired_entry(&r, 0, &key);
	for (i = 0; i < w->n_entries; i++) {
		if (!entry_compare(&w->entries[i], &key))
			return w->entries[i].policy;
	}
	return nothing;
}

/* Is there such a key of `links`? */
static bool has_key(const struct desired *w, uint16_t vlan, enum ndpx_link_kind kind,
		    uint64_t value)
{
	const struct ndpx_link_key key = { .vlan = vlan, .kind = kind, .value = value };
	size_t i, found = 0;

	for (i = 0; i < w->n_links; i++) {
		assert_true(i == 0 || link_key_compare(&w->links[i - 1], &w->links[i]) < 0);
		assert_int_equal(w->links[i].epoch, 0);
		found += !link_key_compare(&w->links[i], &key);
	}
	return found;
}

#define member(w, vlan, ifindex) has_key(w, vlan, NDPX_LINK_MEMBER, ifindex)

static void test_own(void **state)
{
	struct uplink u = { .dev = "eth0" };
	struct desired w;
	struct host h;

	(void)state;
	setup(&h);
	w = build(&h, &u, 1, ETH0);
	/* This link's addresses and gateways are never answered for; the host's others are marked. */
	assert_int_equal(w.n_entries, 4);
	assert_int_equal(policy_of(&w, 0, "2001:db8::3").action, NDPX_ACT_OWN);
	assert_int_equal(policy_of(&w, 0, "2001:db8:1::3").action, NDPX_ACT_HOST);
	assert_int_equal(policy_of(&w, 0, "2001:db8:1::3").flags, NDPX_F_ROUTER | NDPX_F_HOST);
	assert_int_equal(policy_of(&w, 0, "fe80::2").action, NDPX_ACT_OWN);
	assert_int_equal(policy_of(&w, 0, "fe80::3").action, NDPX_ACT_NONE);
	assert_int_equal(policy_of(&w, 0, "fe80::1").action, NDPX_ACT_OWN);
	assert_int_equal(policy_of(&w, 0, "2001:db8:1::1").action, NDPX_ACT_NONE);
	assert_int_equal(w.settings.mac[5], ETH0);
	assert_memory_equal(w.settings.link_local, &h.addresses[2].addr, 16);
	assert_int_equal(w.settings.links[0].l3_dev, ETH0);
	assert_true(member(&w, 0, ETH0));
	assert_false(member(&w, 0, ETH1));
	assert_int_equal(w.n_l3_devs, 1);
	assert_int_equal(w.l3_devs[0].ifindex, ETH0);
	assert_false(w.hidden_tags);
	assert_int_equal(w.notes.n, 0);
	desired_free(&w);
	assert_null(w.entries);
}

/* The same address twice in the kernel, also as a gateway, and among the rules. */
static void test_own_wins(void **state)
{
	struct rule rules[] = { rule("2001:db8::3", "vif1.0"), rule("2001:db8::4", "vif1.0"),
				rule("2001:db8::/64", ""), rule("2001:db8:1::3", "") };
	struct uplink u = { .dev = "eth0", .rules = rules, .n_rules = 4 };
	struct desired w;
	struct host h;

	(void)state;
	setup(&h);
	add_address(&h, VIF1, "2001:db8::3");
	add_gateway(&h, ETH0, "2001:db8::3");
	rules[2].flags = NDPX_F_LLADDR | NDPX_F_ROUTER;
	rules[2].answer = NDPX_ANSWER_ALIVE;
	memcpy(rules[2].lladdr, "\2\0\0\0\0\x42", 6);
	rules[3].action = NDPX_ACT_DENY;
	w = build(&h, &u, 1, ETH0);
	assert_int_equal(w.n_entries, 6);
	assert_int_equal(policy_of(&w, 0, "2001:db8::3").action, NDPX_ACT_OWN);
	assert_int_equal(policy_of(&w, 0, "2001:db8::3").port, 0);
	assert_int_equal(policy_of(&w, 0, "2001:db8::4").action, NDPX_ACT_ANSWER);
	assert_int_equal(policy_of(&w, 0, "2001:db8::4").port, VIF1);
	assert_int_equal(policy_of(&w, 0, "2001:db8::/64").action, NDPX_ACT_ANSWER);
	assert_int_equal(policy_of(&w, 0, "2001:db8::/64").flags, NDPX_F_LLADDR | NDPX_F_ROUTER);
	assert_int_equal(policy_of(&w, 0, "2001:db8::/64").answer, NDPX_ANSWER_ALIVE);
	assert_int_equal(policy_of(&w, 0, "2001:db8::/64").lladdr[5], 0x42);
	/* An overridden guest gets one note; a deny covers an address on another interface. */
	assert_int_equal(policy_of(&w, 0, "2001:db8:1::3").action, NDPX_ACT_DENY);
	assert_int_equal(w.notes.n, 1);
	assert_string_equal(w.notes.items[0].text,
			    "eth0: guest 2001:db8::3 is an address or gateway "
			    "of this host: not answered for");
	desired_free(&w);
}

/* A bond, a bridge and a team speak for their ports; a VRF does not. */
static void test_own_mac(void **state)
{
	static const struct {
		const char *kind;
		int speaks;
	} kinds[] = { { "bond", 1 }, { "bridge", 1 }, { "team", 1 }, { "vrf", 0 }, { "", 0 } };
	struct uplink u = { .dev = "eth0" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct desired w;
		struct host h;

		setup(&h);
		add_link(&h, BOND0, "bond0", kinds[i].kind, 0, 0);
		add_address(&h, BOND0, "fe80::4");
		add_gateway(&h, BOND0, "2001:db8::1");
		h.links[0].master = BOND0;
		w = build(&h, &u, 1, ETH0);
		assert_int_equal(w.settings.mac[5], kinds[i].speaks ? BOND0 : ETH0);
		assert_int_equal(w.settings.links[0].l3_dev, kinds[i].speaks ? BOND0 : ETH0);
		assert_int_equal(member(&w, 0, BOND0), kinds[i].speaks);
		assert_true(member(&w, 0, ETH0));
		assert_int_equal(w.settings.link_local[15], kinds[i].speaks ? 4 : 2);
		assert_int_equal(w.l3_devs[0].ifindex, kinds[i].speaks ? BOND0 : ETH0);
		assert_int_equal(policy_of(&w, 0, "fe80::4").action,
				 kinds[i].speaks ? NDPX_ACT_OWN : NDPX_ACT_NONE);
		assert_int_equal(policy_of(&w, 0, "2001:db8::1").action,
				 kinds[i].speaks ? NDPX_ACT_OWN : NDPX_ACT_NONE);
		desired_free(&w);
	}
	/* A master in another namespace is not visible here. */
	{
		struct desired w;
		struct host h;

		setup(&h);
		h.links[0].master = 77;
		w = build(&h, &u, 1, ETH0);
		assert_int_equal(w.settings.mac[5], ETH0);
		desired_free(&w);
	}
}

/* A VLAN device is where the stack sees its VLAN, with its own MAC, and no other VLAN. */
static void test_vlan(void **state)
{
	struct rule rules[] = { rule("2001:db8::9", "") };
	struct uplink u[] = { { .dev = "eth0" },
			      { .dev = "eth0", .vlan = 88 },
			      { .dev = "eth0", .vlan = 89 } };
	struct desired w;
	struct host h;

	(void)state;
	setup(&h);
	rules[0].vlan = 88;
	u[1].rules = rules;
	u[1].n_rules = 1;
	add_link(&h, ETH0_88, "eth0.88", "vlan", ETH0, 88);
	add_address(&h, ETH0_88, "fe80::6");
	add_gateway(&h, ETH0_88, "fe80::66");
	w = build(&h, u, 3, ETH0);
	assert_int_equal(w.n_l3_devs, 3);
	assert_int_equal(w.l3_devs[0].ifindex, ETH0);
	assert_int_equal(w.l3_devs[1].vlan, 88);
	assert_int_equal(w.l3_devs[1].ifindex, ETH0_88);
	assert_int_equal(w.l3_devs[2].ifindex, ETH0); /* no device for it: the port's own */
	assert_true(member(&w, 0, ETH0) && !member(&w, 0, ETH0_88));
	assert_true(member(&w, 88, ETH0_88) && !member(&w, 88, ETH0));
	assert_true(member(&w, 89, ETH0) && !member(&w, 89, ETH0_88));
	assert_int_equal(w.settings.link_local[15], 2); /* of the first uplink's stack */
	assert_int_equal(ndpx_link_of(&w.settings, 0)->mac[5], ETH0);
	assert_int_equal(ndpx_link_of(&w.settings, 88)->mac[5], ETH0_88);
	assert_int_equal(ndpx_link_of(&w.settings, 88)->link_local[15], 6);
	assert_int_equal(ndpx_link_of(&w.settings, 88)->vlan, 88);
	assert_int_equal(ndpx_link_of(&w.settings, 89)->mac[5], ETH0);
	assert_int_equal(ndpx_link_of(&w.settings, 4095)->mac[5], ETH0);
	assert_true(w.hidden_tags);
	assert_int_equal(policy_of(&w, 88, "2001:db8::9").action, NDPX_ACT_ANSWER);
	assert_int_equal(policy_of(&w, 0, "2001:db8::9").action, NDPX_ACT_NONE);
	assert_int_equal(policy_of(&w, 88, "fe80::6").action, NDPX_ACT_OWN);
	assert_int_equal(policy_of(&w, 88, "fe80::66").action, NDPX_ACT_OWN);
	assert_int_equal(policy_of(&w, 0, "fe80::66").action, NDPX_ACT_NONE);
	/* Another VLAN is another link. */
	assert_int_equal(policy_of(&w, 88, "2001:db8::3").action, NDPX_ACT_HOST);
	assert_int_equal(policy_of(&w, 89, "2001:db8::3").action, NDPX_ACT_OWN);
	assert_int_equal(policy_of(&w, 89, "2001:db8:1::3").action, NDPX_ACT_HOST);
	desired_free(&w);

	/* Only a tagged uplink: untagged frames get its link as well. */
	add_link(&h, BOND0, "bond0", "bond", 0, 0);
	add_link(&h, BOND0_88, "bond0.88", "vlan", BOND0, 88);
	h.links[0].master = BOND0;
	w = build(&h, u + 1, 1, ETH0);
	/* The kernel hands frames to a slave's VLAN device first, and IP is configured there. */
	assert_int_equal(w.l3_devs[0].ifindex, ETH0_88);
	assert_true(member(&w, 88, ETH0_88) && member(&w, 88, BOND0_88));
	assert_false(member(&w, 88, BOND0));
	assert_int_equal(w.settings.mac[5], ETH0_88);
	assert_int_equal(ndpx_link_of(&w.settings, 88)->l3_dev, ETH0_88);
	assert_int_equal(w.settings.slots[88], 1);
	desired_free(&w);
	/* If IP is configured on the bond's, there. */
	h.state.n_gateways--;
	h.state.n_addresses--;
	add_address(&h, BOND0_88, "2001:db8:88::3");
	w = build(&h, u + 1, 1, ETH0);
	assert_int_equal(w.l3_devs[0].ifindex, BOND0_88);
	assert_int_equal(policy_of(&w, 88, "2001:db8:88::3").action, NDPX_ACT_OWN);
	desired_free(&w);
}

/* P15, P40: MACs of the host's other NICs; not of guest ports, other VRFs or VRRP. */
static void test_own_macs(void **state)
{
	enum { VRF = 20, ETH2, VETH, VRRP, DOWN, MACV };
	struct uplink u = { .dev = "eth0" };
	struct desired w;
	struct host h;
	size_t i, n_locals = 0;

	(void)state;
	setup(&h);
	add_link(&h, VRF, "red", "vrf", 0, 0);
	add_link(&h, ETH2, "eth2", "", 0, 0);
	add_link(&h, VETH, "eth3", "veth", 0, 0);
	add_link(&h, VRRP, "vrrp.1", "macvlan", ETH0, 0);
	add_link(&h, DOWN, "eth4", "", 0, 0);
	add_link(&h, MACV, "mv0", "macvlan", ETH0, 0);
	add_address(&h, VETH, "2001:db8::33");
	add_address(&h, MACV, "fe80::aa");
	add_address(&h, ETH2, "fe80::bb");
	for (i = 0; i < h.state.n_links; i++)
		h.links[i].flags = h.links[i].ifindex == DOWN ? 0 : IFF_UP;
	h.links[4].master = VRF; /* eth2 */
	memcpy(h.links[6].mac, "\0\0\x5e\0\2\7", 6);
	w = build(&h, &u, 1, ETH0);
#define own_mac(n) has_key(&w, 0, NDPX_LINK_OWN_MAC, 2 | (uint64_t)(n) << 40)
	assert_true(own_mac(ETH1));
	assert_true(own_mac(VETH));
	assert_true(own_mac(MACV));
	assert_false(own_mac(ETH0)); /* H itself, which is a compare */
	assert_false(own_mac(VIF1)); /* a guest's */
	assert_false(own_mac(ETH2)); /* of another VRF */
	assert_false(own_mac(DOWN));
	for (i = 0; i < w.n_links; i++) {
		uint32_t bit = ndpx_filter_bit(w.links[i].value, NDPX_OURS_BITS);

		if (w.links[i].kind != NDPX_LINK_MEMBER)
			assert_true(w.settings.ours[bit / 64] >> bit % 64 & 1);
		n_locals += w.links[i].kind == NDPX_LINK_LOCAL;
		assert_int_not_equal(w.links[i].value, 0x07025e0000);
	}
	/* Link-local ones of this link only: fe80::1 is the router's and a guest port's. */
	assert_int_equal(n_locals, 1);
	assert_true(has_key(&w, 0, NDPX_LINK_LOCAL, 0xaaull << 56));
	desired_free(&w);
}

/* P75, P76 by VRF. */
static void test_vrf(void **state)
{
	enum { RED = 20, BLUE, BR0 };
	struct rule rules[] = { rule("2001:db8:1::3", ""), rule("2001:db8:7::7", "") };
	struct uplink u = { .dev = "eth0", .rules = rules, .n_rules = 2 };
	struct desired w;
	struct host h;

	(void)state;
	setup(&h);
	add_link(&h, RED, "red", "vrf", 0, 0);
	add_link(&h, BLUE, "blue", "vrf", 0, 0);
	add_link(&h, BR0, "br0", "bridge", 0, 0);
	h.links[0].master = BR0;
	h.links[5].master = RED;
	h.links[1].master = BLUE;
	h.links[2].master = RED;
	add_address(&h, BR0, "2001:db8:5::3");
	add_address(&h, VIF1, "2001:db8:7::7");
	w = build(&h, &u, 1, ETH0);
	assert_int_equal(w.l3_devs[0].ifindex, BR0);
	assert_true(member(&w, 0, BR0) && !member(&w, 0, RED));
	assert_int_equal(policy_of(&w, 0, "2001:db8:5::3").action, NDPX_ACT_OWN);
	/* Guests that are addresses of the host: R set; in this VRF without a route look-up. */
	assert_int_equal(policy_of(&w, 0, "2001:db8:1::3").action, NDPX_ACT_ANSWER);
	assert_int_equal(policy_of(&w, 0, "2001:db8:1::3").flags, NDPX_F_ROUTER);
	assert_int_equal(policy_of(&w, 0, "2001:db8:7::7").flags, NDPX_F_ROUTER | NDPX_F_HOST);
	desired_free(&w);
}

/* One note for all ports that are missing, however many rules name them. */
static void test_missing_ports(void **state)
{
	struct rule rules[] = { rule("2001:db8::10", "vif1.0"), rule("2001:db8::11", "vif2.0"),
				rule("2001:db8::12", "vif2.0"), rule("2001:db8::13", "vif3.0"),
				rule("2001:db8::14", "vif3.0"), rule("2001:db8::15", "vif1.0") };
	struct uplink u = { .dev = "eth0", .rules = rules };
	struct desired w;
	struct host h;

	(void)state;
	setup(&h);
	u.n_rules = 1;
	w = build(&h, &u, 1, ETH0);
	assert_int_equal(w.notes.n, 0);
	desired_free(&w);
	u.n_rules = 3;
	w = build(&h, &u, 1, ETH0);
	assert_int_equal(w.notes.n, 1);
	assert_string_equal(w.notes.items[0].text, "eth0: port vif2.0 does not exist yet");
	assert_int_equal(policy_of(&w, 0, "2001:db8::11").action, NDPX_ACT_ANSWER);
	assert_int_equal(policy_of(&w, 0, "2001:db8::11").port, 0);
	desired_free(&w);
	u.n_rules = 6;
	w = build(&h, &u, 1, ETH0);
	assert_int_equal(w.notes.n, 1);
	assert_string_equal(w.notes.items[0].text, "eth0: port vif2.0 and 1 more do not exist yet");
	assert_int_equal(policy_of(&w, 0, "2001:db8::15").port, VIF1);
	desired_free(&w);
}

static void test_settings(void **state)
{
	struct uplink u = { .dev = "eth0", .strict_lladdr = true, .rate = 4 };
	struct desired w;
	struct host h;

	(void)state;
	setup(&h);
	u.source_mode = NDPX_SOURCE_FIXED;
	u.source = addr("2001:db8::5");
	w = build(&h, &u, 1, ETH0);
	assert_int_equal(w.settings.flags, NDPX_S_STRICT_LLADDR);
	assert_int_equal(w.settings.source_mode, NDPX_SOURCE_FIXED);
	assert_int_equal(w.settings.source[15], 5);
	assert_int_equal(w.settings.rate_cost, 250000000);
	assert_int_equal(w.settings.rate_burst, 750000000); /* four at once */
	desired_free(&w);

	u.source_mode = NDPX_SOURCE_LINK_LOCAL;
	u.rate = 1000000000;
	w = build(&h, &u, 1, ETH0);
	assert_int_equal(w.settings.source_mode, NDPX_SOURCE_LINK_LOCAL);
	assert_int_equal(w.settings.source[15], 2);
	assert_int_equal(w.settings.rate_cost, 1);
	assert_int_equal(w.settings.rate_burst, 999999999);
	desired_free(&w);

	/* No link-local address: better an answer from the target than one from ::. */
	u.rate = 0;
	u.lease = 3;
	w = build(&h, &u, 1, VIF1);
	assert_int_equal(w.settings.lease, 3);
	assert_int_equal(w.settings.flags, NDPX_S_STRICT_LLADDR | NDPX_S_LEASE);
	assert_int_equal(w.settings.source_mode, NDPX_SOURCE_TARGET);
	assert_int_equal(w.settings.rate_cost | w.settings.rate_burst, 0);
	assert_int_equal(w.notes.n, 1);
	assert_non_null(strstr(w.notes.items[0].text, "no link-local address yet"));
	desired_free(&w);
}

static void test_too_many(void **state)
{
	static struct uplink u[NDPX_MAX_VLANS + 1];
	struct desired w;
	struct error err;
	struct host h;
	uint16_t i;

	(void)state;
	setup(&h);
	for (i = 0; i <= NDPX_MAX_VLANS; i++) {
		strcpy(u[i].dev, "eth0");
		u[i].vlan = i;
	}
	w = build(&h, u, NDPX_MAX_VLANS, ETH0);
	desired_free(&w);
	assert_int_equal(desired_build(u, NDPX_MAX_VLANS + 1, &h.links[0], &h.state, &w, &err),
			 -E2BIG);
	assert_non_null(strstr(err.message, "eth0: more than 64 VLANs"));

	/* A dozen VLAN devices, each its own VLAN's link: none is left out. */
	for (i = 0; i < 12; i++)
		add_link(&h, 100u + i, "v", "vlan", ETH0, (uint16_t)(i + 1));
	w = build(&h, u + 1, 12, ETH0);
	for (i = 0; i < 12; i++) {
		assert_true(member(&w, i + 1, 100u + i));
		assert_false(member(&w, i + 1, ETH0));
		assert_int_equal(ndpx_link_of(&w.settings, i + 1)->l3_dev, 100u + i);
	}
	assert_int_equal(w.settings.n_lengths, 0);
	desired_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),	      cmocka_unit_test(test_own_wins),
		cmocka_unit_test(test_own_mac),	      cmocka_unit_test(test_vlan),
		cmocka_unit_test(test_missing_ports), cmocka_unit_test(test_settings),
		cmocka_unit_test(test_too_many),      cmocka_unit_test(test_own_macs),
		cmocka_unit_test(test_vrf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
