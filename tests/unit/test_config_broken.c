// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Broken configuration files, each with the exact list of errors that must be reported,
 * all in one go. A position that is off by one sends the user to the wrong place, so
 * lines, columns and messages are compared exactly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "config/config.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define MAX	  20

struct expected {
	int line, column;
	const char *message;
};

/* A file, one string a line, and its errors. */
struct broken {
	const char *name;
	const char *lines[24];
	struct expected errors[MAX];
};

static const struct broken table[] = {
	{ "unknown words of every shape",
	  { "uplink eth0 {", "  frob = 1", "  mode = xdp", "  list = { a, \"b }\", c }",
	    "  box { a = 1 }", "  named 'x }' { a { b = 1 } }", "  guest 2001:db8::1 {",
	    "    port = a/b", "    nest { x = 1 }", "    color = \"r\\\"ed\"", "  }",
	    "  guest 2001:db8::1 { }", "  add += { 1 }", "}", "knob = 3" },
	  { { 2, 3, "unknown key 'frob'" },
	    { 3, 10, "mode: invalid value 'xdp' (expected auto, native, generic or tc)" },
	    { 4, 3, "unknown key 'list'" },
	    { 5, 3, "unknown key 'box'" },
	    { 6, 3, "unknown key 'named'" },
	    { 8, 12, "port: 'a/b': not an interface name" },
	    { 9, 5, "unknown key 'nest'" },
	    { 10, 5, "unknown key 'color'" },
	    { 12, 9, "2001:db8::1 is given twice, first in line 7" },
	    { 13, 3, "unknown key 'add'" },
	    { 15, 1, "unknown key 'knob'" } } },
	{ "unknown words that stand there before",
	  { "uplink foo { foo = 1 }", "uplink a {", "  guest 2001:db8::1 { port = red red = on }",
	    "  mode = m2  m2 = 3", "  rate = x", "}" },
	  { { 1, 14, "unknown key 'foo'" },
	    { 3, 34, "unknown key 'red'" },
	    { 4, 10, "mode: invalid value 'm2' (expected auto, native, generic or tc)" },
	    { 4, 14, "unknown key 'm2'" },
	    { 5, 10, "rate: 'x': expected a number from 0 to 1000000000" } } },
	{ "unknown words in quotes",
	  { "uplink eth0 {", "  \"foo bar\" = 1", "  'baz' = \"2\"",
	    "  guest 2001:db8::1 { port = \"a b\" }", "}" },
	  { { 2, 3, "unknown key 'foo bar'" },
	    { 3, 3, "unknown key 'baz'" },
	    { 4, 30, "port: 'a b': not an interface name" } } },
	{ "ports: values",
	  { "ports \"vif*\" {", "  gateway = { ff02::1, 2001:db8::/64, 192.0.2.1, ::1 }",
	    "  onlink = { 2001:db8::1/64, fe80::/64, fe80::1, 2000::/3 }", "  wide = perhaps",
	    "}" },
	  { { 2, 15, "gateway: 'ff02::1' is multicast: it cannot be solicited" },
	    { 2, 24, "gateway: '2001:db8::/64' is a prefix: a gateway is an address" },
	    { 2, 39, "gateway: '192.0.2.1' is IPv4: ndpx answers Neighbor Solicitations, not ARP" },
	    { 2, 50, "gateway: '::1' cannot be a guest's address" },
	    { 3, 14, "onlink: '2001:db8::1/64' has host bits set: 2001:db8::/64 is the prefix" },
	    { 3, 30, "onlink: 'fe80::/64': link-local addresses must be listed individually" },
	    { 3, 41, "onlink: 'fe80::1' is link-local: the host cannot route there" },
	    { 3, 50, "2000::/3 is shorter than /48: set 'wide = on' if that is intended" },
	    { 4, 10, "wide: invalid value 'perhaps' (expected off or on)" } } },
	{ "ports: what is twice, and what is nothing",
	  { "ports \"vif*\" {", "  gateway = { fe80::1, 2001:db8::1 }", "  gateway += { fe80::1 }",
	    "  onlink = { 2001:db8::/64, 2001:db8::1/128 }", "  onlink += 2001:db8::/64",
	    "  wide = on wide = off", "}", "ports \"vif*\" { gateway = { fe80::1 } }",
	    "ports tap0 { }" },
	  { { 3, 16, "fe80::1 is given twice, first in line 2" },
	    { 4, 29, "2001:db8::1 is both gateway and onlink (line 2): a gateway is enough" },
	    { 5, 13, "2001:db8::/64 is given twice, first in line 4" },
	    { 6, 13, "wide: given twice, first in line 6" },
	    { 8, 7, "ports \"vif*\" is given twice, first in line 1" },
	    { 9, 7, "ports \"tap0\" has nothing to answer: neither gateway nor onlink" } } },
	{ "ports: names, and uplinks that they match",
	  { "ports \"e*\" { gateway = { fe80::1 } }", "uplink eth0.88 { }",
	    "ports \"a/b\" { gateway = { fe80::1 } }", "ports \"\" { gateway = { fe80::1 } }",
	    "ports a2345678901234567890123456789012345678901234567890123456789abcde { gateway = { "
	    "fe80::1 } }",
	    "ports eth0 { gateway = { fe80::1 } guest 2001:db8::1 { } }" },
	  { { 1, 7,
	      "ports \"e*\" matches the uplink eth0 of line 2: an uplink is not a guest port" },
	    { 3, 7, "ports: 'a/b' cannot match any interface name" },
	    { 4, 7, "ports: '': not an interface name or pattern (1 to 63 characters)" },
	    { 5, 7,
	      "ports: 'a2345678901234567890123456789012345678901234567890123456789abcde': not an "
	      "interface name or pattern (1 to 63 characters)" },
	    { 6, 7,
	      "ports \"eth0\" matches the uplink eth0 of line 2: an uplink is not a guest port" },
	    { 6, 36, "'guest' belongs inside 'uplink'" } } },
	{ "an error names the line of the guest's title",
	  { "uplink eth0 {", "  guest ff02::1", "  {", "    port = a", "", "  }",
	    "  guest 2001:db8::1/64 {", "", "    router = on", "  }", "  guest", "    192.0.2.1 {",
	    "  }", "  guest ::1", "  { }", "  guest nowhere {", "    port = nowhere", "  }", "}" },
	  { { 2, 9, "guest: 'ff02::1' is multicast: it cannot be solicited" },
	    { 7, 9, "guest: '2001:db8::1/64' has host bits set: 2001:db8::/64 is the prefix" },
	    { 12, 5, "guest: '192.0.2.1' is IPv4: ndpx answers Neighbor Solicitations, not ARP" },
	    { 14, 9, "guest: '::1' cannot be a guest's address" },
	    { 16, 9, "guest: 'nowhere': not an IPv6 address" } } },
	{ "an error names the line of the uplink's title",
	  { "uplink eth0", "{", "", "  guest 2001:db8::1 { port = eth0 }", "}", "", "uplink eth0 {",
	    "  guest 2001:db8::1 { port = eth0 }", "}" },
	  { { 7, 8, "uplink eth0 is given twice, first in line 1" } } },
	{ "comments do not move lines",
	  { "# one", "// two", "/* three */", "/* four", " * five */ uplink eth0 { # six",
	    "  mode = xdp // mode = tc", "  /* frob */ frob = 1 /* } */ rate = x", "  ### seven",
	    "  deny = { 2001:db8::1, # the router", "           // and its twin",
	    "           2001:db8::1 /* twice */ }", "  /**/ guest ::1 { /***/ } #", "}", "//",
	    "vlan = 1" },
	  { { 6, 10, "mode: invalid value 'xdp' (expected auto, native, generic or tc)" },
	    { 7, 14, "unknown key 'frob'" },
	    { 7, 38, "rate: 'x': expected a number from 0 to 1000000000" },
	    { 11, 12, "2001:db8::1 is given twice, first in line 9" },
	    { 12, 14, "guest: '::1' cannot be a guest's address" },
	    { 15, 1, "'vlan' belongs inside 'uplink'" } } },
	{ "keys given twice",
	  { "uplink eth0 {", "  mode = tc", "  rate = 1", "  mode = tc",
	    "  guest 2001:db8::1 { port = a router = on port = b }",
	    "  guest 2001:db8::2 { port = a }", "}" },
	  { { 4, 3, "mode: given twice, first in line 2" },
	    { 5, 44, "port: given twice, first in line 5" } } },
	{ "every value of an uplink",
	  { "uplink eth0 {", "mode = 1", "vlan = 4095", "source = ff02::1", "groups = all",
	    "rate = -1", "strict_lladdr = yes", "wide = \"\"", "deny = { 2001:db8::1/64, x }",
	    "}" },
	  { { 2, 8, "mode: invalid value '1' (expected auto, native, generic or tc)" },
	    { 3, 8, "vlan: '4095': expected a number from 0 to 4094" },
	    { 4, 10, "source: 'ff02::1' cannot be the source of an answer" },
	    { 5, 10, "groups: invalid value 'all' (expected auto, join, allmulti or none)" },
	    { 6, 8, "rate: '-1': expected a number from 0 to 1000000000" },
	    { 7, 17, "strict_lladdr: invalid value 'yes' (expected off or on)" },
	    { 8, 8, "wide: invalid value '' (expected off or on)" },
	    { 9, 10, "deny: '2001:db8::1/64' has host bits set: 2001:db8::/64 is the prefix" },
	    { 9, 26, "deny: 'x': not an IPv6 address" } } },
	{ "follow: what is no pattern, the uplink itself, and twice",
	  { "uplink eth0 {", "  follow = { \"vif*\", a/b, eth0 }", "  follow += { tap0, \"vif*\" }",
	    "  follow += \"\"", "}", "ports \"p*\" { gateway = fe80::1 follow = x }" },
	  { { 2, 22, "follow: 'a/b' cannot match any interface name" },
	    { 2, 27, "follow: eth0 is the uplink itself: name the interfaces that lead to guests" },
	    { 3, 21, "follow: \"vif*\" is given twice, first in line 2" },
	    { 4, 13, "follow: '': not an interface name or pattern (1 to 63 characters)" },
	    { 6, 32, "'follow' belongs inside 'uplink'" } } },
	{ "every value of a guest",
	  { "uplink eth0 {", "guest 2001:db8::1 {", "port = a:b", "lladdr = ff:ff:ff:ff:ff:ff",
	    "router = 1", "override = 2", "dad = on", "answer = no", "paused = 3", "wide = 4", "}",
	    "}" },
	  { { 3, 8, "port: 'a:b': not an interface name" },
	    { 4, 10, "lladdr: 'ff:ff:ff:ff:ff:ff' is a group address: a guest needs its own MAC" },
	    { 5, 10, "router: invalid value '1' (expected off or on)" },
	    { 6, 12, "override: invalid value '2' (expected off or on)" },
	    { 7, 7, "dad: invalid value 'on' (expected defend or ignore)" },
	    { 8, 10, "answer: invalid value 'no' (expected always, routed or alive)" },
	    { 9, 10, "paused: invalid value '3' (expected off, on or until-seen)" },
	    { 10, 8, "wide: invalid value '4' (expected off or on)" } } },
	{ "twins and overlaps",
	  { "uplink eth0 {", "  guest 2001:db8::1 { }", "  guest 2001:db8:1::/64 { }",
	    "  deny = { 2001:db8::1, 2001:db8:1::/64, 2001:db8:2::/64 }",
	    "  deny = { 2001:db8:2::/64 }", "  guest 2001:DB8:0::1/128 { }",
	    "  guest 2001:db8:1:: { }", "}" },
	  { { 4, 12, "2001:db8::1 is both a guest and denied (line 2)" },
	    { 4, 25, "2001:db8:1::/64 is both a guest and denied (line 3)" },
	    { 5, 12, "2001:db8:2::/64 is given twice, first in line 4" },
	    { 6, 9, "2001:db8::1 is both a guest and denied (line 4)" } } },
	{ "short prefixes",
	  { "uplink eth0 {", "  guest 2001:db8::/47 { }", "  guest 2001:db8:2::/48 { }",
	    "  guest 2001:dc0::/32 { wide = on }", "  guest ::/0 { wide = off }",
	    "  deny = { 2001:d00::/24 }", "}" },
	  { { 2, 9, "2001:db8::/47 is shorter than /48: set 'wide = on' if that is intended" },
	    { 5, 9, "::/0 is shorter than /48: set 'wide = on' if that is intended" } } },
	{ "link-local prefixes and answers",
	  { "uplink eth0 {", "  guest fe80::/64 { }", "  deny = { fe80::/10 }",
	    "  guest fe80::1 { answer = routed }", "  guest fe80::2 { answer = always }", "}" },
	  { { 2, 9, "guest: 'fe80::/64': link-local addresses must be listed individually" },
	    { 3, 12, "deny: 'fe80::/10': link-local addresses must be listed individually" },
	    { 4, 9,
	      "fe80::1 is link-local: the kernel does not route it, so 'answer' must be "
	      "always" } } },
	{ "uplinks twice",
	  { "uplink eth0 { }", "uplink eth1 { }", "uplink eth0 { }", "uplink eth0.88 { }",
	    "uplink eth0 { vlan = 88 }", "uplink a/b { }", "uplink \"\" { }", "uplink 'eth*' { }" },
	  { { 3, 8, "uplink eth0 is given twice, first in line 1" },
	    { 5, 8, "uplink eth0 vlan 88 is given twice, first in line 4" },
	    { 6, 8, "uplink: 'a/b': not an interface name" },
	    { 7, 8, "uplink: '': not an interface name (1 to 127 characters)" },
	    { 8, 8, "uplink: 'eth*' is a pattern: an uplink is one interface" } } },
	{ "a name against its VLAN",
	  { "uplink eth0.88 { vlan = 89 }", "uplink eth1.88 { vlan = 88 }", "uplink eth2.88 {",
	    "  vlan = 0", "}" },
	  { { 1, 25, "vlan = 89 contradicts the name eth0.88, which says VLAN 88" },
	    { 4, 10, "vlan = 0 contradicts the name eth2.88, which says VLAN 88" } } },
	{ "settings that VLANs of one device share",
	  { "uplink eth0 { }", "uplink eth0.1 { mode = tc }", "uplink eth1 { }",
	    "uplink eth1.1 { groups = none }", "uplink eth2 { }", "uplink eth2.1 { rate = 5 }",
	    "uplink eth3 { }", "uplink eth3.1 { strict_lladdr = on }", "uplink eth4 { }",
	    "uplink eth4.1 { source = link-local }", "uplink eth5 { source = 2001:db8::1 }",
	    "uplink eth5.1 { source = 2001:db8::2 }", "uplink eth6 { wide = on }",
	    "uplink eth6.1 { deny = { ::2 } }" },
	  { { 2, 8, "mode differs from line 1: VLANs of one device share it" },
	    { 4, 8, "groups differs from line 3: VLANs of one device share it" },
	    { 6, 8, "rate differs from line 5: VLANs of one device share it" },
	    { 8, 8, "strict_lladdr differs from line 7: VLANs of one device share it" },
	    { 10, 8, "source differs from line 9: VLANs of one device share it" },
	    { 12, 8, "source differs from line 11: VLANs of one device share it" } } },
	{ "an unterminated string",
	  { "uplink eth0 {", "  rate = x", "  guest 2001:db8::1 { port = \"vif1.0 }", "}" },
	  { { 2, 10, "rate: 'x': expected a number from 0 to 1000000000" },
	    { 3, 30, "the closing quote (\") is missing" } } },
	{ "an unterminated string with the other quote",
	  { "uplink 'eth0 {", "}" },
	  { { 1, 8, "the closing quote (') is missing" } } },
	{ "a missing brace",
	  { "uplink eth0 {", "  guest 2001:db8::1 {", "}" },
	  { { 1, 13, "the block that starts here is never closed" } } },
	{ "a missing brace of a list",
	  { "uplink eth0 { deny = { ::2" },
	  { { 1, 13, "the block that starts here is never closed" } } },
	{ "braces that are none",
	  { "uplink eth0 { # }", "  /* { */ guest 2001:db8::1 { port = \"{\" }", "  // }" },
	  { { 1, 13, "the block that starts here is never closed" } } },
	{ "an unterminated comment",
	  { "uplink eth0 {", "  mode = x /* }", "}" },
	  { { 2, 10, "mode: invalid value 'x' (expected auto, native, generic or tc)" },
	    { 2, 12, "this comment is never closed" } } },
	{ "nothing is expanded",
	  { "# $HOME", "uplink eth0 {", "  mode = \"${MODE:-tc}\"", "}" },
	  { { 3, 11, "'$' has no meaning here: variables are not expanded" } } },
	{ "a brace too many", { "uplink eth0 { }", "}" }, { { 2, 1, "unmatched '}'" } } },
	{ "a mark that must be in quotes: *",
	  { "uplink eth* { }" },
	  { { 1, 11, "'*' must be inside quotes" } } },
	{ "a mark that must be in quotes: +",
	  { "uplink eth0 {", "  guest 2001:db8::1 { port = +a }", "}" },
	  { { 2, 30, "'+' must be inside quotes" } } },
	{ "no title", { "uplink {", "}" }, { { 1, 8, "expected DEV after 'uplink'" } } },
	{ "no equal sign",
	  { "uplink eth0 {", "mode tc", "}" },
	  { { 2, 6, "expected '=' after 'mode'" } } },
	{ "a list where none goes",
	  { "uplink eth0 {", "mode = { tc }", "}" },
	  { { 2, 10, "mode: expected a single value, not a list" } } },
	{ "no brace",
	  { "uplink eth0", "uplink eth1 { }" },
	  { { 2, 1, "expected '{' after 'uplink eth0'" } } },
	{ "several syntax errors",
	  { "uplink eth0 {", "  mode = ", "  vlan 5", "  deny = { ::2 ::3 }",
	    "  deny = { ::2, , ::3 }", "  = 5", "  rate = { }", "  { guest ::9 { } }",
	    "  groups == join", "  mode += tc", "  rate = 5, 6", "}", "uplink a, b { }",
	    "uplink a b { }", "ports { gateway = { fe80::1 } }", "guest = 3" },
	  { { 3, 3, "mode: invalid value 'vlan' (expected auto, native, generic or tc)" },
	    { 4, 16, "unexpected '::3' (expected '}' or ',')" },
	    { 5, 17, "unexpected ',' (expected a word or '}')" },
	    { 6, 3, "missing key before '='" },
	    { 7, 8, "rate: expected a single value, not a list" },
	    { 8, 3, "missing name before this block" },
	    { 9, 11, "unexpected '=' (expected a word or '{')" },
	    { 10, 8, "mode: '+=' is only valid for lists" },
	    { 11, 3, "rate: given twice, first in line 7" },
	    { 11, 11, "unexpected ','" },
	    { 11, 13, "unknown key '6'" },
	    { 13, 9, "unexpected ','" },
	    { 13, 11, "expected '{' after 'uplink a'" },
	    { 14, 8, "uplink a is given twice, first in line 13" },
	    { 14, 10, "expected '{' after 'uplink a'" },
	    { 15, 7, "expected PATTERN after 'ports'" },
	    { 16, 1, "'guest' belongs inside 'uplink'" } } },
	{ "a semicolon ends nothing",
	  { "uplink eth0 {", "  mode = tc;", "  rate 5;", "};" },
	  { { 2, 12,
	      "unexpected ';': statements take no terminator; quote names that contain one" },
	    { 3, 8, "expected '=' after 'rate'" },
	    { 3, 9, "unexpected ';': statements take no terminator; quote names that contain one" },
	    { 4, 2,
	      "unexpected ';': statements take no terminator; quote names that contain one" } } },
	{ "near misses",
	  { "uplnk eth0 { }", "uplink eth0 {", "  mdoe = tc",
	    "  guest 2001:db8::1 { ruoter = on prot = a x = 1 }", "  gest 2001:db8::2 { }",
	    "  port = a", "  strict-lladdr = on", "}" },
	  { { 1, 1, "unknown key 'uplnk' (did you mean 'uplink'?)" },
	    { 3, 3, "unknown key 'mdoe' (did you mean 'mode'?)" },
	    { 4, 23, "unknown key 'ruoter' (did you mean 'router'?)" },
	    { 4, 35, "unknown key 'prot' (did you mean 'port'?)" },
	    { 4, 44, "unknown key 'x'" },
	    { 5, 3, "unknown key 'gest' (did you mean 'guest'?)" },
	    { 6, 3, "'port' belongs inside 'guest'" },
	    { 7, 3, "unknown key 'strict-lladdr' (did you mean 'strict_lladdr'?)" } } },
	{ "escapes",
	  { "uplink eth0 {", "  guest \"2001:db8::\\x31\" { port = 'a\\b' }", "  mode = \"\\400\"",
	    "  rate = \"\\9\"", "  wide = \"o\\0n\"", "  groups = \"a\\", "x$\"", "}" },
	  { { 3, 11, "invalid escape sequence '\\4'" },
	    { 4, 11, "invalid escape sequence '\\9'" },
	    { 5, 12, "invalid escape sequence '\\0'" },
	    { 7, 2, "'$' has no meaning here: variables are not expanded" } } },
	{ "what must be in quotes",
	  { "ports vif* {", "  gateway = (fe80::1)", "  onlink = a+b", "}", "uplink /x { }",
	    "uplink x/ { }", "uplink x/* */ { }" },
	  { { 1, 10, "'*' must be inside quotes" },
	    { 2, 13, "'(' must be inside quotes" },
	    { 2, 21, "')' must be inside quotes" },
	    { 3, 12, "onlink: 'a': not an IPv6 address" },
	    { 3, 13, "'+' must be inside quotes" },
	    { 3, 14, "unknown key 'b'" },
	    { 5, 8, "uplink: '/x': not an interface name" },
	    { 6, 8, "uplink: 'x/': not an interface name" } } },
	{ "what is expanded elsewhere",
	  { "uplink ${DEV:-eth0} {", "  rate = $RATE", "}", "$x = 1" },
	  { { 1, 8, "'$' has no meaning here: variables are not expanded" },
	    { 2, 10, "'$' has no meaning here: variables are not expanded" },
	    { 4, 1, "'$' has no meaning here: variables are not expanded" } } },
};

