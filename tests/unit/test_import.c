// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reading `guest import`: lines with the arguments of `guest add`, and the JSON that
 * `guest show -j` prints. All errors in one go, each with its position.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "config/import_read.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* A buffer that ends with the text's NUL, so that the sanitizers catch reads past it. */
static int import_bytes(const char *text, size_t len, struct import *ret,
			struct config_errors *errors)
{
	char *copy = malloc(len + 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy[len] = '\0';
	memset(ret, 0, sizeof(*ret));
	memset(errors, 0, sizeof(*errors));
	r = import_read(copy, len, ret, errors);
	free(copy);
	return r;
}

static int import_text(const char *text, struct import *ret, struct config_errors *errors)
{
	return import_bytes(text, strlen(text), ret, errors);
}

static void check_item(const struct import *import, size_t i, const char *target, int line)
{
	char text[RULE_TEXT_LEN];
	const struct rule *r;

	assert_true(i < import->n);
	r = &import->items[i].rule;
	assert_string_equal(target_text(&r->addr, r->bits, text), target);
	assert_int_equal(r->line, line);
	assert_int_equal(r->action, NDPX_ACT_ANSWER);
}

static void test_lines(void **state)
{
	static const char text[] =
		"# many at once\n"
		"2001:db8::1 dev eth0\n"
		"\n"
		" \t 2001:db8::2\tdev eth0.88 port vif1.0 # the second\r\n"
		"2001:db8::/64 dev eth1 vlan 7 router on override on dad ignore answer alive "
		"paused on lladdr 02:00:00:00:00:02\n"
		"   # no rule\n"
		"2001::/16 dev eth0 wide on";
	struct config_errors errors;
	struct import import;

	(void)state;
	assert_int_equal(import_text(text, &import, &errors), 0);
	assert_int_equal(errors.n, 0);
	assert_false(import.json);
	assert_int_equal(import.n, 4);
	check_item(&import, 0, "2001:db8::1", 2);
	check_item(&import, 1, "2001:db8::2", 4);
	check_item(&import, 2, "2001:db8::/64", 5);
	check_item(&import, 3, "2001::/16", 7);
	assert_false(import.items[0].place.have_vlan);
	assert_string_equal(import.items[1].place.dev, "eth0");
	assert_int_equal(import.items[1].place.vlan, 88);
	assert_string_equal(import.items[1].rule.port, "vif1.0");
	assert_int_equal(import.items[2].rule.vlan, 7);
	assert_int_equal(import.items[2].rule.flags, 0x1f);
	assert_int_equal(import.items[2].rule.answer, NDPX_ANSWER_ALIVE);
	import_free(&import);
	assert_null(import.items);
}

/* Exactly as user/verbs/guest_print.c writes `guest show -s -j`. */
static void test_show(void **state)
{
	static const char text[] =
		" {\"version\":1,\"guests\":["
		"{\"address\":\"2001:db8::34\",\"dev\":\"eth0\",\"vlan\":88,\"port\":\"vif1.0\","
		"\"lladdr\":\"02:00:00:00:00:34\",\"router\":true,\"override\":false,"
		"\"dad\":\"defend\",\"answer\":\"always\",\"paused\":false,\"answers\":7,"
		"\"last_answer\":\"2026-01-02T03:04:05Z\",\"last_asker\":\"fe80::1\"},\n"
		"{\"address\":\"2001::/16\",\"dev\":\"eth0\",\"vlan\":0,\"router\":false,"
		"\"override\":true,\"dad\":\"ignore\",\"answer\":\"alive\",\"paused\":true,"
		"\"wide\":true,\"answers\":0,\"last_answer\":null,\"last_asker\":null}]}\n";
	struct config_errors errors;
	struct import import;

	(void)state;
	assert_int_equal(import_text(text, &import, &errors), 0);
	assert_true(import.json);
	assert_int_equal(import.n, 2);
	check_item(&import, 0, "2001:db8::34", 1);
	check_item(&import, 1, "2001::/16", 2);
	assert_int_equal(import.items[0].rule.vlan, 88);
	assert_int_equal(import.items[0].rule.flags, NDPX_F_LLADDR | NDPX_F_ROUTER);
	assert_int_equal(import.items[1].rule.flags,
			 NDPX_F_OVERRIDE | NDPX_F_DAD_IGNORE | NDPX_F_PAUSED);
	assert_int_equal(import.items[1].rule.answer, NDPX_ANSWER_ALIVE);
	assert_true(import.items[1].rule.wide);
	assert_true(import.items[1].place.have_vlan);
	import_free(&import);

	assert_int_equal(
		import_text("[{\"dev\":\"eth0.5\",\"address\":\"fe80::1\"}]", &import, &errors), 0);
	check_item(&import, 0, "fe80::1", 1);
	assert_int_equal(import.items[0].rule.vlan, 5);
	import_free(&import);
}

static void test_nothing(void **state)
{
	static const char *const texts[] = { "", "\n", "#", " # x\n\n", "[]", "{\"guests\":[]}" };
	struct config_errors errors;
	struct import import;
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(texts); i++) {
		assert_int_equal(import_text(texts[i], &import, &errors), 0);
		assert_int_equal(import.n, 0);
		import_free(&import);
	}
}

