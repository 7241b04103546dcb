// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Text and JSON from one sequence of calls. jansson, a strict parser, reads the JSON back,
 * compact and pretty; the compact form and the text are compared byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <jansson.h>

#include "cli/output.h"

struct sink {
	struct output out;
	FILE *fp;
	char *text;
	size_t len;
};

static void start(struct sink *s, bool json, bool pretty)
{
	memset(s, 0, sizeof(*s));
	s->fp = open_memstream(&s->text, &s->len);
	assert_non_null(s->fp);
	out_start(&s->out, s->fp, json, pretty);
}

/* The text written; the caller frees it. */
static char *finish(struct sink *s)
{
	assert_int_equal(out_finish(&s->out), 0);
	assert_int_equal(fclose(s->fp), 0);
	return s->text;
}

static json_t *read_back(const char *text)
{
	json_error_t why;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &why);

	if (!root)
		fail_msg("%s in: %s", why.text, text);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(json_integer_value(json_object_get(root, "version")), 1);
	return root;
}

/* Something of everything. */
static void write_all(struct output *out)
{
	out_string(out, "name", "%s:", "eth0");
	out_array(out, "guests");
	out_object(out, NULL);
	out_string(out, "address", " %s", "2001:db8::1");
	out_number(out, "answers", " %llu", UINT64_MAX);
	out_bool(out, "router", " router", true);
	out_bool(out, "paused", " paused", false);
	out_close(out, '}');
	out_object(out, NULL);
	out_close(out, '}');
	out_array(out, NULL);
	out_number(out, NULL, NULL, 1);
	out_string(out, NULL, " (%s)", "two");
	out_real(out, NULL, NULL, 3.25);
	out_bool(out, NULL, NULL, true);
	out_null(out, NULL);
	out_close(out, ']');
	out_close(out, ']');
	out_array(out, "empty");
	out_close(out, ']');
	out_object(out, "inside");
	out_null(out, "nothing");
	out_close(out, '}');
	out_real(out, "age", " %.1f s", 0.25);
	out_number(out, NULL, " %llu text only", 5); /* no key, no array: no JSON */
	out_string(out, NULL, " %s", "nor this");
	out_number(out, "json_only", NULL, 6);
	out_text(out, " and %d %s\n", 7, "words");
}

static const char plain[] =
	"{\"version\":1,\"name\":\"eth0\",\"guests\":[{\"address\":\"2001:db8::1\","
	"\"answers\":18446744073709551615,\"router\":true,\"paused\":false},{},"
	"[1,\"two\",3.250,true,null]],\"empty\":[],\"inside\":{\"nothing\":null},"
	"\"age\":0.250,\"json_only\":6}\n";

static void test_json(void **state)
{
	struct sink s;
	char *text;

	(void)state;
	start(&s, true, false);
	write_all(&s.out);
	text = finish(&s);
	assert_string_equal(text, plain);
	free(text);
}

static void test_pretty(void **state)
{
	json_t *root, *guests;
	struct sink s;
	char *text;

	(void)state;
	start(&s, true, true);
	out_array(&s.out, "guests");
	out_object(&s.out, NULL);
	out_number(&s.out, "vlan", NULL, 88);
	out_close(&s.out, '}');
	out_number(&s.out, NULL, NULL, 2);
	out_close(&s.out, ']');
	text = finish(&s);
	assert_string_equal(text, "{\n"
				  "    \"version\": 1,\n"
				  "    \"guests\": [\n"
				  "        {\n"
				  "            \"vlan\": 88\n"
				  "        },\n"
				  "        2\n"
				  "    ]\n"
				  "}\n");
	root = read_back(text);
	guests = json_object_get(root, "guests");
	assert_int_equal(json_array_size(guests), 2);
	json_decref(root);
	free(text);
}

/* Pretty or compact, it is the same value. */
static void test_same(void **state)
{
	json_t *want, *root;
	char *copy, *text;
	struct sink s;

	(void)state;
	/* jansson lacks unsigned integers, so one digit of that counter goes. */
	copy = strdup(plain);
	assert_non_null(copy);
	text = strstr(copy, "18446744073709551615");
	memset(text, '1', 1);
	memmove(text + 18, text + 20, strlen(text + 20) + 1);
	want = read_back(copy);
	free(copy);
	start(&s, true, true);
	write_all(&s.out);
	copy = finish(&s);
	text = strstr(copy, "18446744073709551615");
	memmove(text + 18, text + 20, strlen(text + 20) + 1);
	root = read_back(copy);
	assert_true(json_equal(want, root));
	json_decref(want);
	json_decref(root);
	free(copy);
}

