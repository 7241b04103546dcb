// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The arguments of `guest add` as a whole: key_args_parse() of user/config/keys.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "expect_error.h"
#include "config/keys.h"

#define MAX_ARGS  40
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* `guest add` with the arguments of a line. */
static int add(enum key_scope scope, const char *line, struct guest_args *ret, int *ret_at,
	       struct error *err)
{
	char text[256], *args[MAX_ARGS], *save = NULL, *arg;
	int n = 0;

	strcpy(text, line);
	for (arg = strtok_r(text, " ", &save); arg; arg = strtok_r(NULL, " ", &save))
		args[n++] = arg;
	return key_args_parse(scope, n, args, ret, ret_at, err);
}

static void expect_refused(enum key_scope scope, const char *line, const char *bad)
{
	struct guest_args args = { .rule.bits = 99, .place.vlan = 99 };
	struct error err;
	int at;

	expect_error(line, add(scope, line, &args, &at, &err), bad, &err);
	assert_int_equal(args.rule.bits, 99);
	assert_int_equal(args.place.vlan, 99);
}

static void test_args_refused(void **state)
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
		{ "2001:db8::1 dev eth0 frob on", "unknown argument 'frob'" },
		{ "2001:db8::1 dev eth0 ruoter on",
		  "unknown argument 'ruoter' (did you mean 'router'?)" },
		{ "2001:db8::1 eth0 dev", "unknown argument 'eth0'" },
		{ "2001:db8::1 dev eth0 mode tc", "unknown argument 'mode'" },
		{ "dev eth0", "'dev': not an IPv6 address" },
		{ "2001:db8::1 dev a/b", "dev: 'a/b': not an interface name" },
		{ "2001:db8::1 dev eth0 vlan 4095",
		  "vlan: '4095': expected a number from 0 to 4094" },
		{ "2001:db8::1 dev eth0.88 vlan 89", "vlan: 89, but the device says VLAN 88" },
		{ "2001:db8::1 vlan 89 dev eth0.88", "dev: eth0.88 contradicts vlan 89" },
		{ "2001:db8::1 dev eth0.88 vlan 0", "vlan: 0, but the device says VLAN 88" },
		{ "2001:db8::1 dev eth0 port a:b", "port: 'a:b': not an interface name" },
		{ "2001:db8::1 dev eth0 lladdr 02", "lladdr: '02': not a MAC address" },
		{ "2001:db8::1 dev eth0 router 1",
		  "router: invalid value '1' (expected off or on)" },
		{ "2001:db8::1 dev eth0 override 1",
		  "override: invalid value '1' (expected off or on)" },
		{ "2001:db8::1 dev eth0 paused 1",
		  "paused: invalid value '1' (expected off, on or until-seen)" },
		{ "2001:db8::1 dev eth0 paused until-seen",
		  "2001:db8::1: paused until-seen is for a single address with a port, on which "
		  "it is to be seen: add 'port'" },
		{ "2001:db8::/64 dev eth0 port vif1.0 paused until-seen",
		  "2001:db8::/64: paused until-seen is for a single address with a port, on "
		  "which it is to be seen: list its addresses" },
		{ "2001:db8::1 dev eth0 wide 1", "wide: invalid value '1' (expected off or on)" },
		{ "2001:db8::1 dev eth0 dad on",
		  "dad: invalid value 'on' (expected defend or ignore)" },
		{ "2001:db8::1 dev eth0 answer no",
		  "answer: invalid value 'no' (expected always, routed or alive)" },
		{ "fe80::1 dev eth0 answer alive", "is link-local: the kernel does not route it" },
		{ "2001:db8::/47 dev eth0", "is shorter than /48: set 'wide = on'" },
		{ "::/0 dev eth0 wide off", "::/0 is shorter than /48: set 'wide = on'" },
		{ "2001:db8::1/64 dev eth0", "has host bits set" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(rows); i++)
		expect_refused(SCOPE_ARGS, rows[i][0], rows[i][1]);
}

/* `del` uses the same parser, restricted to the arguments that identify a guest. */
static void test_del(void **state)
{
	static const char *const bad[][2] = {
		{ "", "the guest's address is missing" },
		{ "2001:db8::1", "'dev DEV' is missing" },
		{ "2001:db8::1 dev eth0 vlan x", "vlan: 'x': expected a number" },
		{ "2001:db8::1 dev eth0 vlan 1 vlan 1", "'vlan' is given twice" },
		{ "2001:db8::1 dev eth0.5 vlan 6", "vlan: 6, but the device says VLAN 5" },
		{ "2001:db8::1 dev eth0 port", "'port' is not valid with 'del'" },
		{ "2001:db8::1 dev eth0 wide on", "'wide' is not valid with 'del'" },
		{ "2001:db8::1 dev eth0 vlna 5", "unknown argument 'vlna' (did you mean 'vlan'?)" },
		{ "2001:db8::1 dev eth0 rate 5", "unknown argument 'rate'" },
	};
	struct guest_args args;
	struct error err;
	size_t i;
	int at;

	(void)state;
	for (i = 0; i < LENGTH(bad); i++)
		expect_refused(SCOPE_DEL, bad[i][0], bad[i][1]);
	/* Could not be added, but may exist because the file has `wide`. */
	expect_error("::/0", add(SCOPE_DEL, "::/0 vlan 5 dev eth0", &args, &at, &err), NULL, &err);
	assert_int_equal(args.rule.bits, 0);
	assert_int_equal(args.rule.vlan, 5);
	assert_string_equal(args.place.dev, "eth0");
}

