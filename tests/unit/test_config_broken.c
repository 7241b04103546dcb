// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Broken configuration files, each with the exact list of what must be said of it, all
 * in one go. A line that is off by one sends the user to the wrong place, so lines are
 * compared exactly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "config.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define MOST	  12

struct expected {
	int line;
	const char *part; /* of the message */
};

/* A file, one string a line, and its mistakes. */
struct broken {
	const char *name;
	const char *lines[24];
	struct expected mistakes[MOST];
};

static const struct broken table[] = {
	{ "unknown words of every shape",
	  { "uplink eth0 {", "  frob = 1", "  mode = xdp", "  list = { a, \"b }\", c }",
	    "  box { a = 1 }", "  named 'x }' { a { b = 1 } }", "  guest 2001:db8::1 {",
	    "    port = a/b", "    nest { x = 1 }", "    color = \"r\\\"ed\"", "  }",
	    "  guest 2001:db8::1 { }", "  add += { 1 }", "}", "knob = 3" },
	  { { 2, "'frob' is not a known word here" },
	    { 3, "mode: 'xdp' is none of" },
	    { 4, "'list' is not" },
	    { 5, "'box' is not" },
	    { 6, "'named' is not" },
	    { 8, "port: 'a/b' is no interface name" },
	    { 9, "'nest' is not" },
	    { 10, "'color' is not" },
	    { 12, "2001:db8::1 is given twice, first in line 7" },
	    { 13, "'add' is not" },
	    { 15, "'knob' is not" } } },
	{ "unknown words that stand there before",
	  { "uplink foo { foo = 1 }", "uplink a {", "  guest 2001:db8::1 { port = red red = on }",
	    "  mode = m2  m2 = 3", "  rate = x", "}" },
	  { { 1, "'foo' is not a known word here" },
	    { 3, "'red' is not" },
	    { 4, "m2' is no" },
	    { 4, "m2' is no" },
	    { 5, "rate: 'x' is no number" } } },
	{ "unknown words in quotes",
	  { "uplink eth0 {", "  \"foo bar\" = 1", "  'baz' = \"2\"",
	    "  guest 2001:db8::1 { port = \"a b\" }", "}" },
	  { { 2, "'foo bar' is not" }, { 3, "'baz' is not" }, { 4, "port: 'a b' is no" } } },
	{ "words of later versions",
	  { "ports \"vif*\" {", "  gateway = { 2001:db8::1 }", "}", "uplink eth0 {",
	    "  follow = { \"vif*\", \"tap*\" }", "}" },
	  { { 5, "'follow' is not known to this version of ndpx yet" } } },
	{ "ports: values",
	  { "ports \"vif*\" {", "  gateway = { ff02::1, 2001:db8::/64, 192.0.2.1, ::1 }",
	    "  onlink = { 2001:db8::1/64, fe80::/64, fe80::1, 2000::/3 }", "  wide = perhaps",
	    "}" },
	  { { 2, "is multicast" },
	    { 2, "is a prefix: a gateway is an address" },
	    { 2, "is IPv4" },
	    { 2, "'::1' is no guest" },
	    { 3, "has host bits set" },
	    { 3, "link-local addresses are answered" },
	    { 3, "is link-local: the host cannot" },
	    { 3, "is shorter than /48" },
	    { 4, "wide: 'perhaps' is none of" } } },
	{ "ports: what is twice, and what is nothing",
	  { "ports \"vif*\" {", "  gateway = { fe80::1, 2001:db8::1 }", "  gateway += { fe80::1 }",
	    "  onlink = { 2001:db8::/64, 2001:db8::1/128 }", "  onlink += 2001:db8::/64",
	    "  wide = on wide = off", "}", "ports \"vif*\" { gateway = { fe80::1 } }",
	    "ports tap0 { }" },
	  { { 3, "fe80::1 is given twice, first in line 2" },
	    { 4, "2001:db8::1 is both gateway and onlink (line 2)" },
	    { 5, "2001:db8::/64 is given twice, first in line 4" },
	    { 6, "wide: given twice" },
	    { 8, "ports \"vif*\" is given twice, first in line 1" },
	    { 9, "ports \"tap0\" has nothing to answer" } } },
	{ "ports: names, and uplinks that they match",
	  { "ports \"e*\" { gateway = { fe80::1 } }", "uplink eth0.88 { }",
	    "ports \"a/b\" { gateway = { fe80::1 } }", "ports \"\" { gateway = { fe80::1 } }",
	    "ports a2345678901234567 { gateway = { fe80::1 } }",
	    "ports eth0 { gateway = { fe80::1 } guest 2001:db8::1 { } }" },
	  { { 1, "ports \"e*\" matches the uplink eth0 of line 2" },
	    { 3, "matches no interface's name" },
	    { 4, "'' is no name or pattern" },
	    { 5, "is no interface name (1 to 15" },
	    { 6, "'guest' is not a known word here" },
	    { 6, "ports \"eth0\" matches the uplink eth0" } } },
	{ "a mistake names the line of the guest's title",
	  { "uplink eth0 {", "  guest ff02::1", "  {", "    port = a", "", "  }",
	    "  guest 2001:db8::1/64 {", "", "    router = on", "  }", "  guest", "    192.0.2.1 {",
	    "  }", "  guest ::1", "  { }", "  guest nowhere {", "    port = nowhere", "  }", "}" },
	  { { 2, "is multicast" },
	    { 7, "has host bits set: 2001:db8::/64" },
	    { 12, "is IPv4" },
	    { 14, "'::1' is no guest's address" },
	    { 16, "'nowhere' is no IPv6 address" } } },
	{ "a mistake names the line of the uplink's title",
	  { "uplink eth0", "{", "", "  guest 2001:db8::1 { port = eth0 }", "}", "", "uplink eth0 {",
	    "  guest 2001:db8::1 { port = eth0 }", "}" },
	  { { 7, "uplink eth0 is given twice, first in line 1" } } },
	{ "comments do not move lines",
	  { "# one", "// two", "/* three */", "/* four", " * five */ uplink eth0 { # six",
	    "  mode = xdp // mode = tc", "  /* frob */ frob = 1 /* } */ rate = x", "  ### seven",
	    "  deny = { 2001:db8::1, # the router", "           // and its twin",
	    "           2001:db8::1 /* twice */ }", "  /**/ guest ::1 { /***/ } #", "}", "//",
	    "vlan = 1" },
	  { { 6, "mode: 'xdp' is none of" },
	    { 7, "'frob' is not" },
	    { 7, "rate: 'x' is no" },
	    { 11, "2001:db8::1 is given twice, first in line 9" },
	    { 12, "is no guest's address" },
	    { 15, "'vlan' is not" } } },
	{ "keys given twice",
	  { "uplink eth0 {", "  mode = tc", "  rate = 1", "  mode = tc",
	    "  guest 2001:db8::1 { port = a router = on port = b }",
	    "  guest 2001:db8::2 { port = a }", "}" },
	  { { 4, "mode: given twice" }, { 5, "port: given twice" } } },
	{ "every value of an uplink",
	  { "uplink eth0 {", "mode = 1", "vlan = 4095", "source = ff02::1", "groups = all",
	    "rate = -1", "strict_lladdr = yes", "wide = \"\"", "deny = { 2001:db8::1/64, x }",
	    "}" },
	  { { 2, "mode: '1'" },
	    { 3, "vlan: '4095' is no number from 0 to 4094" },
	    { 4, "source: 'ff02::1' cannot be" },
	    { 5, "groups: 'all' is none of auto, join" },
	    { 6, "rate: '-1'" },
	    { 7, "strict_lladdr: 'yes'" },
	    { 8, "wide: ''" },
	    { 9, "has host bits set" },
	    { 9, "'x' is no IPv6 address" } } },
	{ "every value of a guest",
	  { "uplink eth0 {", "guest 2001:db8::1 {", "port = a:b", "lladdr = ff:ff:ff:ff:ff:ff",
	    "router = 1", "override = 2", "dad = on", "answer = no", "paused = 3", "wide = 4", "}",
	    "}" },
	  { { 3, "port: 'a:b'" },
	    { 4, "lladdr: 'ff:ff:ff:ff:ff:ff' is a group address" },
	    { 5, "router: '1' is none of off, on" },
	    { 6, "override: '2'" },
	    { 7, "dad: 'on' is none of defend, ignore" },
	    { 8, "answer: 'no' is none of always, routed, alive" },
	    { 9, "paused: '3'" },
	    { 10, "wide: '4'" } } },
	{ "twins and overlaps",
	  { "uplink eth0 {", "  guest 2001:db8::1 { }", "  guest 2001:db8:1::/64 { }",
	    "  deny = { 2001:db8::1, 2001:db8:1::/64, 2001:db8:2::/64 }",
	    "  deny = { 2001:db8:2::/64 }", "  guest 2001:DB8:0::1/128 { }",
	    "  guest 2001:db8:1:: { }", "}" },
	  { { 4, "2001:db8::1 is both a guest and denied (line 2): which one?" },
	    { 4, "2001:db8:1::/64 is both a guest and denied (line 3)" },
	    { 5, "2001:db8:2::/64 is given twice, first in line 4" },
	    { 6, "2001:db8::1 is" } } },
	{ "short prefixes",
	  { "uplink eth0 {", "  guest 2001:db8::/47 { }", "  guest 2001:db8:2::/48 { }",
	    "  guest 2001:dc0::/32 { wide = on }", "  guest ::/0 { wide = off }",
	    "  deny = { 2001:d00::/24 }", "}" },
	  { { 2, "2001:db8::/47 is shorter than /48: 'wide' must be on" },
	    { 5, "::/0 is shorter than /48" } } },
	{ "link-local prefixes and answers",
	  { "uplink eth0 {", "  guest fe80::/64 { }", "  deny = { fe80::/10 }",
	    "  guest fe80::1 { answer = routed }", "  guest fe80::2 { answer = always }", "}" },
	  { { 2, "one by one only" }, { 3, "one by one only" }, { 4, "is link-local" } } },
	{ "uplinks twice",
	  { "uplink eth0 { }", "uplink eth1 { }", "uplink eth0 { }", "uplink eth0.88 { }",
	    "uplink eth0 { vlan = 88 }", "uplink a/b { }", "uplink \"\" { }", "uplink 'eth*' { }" },
	  { { 3, "uplink eth0 is given twice, first in line 1" },
	    { 5, "uplink eth0 vlan 88 is given twice, first in line 4" },
	    { 6, "uplink: 'a/b' is no interface name" },
	    { 7, "uplink: '' is no interface name" },
	    { 8, "uplink: 'eth*' is a pattern: an uplink is one interface" } } },
	{ "a name against its VLAN",
	  { "uplink eth0.88 { vlan = 89 }", "uplink eth1.88 { vlan = 88 }", "uplink eth2.88 {",
	    "  vlan = 0", "}" },
	  { { 1, "vlan = 89 contradicts the name eth0.88, which says VLAN 88" },
	    { 3, "contradicts the name eth2.88" } } },
	{ "settings that VLANs of one device share",
	  { "uplink eth0 { }", "uplink eth0.1 { mode = tc }", "uplink eth1 { }",
	    "uplink eth1.1 { groups = none }", "uplink eth2 { }", "uplink eth2.1 { rate = 5 }",
	    "uplink eth3 { }", "uplink eth3.1 { strict_lladdr = on }", "uplink eth4 { }",
	    "uplink eth4.1 { source = link-local }", "uplink eth5 { source = 2001:db8::1 }",
	    "uplink eth5.1 { source = 2001:db8::2 }", "uplink eth6 { wide = on }",
	    "uplink eth6.1 { deny = { ::2 } }" },
	  { { 2, "mode differs from line 1: VLANs of one device share it" },
	    { 4, "groups differs from line 3" },
	    { 6, "rate differs from line 5" },
	    { 8, "strict_lladdr differs from line 7" },
	    { 10, "source differs from line 9" },
	    { 12, "source differs from line 11" } } },
	{ "an unterminated string",
	  { "uplink eth0 {", "  rate = x", "  guest 2001:db8::1 { port = \"vif1.0 }", "}" },
	  { { 2, "rate: 'x'" }, { 3, "not closed" }, { 4, "premature end of file" } } },
	{ "an unterminated string with the other quote",
	  { "uplink 'eth0 {", "}" },
	  { { 2, "unterminated string" } } },
	{ "a missing brace",
	  { "uplink eth0 {", "  guest 2001:db8::1 {", "}" },
	  { { 1, "the block that starts here is not closed" } } },
	{ "a missing brace of a list",
	  { "uplink eth0 { deny = { ::2" },
	  { { 1, "not closed" }, { 1, "premature end of file" } } },
	{ "braces that are none",
	  { "uplink eth0 { # }", "  /* { */ guest 2001:db8::1 { port = \"{\" }", "  // }" },
	  { { 1, "not closed" } } },
	{ "an unterminated comment",
	  { "uplink eth0 {", "  mode = x /* }", "}" },
	  { { 2, "the comment that starts here is not closed" } } },
	{ "nothing is expanded",
	  { "# $HOME", "uplink eth0 {", "  mode = \"${MODE:-tc}\"", "}" },
	  { { 3, "'$' has no meaning here" } } },
	{ "a brace too many", { "uplink eth0 { }", "}" }, { { 2, "unexpected closing brace" } } },
	/* libconfuse drops what fits no word of its: eth* would mean eth. */
	{ "a mark that libconfuse drops: *", { "uplink eth* { }" }, { { 1, "*" } } },
	{ "a mark that libconfuse drops: +",
	  { "uplink eth0 {", "  guest 2001:db8::1 { port = +a }", "}" },
	  { { 2, "+" } } },
	{ "no title", { "uplink {", "}" }, { { 1, "missing title for section 'uplink'" } } },
	{ "no equal sign", { "uplink eth0 {", "mode tc", "}" }, { { 2, "missing equal sign" } } },
	{ "a list where none goes",
	  { "uplink eth0 {", "mode = { tc }", "}" },
	  { { 2, "unexpected token '{'" } } },
	{ "no brace", { "uplink eth0", "uplink eth1 { }" }, { { 2, "missing opening brace" } } },
};