static void show(const struct config_errors *found)
{
	size_t i;

	for (i = 0; i < found->n; i++)
		print_message("  found %d:%d: %s\n", found->items[i].line, found->items[i].column,
			      found->items[i].text);
}

static void test_broken(void **state)
{
	const struct broken *b = *state;
	struct config_errors found = { 0 };
	struct model model = { 0 };
	struct error err;
	char text[2048] = "";
	size_t i, n = 0, same = 0;
	int r;

	/* The last line has no newline: its end is found all the same. */
	for (i = 0; i < LENGTH(b->lines) && b->lines[i]; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? "\n" : "",
			 b->lines[i]);
	while (n < MAX && b->errors[n].line)
		n++;
	r = config_parse(text, strlen(text), &model, &found, &err);
	while (same < n && same < found.n && found.items[same].line == b->errors[same].line &&
	       found.items[same].column == b->errors[same].column &&
	       !strcmp(found.items[same].text, b->errors[same].message))
		same++;
	if (same < n || same < found.n) {
		show(&found);
		config_errors_free(&found);
		fail_msg("error %zu: expected %d:%d: %s", same + 1,
			 same < n ? b->errors[same].line : 0, same < n ? b->errors[same].column : 0,
			 same < n ? b->errors[same].message : "nothing more");
	}
	assert_int_equal(r, -EINVAL);
	assert_int_equal(err.status, EXIT_USAGE);
	assert_int_equal(model.n_uplinks, 0);
	assert_int_equal(found.more, 0);
	config_errors_free(&found);
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
