// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `import-from`: other responders' files and the kernel's tables to an ndpx.conf: its rules
 * when read back, the comments for what has no equivalent, and the line of every error.
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

#include "config/config.h"
#include "migrate/conf_writer.h"
#include "migrate/from_kernel.h"
#include "migrate/from_ndppd.h"
#include "migrate/from_npd6.h"

typedef int read_fn(const char *text, size_t len, struct conf_writer *conf, struct error *err);

/* The result for a text: the file, and the file read back. */
struct result {
	char *text;
	size_t len, lost, uplinks, warnings;
	struct model model;
};

static void read_back(struct conf_writer *conf, struct result *ret)
{
	struct config_errors errors = { 0 };
	struct error err;
	FILE *fp;

	memset(ret, 0, sizeof(*ret));
	fp = open_memstream(&ret->text, &ret->len);
	assert_non_null(fp);
	assert_int_equal(conf_writer_write(conf, fp, &ret->uplinks), 0);
	fclose(fp);
	ret->lost = conf->lost;
	ret->warnings = conf->warnings.n;
	conf_writer_free(conf);
	if (config_parse(ret->text, ret->len, &ret->model, &errors, &err))
		fail_msg("%s: line %d: %s", ret->text, errors.items[0].line, errors.items[0].text);
	assert_int_equal(ret->model.n_uplinks, ret->uplinks);
}

static void result_free(struct result *result)
{
	free(result->text);
	model_free(&result->model);
}

/* A buffer that ends with the text's NUL, so that the sanitizers catch reads past it. */
static int read_bytes(read_fn *fn, const char *text, size_t len, struct conf_writer *conf,
		      struct error *err)
{
	char *copy = malloc(len + 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy[len] = '\0';
	r = fn(copy, len, conf, err);
	free(copy);
	return r;
}

static struct result convert_at(read_fn *fn, const char *text, const struct nl_state *state)
{
	struct conf_writer conf = { .state = state };
	struct result result;
	struct error err;

