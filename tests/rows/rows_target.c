// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows P72 to P84: the target against the rules of env.c. P82, P83 and P85 need a
 * kernel's tables and clock: tests/bpf_run.
 */
#include "build.h"

static struct ask asking(const char *target)
{
	struct ask ask = ask_multicast();

	ask_target(&ask, target);
	return ask;
}

static struct ask probing(const char *target)
{
	struct ask ask = ask_probe();

	ask_target(&ask, target);
	return ask;
}

static struct ask claiming(const char *target)
{
	struct ask ask = ask_dad();

	ask_target(&ask, target);
	return ask;
}

/* The same verdict for all three kinds of solicitation. */
static void pass_all(const char *row, const char *target, enum ndpx_verdict verdict,
		     const char *what)
{
	struct ask ask = asking(target), probe = probing(target), dad = claiming(target);

	row_pass(row, &ask, verdict, "%s", what);
	row_pass(row, &probe, verdict, "%s, a probe", what);
	row_pass(row, &dad, verdict, "%s, DAD", what);
}

/* Answered by the rule whose lladdr ends in `mark`, 0: by one without lladdr. */
static void answer_kinds(const char *row, enum env_id env, const char *target, __u8 mark,
			 __u8 flags, const char *what, int by_prefix)
{
	struct ask ask[3] = { asking(target), probing(target), claiming(target) };
	static const enum ndpx_verdict verdict[3] = {
		NDPX_V_ANSWERED,
		NDPX_V_ANSWERED_PROBE,
		NDPX_V_ANSWERED_DAD,
	};
	static const char *const kind[3] = { "", ", a probe", ", DAD" };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct na na;

		ask[i].env = env;
		/* P33: a prefix does not name the address, and no routing table does here. */
		if (i == 2 && by_prefix) {
			row_pass(row, &ask[i], NDPX_V_DAD_IGNORED, "%s, DAD", what);
			continue;
		}
		na = na_for(&ask[i]);
		na.flags |= flags;
		if (mark) {
			na.lladdr = mac_of(LLADDR_MAC);
			na.lladdr.b[5] = mark;
		}
		row_answer(row, &ask[i], &na, verdict[i], "%s%s", what, kind[i]);
	}
}

static void answer_all(const char *row, enum env_id env, const char *target, __u8 mark, __u8 flags,
		       const char *what)
{
	answer_kinds(row, env, target, mark, flags, what, mark != 0);
}

static void p72_p73_impossible(void)
{
	static const struct {
		const char *row, *target;
	} t[] = {
		{ "P72", "ff02::1" }, { "P72", "ff02::1:ff00:1234" },
		{ "P72", "ff0e::1" }, { "P72", "ff00::" },
		{ "P73", "::" },      { "P73", "::1" },
	};
	struct ask ask;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ask = asking(t[i].target);
		row_pass(t[i].row, &ask, NDPX_V_BAD_TARGET, "T = %s", t[i].target);
		ask_dest(&ask, T_ADDR);
		row_pass(t[i].row, &ask, NDPX_V_BAD_TARGET, "T = %s, D unicast", t[i].target);
		ask = claiming(t[i].target);
		row_pass(t[i].row, &ask, NDPX_V_BAD_TARGET, "T = %s, DAD", t[i].target);
	}
	ask = ask_multicast();
	ask.t = addr_of("ff02::1:ff00:1234");
	ask.d = ask.t;
	row_pass("P72", &ask, NDPX_V_BAD_TARGET, "D = T, a multicast address");
}

static void p74_link_local(void)
{
	pass_all("P74", "fe80::99", NDPX_V_NO_GUEST, "link-local, inside an answered prefix");
	pass_all("P74", "febf::99", NDPX_V_NO_GUEST, "link-local, the end of fe80::/10");
	answer_all("P74", ENV_TARGET, G_LINK, 0, 0, "link-local, that very address");
	answer_all("P74", ENV_EXACT, G_LINK, 0, 0, "link-local, no prefixes");
}

