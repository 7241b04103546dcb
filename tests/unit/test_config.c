// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Valid configuration files, arbitrary bytes, and the limits of one file. The errors of
 * broken ones are in test_config_broken.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <unistd.h>

#include "config/config.h"

#define SEED 20240607

static const char full[] =
	"# a comment, \"with quotes' and { braces\n"
	"uplink eth1 { } // the second by name\n"
	"uplink eth0.88 {\n"
	"    mode          = generic /* 'every' key */\n"
	"    vlan          = 88\n"
	"    source        = \"2001:db8::f\"\n"
	"    groups        = allmulti\n"
	"    rate          = 1000000000\n"
	"    strict_lladdr = on\n"
	"    wide          = on\n"
	"    deny          = { 2001:db8::1, # a list over lines\n"
	"                      '2001:db8:ff::/96', }\n"
	"    deny         += { }\n"
	"    deny         += 2001:db8::2\n"
	"    guest 2001:db8:1::/64 { answer = routed }\n"
	"    guest 2001:d00::/24 { }\n"
	"    guest 2001:db8::34 {\n"
	"        port = vif1.0 lladdr = 02:00:00:00:00:34 router = on override = on\n"
	"        dad = ignore answer = alive paused = on wide = off\n"
	"    }\n"
	"}\n"
	"uplink eth0 { mode = generic source = '2001:db8::f' groups = allmulti\n"
	"  rate = 1000000000 strict_lladdr = on guest 2001:db8::34 { port = \"a#b\" }\n"
	"  follow = { \"vif*\", tap0, } follow += '*.[0-9]' }\n";

static int parse(const char *text, struct model *ret, struct config_errors *ret_errors)
{
	struct error err;
	size_t i;
	int r;

	memset(ret, 0, sizeof(*ret));
	memset(ret_errors, 0, sizeof(*ret_errors));
	r = config_parse(text, strlen(text), ret, ret_errors, &err);
	for (i = 0; i < ret_errors->n && i < 5; i++)
		print_message("  %d: %s\n", ret_errors->items[i].line, ret_errors->items[i].text);
	return r;
}

static void check_rule(const struct rule *rule, const char *target, int action, int line)
{
	char text[RULE_TEXT_LEN];

	assert_string_equal(target_text(&rule->addr, rule->bits, text), target);
	assert_int_equal(rule->action, action);
	assert_int_equal(rule->line, line);
}