	if (read_bytes(fn, text, strlen(text), &conf, &err))
		fail_msg("refused: %s", err.message);
	read_back(&conf, &result);
	return result;
}

static struct result convert(read_fn *fn, const char *text)
{
	return convert_at(fn, text, NULL);
}

/* It cannot be converted at all: "LINE: part of the message". */
static void refused(read_fn *fn, const char *text, size_t len, const char *what)
{
	struct conf_writer conf = { 0 };
	struct error err;

	assert_int_equal(read_bytes(fn, text, len, &conf, &err), -EINVAL);
	assert_int_equal(err.status, EXIT_USAGE);
	if (strncmp(err.message, what, strlen(what)) != 0)
		fail_msg("got \"%s\", expected \"%s\"", err.message, what);
	conf_writer_free(&conf);
}

/* Is there a comment about `line` with `part` in it? */
static bool has_comment(const char *text, int line, const char *part)
{
	char start[32];
	const char *p = text, *end, *found;

	snprintf(start, sizeof(start), "# line %d: ", line);
	while ((p = strstr(p, start))) {
		end = strchr(p, '\n');
		found = strstr(p, part);
		if (found && found < end)
			return true;
		p = end;
	}
	return false;
}

/* `remarks`: "LINE: part", each in a comment of the file; and how many rules and losses. */
static void expect_remarks(read_fn *fn, const char *text, size_t rules, size_t lost,
			   const char *const *remarks);

#define REMARKS(fn, text, rules, lost, ...)                                                        \
	do {                                                                                       \
		static const char *const remarks_[] = { __VA_ARGS__, NULL };                       \
		expect_remarks(fn, text, rules, lost, remarks_);                                   \
	} while (0)

/* The rule for exactly this target. */
static const struct rule *rule_of(const struct result *result, const char *dev, uint16_t vlan,
				  const char *target)
{
	char text[RULE_TEXT_LEN];
	size_t i, j;

	for (i = 0; i < result->model.n_uplinks; i++) {
		const struct uplink *u = &result->model.uplinks[i];

		if (strcmp(u->dev, dev) != 0 || u->vlan != vlan)
			continue;
		for (j = 0; j < u->n_rules; j++) {
			if (!strcmp(target_text(&u->rules[j].addr, u->rules[j].bits, text), target))
				return &u->rules[j];
		}
	}
	fail_msg("no rule for %s on %s in\n%s", target, dev, result->text);
	return NULL;
}

static size_t rules_of(const struct result *result)
{
	size_t i, n = 0;

	for (i = 0; i < result->model.n_uplinks; i++)
		n += result->model.uplinks[i].n_rules;
	return n;
}

static void expect_remarks(read_fn *fn, const char *text, size_t rules, size_t lost,
			   const char *const *remarks)
{
	struct result r = convert(fn, text);

	for (; *remarks; remarks++) {
		if (!has_comment(r.text, atoi(*remarks), strchr(*remarks, ':') + 2))
			fail_msg("no comment \"%s\" in\n%s", *remarks, r.text);
	}
	if (rules_of(&r) != rules || r.lost != lost)
		fail_msg("%zu rules and %zu lost in\n%s", rules_of(&r), r.lost, r.text);
	result_free(&r);
}

static void expect_text(const struct result *result, const char *part)
{
	if (!strstr(result->text, part))
		fail_msg("no \"%s\" in\n%s", part, result->text);
}

/* --- ndppd --- */

static void test_ndppd_methods(void **state)
{
	struct result r = convert(from_ndppd, "route-ttl 30000 # ms\n"
					      "proxy eth0 {\n"
					      "  timeout 500\n"
					      "  rule 2001:db8:1::/64 { static }\n"
					      "  rule 2001:db8:2::/64 {\n"
					      "    auto\n"
					      "  }\n"
					      "  rule 2001:db8:3::7 { iface vif1.0 }\n"
					      "}\n");
	const struct rule *rule = rule_of(&r, "eth0", 0, "2001:db8:1::/64");

	(void)state;
	assert_int_equal(rule->answer, NDPX_ANSWER_ALWAYS);
	assert_int_equal(rule->flags, NDPX_F_ROUTER | NDPX_F_DAD_IGNORE);
	rule = rule_of(&r, "eth0", 0, "2001:db8:2::/64");
	assert_int_equal(rule->answer, NDPX_ANSWER_ROUTED);
	assert_null(rule->port);
	rule = rule_of(&r, "eth0", 0, "2001:db8:3::7");
	assert_int_equal(rule->answer, NDPX_ANSWER_ROUTED);
	assert_string_equal(rule->port, "vif1.0");
	assert_int_equal(rules_of(&r), 3);
	assert_int_equal(r.lost, 0);
	expect_text(&r, "# line 1: route-ttl 30000: no equivalent");
	expect_text(&r, "# line 3: timeout 500: no equivalent");
	result_free(&r);
}

static void test_ndppd_syntax(void **state)
{
	/* Everything ndppd's parser accepts: '=', quotes, one line, three kinds of comment. */
	struct result r = convert(
		from_ndppd,
		"proxy = eth0 { router no timeout=1 rule = 2001:db8::1 { static } }\n"
		"// proxy eth9 { }\n"
		"/* proxy eth9 {\n } */\n"
		"\tproxy \"eth1\" { rule '2001:db8::2' { iface 'vif1.1' ; autovia no } }\r\n"
		"proxy eth2.88 {\n rule 2001:db8::3 { static\n} }");
	const struct rule *rule = rule_of(&r, "eth0", 0, "2001:db8::1");

	(void)state;
	assert_int_equal(rule->flags, NDPX_F_DAD_IGNORE);
	rule = rule_of(&r, "eth1", 0, "2001:db8::2");
	assert_string_equal(rule->port, "vif1.1");
	assert_int_equal(rule->flags, NDPX_F_ROUTER | NDPX_F_DAD_IGNORE);
	rule_of(&r, "eth2", 88, "2001:db8::3");
	assert_int_equal(rules_of(&r), 3);
	result_free(&r);
}

static void test_ndppd_targets(void **state)
{
	struct result r = convert(from_ndppd, "proxy eth0 {\n"
					      "  rule 2001:db8:1::5/64 { static }\n"
					      "  rule 2001:db8:1::/64 { static }\n"
					      "  rule ::/0 { auto }\n"
					      "  rule 2000::/3 { auto }\n"
					      "  rule ff02::1:ff00:0/104 { static }\n"
					      "  rule ::1 { static }\n"
					      "  rule fe80::/64 { auto }\n"
					      "  rule fe80::5 { auto }\n"
					      "  rule 2001:db8:9::1 { iface eth0 }\n"
					      "}\n");

	(void)state;
	rule_of(&r, "eth0", 0, "2001:db8:1::/64");
	assert_true(rule_of(&r, "eth0", 0, "::/0")->wide);
	assert_true(rule_of(&r, "eth0", 0, "2000::/3")->wide);
	assert_int_equal(rule_of(&r, "eth0", 0, "fe80::5")->answer, NDPX_ANSWER_ALWAYS);
	assert_int_equal(rules_of(&r), 4);
	assert_int_equal(r.lost, 4);
	expect_text(&r, "2001:db8:1::5/64 had host bits set");
	expect_text(&r, "line 3: 2001:db8:1::/64: already in line 2");
	expect_text(&r, "is multicast");
	expect_text(&r, "iface eth0 is the uplink itself");
	result_free(&r);
}

static void test_ndppd_overlap(void **state)
{
	/* One static rule decides, wherever it is; the rest goes by the longest match. */
	struct result r = convert(from_ndppd, "proxy eth0 {\n"
					      "  rule 2001:db8:1::7 { iface vif1.0 }\n"
					      "  rule 2001:db8:1::/64 { static }\n"
					      "  rule 2001:db8:2::/48 { auto }\n"
					      "  rule 2001:db8:2:1::/64 { static }\n"
					      "  rule 2001:db8:3::1 { iface vif1.0 }\n"
					      "  rule 2001:db8:3::1 { iface vif2.0 }\n"
					      "}\n");

	(void)state;
	rule_of(&r, "eth0", 0, "2001:db8:1::/64");
	rule_of(&r, "eth0", 0, "2001:db8:2::/48");
	rule_of(&r, "eth0", 0, "2001:db8:2:1::/64");
	assert_null(rule_of(&r, "eth0", 0, "2001:db8:3::1")->port);
	assert_int_equal(rules_of(&r), 4);
	expect_text(&r, "line 2: rule 2001:db8:1::7: the static rule in line 3 covers it");
	result_free(&r);
}

static void test_ndppd_last_proxy(void **state)
{
	struct result r = convert(from_ndppd, "proxy eth0 { rule 2001:db8::1 { static } }\n"
					      "proxy eth1 { rule 2001:db8::1 { static } }\n"
					      "proxy eth0 { rule 2001:db8::2 { static } }\n"
					      "proxy eth3 { }\n");

	(void)state;
	rule_of(&r, "eth0", 0, "2001:db8::2");
	rule_of(&r, "eth1", 0, "2001:db8::1");
	assert_int_equal(rules_of(&r), 2);
	expect_text(&r, "line 1: rule 2001:db8::1: no effect");
	expect_text(&r, "# line 4: eth3: not converted: nothing to answer for here");
	result_free(&r);
}

static void test_ndppd_remarks(void **state)
{
	(void)state;
	refused(from_ndppd, "", 0, "1: no 'proxy'");
	refused(from_ndppd, "proxy {\n}\n", 10, "1: no 'proxy'");
	REMARKS(from_ndppd,
		"route-ttl abc\n}\nfoo bar\nproxy eth0\n{\nrule 2001:db8::1 { static }\n}\n", 1, 0,
		"1: route-ttl abc: no equivalent", "2: '}' closes no block",
		"3: foo bar: unknown keyword", "4: ndppd ignores the block of 'proxy eth0'");
	REMARKS(from_ndppd,
		"proxy eth0 {\n router maybe\n router no\n rule 2001:db8::/129 { static }\n"
		" rule 192.0.2.1 { static }\n rule 2001:db8::1 { }\n rule 2001:db8::1\n"
		" rule { static }\n rule 2001:db8::1 {\n static\n auto\n }\n"
		" rule 2001:db8::1 { iface }\n rule 2001:db8::3 { static auto }\n"
		" rule 2001:db8::2 { static\n frob }\n ttl 1 { x { y } }\n :x\n keepalive 3\n}\n",
		3, 6, "2: router maybe: anything but yes", "3: router: only the first one counts",
		"4: rule '2001:db8::/129': not converted", "5: rule '192.0.2.1': not converted",
		"6: rule 2001:db8::1: not converted: ndppd wants exactly one",
		"7: rule 2001:db8::1: not converted", "8: rule '': not converted",
		"9: rule 2001:db8::1: not converted", "13: iface: ", "14: 'auto' after 'static'",
		"16: frob : unknown keyword", "17: 'ttl' takes no block",
		"18: cannot parse from ':'", "19: keepalive 3: no equivalent");
	REMARKS(from_ndppd, "proxy eth0 {\n rule 2001:db8::1 { static }\n", 1, 0,
		"1: the block that starts here is not closed");
	REMARKS(from_ndppd, "proxy eth0 {\nrule 2001:db8::1 { static }\n}\n/* proxy eth1 { }\n", 1,
		0, "4: this comment is not closed");
	REMARKS(from_ndppd, "proxy \"eth0\n{\nrule 2001:db8::1 { static }\n}\n", 1, 0,
		"1: the quote is not closed");
	REMARKS(from_ndppd,
		"proxy eth0 {\nrule 2001:db8::1 { static }\n}\n"
		"proxy interface:name {\nrule 2001:db8::2 { static }\n}\n",
		1, 1, "4: proxy: not converted: ");
}

#define NAME_60	 "an-altname-of-sixty-characters-which-an-interface-can-have-x"
#define NAME_127 NAME_60 NAME_60 "-and-7y"

/* Altnames have up to 127 characters: all of them count, and one more is not cut off. */
static void test_long_names(void **state)
{
	struct result r =
		convert(from_ndppd,
			"proxy " NAME_127 " { rule 2001:db8::1 { static } }\n"
			"proxy " NAME_60 "1 { rule 2001:db8::2 { iface " NAME_60 NAME_60 " } }\n");

	(void)state;
	rule_of(&r, NAME_127, 0, "2001:db8::1");
	assert_string_equal(rule_of(&r, NAME_60 "1", 0, "2001:db8::2")->port, NAME_60 NAME_60);
	result_free(&r);
	REMARKS(from_ndppd,
		"proxy eth0 {\nrule 2001:db8::1 { static }\n}\n"
		"proxy " NAME_127 "z {\nrule 2001:db8::2 { static }\n}\n",
		1, 1, "4: proxy: not converted: ");
}

/* FIELD K: what panels and blogs write. */
static void test_ndppd_as_found(void **state)
{
	static const char *const routers[] = { "router yes;",  "router yes ;",
					       "router true;", "router \"yes\";",
					       "router no;",   "router",
					       "router on",    "" };
	static const bool on[] = { false, true, false, true, false, false, false, true };
	char text[200];
	struct result r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(routers) / sizeof(routers[0]); i++) {
		snprintf(text, sizeof(text),
			 "proxy eth0 {\n%s\nrule 2001:db8::/64 {\nauto;\nautowire yes;\n}\n}\n",
			 routers[i]);
		r = convert(from_ndppd, text);
		assert_int_equal(!!(rule_of(&r, "eth0", 0, "2001:db8::/64")->flags & NDPX_F_ROUTER),
				 on[i]);
		assert_int_equal(r.lost, 0);
		expect_text(&r, "# line 5: autowire yes: no equivalent: ndpx sets no routes");
		result_free(&r);
	}
	r = convert(from_ndppd, "proxy eth0 { rule 2001:db8::1 { iface vif1.0; } }\n"
				"proxy eth0 { rule 2001:db8::2 { iface vif2.0; } }\n");
	assert_string_equal(rule_of(&r, "eth0", 0, "2001:db8::2")->port, "vif2.0");
	assert_int_equal(rules_of(&r), 1);
	assert_int_equal(r.warnings, 1);
	expect_text(&r, "# line 1: proxy eth0: no effect");
	result_free(&r);
}

