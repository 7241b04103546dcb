// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every parser of config/model.h with good and bad values. For a bad one the message must say
 * what was expected, and the output must stay untouched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "expect_error.h"
#include "config/keys.h"
#include "util/array.h"

#define NAME_16	 "0123456789abcdef"
#define NAME_64	 NAME_16 NAME_16 NAME_16 NAME_16
#define NAME_128 NAME_64 NAME_64 /* one character too many */

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static int on_off(const char *text, void *ret, struct error *err)
{
	int i = parse_choice(text, off_on_names, err);

	if (i < 0)
		return i;
	*(bool *)ret = i;
	return 0;
}

static int key_set(enum key_scope scope, void *object, const char *name, const char *value,
		   struct error *err)
{
	const struct key *key = key_find(scope, name, strlen(name));

	return key ? key->parse(key, scope, value, object, err)
		   : key_unknown(scope, "argument", name, err);
}

static int vid(const char *text, void *ret, struct error *err)
{
	return parse_number(text, 4094, ret, err);
}

static int mac(const char *text, void *ret, struct error *err)
{
	return parse_mac(text, ret, err);
}

static int ifname(const char *text, void *ret, struct error *err)
{
	return parse_ifname(text, ret, err);
}

static int address(const char *text, void *ret, struct error *err)
{
	return parse_address(text, ret, err);
}

static int target(const char *text, void *ret, struct error *err)
{
	return parse_target(text, ret, err);
}

/* A refused value, and part of the message. */
static const struct {
	int (*parse)(const char *text, void *ret, struct error *err);
	const char *bad;
	const char *texts[20];
} refused[] = {
	{ on_off,
	  "(expected off or on)",
	  { "", "1", "0", "yes", "true", "ON", "on ", "onn", "o" } },
	{ vid,
	  "expected a number from 0 to 4094",
	  { "", "-1", "+1", " 1", "1 ", "0x10", "1.5", "1e3", "4095", "abc", "\t1", "1\n", "--1",
	    "-", "0 0", "99999999999999999999", "18446744073709551617" } },
	{ mac,
	  "not a MAC address",
	  { "", "02:00:00:00:00", "02:00:00:00:00:", "02:00:00:00:00:01:02", "02:00:00:00:00:012",
	    "02:00:00:00:00:0g", "02-00-00-00-00-01", "020000000001", "02:00:00:00:00:01 ",
	    /* What sscanf() would accept: blanks, signs, 0x. */
	    " 02:00:00:00:00:01", "02: 0:00:00:00:01", "-2:00:00:00:00:01", "02:+1:00:00:00:01",
	    "02:0x:00:00:00:01" } },
	{ mac,
	  "is a group address",
	  { "01:00:5e:00:00:01", "33:33:0:0:0:1", "ff:ff:ff:ff:ff:ff" } },
	{ mac, "not a usable MAC address", { "00:00:00:00:00:00", "0:0:0:0:0:0" } },
	{ ifname,
	  "not an interface name",
	  { "", ".", "..", NAME_128, "a/b", "a:1", "a b", "a\tb", "a\n", "\v" } },
	{ address,
	  "not an IPv6 address",
	  { "", "2001:db8::1/128", "2001:db8::1%eth0", "2001:db8:::1", "2001:db8::g",
	    " 2001:db8::1", "2001:db8::1 ", "[2001:db8::1]", "1:2:3:4:5:6:7", "guest1.example",
	    "1:2:3:4:5:6:7:8:9", "192.0.2.1.1" } },
	{ address, "is IPv4: ndpx answers Neighbor Solicitations, not ARP", { "192.0.2.1" } },
	{ target, "is IPv4", { "192.0.2.1", "192.0.2.0/24" } },
	{ target,
	  "not an IPv6 address",
	  { "", "/", "/64", "fe80::1%eth0/64",
	    "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb" } },
	{ target,
	  "the prefix length must be a number from 0 to 128",
	  { "2001:db8::/129", "2001:db8::/", "2001:db8::/-1", "2001:db8::/64/64",
	    "::/ffff::", "2001:db8::/ 64" } },
	{ target, "has host bits set: 2001:db8::/64 is the prefix", { "2001:db8::1/64" } },
	{ target, "has host bits set: 2001:db8::/127 is the prefix", { "2001:db8::1/127" } },
	{ target, "has host bits set: 2001:db8::/33 is the prefix", { "2001:db8:4000::/33" } },
	{ target, "has host bits set: 8000::/1 is the prefix", { "ffff::/1", "c000::/1" } },
	{ target, "has host bits set: ::/0 is the prefix", { "::1/0", "8000::/0" } },
	{ target, "is multicast", { "ff02::1", "ff02::/16", "ff00::/8" } },
	{ target, "must be listed individually", { "fe80::/10", "fe80::/64", "fe80::/127" } },
	{ target, "cannot be a guest's address", { "::1", "::", "::/128" } },
	{ target, "is IPv4-mapped", { "::ffff:192.0.2.1", "::ffff:0:0/96" } },
};

