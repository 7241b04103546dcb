// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The words of `guest add` as a whole: rule_parse_words() of user/model.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "expect_error.h"
#include "model.h"

#define MAX_WORDS 40
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* `guest add` with the words of a line. */
static int add(const char *line, struct rule *ret, struct place *ret_place, struct error *err)
{
	char text[256], *words[MAX_WORDS], *save = NULL, *word;
	int n = 0;

	strcpy(text, line);
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		words[n++] = word;
	return rule_parse_words(n, words, ret, ret_place, err);
}

static void test_words_refused(void **state)
{
	static const char *const rows[][2] = {
		{ "", "the guest's address is missing" },
		{ "2001:db8::1", "'dev DEV' is missing" },
		{ "2001:db8::1 vlan 5", "'dev DEV' is missing" },
		{ "2001:db8::1 dev", "'dev' needs a value" },
		{ "2001:db8::1 dev eth0 port", "'port' needs a value" },
		{ "2001:db8::1 dev eth0 dev eth1", "'dev' is given twice" },
		{ "2001:db8::1 dev eth0 vlan 5 vlan 5", "'vlan' is given twice" },
		{ "2001:db8::1 dev eth0 router on router on", "'router' is given twice" },
		{ "2001:db8::1 dev eth0 dev", "'dev' is given twice" },
		{ "2001:db8::1 dev eth0 frob on", "unknown word 'frob'" },
		{ "2001:db8::1 eth0 dev", "unknown word 'eth0'" },
		{ "2001:db8::1 dev eth0 mode tc", "unknown word 'mode'" },
		{ "dev eth0", "'dev' is no IPv6 address" },
		{ "2001:db8::1 dev a/b", "dev 'a/b' is no interface name" },
		{ "2001:db8::1 dev eth0 vlan 4095", "vlan '4095' is no number from 0 to 4094" },
		{ "2001:db8::1 dev eth0.88 vlan 89", "vlan 89, but the device says VLAN 88" },
		{ "2001:db8::1 vlan 89 dev eth0.88", "dev eth0.88 contradicts vlan 89" },
		{ "2001:db8::1 dev eth0.88 vlan 0", "vlan 0, but the device says VLAN 88" },
		{ "2001:db8::1 dev eth0 port a:b", "port 'a:b' is no interface name" },
		{ "2001:db8::1 dev eth0 lladdr 02", "lladdr '02' is no MAC address" },
		{ "2001:db8::1 dev eth0 router 1", "router '1' is none of off, on" },
		{ "2001:db8::1 dev eth0 override 1", "override '1' is none of off, on" },
		{ "2001:db8::1 dev eth0 paused 1", "paused '1' is none of off, on" },
		{ "2001:db8::1 dev eth0 wide 1", "wide '1' is none of off, on" },
		{ "2001:db8::1 dev eth0 dad on", "dad 'on' is none of defend, ignore" },
		{ "2001:db8::1 dev eth0 answer no",
		  "answer 'no' is none of always, routed, alive" },
		{ "fe80::1 dev eth0 answer alive", "is link-local: the kernel routes nothing" },
		{ "2001:db8::/47 dev eth0", "is shorter than /48: 'wide' must be on" },
		{ "::/0 dev eth0 wide off", "::/0 is shorter than /48: 'wide' must be on" },
		{ "2001:db8::1/64 dev eth0", "has host bits set" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(rows); i++) {
		struct rule rule = { .bits = 99 };
		struct place place = { .vlan = 99 };
		struct error err;

		expect_error(rows[i][0], add(rows[i][0], &rule, &place, &err), rows[i][1], &err);
		assert_int_equal(rule.bits, 99);
		assert_int_equal(place.vlan, 99);
	}
}

static void test_words_taken(void **state)
{
	static const char all[] = "2001:db8::/32 vlan 88 dev eth0.88 port vif1.0 "
				  "lladdr 02:0:0:0:0:1 router on override on dad ignore "
				  "answer alive paused on wide on";
	static const char off[] = "fe80::1 dev eth0 router off override off dad defend "
				  "answer always paused off";
	static const uint8_t want[6] = { 2, 0, 0, 0, 0, 1 };
	struct place place;
	struct rule rule;
	struct error err;

	(void)state;
	expect_error(all, add(all, &rule, &place, &err), NULL, &err);
	assert_int_equal(rule.bits, 32);
	assert_int_equal(rule.action, NDPX_ACT_ANSWER);
	assert_int_equal(rule.flags, NDPX_F_ROUTER | NDPX_F_OVERRIDE | NDPX_F_DAD_IGNORE |
					     NDPX_F_PAUSED | NDPX_F_LLADDR);
	assert_int_equal(rule.answer, NDPX_ANSWER_ALIVE);
	assert_int_equal(rule.vlan, 88);
	assert_true(rule.wide);
	assert_memory_equal(rule.lladdr, want, 6);
	assert_string_equal(rule.port, "vif1.0");
	assert_string_equal(place.dev, "eth0");
	assert_int_equal(place.vlan, 88);
	assert_true(place.have_vlan);

	expect_error(off, add(off, &rule, &place, &err), NULL, &err);
	assert_int_equal(rule.bits, 128);
	assert_int_equal(rule.flags | rule.answer | rule.vlan | rule.wide, 0);
	assert_string_equal(rule.port, "");
	assert_false(place.have_vlan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_refused),
		cmocka_unit_test(test_words_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