static void test_ndppd_1x(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x34 }, own[6] = { 2, 0, 0, 0, 0, 0x35 };
	struct result r = convert(
		from_ndppd, "valid-ttl 30000\ninvalid-ttl 5000\nretrans-limit 3\n"
			    "retrans-time 1000\nrenew 0\nkeepalive yes\n"
			    "proxy eth0 {\n  promisc\n  target 02:00:00:00:00:34\n"
			    "  rule 2001:db8:1::/64 {\n    auto\n    table 254\n  }\n"
			    "  rule 2001:db8:2::/64 { iface vif1.0\n autowire\n }\n"
			    "  rule 2001:db8:3::1 {\n    static\n"
			    "    rewrite 2001:db8:9::/64\n    target 02:00:00:00:00:35\n  }\n}\n"
			    "proxy eth1 {\n router\n rule 2001:db8::1 {\n static\n }\n}\n");
	const struct rule *rule = rule_of(&r, "eth0", 0, "2001:db8:1::/64");

	(void)state;
	assert_int_equal(rule->answer, NDPX_ANSWER_ROUTED);
	assert_int_equal(rule->flags, NDPX_F_DAD_IGNORE | NDPX_F_LLADDR); /* R is off by default */
	assert_memory_equal(rule->lladdr, mac, 6);
	rule = rule_of(&r, "eth0", 0, "2001:db8:2::/64");
	assert_string_equal(rule->port, "vif1.0");
	assert_memory_equal(rule_of(&r, "eth0", 0, "2001:db8:3::1")->lladdr, own, 6);
	assert_true(rule_of(&r, "eth1", 0, "2001:db8::1")->flags & NDPX_F_ROUTER);
	assert_int_equal(rules_of(&r), 4);
	assert_int_equal(r.lost, 0);
	for (int line = 1; line <= 6; line++)
		assert_true(has_comment(r.text, line, ": no equivalent: "));
	assert_true(has_comment(r.text, 12, "table 254: no equivalent"));
	assert_true(has_comment(r.text, 15, "autowire : no equivalent"));
	assert_true(has_comment(r.text, 19, "rewrite 2001:db8:9::/64: no equivalent"));
	result_free(&r);
}

