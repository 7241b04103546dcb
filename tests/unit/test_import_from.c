// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What ran before, as text or as the kernel's tables, to an ndpx.conf: the rules it
 * holds when read back, the comments for what has no equivalent, every mistake's line.
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

#include "draft.h"
#include "from_kernel.h"
#include "from_ndppd.h"
#include "from_npd6.h"

typedef int read_fn(const char *text, size_t len, struct draft *draft,
		    struct config_mistakes *mistakes);

/* What a text became: the file, and the file read back. */
struct result {
	char *text;
	size_t len, lost, uplinks;
	struct model model;
};

static void read_back(struct draft *draft, struct result *ret)
{
	struct config_mistakes mistakes = { 0 };
	struct error err;
	FILE *fp;

	memset(ret, 0, sizeof(*ret));
	fp = open_memstream(&ret->text, &ret->len);
	assert_non_null(fp);
	assert_int_equal(draft_write(draft, fp, &ret->uplinks), 0);
	fclose(fp);
	ret->lost = draft->lost;
	draft_free(draft);
	if (config_parse(ret->text, ret->len, &ret->model, &mistakes, &err))
		fail_msg("%s: line %d: %s", ret->text, mistakes.items[0].line,
			 mistakes.items[0].text);
	assert_int_equal(ret->model.n_uplinks, ret->uplinks);
}

static void result_free(struct result *result)
{
	free(result->text);
	model_free(&result->model);
}

/* Text whose buffer ends with its NUL byte, so that the sanitizers see a byte too far. */
static int read_bytes(read_fn *fn, const char *text, size_t len, struct draft *draft,
		      struct config_mistakes *mistakes)
{
	char *copy = malloc(len + 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy[len] = '\0';
	r = fn(copy, len, draft, mistakes);
	free(copy);
	return r;
}

static struct result convert_at(read_fn *fn, const char *text, const struct nl_state *state)
{
	struct config_mistakes mistakes = { 0 };
	struct draft draft = { .state = state };
	struct result result;
	int r = read_bytes(fn, text, strlen(text), &draft, &mistakes);