static void p75_own(void)
{
	pass_all("P75", OWN, NDPX_V_OWN_ADDRESS, "an address of this host");
	pass_all("P75", "2001:db8:2:1::fe", NDPX_V_OWN_ADDRESS, "the same inside a prefix");
	pass_all("P75", L_ADDR, NDPX_V_OWN_ADDRESS, "the port's link-local address");
}

static void p77_match(void)
{
	answer_all("P77", ENV_TARGET, T_ADDR, 0, 0, "exact");
	answer_all("P77", ENV_EXACT, T_ADDR, 0, 0, "exact, no prefixes");
	answer_all("P77", ENV_TARGET, G_ULA, 0, 0, "exact, ULA");
	answer_all("P77", ENV_TARGET, "2001:db8:2:9::1", 48, 0, "/48");
	answer_all("P77", ENV_TARGET, "2001:db8:2:1::1", 64, NA_R, "/64 inside /48");
	answer_all("P77", ENV_TARGET, "2001:db8:2:1:ffff:ffff:ffff:ffff", 64, NA_R,
		   "the end of the /64");
	answer_all("P77", ENV_TARGET, "2001:db8:2:1:1:1::1", 96, 0,
		   "/96 inside a denied /80 inside /64");
	answer_all("P77", ENV_TARGET, "2001:db8:2:3::1", 127, 0, "/127 inside /48");
	answer_all("P77", ENV_TARGET, "2001:db8:2:3::2", 48, 0, "behind the /127");
	answer_all("P77", ENV_TARGET, "2001:db8:6:f:ffff::", 61, 0, "the end of the /61");
	answer_all("P77", ENV_TARGET, "2001:db8:2:1::a8", 64, NA_R,
		   "an exact entry that says nothing, inside /64");
	answer_all("P77", ENV_TARGET, "2001:db8:2:4::1", 48, 0,
		   "a /64 that says nothing, inside /48");
	answer_all("P77", ENV_LENGTHS, "2001:db8:8000:8000::1", 64, 0, "the first of sixteen");
	answer_all("P77", ENV_LENGTHS, "2001:db8:8000:8001::1", 63, 0, "the second of sixteen");
	answer_all("P77", ENV_LENGTHS, "2001:db8:8000:ffff::1", 49, 0, "the last of sixteen");
}

static void p78_same_port(void)
{
	pass_all("P78", G_SAME, NDPX_V_SAME_PORT, "the asking port");
	pass_all("P78", "2001:db8:2:5::1", NDPX_V_SAME_PORT, "the asking port, by a prefix");
	answer_all("P78", ENV_TARGET, G_OTHER, 0, 0, "another port");
}

static void p79_deny(void)
{
	pass_all("P79", G_DENIED, NDPX_V_DENIED, "exact");
	pass_all("P79", "2001:db8:2:1::d", NDPX_V_DENIED, "exact, inside an answered /64");
	pass_all("P79", "2001:db8:2:1:1::5", NDPX_V_DENIED, "a /80 inside an answered /64");
	pass_all("P79", "2001:db8:2:1:1::", NDPX_V_DENIED, "the first address of the /80");
	answer_all("P79", ENV_TARGET, "2001:db8:2:1:1::77", 0, 0, "a guest inside the /80");
}

