// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The syntax alone, as events: user/config/syntax.h. test_config*.c cover ndpx.conf; here are
 * a foreign file of the same shape, and words with their positions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/syntax.h"

struct record {
	char text[2048];
	size_t n;
};

static void add(struct record *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	r->n += (size_t)vsnprintf(r->text + r->n, sizeof(r->text) - r->n, fmt, ap);
	va_end(ap);
	assert_in_range(r->n, 0, sizeof(r->text) - 1);
}

static void add_words(struct record *r, const struct word *words, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		add(r, " %d:%d[%.*s]%s", words[i].at.line, words[i].at.column, (int)words[i].len,
		    words[i].text, words[i].bad ? "!" : "");
}

static void on_statement(void *arg, const struct statement *s)
{
	static const char *const operators[] = { "", " =", " +=" };

	add(arg, "set");
	add_words(arg, s->words, s->n_words);
	add(arg, "%s%s", operators[s->op], s->list ? " list" : "");
	add_words(arg, s->values, s->n_values);
	add(arg, "\n");
}

static void on_open(void *arg, const struct statement *s)
{
	add(arg, "open");
	add_words(arg, s->words, s->n_words);
	add(arg, "\n");
}

static void on_close(void *arg)
{
	add(arg, "close\n");
}

static void on_semicolon(void *arg, struct position at)
{
	(void)at;
	add(arg, ";\n");
}

static void on_error(void *arg, struct position at, const char *message)
{
	add(arg, "error %d:%d %s\n", at.line, at.column, message);
}

static const struct syntax_events events = { on_statement, on_open, on_close, on_semicolon,
					     on_error };

static void expect(const char *text, const char *want)
{
	struct record r = { .n = 0 };
	size_t len = strlen(text);
	char *copy = calloc(1, len + 2);

	assert_non_null(copy);
	memcpy(copy, text, len);
	assert_int_equal(syntax_read(copy, len, &events, &r), 0);
	free(copy);
	assert_string_equal(r.text, want);
}

/* ndppd.conf: statements without an operator, ended by a semicolon or the block. */
static void test_ndppd(void **state)
{
	(void)state;
	expect("route-ttl 30000;\n"
	       "proxy eth0 {\n"
	       "  router yes; timeout 500\n"
	       "  /* guests */ rule 2001:db8::/64 { auto }\n"
	       "  rule 2001:db8:1::1 { iface eth1; } // one\n"
	       "}\n",
	       "set 1:1[route-ttl] 1:11[30000]\n;\n"
	       "open 2:1[proxy] 2:7[eth0]\n"
	       "set 3:3[router] 3:10[yes]\n;\n"
	       "open 3:15[timeout] 3:23[500] 4:16[rule] 4:21[2001:db8::/64]\n"
	       "set 4:37[auto]\nclose\n"
	       "open 5:3[rule] 5:8[2001:db8:1::1]\n"
	       "set 5:24[iface] 5:30[eth1]\n;\nclose\n"
	       "close\n");
}

static void test_words(void **state)
{
	(void)state;
	expect("a=b c+=d\te = { f,'g h' , \"i\", }x={}", "set 1:1[a] = 1:3[b]\n"
							 "set 1:5[c] += 1:8[d]\n"
							 "set 1:10[e] = list 1:16[f] 1:18[g h] "
							 "1:26[i]\n"
							 "set 1:32[x] = list\n");
	/* A slash is part of a word unless it starts a comment; quotes hide all of them. */
	expect("a/b=c/ d=/e f='//'g=\"/*#\"h=i//j\nk=l/**/ m=n#o",
	       "set 1:1[a/b] = 1:5[c/]\nset 1:8[d] = 1:10[/e]\nset 1:13[f] = 1:15[//]\n"
	       "set 1:19[g] = 1:21[/*#]\nset 1:26[h] = 1:28[i]\nset 2:1[k] = 2:3[l]\n"
	       "set 2:9[m] = 2:11[n]\n");
	expect("a=\"\\x41\\102\\n\\\\\\\"\\q\" b='\\x\\'\\\\' c=\"d\\\ne\" f='g\\\nh'i=j",
	       "set 1:1[a] = 1:3[AB\n\\\"q]\nset 1:22[b] = 1:24[\\x'\\]\nset 1:33[c] = 1:35[de]\n"
	       "set 2:4[f] = 2:6[gh]\nset 3:3[i] = 3:5[j]\n");
	expect("\xc3\xa9=\"\xc3\xa9\"", "set 1:1[\xc3\xa9] = 1:4[\xc3\xa9]\n");
	expect("", "");
	expect(" \t\r\n/* x */#", "");
}

/* After each error the rest is read. */
static void test_recovery(void **state)
{
	(void)state;
	expect("a = { b c } d = e", "error 1:9 unexpected 'c' (expected '}' or ',')\n"
				    "set 1:13[d] = 1:17[e]\n");
	expect("a = = b c = d", "error 1:5 unexpected '=' (expected a word or '{')\n"
				"set 1:9[c] = 1:13[d]\n");
	expect("a = } b = c", "error 1:5 unexpected '}' (expected a word or '{')\n"
			      "error 1:5 unmatched '}'\n"
			      "set 1:7[b] = 1:11[c]\n");
	expect("a { b = } c = d", "open 1:1[a]\n"
				  "error 1:9 unexpected '}' (expected a word or '{')\n"
				  "close\nset 1:11[c] = 1:15[d]\n");
	expect("a = \"b\nc = d", "error 1:5 the closing quote (\") is missing\n"
				 "set 1:1[a] = 1:5[]!\nset 2:1[c] = 2:5[d]\n");
	expect("a = $b c = d", "error 1:5 '$' has no meaning here: variables are not expanded\n"
			       "set 1:1[a] = 1:5[]!\nset 1:8[c] = 1:12[d]\n");
	expect("a { b { /*", "open 1:1[a]\nopen 1:5[b]\nerror 1:9 this comment is never closed\n");
	expect("a { b {", "open 1:1[a]\nopen 1:5[b]\n"
			  "error 1:7 the block that starts here is never closed\n");
	expect("} } a = b", "error 1:1 unmatched '}'\n"
			    "error 1:3 unmatched '}'\nset 1:5[a] = 1:9[b]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ndppd),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_recovery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