static void test_full(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x34 };
	struct config_errors errors;
	const struct uplink *u;
	struct model model;
	size_t i;

	(void)state;
	assert_int_equal(parse(full, &model, &errors), 0);
	assert_int_equal(errors.n, 0);
	assert_int_equal(model.n_uplinks, 3);

	/* By device and VLAN, whatever the order of the file. */
	u = &model.uplinks[0];
	assert_string_equal(u->dev, "eth0");
	assert_int_equal(u->vlan, 0);
	assert_int_equal(u->line, 22);
	assert_int_equal(u->n_rules, 1);
	assert_string_equal(u->rules[0].port, "a#b");
	assert_int_equal(u->n_follow, 3);
	assert_string_equal(u->follow[1].pattern, "tap0");
	assert_int_equal(u->follow[2].line, 24);
	assert_true(follow_match(u, "vif1.0") && follow_match(u, "tap0") && follow_match(u, "x.1"));
	assert_false(follow_match(u, "xvif1") || follow_match(u, "tap01") || follow_match(u, ""));

	u = &model.uplinks[1];
	assert_string_equal(u->dev, "eth0");
	assert_int_equal(u->vlan, 88);
	assert_int_equal(u->line, 3);
	assert_int_equal(u->mode, WANT_GENERIC);
	assert_int_equal(u->groups, GROUPS_ALLMULTI);
	assert_int_equal(u->source_mode, NDPX_SOURCE_FIXED);
	assert_int_equal(u->source.s6_addr[15], 0xf);
	assert_int_equal(u->rate, 1000000000);
	assert_true(u->strict_lladdr && u->wide);

	/* Sorted: longest first, then by address. */
	assert_int_equal(u->n_rules, 6);
	check_rule(&u->rules[0], "2001:db8::1", NDPX_ACT_DENY, 11);
	check_rule(&u->rules[1], "2001:db8::2", NDPX_ACT_DENY, 14);
	check_rule(&u->rules[2], "2001:db8::34", NDPX_ACT_ANSWER, 17);
	check_rule(&u->rules[3], "2001:db8:ff::/96", NDPX_ACT_DENY, 12);
	check_rule(&u->rules[4], "2001:db8:1::/64", NDPX_ACT_ANSWER, 15);
	check_rule(&u->rules[5], "2001:d00::/24", NDPX_ACT_ANSWER, 16);
	for (i = 0; i < u->n_rules; i++)
		assert_int_equal(u->rules[i].vlan, 88);
	assert_int_equal(u->rules[2].flags, NDPX_F_ROUTER | NDPX_F_OVERRIDE | NDPX_F_DAD_IGNORE |
						    NDPX_F_PAUSED | NDPX_F_LLADDR);
	assert_int_equal(u->rules[2].answer, NDPX_ANSWER_ALIVE);
	assert_string_equal(u->rules[2].port, "vif1.0");
	assert_memory_equal(u->rules[2].lladdr, mac, 6);
	assert_int_equal(u->rules[4].answer, NDPX_ANSWER_ROUTED);
	assert_int_equal(u->rules[4].flags, 0);

	u = &model.uplinks[2];
	assert_string_equal(u->dev, "eth1");
	assert_int_equal(u->n_rules, 0);
	assert_int_equal(u->mode | u->groups | u->rate | u->source_mode, 0);
	model_free(&model);
	assert_null(model.uplinks);
}

static void test_ports(void **state)
{
	static const char text[] = "ports \"vif*\" {\n"
				   "    onlink  = { 2001:db8::/64, # a comment\n"
				   "                2001:db8:1::/48 }\n"
				   "    gateway = { 2001:db8::1, fe80::1 }\n"
				   "}\n"
				   "uplink eth0 { guest 2001:db8::34 { port = vif1.0 } }\n"
				   "ports 'tap[0-9]' { onlink = 2000::/3 wide = on }\n";
	struct config_errors errors;
	const struct ports_section *p;
	struct model model;

	(void)state;
	assert_int_equal(parse(text, &model, &errors), 0);
	assert_int_equal(model.n_uplinks, 1);
	assert_int_equal(model.n_ports, 2);
	/* In the order of the file: the first that matches decides. */
	p = &model.ports[0];
	assert_string_equal(p->pattern, "vif*");
	assert_int_equal(p->line, 1);
	assert_int_equal(p->n_rules, 4);
	check_rule(&p->rules[0], "2001:db8::1", NDPX_ACT_ANSWER, 4);
	check_rule(&p->rules[1], "fe80::1", NDPX_ACT_ANSWER, 4);
	check_rule(&p->rules[2], "2001:db8::/64", NDPX_ACT_ANSWER, 2);
	check_rule(&p->rules[3], "2001:db8:1::/48", NDPX_ACT_ANSWER, 3);
	assert_int_equal(p->rules[0].flags, NDPX_F_GATEWAY);
	assert_int_equal(p->rules[2].flags, NDPX_F_ONLINK);
	assert_string_equal(model.ports[1].pattern, "tap[0-9]");
	assert_int_equal(model.ports[1].line, 7);
	assert_true(model.ports[1].wide);
	model_free(&model);
	assert_null(model.ports);
}

