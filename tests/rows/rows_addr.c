// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows P30 to P47: source and destination of the solicitation.
 */
#include "build.h"

static void p30_p31_unicast(void)
{
	static const struct {
		const char *row, *source;
	} s[] = {
		{ "P30", "fe80::1" },	    { "P30", "fe80::ffff:ffff:ffff:ffff" },
		{ "P30", "febf::1" },	    { "P31", "2001:db8:1::1" },
		{ "P31", "2800:110:2::1" }, { "P31", "fd00:1::1" },
		{ "P31", "64:ff9b::1" },    { "P41", G_OTHER },
	};
	struct ask ask;
	size_t i;

	for (i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		ask = ask_multicast();
		ask.s = addr_of(s[i].source);
		row_answer(s[i].row, &ask, NULL, NDPX_V_ANSWERED, "S = %s", s[i].source);
		ask = ask_probe();
		ask.s = addr_of(s[i].source);
		row_answer(s[i].row, &ask, NULL, NDPX_V_ANSWERED_PROBE, "S = %s, a probe",
			   s[i].source);
	}
}

static void p33_dad(void)
{
	struct ask ask = ask_dad();

	row_answer("P33", &ask, NULL, NDPX_V_ANSWERED_DAD, "dad = defend");
	ask.env = ENV_NO_LL;
	row_answer("P33", &ask, NULL, NDPX_V_ANSWERED_DAD,
		   "dad = defend on a port without a link-local address");
	ask.env = ENV_TARGET;
	ask_target(&ask, "2001:db8:2::5");
	row_pass("P33", &ask, NDPX_V_DAD_IGNORED,
		 "dad = defend by a prefix, and nothing names the address");
	ask_target(&ask, G_IGNORE);
	row_pass("P33", &ask, NDPX_V_DAD_IGNORED, "dad = ignore");
	ask_target(&ask, "2001:db8:2:7::5");
	row_pass("P33", &ask, NDPX_V_DAD_IGNORED, "dad = ignore by a prefix");
	ask = ask_multicast();
	ask_target(&ask, G_IGNORE);
	row_answer("P33", &ask, NULL, NDPX_V_ANSWERED, "dad = ignore, but no DAD");
}

static void p34_p36_dad_errors(void)
{
	static const char *const dests[] = {
		"ff02::1",
		"ff02::2",
		"ff02::16",
		"ff05::1:ff00:1234",
		"ff02::ff00:1234",
		"ff02::1:fe00:1234",
		T_ADDR,
		OWN,
		"::",
	};
	static const __u8 nonce[8] = { OPT_NONCE, 1, 1, 2, 3, 4, 5, 6 };
	struct ask ask;
	size_t i;

	for (i = 0; i < sizeof(dests) / sizeof(dests[0]); i++) {
		ask = ask_dad();
		ask_dest(&ask, dests[i]);
		row_pass("P34", &ask, NDPX_V_BAD_DESTINATION, "DAD to %s", dests[i]);
	}
	ask = ask_dad();
	opts_mac(&ask, OPT_SLLAO, ask.es);
	row_pass("P35", &ask, NDPX_V_BAD_OPTION, "DAD with an SLLAO");
	ask.es = mac_of("02:00:00:00:00:02");
	row_pass("P35", &ask, NDPX_V_BAD_OPTION, "DAD with an SLLAO of another station");
	ask = ask_dad();
	opts_raw(&ask, nonce, 8);
	opts_mac(&ask, OPT_SLLAO, ask.es);
	row_pass("P35", &ask, NDPX_V_BAD_OPTION, "DAD with an SLLAO behind a nonce");
	ask = ask_dad();
	opts_fill(&ask, 253, 7);
	opts_mac(&ask, OPT_SLLAO, ask.es);
	row_pass("P35", &ask, NDPX_V_BAD_OPTION, "DAD with an SLLAO in the last place");
	ask = ask_dad();
	ask_target(&ask, G_IGNORE);
	opts_mac(&ask, OPT_SLLAO, ask.es);
	row_pass("P35", &ask, NDPX_V_BAD_OPTION, "the same where dad = ignore");

	ask = ask_dad();
	ask_dest(&ask, "ff02::1:ff00:1235");
	row_pass("P36", &ask, NDPX_V_BAD_DESTINATION, "DAD to SNM of the next address");
	ask_dest(&ask, "ff02::1:ff80:1234");
	row_pass("P36", &ask, NDPX_V_BAD_DESTINATION, "DAD to SNM that differs in bit 24");
}

static void p37_p40_sources(void)
{
	static const char *const bad[] = {
		"ff02::1", "ff0e::1",	       "ff02::1:ff00:1234", "ff00::",
		"::1",	   "::ffff:192.0.2.1", "::ffff:0.0.0.0",    "::ffff:255.255.255.255",
	};
	struct ask ask, probe;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ask = ask_multicast();
		probe = ask_probe();
		ask.s = probe.s = addr_of(bad[i]);
		row_pass("P37", &ask, NDPX_V_BAD_SOURCE, "S = %s", bad[i]);
		row_pass("P37", &probe, NDPX_V_BAD_SOURCE, "S = %s, a probe", bad[i]);
	}
	ask = ask_multicast();
	ask.s = ask.t;
	row_pass("P39", &ask, NDPX_V_CONFLICT, "S = T");
	ask = ask_probe();
	ask.s = ask.t;
	row_pass("P39", &ask, NDPX_V_CONFLICT, "S = D = T");
	ask = ask_multicast();
	ask.s = addr_of(L_ADDR);
	row_pass("P40", &ask, NDPX_V_LOOPED, "S = L");
	ask = ask_probe();
	ask.s = addr_of(L_ADDR);
	row_pass("P40", &ask, NDPX_V_LOOPED, "S = L, a probe");
	ask = ask_multicast();
	ask.s = addr_of("fe80:0:0:1::fe");
	row_answer("P40", &ask, NULL, NDPX_V_ANSWERED, "S differs from L in its upper half");
}