static void test_nul_bytes(void **state)
{
	static const char ndppd[] = "proxy eth0 {\n rule 2001:db8::1\0x { static }\n}\n";
	static const char npd6[] = "prefix=2001:db8:1:2:\ninterface=eth0\0\n";

	(void)state;
	refused(from_ndppd, ndppd, sizeof(ndppd) - 1, "2: NUL byte");
	refused(from_npd6, npd6, sizeof(npd6) - 1, "2: NUL byte");
}

/* --- npd6 --- */

static void test_npd6_prefixes(void **state)
{
	struct result r = convert(from_npd6, "// a comment = nothing\n"
					     "# another\n"
					     "prefix=2001:0db8:1:2:\n"
					     "prefix = 2001:db8:1:2:8000::\n"
					     "interface = eth0\n"
					     "interface=eth0\n"
					     " p r e f i x = 2001:db8:5:6:7::/65 \r\n"
					     "interface = eth1\n"
					     "prefix=0::/0\ninterface=eth2\n"
					     "prefix=2001:db8:0:0:0:0:0:9\ninterface=eth3\n"
					     "maxHops = 255\n");

	(void)state;
	assert_int_equal(rule_of(&r, "eth0", 0, "2001:db8:1:2::/64")->flags,
			 NDPX_F_ROUTER | NDPX_F_DAD_IGNORE);
	rule_of(&r, "eth0", 0, "2001:db8:1:2:8000::/80");
	rule_of(&r, "eth1", 0, "2001:db8:5:6::/65");
	assert_true(rule_of(&r, "eth2", 0, "::/0")->wide);
	rule_of(&r, "eth3", 0, "2001:db8::9");
	assert_int_equal(rules_of(&r), 5);
	assert_int_equal(r.lost, 0);
	expect_text(&r, "line 13: maxHops 255: no equivalent");
	result_free(&r);
}