/* Twice in a row: scanner and parser keep no state. */
static void test_again(void **state)
{
	struct config_errors errors;
	struct model model;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(parse("uplink \"eth0 {\n /* ", &model, &errors), -EINVAL);
		config_errors_free(&errors);
		assert_int_equal(parse(full, &model, &errors), 0);
		model_free(&model);
	}
}

/* A file truncated to nothing must not take every uplink down; one with only comments may. */
static void test_nothing(void **state)
{
	static const char *const texts[] = { "\n",   " \t\r\n\n", "#",
					     "//\n", "/**/",	  "# one\n/* two\n */\n" };
	struct config_errors errors;
	struct model model;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(parse(texts[i], &model, &errors), 0);
		assert_int_equal(model.n_uplinks, 0);
		model_free(&model);
	}
	assert_int_equal(parse("", &model, &errors), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_int_equal(errors.items[0].line, 1);
	assert_non_null(strstr(errors.items[0].text, "the file is empty"));
	config_errors_free(&errors);
}

static size_t newlines(const char *text, size_t len)
{
	size_t n = 0;

	while (len--)
		n += *text++ == '\n';
	return n;
}

/* Random bytes, from all 256 or from the significant ones: refused, at a line that exists. */
static void test_garbage(void **state)
{
	static const char meaning[] = "{}{}==,+\"'\\#/*\n\n  uplnkgesdymo0:";
	char text[512];
	int round;

	(void)state;
	srandom(SEED);
	for (round = 0; round < 4000; round++) {
		struct config_errors found = { 0 };
		struct model model = { 0 };
		size_t len = (size_t)random() % sizeof(text), i;
		struct error err;

		for (i = 0; i < len; i++)
			text[i] = round % 2 ? (char)random()
					    : meaning[(size_t)random() % (sizeof(meaning) - 1)];
		if (config_parse(text, len, &model, &found, &err) == 0) {
			model_free(&model);
			continue;
		}
		assert_int_not_equal(found.n, 0);
		for (i = 0; i < found.n; i++) {
			assert_in_range(found.items[i].line, 1, newlines(text, len) + 1);
			assert_in_range(found.items[i].column, 1, len + 1);
			if (i)
				assert_true(found.items[i - 1].line <= found.items[i].line);
		}
		config_errors_free(&found);
	}
}

/* A NUL byte ends a C string: what follows it must not vanish. */
static void test_nul(void **state)
{
	static const char text[] = "uplink eth0 {\n  guest 2001:db8::1\0 { }\n}\n";
	struct config_errors found = { 0 };
	struct model model = { 0 };
	struct error err;

	(void)state;
	assert_int_equal(config_parse(text, sizeof(text) - 1, &model, &found, &err), -EINVAL);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.items[0].line, 2);
	assert_int_equal(found.items[0].column, 20);
	assert_non_null(strstr(found.items[0].text, "NUL"));
	config_errors_free(&found);
}