static const struct {
	const char *text;
	struct {
		int line;
		const char *part;
	} errors[6];
} wrong[] = {
	{ "2001:db8::1 dev eth0\nx dev eth0\n2001:db8::2\n\n2001:db8::/40 dev eth0\n"
	  "2001:db8::1 dev eth0 frob on\nff02::1 dev eth0",
	  { { 2, "'x': not an IPv6 address" },
	    { 3, "'dev DEV' is missing" },
	    { 5, "is shorter than /48" },
	    { 6, "unknown argument 'frob'" },
	    { 7, "is multicast" } } },
	{ "2001:db8::1 dev eth0 answers 7", { { 1, "unknown argument 'answers'" } } },
	{ "2001:db8::1#x dev eth0", { { 1, "'2001:db8::1#x': not an IPv6 address" } } },
	{ "{", { { 1, "JSON: " } } },
	{ "[\n\n{]", { { 3, "JSON: " } } },
	{ "[] []", { { 1, "JSON: " } } },
	{ "{}", { { 1, "JSON has no \"guests\" array" } } },
	{ "{\"guests\":{}}", { { 1, "JSON has no \"guests\" array" } } },
	{ "[{\"address\":\"::2\",\"address\":\"::3\",\"dev\":\"a\"}]",
	  { { 1, "JSON: duplicate" } } },
	{ "[{\"address\":\"::2\\u0000\",\"dev\":\"a\"}]", { { 1, "JSON: " } } },
	{ "[{\"address\":\"::2\",\"dev\":\"\xff\"}]", { { 1, "JSON: " } } },
	{ "[1,[],{},{\"address\":5},{\"address\":\"x\",\"dev\":\"eth0\"},"
	  "{\"address\":\"2001:db8::1\"}]",
	  { { 1, "not an object" },
	    { 2, "not an object" },
	    { 3, "'address' is missing or not a string" },
	    { 4, "'address' is missing or not a string" },
	    { 5, "'x': not an IPv6 address" },
	    { 6, "'dev DEV' is missing" } } },
	{ "[{\"address\":\"::2\",\"dev\":\"eth0\",\"vlan\":1.5},"
	  "{\"address\":\"::2\",\"dev\":\"eth0\",\"vlan\":-1},"
	  "{\"address\":\"::2\",\"dev\":\"eth0\",\"vlan\":null},"
	  "{\"address\":\"::2\",\"dev\":\"eth0\",\"port\":[\"a\"]},"
	  "{\"address\":\"::2\",\"dev\":\"eth0\",\"color\":\"red\"},"
	  "{\"address\":\"::2\",\"dev\":\"eth0\",\"router\":1}]",
	  { { 1, "vlan: expected a string, a number or a boolean" },
	    { 2, "vlan: '-1': expected a number from 0 to 4094" },
	    { 3, "vlan: expected a string" },
	    { 4, "port: expected a string" },
	    { 5, "unknown argument 'color'" },
	    { 6, "router: invalid value '1' (expected off or on)" } } },
};

static void test_wrong(void **state)
{
	size_t i, j, n;

	(void)state;
	for (i = 0; i < LENGTH(wrong); i++) {
		struct config_errors found;
		struct import import;

		assert_int_equal(import_text(wrong[i].text, &import, &found), -EINVAL);
		for (n = 0; n < LENGTH(wrong[i].errors) && wrong[i].errors[n].part; n++)
			;
		for (j = 0; j < found.n; j++) {
			if (j >= n || found.items[j].line != wrong[i].errors[j].line ||
			    !strstr(found.items[j].text, wrong[i].errors[j].part))
				fail_msg("%s: says %d: %s", wrong[i].text, found.items[j].line,
					 found.items[j].text);
		}
		assert_int_equal(found.n, n);
		assert_int_equal(import.n, 0);
		config_errors_free(&found);
	}
}