#define PAIR "prefix=2001:db8:1:2:\ninterface=eth0\n"

static void test_npd6_lists(void **state)
{
	struct result r = convert(from_npd6, PAIR "listtype=black\naddrlist=2001:db8:1:2::22\n"
						  "addrlist=2001:db8:9::1\nrouterNA=false\n");

	(void)state;
	assert_int_equal(rule_of(&r, "eth0", 0, "2001:db8:1:2::/64")->flags, NDPX_F_DAD_IGNORE);
	assert_int_equal(rule_of(&r, "eth0", 0, "2001:db8:1:2::22")->action, NDPX_ACT_DENY);
	assert_int_equal(rules_of(&r), 2);
	expect_text(&r, "line 5: addrlist 2001:db8:9::1: no effect: no prefix covers it");
	result_free(&r);

	r = convert(from_npd6, PAIR "listtype=white\naddrlist=2001:db8:1:2::22\n"
				    "addrlist=2001:db8:9::1\naddrlist=2001:db8:1:2:0::22\n");
	assert_int_equal(rule_of(&r, "eth0", 0, "2001:db8:1:2::22")->action, NDPX_ACT_ANSWER);
	assert_int_equal(rules_of(&r), 1);
	expect_text(&r, "line 6: 2001:db8:1:2::22: already in line 4");
	result_free(&r);

	r = convert(from_npd6, PAIR "addrlist=2001:db8:1:2::22\nlisttype=none\n");
	assert_int_equal(rules_of(&r), 1);
	expect_text(&r, "line 3: addrlist 2001:db8:1:2::22: no effect: listtype is none");
	result_free(&r);
}