static void p80_nobody(void)
{
	struct ask ask;

	pass_all("P80", "2001:db8:1::9999", NDPX_V_NO_GUEST, "no rule");
	pass_all("P80", "2001:db8:1::1235", NDPX_V_NO_GUEST, "the next address");
	pass_all("P80", "2001:db8:3::1", NDPX_V_NO_GUEST, "behind the /48");
	pass_all("P80", "2001:db8:1:ffff::1", NDPX_V_NO_GUEST, "before the /48");
	pass_all("P80", "2001:db8:6:10::1", NDPX_V_NO_GUEST, "behind the /61");
	pass_all("P80", "2001:db8:6:7::1", NDPX_V_NO_GUEST, "before the /61");
	pass_all("P80", G_NONE, NDPX_V_NO_GUEST, "an entry that says nothing");
	pass_all("P80", "2001:db8:88::34", NDPX_V_NO_GUEST, "a guest of another VLAN");
	ask = asking("2001:db8:2:1::1");
	ask.env = ENV_EXACT;
	row_pass("P80", &ask, NDPX_V_NO_GUEST, "no prefixes");
	ask = asking("2001:db8:8000:7fff::1");
	ask.env = ENV_LENGTHS;
	row_pass("P80", &ask, NDPX_V_NO_GUEST, "none of sixteen lengths");
}

static void p81_anycast(void)
{
	pass_all("P81", "2001:db8:2::", NDPX_V_NO_GUEST, "of the /48");
	pass_all("P81", "2001:db8:2:1::", NDPX_V_NO_GUEST, "of the /64");
	pass_all("P81", "2001:db8:6:8::", NDPX_V_NO_GUEST, "of the /61");
	answer_all("P81", ENV_TARGET, "2001:db8:2:2::", 0, 0, "configured as an address");
	answer_all("P81", ENV_TARGET, "2001:db8:2:9::", 48, 0, "of a /64 that is no rule's");
	/* Anything longer than /64 is part of a subnet. */
	answer_all("P81", ENV_TARGET, "2001:db8:2:1:1:1::", 96, 0, "the first address of a /96");
	answer_all("P81", ENV_TARGET, "2001:db8:2:3::", 127, 0, "the first address of a /127");
}

static void p84_paused(void)
{
	static const struct {
		enum env_id env;
		const char *target, *what;
	} t[] = {
		{ ENV_TARGET, G_PAUSED, "the rule" },
		{ ENV_TARGET, "2001:db8:2:6::1", "the prefix" },
		{ ENV_PAUSED, T_ADDR, "the uplink" },
		{ ENV_PAUSED, "2001:db8:2:1::1", "the uplink, by a prefix" },
		{ ENV_LEASE, T_ADDR, "the lease" },
		{ ENV_LEASE, "2001:db8:2:1::1", "the lease, by a prefix" },
	};
	struct ask ask;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		ask = asking(t[i].target);
		ask.env = t[i].env;
		row_pass("P84", &ask, NDPX_V_PAUSED, "%s, multicast", t[i].what);
		ask_dest(&ask, "ff02::1");
		row_pass("P84", &ask, NDPX_V_PAUSED, "%s, to all nodes", t[i].what);
		ask = claiming(t[i].target);
		ask.env = t[i].env;
		row_pass("P84", &ask, NDPX_V_PAUSED, "%s, DAD", t[i].what);
		ask = probing(t[i].target);
		ask.env = t[i].env;
		row_drop("P84", &ask, NDPX_V_PAUSED, "%s, D = T", t[i].what);
		opts_mac(&ask, OPT_SLLAO, ask.es);
		row_drop("P84", &ask, NDPX_V_PAUSED, "%s, D = T with an SLLAO", t[i].what);
		ask_dest(&ask, OWN);
		row_pass("P84", &ask, NDPX_V_PAUSED, "%s, D is this host's", t[i].what);
	}
	ask = asking(G_PAUSED);
	ask.csum = 0x1234;
	row_pass("P84", &ask, NDPX_V_BAD_CHECKSUM, "the checks come first");
	ask = probing("2001:db8:1::9999");
	ask.env = ENV_PAUSED;
	row_pass("P84", &ask, NDPX_V_NO_GUEST, "a probe for nobody on a paused uplink");
}

void rows_target(void)
{
	p72_p73_impossible();
	p74_link_local();
	p75_own();
	p77_match();
	p78_same_port();
	p79_deny();
	p80_nobody();
	p81_anycast();
	p84_paused();
}