static void test_refused(void **state)
{
	struct rule untouched, ret;
	struct error err;
	size_t i, j;

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	for (i = 0; i < LENGTH(refused); i++) {
		for (j = 0; j < LENGTH(refused[i].texts) && refused[i].texts[j]; j++) {
			const char *text = refused[i].texts[j];

			ret = untouched;
			expect_error(text, refused[i].parse(text, &ret, &err), refused[i].bad,
				     &err);
			/* inet_pton() may write to it; that is never read. */
			if (refused[i].parse != address)
				assert_memory_equal(&ret, &untouched, sizeof(ret));
		}
	}
}

static void test_taken(void **state)
{
	static const char *const names[] = { "a",      "eth0", "vif1.0",     "0123456789abcde",
					     "br-lan", "a@b",  "\303\251th0" };
	static const uint8_t want[6] = { 2, 0, 0, 0xcd, 0, 0xab };
	char name[DEV_NAME_LEN];
	unsigned long n = 0;
	struct in6_addr a;
	struct error err;
	uint8_t b[6];
	bool on;
	size_t i;

	(void)state;
	expect_error("on", on_off("on", &on, &err), NULL, &err);
	assert_true(on);
	expect_error("off", on_off("off", &on, &err), NULL, &err);
	assert_false(on);
	expect_error("4094", parse_number("4094", 4094, &n, &err), NULL, &err);
	assert_int_equal(n, 4094);
	expect_error("0088", parse_number("0088", 4094, &n, &err), NULL, &err);
	assert_int_equal(n, 88);
	expect_error("0", parse_number("0", 4094, &n, &err), NULL, &err);
	assert_int_equal(n, 0);
	expect_error("mac", parse_mac("02:0:00:Cd:00:aB", b, &err), NULL, &err);
	assert_memory_equal(b, want, 6);
	for (i = 0; i < LENGTH(names); i++) {
		expect_error(names[i], parse_ifname(names[i], name, &err), NULL, &err);
		assert_string_equal(name, names[i]);
	}
	expect_error("v4 tail", parse_address("64:FF9B::192.0.2.1", &a, &err), NULL, &err);
	assert_int_equal(a.s6_addr[15], 1);
}

static void test_targets_taken(void **state)
{
	static const struct {
		const char *text, *addr;
		int bits;
	} rows[] = {
		{ "2001:db8::1", "2001:db8::1", 128 },
		{ "2001:db8::1/128", "2001:db8::1", 128 },
		{ "2001:db8::/64", "2001:db8::", 64 },
		{ "2001:db8::/127", "2001:db8::", 127 },
		{ "2001:db8::", "2001:db8::", 128 },
		{ "2001:db8:8000::/33", "2001:db8:8000::", 33 },
		{ "8000::/1", "8000::", 1 },
		{ "::/0", "::", 0 },
		{ "fe80::1", "fe80::1", 128 },
		{ "::1:0:0/96", "::1:0:0", 96 },
	};
	char text[RULE_TEXT_LEN];
	struct in6_addr want;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(rows); i++) {
		struct rule rule = { 0 };

		assert_int_equal(inet_pton(AF_INET6, rows[i].addr, &want), 1);
		expect_error(rows[i].text, parse_target(rows[i].text, &rule, &err), NULL, &err);
		assert_memory_equal(&rule.addr, &want, 16);
		assert_int_equal(rule.bits, rows[i].bits);
		target_text(&rule.addr, rule.bits, text);
		assert_memory_equal(text, rows[i].addr, strlen(rows[i].addr));
		assert_int_equal(strchr(text, '/') != NULL, rule.bits < 128);
	}
}

static void test_dev(void **state)
{
	static const struct {
		const char *text, *dev;
		int vlan; /* -1: none */
	} rows[] = {
		{ "eth0", "eth0", -1 },
		{ "eth0.88", "eth0", 88 },
		{ "eth0.1", "eth0", 1 },
		{ "eth0.4094", "eth0", 4094 },
		{ "eth0.4095", "eth0.4095", -1 },
		{ "vif1.0", "vif1.0", -1 },
		{ "a.b.5", "a.b", 5 },
		{ "eth0.", "eth0.", -1 },
		{ "eth0.x", "eth0.x", -1 },
		{ ".5", ".5", -1 },
		{ "eth0.+5", "eth0.+5", -1 },
		{ "0123456789abcde.88", "0123456789abcde", 88 },
	};
	static const char *const bad[] = { "",	    ".",   "..",	   "...1",  "a b.3",
					   "a/1.4", "a:1", NAME_128 ".88", NAME_128 };
	struct place place;
	struct error err;
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(rows); i++) {
		place = (struct place){ 0 };
		expect_error(rows[i].text, parse_dev(rows[i].text, &place, &err), NULL, &err);
		assert_string_equal(place.dev, rows[i].dev);
		assert_int_equal(place.have_vlan, rows[i].vlan >= 0);
		if (place.have_vlan)
			assert_int_equal(place.vlan, rows[i].vlan);
	}
	for (i = 0; i < LENGTH(bad); i++)
		expect_error(bad[i], parse_dev(bad[i], &place, &err), "not an interface name",
			     &err);
	expect_error("vif*", parse_dev("vif*", &place, &err), "is a pattern", &err);
	expect_error("eth?.5", parse_dev("eth?.5", &place, &err), "is a pattern", &err);
}