/* Lines: the column of the argument. JSON: jansson's column; objects have none. */
static void test_columns(void **state)
{
	static const struct {
		const char *text;
		int line, column;
	} rows[] = {
		{ "\n  x dev eth0", 2, 3 },
		{ "2001:db8::1 dev eth0 frob on", 1, 22 },
		{ "2001:db8::1\tdev  eth0 vlan 4095\n", 1, 23 },
		{ "2001:db8::1 port vif1.0", 1, 24 },
		{ "2001:db8::1 dev eth0\n\n2001:db8::2 dev # eth0", 3, 13 },
		{ "[\n {]", 2, 3 },
		{ "[{}]", 1, 0 },
	};
	struct config_errors errors;
	struct import import;
	size_t i;

	(void)state;
	for (i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(import_text(rows[i].text, &import, &errors), -EINVAL);
		assert_int_equal(errors.n, 1);
		assert_int_equal(errors.items[0].line, rows[i].line);
		assert_int_equal(errors.items[0].column, rows[i].column);
		config_errors_free(&errors);
	}
}

/* A NUL byte ends a C string: what follows it in a line must not vanish. */
static void test_nul(void **state)
{
	static const char text[] = "2001:db8::1 dev eth0\n2001:db8::2 dev eth0\0 x\n\0\n"
				   "2001:db8::3 dev eth0\n\0";
	static const char json[] = "[{\"address\":\"2001:db8::1\",\"dev\":\"eth0\"}]\0x";
	static const int lines[] = { 2, 3, 5 };
	struct config_errors errors;
	struct import import;
	size_t i;

	(void)state;
	assert_int_equal(import_bytes(text, sizeof(text) - 1, &import, &errors), -EINVAL);
	assert_int_equal(errors.n, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(errors.items[i].line, lines[i]);
		assert_non_null(strstr(errors.items[i].text, "NUL byte: not a text file"));
	}
	config_errors_free(&errors);
	assert_int_equal(import_bytes(json, sizeof(json) - 1, &import, &errors), -EINVAL);
	config_errors_free(&errors);
}

/* Too much of everything: refused within limits, without an endless list of errors. */
static void test_huge(void **state)
{
	const size_t size = 1 << 20;
	struct config_errors errors;
	struct import import;
	char *text = malloc(size), *p;
	size_t i;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', size);
	assert_int_equal(import_bytes(text, size, &import, &errors), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_true(strlen(errors.items[0].text) < 2048);
	config_errors_free(&errors);

	for (i = 0; i < size; i++)
		text[i] = i % 2 ? ' ' : 'a';
	assert_int_equal(import_bytes(text, size, &import, &errors), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.items[0].text, "too many words");
	config_errors_free(&errors);

	for (i = 0; i < size; i++)
		text[i] = i % 2 ? '\n' : 'a';
	assert_int_equal(import_bytes(text, size, &import, &errors), -EINVAL);
	assert_int_equal(errors.n, 100);
	assert_int_equal(errors.items[99].line, 100);
	config_errors_free(&errors);

	/* Deeper than any reader should follow. */
	memset(text, '[', size);
	assert_int_equal(import_bytes(text, size, &import, &errors), -EINVAL);
	config_errors_free(&errors);

	/* An object with more keys than there are arguments. */
	p = text + sprintf(text, "[{\"address\":\"2001:db8::1\"");
	for (i = 0; i < 50; i++)
		p += sprintf(p, ",\"k%zu\":1", i);
	sprintf(p, "}]");
	assert_int_equal(import_text(text, &import, &errors), -EINVAL);
	assert_string_equal(errors.items[0].text, "too many keys");
	config_errors_free(&errors);

	for (p = text, i = 0; i < 20000; i++)
		p += sprintf(p, "2001:db8::%zx dev eth0\n", i + 1);
	assert_int_equal(import_text(text, &import, &errors), 0);
	assert_int_equal(import.n, 20000);
	check_item(&import, 19999, "2001:db8::4e20", 20000);
	import_free(&import);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),	cmocka_unit_test(test_show),
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_columns), cmocka_unit_test(test_nul),
		cmocka_unit_test(test_huge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