/* The position of an error: `guest import` turns it into a column. */
static void test_error_arg(void **state)
{
	static const struct {
		const char *line;
		int at;
	} rows[] = {
		{ "x dev eth0", 0 },
		{ "2001:db8::1 frob on", 1 },
		{ "2001:db8::1 dev eth0 vlan 4095", 3 },
		{ "2001:db8::1 dev eth0 router on router on", 5 },
		{ "2001:db8::1 dev eth0 port", 3 },
		{ "2001:db8::1 port a", 3 },
		{ "2001:db8::/40 dev eth0", 0 },
	};
	struct guest_args args;
	struct error err;
	size_t i;
	int at;

	(void)state;
	for (i = 0; i < LENGTH(rows); i++) {
		assert_true(add(SCOPE_ARGS, rows[i].line, &args, &at, &err) < 0);
		assert_int_equal(at, rows[i].at);
	}
}

/* Rows read back what they print, and a default is what is left unset. */
static void test_printed(void **state)
{
	static const char all[] = "2001:db8::1 dev eth0 vlan 88 port vif1.0 "
				  "lladdr 02:00:00:00:00:01 router on override on dad ignore "
				  "answer alive paused on wide on";
	char line[512] = "2001:db8::1", buf[KEY_TEXT_LEN];
	struct guest_args args, none;
	struct error err;
	size_t i;
	int at;

	(void)state;
	expect_error(all, add(SCOPE_ARGS, all, &args, &at, &err), NULL, &err);
	expect_error(all, add(SCOPE_ARGS, "2001:db8::1 dev eth0", &none, &at, &err), NULL, &err);
	for (i = 0; i < n_keys; i++) {
		const char *text;

		assert_non_null(keys[i].help);
		assert_true(keys[i].choices || keys[i].values);
		assert_int_equal(keys[i].print != NULL, (keys[i].where & 1u << SCOPE_ARGS) != 0);
		if (!keys[i].print)
			continue;
		snprintf(line + strlen(line), sizeof(line) - strlen(line), " %s %s", keys[i].name,
			 keys[i].print(&keys[i], &args, buf));
		text = keys[i].print(&keys[i], &none, buf);
		if (keys[i].by_default)
			assert_string_equal(text, keys[i].by_default);
	}
	assert_string_equal(line, all);
}

static void test_args_taken(void **state)
{
	static const char all[] = "2001:db8::/32 vlan 88 dev eth0.88 port vif1.0 "
				  "lladdr 02:0:0:0:0:1 router on override on dad ignore "
				  "answer alive paused on wide on";
	static const char off[] = "fe80::1 dev eth0 router off override off dad defend "
				  "answer always paused off";
	static const uint8_t want[6] = { 2, 0, 0, 0, 0, 1 };
	struct guest_args args;
	struct error err;
	int at;

	(void)state;
	expect_error(all, add(SCOPE_ARGS, all, &args, &at, &err), NULL, &err);
	assert_int_equal(args.rule.bits, 32);
	assert_int_equal(args.rule.action, NDPX_ACT_ANSWER);
	assert_int_equal(args.rule.flags, NDPX_F_ROUTER | NDPX_F_OVERRIDE | NDPX_F_DAD_IGNORE |
						  NDPX_F_PAUSED | NDPX_F_LLADDR);
	assert_int_equal(args.rule.answer, NDPX_ANSWER_ALIVE);
	assert_int_equal(args.rule.vlan, 88);
	assert_true(args.rule.wide);
	assert_memory_equal(args.rule.lladdr, want, 6);
	assert_string_equal(args.rule.port, "vif1.0");
	assert_string_equal(args.place.dev, "eth0");
	assert_int_equal(args.place.vlan, 88);
	assert_true(args.place.have_vlan);

	expect_error(off, add(SCOPE_ARGS, off, &args, &at, &err), NULL, &err);
	assert_int_equal(args.rule.bits, 128);
	assert_int_equal(args.rule.flags | args.rule.answer | args.rule.vlan | args.rule.wide, 0);
	assert_null(args.rule.port);
	assert_false(args.place.have_vlan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_args_refused), cmocka_unit_test(test_args_taken),
		cmocka_unit_test(test_del),	     cmocka_unit_test(test_error_arg),
		cmocka_unit_test(test_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
