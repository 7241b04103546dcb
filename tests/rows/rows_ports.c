// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows P87 to P94: what a guest asks on its port. Who asks is the router of "Vectors",
 * playing a guest. What only the kernel's routes can tell is in tests/bpf_run.
 */
#include "build.h"

enum kind { MULTICAST, PROBE, DAD, KINDS };

static struct ask asking(enum kind kind, const char *target)
{
	struct ask ask = kind == MULTICAST ? ask_multicast()
			 : kind == PROBE   ? ask_probe()
					   : ask_dad();

	ask.env = ENV_PORT;
	ask_target(&ask, target);
	return ask;
}

/* Answered with these flags; S is the kind's. */
static void answer(const char *row, enum kind kind, const char *target, __u8 flags,
		   const char *what)
{
	static const enum ndpx_verdict verdict[KINDS] = {
		NDPX_V_ANSWERED,
		NDPX_V_ANSWERED_PROBE,
		NDPX_V_ANSWERED_DAD,
	};
	struct ask ask = asking(kind, target);
	struct na na = na_for(&ask);

	na.flags |= flags;
	row_answer(row, &ask, &na, verdict[kind], "%s", what);
}

static void pass_all(const char *row, const char *target, enum ndpx_verdict verdict,
		     const char *what)
{
	static const char *const kinds[KINDS] = { "", ", a probe", ", DAD" };
	enum kind kind;

	for (kind = MULTICAST; kind < KINDS; kind++) {
		struct ask ask = asking(kind, target);

		row_pass(row, &ask, verdict, "%s%s", what, kinds[kind]);
	}
}

static void p87_p89_gateway(void)
{
	static const struct {
		const char *target, *what;
	} t[] = {
		{ G_GATEWAY, "a gateway" },
		{ G_GATEWAY_LL, "a link-local gateway" },
		{ G_GATEWAY_OTHER, "a gateway behind another port" },
	};
	struct ask ask;
	struct na na;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		answer("P87", MULTICAST, t[i].target, NA_R | NA_O, t[i].what);
		answer("P88", PROBE, t[i].target, NA_R | NA_O, t[i].what);
		answer("P89", DAD, t[i].target, NA_R | NA_O, t[i].what);
	}
	ask = asking(PROBE, G_GATEWAY);
	opts_mac(&ask, OPT_SLLAO, ask.es);
	na = na_for(&ask);
	na.flags |= NA_R | NA_O;
	row_answer("P88", &ask, &na, NDPX_V_ANSWERED_PROBE, "with an SLLAO");
	ask = asking(MULTICAST, G_GATEWAY);
	ask.s = addr_of("2001:db8:1::77");
	na = na_for(&ask);
	na.flags |= NA_R | NA_O;
	row_answer("P87", &ask, &na, NDPX_V_ANSWERED, "from a global address");
}

static void p90_itself(void)
{
	pass_all("P90", G_SAME, NDPX_V_SAME_PORT, "the guest itself");
	pass_all("P90", "2001:db8:2:5::1", NDPX_V_SAME_PORT, "the guest itself, by its prefix");
	pass_all("P90", G_GATEWAY_SAME, NDPX_V_SAME_PORT, "the guest itself, a gateway");
}

static void p91_p93_sibling(void)
{
	struct ask ask = asking(DAD, G_IGNORE);

	answer("P91", DAD, G_OTHER, NA_O, "another guest");
	answer("P91", DAD, G_SIBLING, NA_R | NA_O, "another guest, a router");
	answer("P91", DAD, "2001:db8:2::1", NA_O, "another guest, by its prefix");
	row_pass("P91", &ask, NDPX_V_DAD_IGNORED, "dad = ignore");
	ask = asking(DAD, "2001:db8:4::1");
	row_pass("P91", &ask, NDPX_V_DAD_IGNORED, "inside onlink only: may be the guest's own");

	answer("P93", MULTICAST, G_OTHER, 0, "another guest");
	answer("P93", PROBE, G_OTHER, 0, "another guest, a probe");
	answer("P93", MULTICAST, G_SIBLING, NA_R, "another guest, a router");
	answer("P93", MULTICAST, "2001:db8:2::1", 0, "another guest, by its prefix");
	answer("P93", MULTICAST, "2001:db8:4::1", 0, "inside onlink");
	answer("P93", PROBE, "2001:db8:4::1", 0, "inside onlink, a probe");
}