/* The only error in `text`: oversized input is refused where it starts. */
static void expect_one(const char *text, int line, int column, const char *part)
{
	struct config_errors errors;
	struct model model;

	assert_int_equal(parse(text, &model, &errors), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_int_equal(errors.items[0].line, line);
	assert_int_equal(errors.items[0].column, column);
	assert_non_null(strstr(errors.items[0].text, part));
	assert_true(strlen(errors.items[0].text) < 1200);
	config_errors_free(&errors);
}

static void test_huge(void **state)
{
	const size_t size = 1 << 20;
	char *text = malloc(size + 64);
	size_t i, head;

	(void)state;
	assert_non_null(text);
	head = (size_t)sprintf(text, "uplink eth0 {\n guest ::2 { port = ");
	memset(text + head, 'a', size);
	strcpy(text + head + size, " } }");
	expect_one(text, 2, 21, "value of 1048576 bytes");
	text[head] = text[head + size - 1] = '"';
	expect_one(text, 2, 21, "value of 1048574 bytes");
	/* Deeper than anyone writes, and than a parser should go. */
	head = (size_t)sprintf(text, "uplink eth0 {\n");
	for (i = 0; i < size - 2; i += 2)
		memcpy(text + head + i, "a{", 2);
	text[head + i] = '\0';
	{
		struct config_errors errors;
		struct model model;

		assert_int_equal(parse(text, &model, &errors), -EINVAL);
		assert_int_equal(errors.n, 2);
		assert_int_equal(errors.items[0].column, 1);
		assert_int_equal(errors.items[1].column, 32);
		assert_non_null(strstr(errors.items[1].text, "nested more than 16 deep"));
		config_errors_free(&errors);
	}
	/* An endless run of words: one error, not one each. */
	memset(text, 'x', size);
	for (i = 1; i < size; i += 2)
		text[i] = ' ';
	text[size] = '\0';
	expect_one(text, 1, 17, "too many words");
	free(text);
}

/* Sixteen lengths are a limit of the program, 64 VLANs one of the record. */
static void test_limits(void **state)
{
	struct config_errors errors;
	struct model model;
	char text[8192];
	int n, i, at;

	(void)state;
	for (n = 16; n <= 17; n++) {
		at = sprintf(text, "uplink eth0 {\n");
		for (i = 0; i < n; i++)
			at += sprintf(text + at, "guest 2001:db8::/%d { }\n", 50 + i);
		sprintf(text + at, "}\n");
		assert_int_equal(parse(text, &model, &errors), n == 16 ? 0 : -EINVAL);
		model_free(&model);
		if (n == 17) {
			assert_int_equal(errors.n, 1);
			assert_int_equal(errors.items[0].line, 1);
			assert_non_null(strstr(errors.items[0].text, "17 different lengths"));
			config_errors_free(&errors);
		}
	}
	for (n = 64; n <= 65; n++) {
		for (at = 0, i = 1; i <= n; i++)
			at += sprintf(text + at, "uplink eth0.%d { }\n", i);
		assert_int_equal(parse(text, &model, &errors), n == 64 ? 0 : -EINVAL);
		model_free(&model);
		config_errors_free(&errors);
	}
}

/* Twenty errors are shown, the others counted: a screen of them is enough. */
static void test_many_unknown(void **state)
{
	struct config_errors errors;
	struct model model;
	char text[8192];
	int i, at = 0;

	(void)state;
	for (i = 0; i < 200; i++)
		at += sprintf(text + at, "knob%d = { a, b }\n", i);
	assert_int_equal(parse(text, &model, &errors), -EINVAL);
	assert_int_equal(errors.n, CONFIG_MAX_ERRORS);
	assert_int_equal(errors.more, 180);
	assert_int_equal(errors.items[CONFIG_MAX_ERRORS - 1].line, CONFIG_MAX_ERRORS);
	config_errors_free(&errors);
}

static void test_load(void **state)
{
	char path[] = "/tmp/ndpx-test-XXXXXX";
	struct config_errors errors = { 0 };
	struct model model = { 0 };
	int fd = mkstemp(path);
	struct error err;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, full, sizeof(full) - 1), sizeof(full) - 1);
	close(fd);
	assert_int_equal(config_load(path, &model, &errors, &err), 0);
	assert_int_equal(model.n_uplinks, 3);
	model_free(&model);
	unlink(path);
	assert_int_equal(config_load(path, &model, &errors, &err), -ENOENT);
	assert_non_null(strstr(err.message, path));
	assert_int_equal(err.status, EXIT_USAGE);
	assert_int_equal(config_load("/tmp", &model, &errors, &err), -EISDIR);
	assert_int_equal(errors.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),	cmocka_unit_test(test_again),
		cmocka_unit_test(test_ports),	cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_garbage), cmocka_unit_test(test_nul),
		cmocka_unit_test(test_limits),	cmocka_unit_test(test_many_unknown),
		cmocka_unit_test(test_load),	cmocka_unit_test(test_huge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