static void show(const struct config_mistakes *found)
{
	size_t i;

	for (i = 0; i < found->n; i++)
		print_message("  found %d: %s\n", found->items[i].line, found->items[i].text);
}

static void test_broken(void **state)
{
	const struct broken *b = *state;
	struct config_mistakes found = { 0 };
	struct model model = { 0 };
	struct error err;
	char text[2048] = "";
	size_t i, n = 0, same = 0;
	int r;

	/* The last line has no newline: its end is found all the same. */
	for (i = 0; i < LENGTH(b->lines) && b->lines[i]; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? "\n" : "",
			 b->lines[i]);
	while (n < MOST && b->mistakes[n].line)
		n++;
	r = config_parse(text, strlen(text), &model, &found, &err);
	while (same < n && same < found.n && found.items[same].line == b->mistakes[same].line &&
	       strstr(found.items[same].text, b->mistakes[same].part))
		same++;
	if (same < n || same < found.n) {
		show(&found);
		config_mistakes_free(&found);
		fail_msg("mistake %zu: expected %d: ...%s...", same + 1,
			 same < n ? b->mistakes[same].line : 0,
			 same < n ? b->mistakes[same].part : "nothing more");
	}
	assert_int_equal(r, -EINVAL);
	assert_int_equal(err.status, EXIT_USAGE);
	assert_int_equal(model.n_uplinks, 0);
	config_mistakes_free(&found);
	assert_null(found.items);
}

int main(void)
{
	struct CMUnitTest tests[LENGTH(table)];
	size_t i;

	for (i = 0; i < LENGTH(table); i++)
		tests[i] = (struct CMUnitTest){
			.name = table[i].name,
			.test_func = test_broken,
			.initial_state = (void *)(uintptr_t)&table[i],
		};
	return _cmocka_run_group_tests("broken", tests, LENGTH(table), NULL, NULL);
}