static void p94_others(void)
{
	static const enum ndpx_verdict none = NDPX_V_NO_GUEST;
	struct ask ask;

	pass_all("P94", "2001:db8:1::9999", none, "nobody's");
	pass_all("P94", "fe80::99", none, "a link-local address");
	pass_all("P94", G_ELSEWHERE, none, "of another section");
	pass_all("P94", G_ONLINK, none, "subnet-router anycast of onlink");
	pass_all("P94", OWN, NDPX_V_OWN_ADDRESS, "an address of this host");
	pass_all("P94", L_ADDR, NDPX_V_OWN_ADDRESS, "the port's own link-local address");
	pass_all("P94", G_DENIED, NDPX_V_DENIED, "denied inside a guest's prefix");
	ask = asking(MULTICAST, G_GATEWAY);
	ask_tag(&ask, TYPE_8021Q, PORT_GROUP);
	row_pass("P94", &ask, none, "a tag");
	ask = asking(DAD, G_OTHER);
	ask_tag(&ask, TYPE_8021Q, 88);
	row_pass("P94", &ask, none, "a tag, DAD");
	ask = asking(MULTICAST, G_OTHER);
	ask_tag(&ask, TYPE_8021Q, 0);
	row_answer("P93", &ask, NULL, NDPX_V_ANSWERED, "a priority tag");
	answer("P93", MULTICAST, OWN_ONLINK, NA_R, "this host's, inside onlink");
	ask = asking(PROBE, G_OTHER);
	ask_dest(&ask, L_ADDR);
	row_answer("P93", &ask, NULL, NDPX_V_ANSWERED_PROBE, "to the port's link-local address");
	ask_dest(&ask, OWN);
	row_answer("P93", &ask, NULL, NDPX_V_ANSWERED_PROBE, "to an address of this host");
	ask_dest(&ask, OWN_ONLINK);
	row_answer("P44", &ask, NULL, NDPX_V_ANSWERED_PROBE,
		   "to an address of this host inside onlink");
	ask_dest(&ask, G_SIBLING);
	row_pass("P44", &ask, NDPX_V_BAD_DESTINATION, "guest port: to another guest");
	ask_dest(&ask, G_SAME);
	row_pass("P93", &ask, NDPX_V_BAD_DESTINATION, "to another address");
}

/* A few of P13 to P73 with rules of guest ports; all of them run on the hook in tests/bpf_run. */
static void checks_hold(void)
{
	struct ask ask = asking(PROBE, G_GATEWAY);

	ask.ed = mac_of("02:00:00:00:00:77");
	row_pass("P13", &ask, NDPX_V_NOT_FOR_US, "guest port: another station's");
	ask = asking(MULTICAST, G_GATEWAY);
	ask.hop_limit = 64;
	row_pass("P18", &ask, NDPX_V_BAD_HOP_LIMIT, "guest port: hop limit 64");
	ask = asking(MULTICAST, G_GATEWAY);
	ask.s = addr_of(L_ADDR);
	row_pass("P40", &ask, NDPX_V_LOOPED, "guest port: from L");
	ask = asking(MULTICAST, G_GATEWAY);
	ask.csum = 0x1234;
	row_pass("P50", &ask, NDPX_V_BAD_CHECKSUM, "guest port: checksum");
	ask = asking(MULTICAST, G_GATEWAY);
	ask.s = ask.t;
	row_pass("P39", &ask, NDPX_V_CONFLICT, "guest port: the gateway's own voice");
}

void rows_ports(void)
{
	p87_p89_gateway();
	p90_itself();
	p91_p93_sibling();
	p94_others();
	checks_hold();
}