/* The keys of an uplink: each sets its own field, a bad value sets none. */
static void test_uplink_set(void **state)
{
	static const char *const bad[][3] = {
		{ "mode", "xdp", "invalid value 'xdp' (expected auto, native, generic or tc)" },
		{ "groups", "", "invalid value '' (expected auto, join, allmulti or none)" },
		{ "vlan", "4095", "expected a number from 0 to 4094" },
		{ "rate", "1000000001", "expected a number from 0 to 1000000000" },
		{ "rate", "10/s", "expected a number" },
		{ "strict_lladdr", "yes", "(expected off or on)" },
		{ "wide", "1", "(expected off or on)" },
		{ "source", "guest",
		  "invalid value 'guest' (expected target, link-local or an IPv6 address)" },
		{ "source", "192.0.2.1", "(expected target, link-local or an IPv6 address)" },
		{ "source", "2001:db8::/64", "(expected target" },
		{ "source", "ff02::1", "cannot be the source" },
		{ "source", "::", "cannot be the source" },
		{ "source", "::1", "cannot be the source" },
		{ "port", "eth1", "'port' belongs inside 'guest'" },
		{ "", "", "unknown argument ''" },
		{ "Mode", "tc", "unknown argument 'Mode'" },
	};
	struct uplink u = { 0 }, empty = { 0 };
	struct error err;
	unsigned int i;

	(void)state;
	for (i = 0; i < LENGTH(bad); i++) {
		expect_error(bad[i][0], key_set(SCOPE_UPLINK, &u, bad[i][0], bad[i][1], &err),
			     bad[i][2], &err);
		assert_int_equal(u.mode | u.groups | u.vlan | u.rate | u.source_mode, 0);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(key_set(SCOPE_UPLINK, &u, "mode", want_mode_name(i), &err), 0);
		assert_int_equal(u.mode, i);
		assert_int_equal(key_set(SCOPE_UPLINK, &u, "groups", want_groups_name(i), &err), 0);
		assert_int_equal(u.groups, i);
	}
	u = empty;
	assert_int_equal(key_set(SCOPE_UPLINK, &u, "vlan", "4094", &err), 0);
	assert_int_equal(key_set(SCOPE_UPLINK, &u, "rate", "1000000000", &err), 0);
	assert_int_equal(key_set(SCOPE_UPLINK, &u, "strict_lladdr", "on", &err), 0);
	assert_int_equal(key_set(SCOPE_UPLINK, &u, "wide", "on", &err), 0);
	assert_int_equal(key_set(SCOPE_UPLINK, &u, "source", "2001:db8::5", &err), 0);
	assert_int_equal(u.vlan, 4094);
	assert_int_equal(u.rate, 1000000000);
	assert_true(u.strict_lladdr && u.wide);
	assert_int_equal(u.source_mode, NDPX_SOURCE_FIXED);
	assert_int_equal(u.source.s6_addr[15], 5);
	assert_int_equal(key_set(SCOPE_UPLINK, &u, "source", "link-local", &err), 0);
	assert_int_equal(u.source_mode, NDPX_SOURCE_LINK_LOCAL);
	assert_int_equal(key_set(SCOPE_UPLINK, &u, "source", "target", &err), 0);
	assert_int_equal(u.source_mode, NDPX_SOURCE_TARGET);
}

/* VLAN, longest first, address: the order the plan is merged in. */
static void test_order(void **state)
{
	static const struct rule rules[] = {
		{ .vlan = 0, .bits = 128, .addr.s6_addr = { 0x20, 1 } },
		{ .vlan = 0, .bits = 128, .addr.s6_addr = { 0xfe, 0x80 } },
		{ .vlan = 0, .bits = 64, .addr.s6_addr = { 0x20, 1 } },
		{ .vlan = 1, .bits = 128, .addr.s6_addr = { 0x20, 1 } },
	};
	struct uplink u = { 0 };
	struct model model = { .uplinks = &u };
	size_t i, j;

	(void)state;
	for (i = 0; i < LENGTH(rules); i++) {
		for (j = 0; j < LENGTH(rules); j++) {
			int c = rule_compare(&rules[i], &rules[j]);

			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
		}
	}
	for (i = 0; i < 1000; i++)
		assert_int_equal(array_push(u.rules, u.n_rules, rules[i % 4]), true);
	assert_int_equal(u.n_rules, 1000);
	assert_memory_equal(&u.rules[999], &rules[3], sizeof(rules[3]));
	free(u.rules);
	model.uplinks = NULL;
	model_free(&model);
	assert_string_equal(want_mode_name((enum want_mode)9), "?");
	assert_string_equal(want_groups_name((enum want_groups)9), "?");
	assert_string_equal(answer_mode_name((enum ndpx_answer_mode)9), "?");
	assert_string_equal(source_name((enum ndpx_source)9), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),	      cmocka_unit_test(test_taken),
		cmocka_unit_test(test_targets_taken), cmocka_unit_test(test_dev),
		cmocka_unit_test(test_uplink_set),    cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