	if (r)
		fail_msg("refused: line %d: %s", mistakes.n ? mistakes.items[0].line : 0,
			 mistakes.n ? mistakes.items[0].text : "");
	assert_int_equal(mistakes.n, 0);
	read_back(&draft, &result);
	return result;
}

static struct result convert(read_fn *fn, const char *text)
{
	return convert_at(fn, text, NULL);
}

/* `bad`: "LINE: part of the message", each mistake in order, NULL at the end. */
static void expect_mistakes(read_fn *fn, const char *text, const char *const *bad)
{
	struct config_mistakes mistakes = { 0 };
	struct draft draft = { 0 };
	char got[1400];
	size_t i;

	assert_int_equal(read_bytes(fn, text, strlen(text), &draft, &mistakes), -EINVAL);
	for (i = 0; bad[i]; i++) {
		if (i == mistakes.n)
			fail_msg("missing: %s", bad[i]);
		snprintf(got, sizeof(got), "%d: %s", mistakes.items[i].line,
			 mistakes.items[i].text);
		if (atoi(got) != atoi(bad[i]) || !strstr(got, strchr(bad[i], ':') + 2))
			fail_msg("got \"%s\", expected \"%s\"", got, bad[i]);
	}
	if (i < mistakes.n)
		fail_msg("unexpected: %d: %s", mistakes.items[i].line, mistakes.items[i].text);
	config_mistakes_free(&mistakes);
	draft_free(&draft);
}

#define MISTAKES(fn, text, ...)                                                                    \
	do {                                                                                       \
		static const char *const bad_[] = { __VA_ARGS__, NULL };                           \
		expect_mistakes(fn, text, bad_);                                                   \
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
	assert_string_equal(rule->port, "");
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
	/* All that ndppd's parser takes: '=', quotes, one line, three kinds of comment. */
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
	/* One static rule decides, wherever it stands; the rest goes by the longest. */
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
	assert_string_equal(rule_of(&r, "eth0", 0, "2001:db8:3::1")->port, "");
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
	expect_text(&r, "line 1: rule 2001:db8::1: without effect");
	expect_text(&r, "# line 4: eth3: not taken over: nothing is answered for here");
	result_free(&r);
}

static void test_ndppd_mistakes(void **state)
{
	(void)state;
	MISTAKES(from_ndppd, "", "1: no 'proxy'");
	MISTAKES(from_ndppd, "route-ttl abc\n}\nfoo bar\nproxy eth0\n{\n}\n",
		 "1: route-ttl: 'abc': expected a number", "2: '}' closes nothing",
		 "3: 'foo' is no word", "5: '{' must stand in the line of 'proxy'");
	MISTAKES(from_ndppd,
		 "proxy {\n router maybe\n router no\n rule 2001:db8::/129 { static }\n"
		 " rule 192.0.2.1 { static }\n rule 2001:db8::1 { }\n rule 2001:db8::1\n"
		 " rule { static }\n rule 2001:db8::1 {\n static\n auto\n }\n"
		 " rule 2001:db8::1 { iface }\n rule 2001:db8::1 { static auto }\n"
		 " rule 2001:db8::1 { static\n frob }\n ttl 1 { x { y } }\n :x\n keepalive 3\n}\n",
		 "1: the interface is missing", "2: router: 'maybe' is none of yes",
		 "3: router: given twice", "4: '2001:db8::/129' is no IPv6", "5: '192.0.2.1' is no",
		 "6: one of iface, auto and static is missing",
		 "7: one of iface, auto and static is missing", "8: the address is missing",
		 "11: only one of", "13: iface: ", "14: 'auto' behind 'static'",
		 "16: 'frob' is no word", "17: 'ttl' takes no block", "18: ':' starts no word",
		 "19: keepalive: '3'");
	MISTAKES(from_ndppd, "proxy eth0 {\n rule 2001:db8::1 { static }\n",
		 "1: the block that starts here is not closed");
	MISTAKES(from_ndppd, "/* proxy eth0 { }\n", "1: the comment that starts here");
	MISTAKES(from_ndppd, "proxy \"eth0\n", "1: the quote is not closed");
	MISTAKES(from_ndppd, "proxy interface-name00 {\n}\n",
		 "1: 'interface-name00': not an interface");
}

static void test_nul_bytes(void **state)
{
	static const char ndppd[] = "proxy eth0 {\n rule 2001:db8::1\0x { static }\n}\n";
	static const char npd6[] = "prefix=2001:db8:1:2:\ninterface=eth0\0\n";
	struct config_mistakes mistakes = { 0 };
	struct draft draft = { 0 };

	(void)state;
	assert_int_equal(read_bytes(from_ndppd, ndppd, sizeof(ndppd) - 1, &draft, &mistakes),
			 -EINVAL);
	assert_int_equal(mistakes.items[0].line, 2);
	config_mistakes_free(&mistakes);
	draft_free(&draft);
	assert_int_equal(read_bytes(from_npd6, npd6, sizeof(npd6) - 1, &draft, &mistakes), -EINVAL);
	assert_int_equal(mistakes.items[0].line, 2);
	config_mistakes_free(&mistakes);
	draft_free(&draft);
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
	expect_text(&r, "line 13: maxHops = 255: no equivalent");
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
	expect_text(&r, "line 5: addrlist 2001:db8:9::1: without effect: no prefix covers it");
	result_free(&r);

	r = convert(from_npd6, PAIR "listtype=white\naddrlist=2001:db8:1:2::22\n"
				    "addrlist=2001:db8:9::1\naddrlist=2001:db8:1:2:0::22\n");
	assert_int_equal(rule_of(&r, "eth0", 0, "2001:db8:1:2::22")->action, NDPX_ACT_ANSWER);
	assert_int_equal(rules_of(&r), 1);
	expect_text(&r, "line 6: 2001:db8:1:2::22: already in line 4");
	result_free(&r);

	r = convert(from_npd6, PAIR "addrlist=2001:db8:1:2::22\nlisttype=none\n");
	assert_int_equal(rules_of(&r), 1);
	expect_text(&r, "line 3: addrlist 2001:db8:1:2::22: without effect: listtype is none");
	result_free(&r);
}

#define EXPRESSION "exprlist = (HOST);SEAN=(HOST&0xffff);((SEAN>0x99)&&(SEAN<0x124))\n"

static void test_npd6_expressions(void **state)
{
	/* The prefix must not answer for what the expression kept out. */
	struct result r = convert(from_npd6, PAIR EXPRESSION "listtype=black\n");

	(void)state;
	assert_true(rule_of(&r, "eth0", 0, "2001:db8:1:2::/64")->flags & NDPX_F_PAUSED);
	assert_int_equal(r.lost, 1);
	expect_text(&r, "paused until 'deny' says what the exprlist in line 3 keeps out");
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

static void test_npd6_mistakes(void **state)
{
	(void)state;
	MISTAKES(from_npd6, "", "1: neither prefix nor interface");
	MISTAKES(from_npd6, PAIR "prefix=2001:db8::\n", "3: prefix without an interface");
	MISTAKES(from_npd6, PAIR "interface=eth1\n", "3: interface without a prefix");
	MISTAKES(from_npd6,
		 PAIR "prefix=2001:db8\nprefix=2001:db8::1:\nprefix=2001:db8::/129\n"
		      "prefix=12345:\nprefix=:\ninterface=a/b\nlisttype=grey\naddrlist=x\n"
		      "routerNA=yes\nmaxHops=256\ncollectTargets=x\nlinkOption=on\nralogging=yes\n"
		      "frob=1\nprefix\nprefix=\n",
		 "3: prefix: ", "4: prefix: ", "5: prefix: ", "6: prefix: ", "7: prefix: ",
		 "8: interface: ", "9: listtype: 'grey'", "10: addrlist: ", "11: routerNA: 'yes'",
		 "12: maxHops: ", "13: collectTargets: ", "14: linkOption: 'on'",
		 "15: ralogging: 'yes'", "16: 'frob' is no word", "17: 'prefix' is no KEY",
		 "18: 'prefix=' is no KEY");
	MISTAKES(from_npd6,
		 PAIR
		 "exprlist=1234567890123456789012345678901234567890123456789012345678901234567890"
		 "123456789012345678901234567890123456789012345678901234567890\n",
		 "3: npd6 cuts lines at 126");
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
	struct draft draft = { .state = k->state };
	struct result result;

	gateways[0] = (struct nl_address){ .ifindex = ETH0, .addr = addr("fe80::1") };
	from_kernel(k, &draft);
	read_back(&draft, &result);
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
	assert_string_equal(rule_of(&r, "eth0", 0, "2001:db8::38")->port, "");
	assert_string_equal(rule_of(&r, "eth0", 0, "2001:db8::40")->port, "");
	assert_string_equal(rule_of(&r, "eth0", 88, "2001:db8:88::34")->port, "vif1.0");
	assert_int_equal(rules_of(&r), 5);
	assert_int_equal(r.lost, 2);
	expect_text(&r, "# net.ipv6.conf.eth0.proxy_ndp was 1");
	expect_text(&r, "uplink eth0.88 {   # customers");
	expect_text(&r, "2001:db8::1 dev vif1.0: not taken over: guests ask here");
	expect_text(&r, "2001:db8:88::1 dev vif2.0: without effect: the kernel does not answer, "
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
	expect_text(&r, "There are no proxy entries");
	result_free(&r);
}

static void test_names(void **state)
{
	/* What the kernel knows of an interface goes before what its name looks like. */
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
	expect_text(&r, "vif1.1: not taken over: in ndpx.conf this name would mean VLAN 1 on vif1");
	expect_text(&r, "tun0: not taken over: tun0 is no Ethernet");
	expect_text(&r, "far: not taken over: the device below this VLAN is in another");
	expect_text(&r, "qinq: not taken over: two VLAN tags");
	expect_text(&r, "e*h: not taken over: the name cannot stand");
	result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ndppd_methods),	 cmocka_unit_test(test_ndppd_syntax),
		cmocka_unit_test(test_ndppd_targets),	 cmocka_unit_test(test_ndppd_overlap),
		cmocka_unit_test(test_ndppd_last_proxy), cmocka_unit_test(test_ndppd_mistakes),
		cmocka_unit_test(test_nul_bytes),	 cmocka_unit_test(test_npd6_prefixes),
		cmocka_unit_test(test_npd6_lists),	 cmocka_unit_test(test_npd6_expressions),
		cmocka_unit_test(test_npd6_mistakes),	 cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_kernel_switches),	 cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