#define EXPRESSION "exprlist = (HOST);SEAN=(HOST&0xffff);((SEAN>0x99)&&(SEAN<0x124))\n"

static void test_npd6_expressions(void **state)
{
	/* The prefix must not answer for what the expression excluded. */
	struct result r = convert(from_npd6, PAIR EXPRESSION "listtype=black\n");

	(void)state;
	assert_true(rule_of(&r, "eth0", 0, "2001:db8:1:2::/64")->flags & NDPX_F_PAUSED);
	assert_int_equal(r.lost, 1);
	expect_text(&r, "paused until 'deny' lists what line 3 excludes");
	expect_text(&r, "# line 3: exprlist = (HOST);SEAN=(HOST&0xffff);((SEAN>0x99)");
	result_free(&r);

	r = convert(from_npd6, PAIR EXPRESSION "listtype=white\naddrlist=2001:db8:1:2::1\n");
	assert_int_equal(rules_of(&r), 1);
	assert_false(rule_of(&r, "eth0", 0, "2001:db8:1:2::1")->flags & NDPX_F_PAUSED);
	assert_int_equal(r.lost, 1);
	result_free(&r);

	r = convert(from_npd6, PAIR EXPRESSION);
	assert_false(rule_of(&r, "eth0", 0, "2001:db8:1:2::/64")->flags & NDPX_F_PAUSED);
	assert_int_equal(r.lost, 0);
	result_free(&r);
}

static void test_npd6_remarks(void **state)
{
	(void)state;
	refused(from_npd6, "", 0, "1: expected 'prefix' and 'interface'");
	REMARKS(from_npd6, PAIR "prefix=2001:db8::\n", 1, 1,
		"3: not converted: prefix without an interface");
	REMARKS(from_npd6, PAIR "interface=eth1\n", 1, 1,
		"3: not converted: interface without a prefix");
	/* A pair with an unreadable half keeps its place. */
	REMARKS(from_npd6, "prefix=x\ninterface=eth0\nprefix=2001:db8:1:\ninterface=eth1\n", 1, 1,
		"1: prefix: 'x': expected");
	REMARKS(from_npd6,
		PAIR "prefix=2001:db8\nprefix=2001:db8::1:\nprefix=2001:db8::/129\n"
		     "prefix=12345:\nprefix=:\ninterface=a/b\nlisttype=grey\naddrlist=x\n"
		     "routerNA=yes\nmaxHops=256\ncollectTargets=x\nlinkOption=on\nralogging=yes\n"
		     "frob=1\nprefix\nprefix=\n",
		1, 12, "1: paused until 'deny' lists what line 9",
		"3: prefix: ", "4: prefix: ", "5: prefix: ", "6: prefix: ", "7: prefix: ",
		"8: interface: ", "9: listtype: 'grey'", "10: addrlist: ", "11: routerNA: 'yes'",
		"12: maxHops 256: no equivalent", "13: collectTargets x: no equivalent",
		"14: linkOption on: no equivalent", "15: ralogging yes: no equivalent",
		"16: frob 1: unknown keyword", "17: 'prefix': expected KEY",
		"18: 'prefix=': expected KEY");
	/* A deny line that cannot be read must not lead to an answer. */
	REMARKS(from_npd6, PAIR "listtype=black\naddrlist=x\n", 1, 1,
		"1: paused until 'deny' lists what line 4 excludes");
	REMARKS(from_npd6,
		PAIR
		"exprlist=1234567890123456789012345678901234567890123456789012345678901234567890"
		"123456789012345678901234567890123456789012345678901234567890\n",
		1, 1, "3: not converted: npd6 cuts lines at 126");
}

/* --- the kernel --- */

enum { ETH0 = 2, VLAN88 = 3, VIF1 = 4, VIF2 = 5, TUN0 = 6, VIF11 = 7, FAR = 8, QINQ = 9 };

static struct in6_addr addr(const char *text)
{
	struct in6_addr a;

	assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

static struct nl_link links[] = {
	{ .ifindex = ETH0, .lower_netns = -1, .is_ethernet = true, .name = "eth0" },
	{ .ifindex = VLAN88,
	  .lower = ETH0,
	  .lower_netns = -1,
	  .vlan = 88,
	  .is_ethernet = true,
	  .name = "customers" },
	{ .ifindex = VIF1, .lower_netns = -1, .is_ethernet = true, .name = "vif1.0" },
	{ .ifindex = VIF2, .lower_netns = -1, .is_ethernet = true, .name = "vif2.0" },
	{ .ifindex = TUN0, .lower_netns = -1, .name = "tun0" },
	{ .ifindex = VIF11, .lower_netns = -1, .is_ethernet = true, .name = "vif1.1" },
	{ .ifindex = FAR,
	  .lower = ETH0,
	  .lower_netns = 7,
	  .vlan = 5,
	  .is_ethernet = true,
	  .name = "far" },
	{ .ifindex = QINQ,
	  .lower = VLAN88,
	  .lower_netns = -1,
	  .vlan = 9,
	  .is_ethernet = true,
	  .name = "qinq" },
};

static struct nl_address gateways[1];

static struct nl_state host = {
	.links = links,
	.n_links = sizeof(links) / sizeof(links[0]),
	.gateways = gateways,
	.n_gateways = 1,
};

static struct result convert_kernel(const struct kernel_proxies *k)
{
	struct conf_writer conf = { .state = k->state };
	struct result result;