static void p42_p45_destinations(void)
{
	struct ask ask = ask_multicast(), probe = ask_probe();

	row_answer("P42", &ask, NULL, NDPX_V_ANSWERED, "D = SNM(T)");
	ask_target(&ask, "2001:db8:6:8:ffff:ffff:ffff:ffff");
	{
		struct na na = na_for(&ask);

		na.lladdr = mac_of("02:00:00:00:aa:3d");
		row_answer("P42", &ask, &na, NDPX_V_ANSWERED, "D = SNM(T), its low bits all 1");
	}
	row_answer("P43", &probe, NULL, NDPX_V_ANSWERED_PROBE, "D = T");
	opts_mac(&probe, OPT_SLLAO, probe.es);
	row_answer("P43", &probe, NULL, NDPX_V_ANSWERED_PROBE, "D = T with an SLLAO");
	ask_target(&probe, "2001:db8:2:9::5");
	{
		struct na na = na_for(&probe);

		na.lladdr = mac_of("02:00:00:00:aa:30");
		row_answer("P43", &probe, &na, NDPX_V_ANSWERED_PROBE, "D = T inside a prefix");
	}

	probe = ask_probe();
	ask_dest(&probe, OWN);
	row_answer("P44", &probe, NULL, NDPX_V_ANSWERED_PROBE, "D is an address of this host");
	opts_mac(&probe, OPT_SLLAO, probe.es);
	row_answer("P44", &probe, NULL, NDPX_V_ANSWERED_PROBE, "the same with an SLLAO");
	ask_dest(&probe, L_ADDR);
	row_answer("P44", &probe, NULL, NDPX_V_ANSWERED_PROBE, "D = L");
	ask_dest(&probe, G_OTHER);
	row_pass("P44", &probe, NDPX_V_BAD_DESTINATION, "D is another guest");
	ask_dest(&probe, "2001:db8:99::1");
	row_pass("P44", &probe, NDPX_V_BAD_DESTINATION, "D is a stranger");
	ask_dest(&probe, OWN_VLAN88);
	row_pass("P44", &probe, NDPX_V_BAD_DESTINATION, "D is this host's, on another VLAN");
	ask_target(&probe, "2001:db8:99::1");
	ask_dest(&probe, OWN);
	row_pass("P44", &probe, NDPX_V_NO_GUEST, "D is this host's, T is not ours");

	ask = ask_multicast();
	ask_dest(&ask, "ff02::1");
	row_answer("P45", &ask, NULL, NDPX_V_ANSWERED, "D = ff02::1");
	ask_dest(&ask, "ff02::2");
	row_answer("P45", &ask, NULL, NDPX_V_ANSWERED, "D = ff02::2");
	opts_none(&ask);
	row_answer("P45", &ask, NULL, NDPX_V_ANSWERED, "D = ff02::2, no SLLAO");
}

static void p46_p47_groups(void)
{
	static const char *const others[] = {
		"ff02::1:ff00:1235",
		"ff02::1:ff00:34",
		"ff02::1:ff80:1234",
		"ff02::1:ff00:0",
	};
	static const struct {
		const char *row, *dest;
	} d[] = {
		{ "P47", "ff00::1" },		{ "P47", "ff00::1:ff00:1234" },
		{ "P47", "ff01::1" },		{ "P47", "ff01::2" },
		{ "P47", "ff01::1:ff00:1234" }, { "P47", "ff03::1" },
		{ "P47", "ff04::1:ff00:1234" }, { "P47", "ff05::1" },
		{ "P47", "ff05::2" },		{ "P47", "ff05::1:ff00:1234" },
		{ "P47", "ff08::1:ff00:1234" }, { "P47", "ff0e::1" },
		{ "P47", "ff0e::1:ff00:1234" }, { "P47", "ff0f::1:ff00:1234" },
		{ "P47", "ff02::16" },		{ "P47", "ff02::fb" },
		{ "P47", "ff02::1:fe00:1234" }, { "P47", "ff02::2:ff00:1234" },
	};
	struct ask other = ask_multicast();
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		ask_dest(&other, others[i]);
		row_answer("P46", &other, NULL, NDPX_V_ANSWERED, "D = %s", others[i]);
	}
	opts_none(&other);
	row_answer("P46", &other, NULL, NDPX_V_ANSWERED, "the last of them, no SLLAO");

	for (i = 0; i < sizeof(d) / sizeof(d[0]); i++) {
		struct ask ask = ask_multicast();

		ask_dest(&ask, d[i].dest);
		row_pass(d[i].row, &ask, NDPX_V_BAD_DESTINATION, "D = %s", d[i].dest);
	}
}

void rows_addr(void)
{
	p30_p31_unicast();
	p33_dad();
	p34_p36_dad_errors();
	p37_p40_sources();
	p42_p45_destinations();
	p46_p47_groups();
}