static void test_text(void **state)
{
	struct sink s;
	char *text;

	(void)state;
	start(&s, false, true);
	write_all(&s.out);
	text = finish(&s);
	assert_string_equal(text, "eth0: 2001:db8::1 18446744073709551615 router (two) 0.2 s "
				  "5 text only nor this and 7 words\n");
	free(text);
	start(&s, false, false);
	text = finish(&s);
	assert_string_equal(text, "");
	free(text);
}

/* Every byte except NUL, in a value and in a key, survives the round trip. */
static void test_escaping(void **state)
{
	char all[128], key[3] = "k", *text;
	json_t *root;
	struct sink s;
	int i;

	(void)state;
	for (i = 1; i < 128; i++)
		all[i - 1] = (char)i;
	all[127] = '\0';
	start(&s, true, false);
	out_string(&s.out, "all", NULL, all);
	out_string(&s.out, "utf8", NULL, "\303\251\342\202\254\360\237\220\247");
	for (i = 1; i < 128; i++) {
		key[1] = (char)i;
		out_number(&s.out, key, NULL, (uint64_t)i);
	}
	text = finish(&s);
	root = read_back(text);
	assert_string_equal(json_string_value(json_object_get(root, "all")), all);
	assert_string_equal(json_string_value(json_object_get(root, "utf8")),
			    "\303\251\342\202\254\360\237\220\247");
	for (i = 1; i < 128; i++) {
		key[1] = (char)i;
		assert_int_equal(json_integer_value(json_object_get(root, key)), i);
	}
	json_decref(root);
	free(text);
}

/* Messages quote the user's bytes: a file in Latin-1 must not break the JSON. */
static void test_no_utf8(void **state)
{
	static const char *const bytes[] = {
		"\351",
		"a\300\200b",
		"\355\240\200",
		"\364\220\200\200",
		"\377\376",
		"\303",
		"\200",
		"\342\202",
		"\340\200\257",
		"\370\210\200\200\200",
		"ok \303\251 \303",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		struct sink s;
		char *text;

		start(&s, true, false);
		out_string(&s.out, "message", NULL, bytes[i]);
		text = finish(&s);
		json_decref(read_back(text));
		free(text);
	}
}

/* Nested as deep as anything printed; correct commas after closing each level. */
static void test_deep(void **state)
{
	json_t *root, *at;
	struct sink s;
	char *text;
	int i;

	(void)state;
	start(&s, true, false);
	for (i = 0; i < 12; i++) {
		if (i % 2)
			out_object(&s.out, NULL);
		else
			out_array(&s.out, "a");
	}
	for (i = 12; i-- > 0;) {
		if (i % 2)
			out_number(&s.out, "n", NULL, (uint64_t)i);
		else
			out_number(&s.out, NULL, NULL, (uint64_t)i);
		out_close(&s.out, i % 2 ? '}' : ']');
	}
	out_number(&s.out, "last", NULL, 99);
	text = finish(&s);
	root = at = read_back(text);
	for (i = 0; i < 12; i += 2) {
		json_t *array = json_object_get(at, "a");

		assert_int_equal(json_array_size(array), 2);
		assert_int_equal(json_integer_value(json_array_get(array, 1)), i);
		at = json_array_get(array, 0);
		assert_int_equal(json_integer_value(json_object_get(at, "n")), i + 1);
	}
	assert_int_equal(json_integer_value(json_object_get(root, "last")), 99);
	json_decref(root);
	free(text);
}

/* A full disk is an error of the command, not silence. */
static void test_full_disk(void **state)
{
	FILE *fp = fopen("/dev/full", "w");
	struct output out;

	(void)state;
	assert_non_null(fp);
	out_start(&out, fp, true, false);
	assert_int_equal(out_finish(&out), -ENOSPC);
	fclose(fp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),	 cmocka_unit_test(test_pretty),
		cmocka_unit_test(test_same),	 cmocka_unit_test(test_text),
		cmocka_unit_test(test_escaping), cmocka_unit_test(test_no_utf8),
		cmocka_unit_test(test_deep),	 cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