	gateways[0] = (struct nl_address){ .ifindex = ETH0, .addr = addr("fe80::1") };
	from_kernel(k, &conf);
	read_back(&conf, &result);
	return result;
}

static void test_kernel(void **state)
{
	const struct proxied entries[] = {
		{ { ETH0, 0, false, addr("2001:db8::34") }, VIF1 },
		{ { ETH0, 0, true, addr("2001:db8::36") }, VIF2 },
		{ { ETH0, 0, false, addr("2001:db8::38") }, 0 },
		{ { ETH0, 0, false, addr("2001:db8::40") }, ETH0 },
		{ { VLAN88, 0, false, addr("2001:db8:88::34") }, VIF1 },
		{ { VIF1, 0, false, addr("2001:db8::1") }, ETH0 },
		{ { VIF2, 0, false, addr("2001:db8:88::1") }, 0 },
		{ { 0, 0, false, addr("2001:db8::99") }, 0 },
	};
	const struct proxy_switch switches[] = { { ETH0, true, true },
						 { VLAN88, true, true },
						 { VIF1, true, true },
						 { VIF2, false, true } };
	const struct kernel_proxies k = { &host, entries, 8, switches, 4, false };
	struct result r = convert_kernel(&k);
	const struct rule *rule = rule_of(&r, "eth0", 0, "2001:db8::34");

	(void)state;
	assert_string_equal(rule->port, "vif1.0");
	assert_int_equal(rule->flags, 0);
	assert_int_equal(rule->answer, NDPX_ANSWER_ALWAYS);
	rule = rule_of(&r, "eth0", 0, "2001:db8::36");
	assert_int_equal(rule->flags, NDPX_F_ROUTER);
	assert_null(rule_of(&r, "eth0", 0, "2001:db8::38")->port);
	assert_null(rule_of(&r, "eth0", 0, "2001:db8::40")->port);
	assert_string_equal(rule_of(&r, "eth0", 88, "2001:db8:88::34")->port, "vif1.0");
	assert_int_equal(rules_of(&r), 5);
	assert_int_equal(r.lost, 2);
	expect_text(&r, "# net.ipv6.conf.eth0.proxy_ndp was 1");
	expect_text(&r, "uplink eth0.88 {   # customers");
	expect_text(&r, "2001:db8::1 dev vif1.0: not converted: guests ask here");
	expect_text(&r, "2001:db8:88::1 dev vif2.0: no effect: the kernel does not answer, "
			"proxy_ndp");
	result_free(&r);
}

static void test_kernel_switches(void **state)
{
	const struct proxied entries[] = { { { ETH0, 0, false, addr("2001:db8::34") }, VIF1 },
					   { { VLAN88, 0, false, addr("2001:db8::34") }, VIF1 } };
	const struct proxy_switch switches[] = { { ETH0, true, false }, { VLAN88, false, true } };
	struct kernel_proxies k = { &host, entries, 2, switches, 2, false };
	struct result r = convert_kernel(&k);

	(void)state;
	assert_int_equal(rules_of(&r), 0);
	assert_int_equal(r.uplinks, 0);
	expect_text(&r, "forwarding is off there");
	result_free(&r);

	k.all_proxy_ndp = true;
	r = convert_kernel(&k);
	rule_of(&r, "eth0", 88, "2001:db8::34");
	assert_int_equal(rules_of(&r), 1);
	result_free(&r);

	k.n_entries = 0;
	k.n_switches = 0;
	r = convert_kernel(&k);
	expect_text(&r, "The only proxy entries are ndpx");
	result_free(&r);
}

static void test_names(void **state)
{
	/* The kernel's data about an interface takes precedence over its name. */
	struct result r = convert_at(from_ndppd,
				     "proxy customers { rule 2001:db8::1 { static } }\n"
				     "proxy eth0.88 { rule 2001:db8::2 { static } }\n"
				     "proxy vif1.1 { rule 2001:db8::3 { static } }\n"
				     "proxy tun0 { rule 2001:db8::4 { static } }\n"
				     "proxy far { rule 2001:db8::5 { static } }\n"
				     "proxy qinq { rule 2001:db8::6 { static } }\n"
				     "proxy e*h { rule 2001:db8::7 { static } }\n"
				     "proxy e#h(0) { rule 2001:db8::8 { iface v=1,+2 } }\n",
				     &host);

	(void)state;
	rule_of(&r, "eth0", 88, "2001:db8::1");
	rule_of(&r, "eth0", 88, "2001:db8::2");
	assert_string_equal(rule_of(&r, "e#h(0)", 0, "2001:db8::8")->port, "v=1,+2");
	assert_int_equal(rules_of(&r), 3);
	assert_int_equal(r.lost, 5);
	expect_text(&r, "vif1.1: not converted: in ndpx.conf this name would mean VLAN 1 on vif1");
	expect_text(&r, "tun0: not converted: tun0 is not an Ethernet interface");
	expect_text(&r, "far: not converted: the device below this VLAN is in another");
	expect_text(&r, "qinq: not converted: two VLAN tags");
	expect_text(&r, "e*h: not converted: the name is not valid");
	result_free(&r);
}

/* FIELD B: what changes for the host's own addresses inside an imported prefix. */
/* Two spellings of one VLAN are one uplink: ndpx.conf refuses it twice. */
static void test_spellings(void **state)
{
	struct result r = convert(from_ndppd, "proxy eth1.088 { rule 2001:db8::1 { static } }\n"
					      "proxy eth0 { rule 2001:db8::2 { static } }\n"
					      "proxy eth1.88 { rule 2001:db8::3 { static } }\n");

	(void)state;
	rule_of(&r, "eth1", 88, "2001:db8::3");
	rule_of(&r, "eth0", 0, "2001:db8::2");
	assert_int_equal(r.uplinks, 2);
	result_free(&r);
}

static void test_own_addresses(void **state)
{
	struct nl_address own[] = { { ETH0, addr("2001:db8::2") },
				    { VIF1, addr("2001:db8::ffff") },
				    { VIF1, addr("2001:db8:1::1") },
				    { VIF1, addr("fe80::1") } };
	struct nl_state here = host;
	struct result r;

	(void)state;
	here.addresses = own;
	here.n_addresses = 4;
	r = convert_at(from_ndppd, "proxy eth0 {\nrule 2001:db8::/64 { static }\n}\n", &here);
	expect_text(&r, "# line 2: 2001:db8::2 is this host's, on eth0: ndpx never answers for it");
	expect_text(&r, "# line 2: 2001:db8::ffff is this host's, on vif1.0: ndpx answers for it "
			"with R = 1");
	assert_null(strstr(r.text, "2001:db8:1::1"));
	assert_null(strstr(r.text, "fe80::1"));
	assert_int_equal(r.lost, 0);
	result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ndppd_methods),
		cmocka_unit_test(test_ndppd_syntax),
		cmocka_unit_test(test_ndppd_targets),
		cmocka_unit_test(test_ndppd_overlap),
		cmocka_unit_test(test_ndppd_last_proxy),
		cmocka_unit_test(test_ndppd_remarks),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_ndppd_as_found),
		cmocka_unit_test(test_ndppd_1x),
		cmocka_unit_test(test_own_addresses),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_nul_bytes),
		cmocka_unit_test(test_npd6_prefixes),
		cmocka_unit_test(test_npd6_lists),
		cmocka_unit_test(test_npd6_expressions),
		cmocka_unit_test(test_npd6_remarks),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_kernel_switches),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
