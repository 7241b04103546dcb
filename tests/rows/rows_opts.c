// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows P55 to P71: the options of a solicitation.
 */
#include <string.h>

#include "build.h"

#define OTHER_MAC "02:00:00:00:00:77" /* a station that is neither H nor `es` */

static const __u8 nonce[8] = { OPT_NONCE, 1, 1, 2, 3, 4, 5, 0xa6 };

/* A solicitation without options, for a row to add its own. */
static struct ask bare(void)
{
	struct ask ask = ask_multicast();

	opts_none(&ask);
	return ask;
}

static void p55_length_zero(void)
{
	static const __u8 types[] = { OPT_SLLAO, OPT_TLLAO, OPT_NONCE, 253, 0 };
	size_t i, before;

	for (i = 0; i < sizeof(types); i++) {
		for (before = 0; before < 8; before++) {
			struct ask ask = bare();

			if (before > 0)
				opts_mac(&ask, OPT_SLLAO, ask.es);
			if (before > 1)
				opts_fill(&ask, 253, (__u8)(before - 1));
			opts_raw(&ask, (__u8[8]){ types[i], 0, 2 }, 8);
			if (types[i] != OPT_SLLAO && types[i] != 253 && before > 1)
				continue; /* every place for two types, the first two for all */
			row_pass("P55", &ask, NDPX_V_BAD_OPTION, "type %u, length 0, at place %zu",
				 types[i], before + 1);
		}
	}
	{
		struct ask ask = bare();

		opts_raw(&ask, (__u8[8]){ 253, 0 }, 8);
		opts_mac(&ask, OPT_SLLAO, ask.es);
		row_pass("P55", &ask, NDPX_V_BAD_OPTION, "length 0, an SLLAO behind it");
		ask = ask_dad();
		opts_raw(&ask, (__u8[8]){ OPT_NONCE, 0 }, 8);
		row_pass("P55", &ask, NDPX_V_BAD_OPTION, "DAD, nonce of length 0");
		ask = ask_probe();
		opts_raw(&ask, (__u8[8]){ 0 }, 8);
		row_pass("P55", &ask, NDPX_V_BAD_OPTION, "a probe with eight zero bytes");
	}
}

static void p56_runs_past(void)
{
	static const __u8 units[] = { 2, 3, 8, 9, 32, 128, 255 };
	struct ask ask;
	size_t i;

	for (i = 0; i < sizeof(units); i++) {
		ask = bare();
		opts_raw(&ask, (__u8[8]){ 253, units[i] }, 8);
		row_pass("P56", &ask, NDPX_V_BAD_OPTION, "one step, length %u", units[i]);
		ask.trailing = 40;
		row_pass("P56", &ask, NDPX_V_BAD_OPTION, "the same, the bytes lie behind");
		ask = ask_multicast();
		opts_raw(&ask, (__u8[8]){ OPT_NONCE, units[i] }, 8);
		row_pass("P56", &ask, NDPX_V_BAD_OPTION, "behind an SLLAO, length %u", units[i]);
	}
	ask = ask_multicast();
	opts_fill(&ask, 253, 6);
	opts_raw(&ask, (__u8[8]){ 253, 2 }, 8);
	row_pass("P56", &ask, NDPX_V_BAD_OPTION, "in the last of eight places");
	ask = ask_dad();
	opts_raw(&ask, (__u8[8]){ OPT_NONCE, 2 }, 8);
	row_pass("P56", &ask, NDPX_V_BAD_OPTION, "DAD, nonce of length 2");
}

static void p57_sllao_length(void)
{
	__u8 units;

	for (units = 2; units <= 8; units++) {
		struct ask ask = bare();

		opts_fill(&ask, OPT_SLLAO, units);
		row_pass("P57", &ask, NDPX_V_BAD_OPTION, "an SLLAO of length %u", units);
		ask = bare();
		opts_raw(&ask, nonce, 8);
		opts_fill(&ask, OPT_SLLAO, (__u8)(units - 1));
		if (units > 2)
			row_pass("P57", &ask, NDPX_V_BAD_OPTION,
				 "behind a nonce, an SLLAO of length %u", units - 1);
	}
}

static void p58_p59_two_sllao(void)
{
	struct ask ask = ask_multicast();
	struct na na;

	opts_mac(&ask, OPT_SLLAO, ask.es);
	row_answer("P58", &ask, NULL, NDPX_V_ANSWERED, "two equal");
	opts_raw(&ask, nonce, 8);
	opts_mac(&ask, OPT_SLLAO, ask.es);
	row_answer("P58", &ask, NULL, NDPX_V_ANSWERED, "three equal, a nonce between");
	ask = bare();
	opts_mac(&ask, OPT_SLLAO, mac_of(OTHER_MAC));
	opts_mac(&ask, OPT_SLLAO, mac_of(OTHER_MAC));
	na = na_for(&ask);
	na.ed = mac_of(OTHER_MAC);
	row_answer("P58", &ask, &na, NDPX_V_ANSWERED, "two equal, other than es");

	ask = ask_multicast();
	opts_mac(&ask, OPT_SLLAO, mac_of(OTHER_MAC));
	row_pass("P59", &ask, NDPX_V_BAD_OPTION, "the second is another");
	ask = bare();
	opts_mac(&ask, OPT_SLLAO, mac_of(OTHER_MAC));
	opts_mac(&ask, OPT_SLLAO, ask.es);
	row_pass("P59", &ask, NDPX_V_BAD_OPTION, "the first is another");
	ask = ask_multicast();
	opts_fill(&ask, 253, 6);
	opts_mac(&ask, OPT_SLLAO, mac_of("02:00:00:00:01:01"));
	row_pass("P59", &ask, NDPX_V_BAD_OPTION, "first and last place, one byte differs");
	ask = ask_multicast();
	opts_mac(&ask, OPT_SLLAO, ask.es);
	opts_mac(&ask, OPT_SLLAO, mac_of(OTHER_MAC));
	row_pass("P59", &ask, NDPX_V_BAD_OPTION, "the third is another");
	ask = ask_multicast();
	opts_mac(&ask, OPT_SLLAO, mac_of("00:00:00:00:00:00"));
	row_pass("P59", &ask, NDPX_V_BAD_OPTION, "the second is zero");
}

static void p60_p62_sll(void)
{
	static const char *const bad[] = {
		"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01",
		"01:00:5e:00:00:01", "03:00:00:00:00:01",
	};
	struct ask ask, probe;
	struct na na;
	size_t i;

	for (i = 0; i < 5; i++) {
		ask = bare();
		opts_mac(&ask, OPT_SLLAO, mac_of(bad[i]));
		row_pass("P60", &ask, NDPX_V_BAD_OPTION, "SLL %s", bad[i]);
		probe = ask_probe();
		opts_mac(&probe, OPT_SLLAO, mac_of(bad[i]));
		row_pass("P60", &probe, NDPX_V_BAD_OPTION, "SLL %s, a probe", bad[i]);
	}

	ask = bare();
	opts_mac(&ask, OPT_SLLAO, mac_of(OTHER_MAC));
	na = na_for(&ask);
	na.ed = mac_of(OTHER_MAC);
	row_answer("P61", &ask, &na, NDPX_V_ANSWERED, "to SLL, not es");
	probe = ask_probe();
	opts_mac(&probe, OPT_SLLAO, mac_of(OTHER_MAC));
	na = na_for(&probe);
	na.ed = mac_of(OTHER_MAC);
	row_answer("P61", &probe, &na, NDPX_V_ANSWERED_PROBE, "a probe: to SLL, not es");
	ask.env = probe.env = ENV_STRICT;
	row_pass("P61", &ask, NDPX_V_BAD_OPTION, "strict: SLL is not es");
	row_pass("P61", &probe, NDPX_V_BAD_OPTION, "strict: SLL is not es, a probe");
	ask = ask_multicast();
	ask.env = ENV_STRICT;
	row_answer("P61", &ask, NULL, NDPX_V_ANSWERED, "strict: SLL is es");
	opts_none(&ask);
	row_answer("P61", &ask, NULL, NDPX_V_ANSWERED, "strict: no SLLAO");
	ask = ask_dad();
	ask.env = ENV_STRICT;
	row_answer("P61", &ask, NULL, NDPX_V_ANSWERED_DAD, "strict: DAD");

	ask = bare();
	opts_mac(&ask, OPT_SLLAO, mac_of(H_MAC));
	row_pass("P62", &ask, NDPX_V_LOOPED, "SLL = H");
	probe = ask_probe();
	opts_mac(&probe, OPT_SLLAO, mac_of(H_MAC));
	row_pass("P62", &probe, NDPX_V_LOOPED, "SLL = H, a probe");
}

/* SLL is not `es` here, so that the answer's destination proves that it was found. */
static void found_behind(const char *row, struct ask ask, const char *what)
{
	struct na na;

	opts_mac(&ask, OPT_SLLAO, mac_of(OTHER_MAC));
	na = na_for(&ask);
	na.ed = mac_of(OTHER_MAC);
	row_answer(row, &ask, &na, NDPX_V_ANSWERED, "%s", what);
}

static void p63_behind_others(void)
{
	struct ask ask = bare();
	char what[] = "behind one unknown option of length 0";
	__u8 units;

	opts_raw(&ask, nonce, 8);
	found_behind("P63", ask, "behind a nonce");
	opts_fill(&ask, 253, 2);
	opts_fill(&ask, OPT_TLLAO, 1);
	found_behind("P63", ask, "behind a nonce, an unknown option and a TLLAO");
	for (units = 1; units <= 7; units++) {
		ask = bare();
		opts_fill(&ask, 254, units);
		what[sizeof(what) - 2] = (char)('0' + units);
		found_behind("P63", ask, what);
	}
	ask = bare();
	for (units = 1; units <= 7; units++)
		opts_fill(&ask, (__u8)(246 + units), 1);
	found_behind("P63", ask, "behind seven unknown options");
	ask_tag(&ask, TYPE_8021Q, 1);
	found_behind("P63", ask, "behind seven unknown options, tagged");
}

static void p64_p66_ignored(void)
{
	static const struct {
		const char *row;
		__u8 type, units;
		const char *what;
	} o[] = {
		{ "P64", OPT_TLLAO, 1, "TLLAO" },
		{ "P64", OPT_TLLAO, 2, "TLLAO of length 2" },
		{ "P65", 3, 4, "prefix information" },
		{ "P65", 5, 1, "MTU" },
		{ "P65", 25, 3, "RDNSS" },
		{ "P65", 25, 5, "RDNSS of two" },
		{ "P66", 4, 6, "redirected header" },
		{ "P66", 0, 1, "type 0" },
		{ "P66", 10, 1, "type 10" },
		{ "P66", 33, 2, "address registration" },
		{ "P66", 253, 7, "type 253" },
		{ "P66", 255, 1, "type 255" },
	};
	size_t i;

	for (i = 0; i < sizeof(o) / sizeof(o[0]); i++) {
		struct ask ask = bare();
		char what[64] = "then an SLLAO: ";

		opts_fill(&ask, o[i].type, o[i].units);
		row_answer(o[i].row, &ask, NULL, NDPX_V_ANSWERED, "%s", o[i].what);
		found_behind(o[i].row, ask, strcat(what, o[i].what));
		ask = ask_dad();
		opts_fill(&ask, o[i].type, o[i].units);
		row_answer(o[i].row, &ask, NULL, NDPX_V_ANSWERED_DAD, "%s, DAD", o[i].what);
	}
}

static void p67_p69_nonce_send(void)
{
	struct ask ask = ask_dad();
	__u8 type;

	opts_raw(&ask, nonce, 8);
	row_answer("P67", &ask, NULL, NDPX_V_ANSWERED_DAD, "nonce with S = ::");
	ask_target(&ask, G_IGNORE);
	row_pass("P67", &ask, NDPX_V_DAD_IGNORED, "nonce with S = ::, dad = ignore");
	ask = ask_dad();
	opts_fill(&ask, OPT_NONCE, 3);
	row_answer("P67", &ask, NULL, NDPX_V_ANSWERED_DAD, "a long nonce");
	ask = ask_multicast();
	opts_raw(&ask, nonce, 8);
	row_answer("P68", &ask, NULL, NDPX_V_ANSWERED, "nonce behind an SLLAO");
	ask = ask_probe();
	opts_raw(&ask, nonce, 8);
	opts_mac(&ask, OPT_SLLAO, ask.es);
	row_answer("P68", &ask, NULL, NDPX_V_ANSWERED_PROBE, "nonce before an SLLAO, a probe");

	for (type = 11; type <= 13; type++) {
		ask = bare();
		opts_fill(&ask, type, 2);
		row_pass("P69", &ask, NDPX_V_SEND, "type %u alone", type);
		opts_mac(&ask, OPT_SLLAO, ask.es);
		row_pass("P69", &ask, NDPX_V_SEND, "type %u, then an SLLAO", type);
		ask = ask_multicast();
		opts_fill(&ask, 253, 6);
		opts_fill(&ask, type, 1);
		row_pass("P69", &ask, NDPX_V_SEND, "type %u in the last place", type);
		ask = ask_dad();
		opts_fill(&ask, type, 1);
		row_pass("P69", &ask, NDPX_V_SEND, "type %u, DAD", type);
		ask = ask_probe();
		opts_fill(&ask, type, 2);
		row_pass("P69", &ask, NDPX_V_SEND, "type %u, a probe", type);
		ask = ask_multicast();
		opts_raw(&ask, (__u8[16]){ 253, 2, 0, 0, 0, 0, 0, 0, type, 1 }, 16);
		row_answer("P69", &ask, NULL, NDPX_V_ANSWERED, "a %u inside another option", type);
	}
}

static void p71_limit(void)
{
	struct ask ask = ask_multicast();

	opts_fill(&ask, 253, 7);
	row_answer("P71", &ask, NULL, NDPX_V_ANSWERED, "64 bytes, two options");
	opts_fill(&ask, 253, 1);
	row_pass("P71", &ask, NDPX_V_OPTIONS_LIMIT, "72 bytes");
	ask = bare();
	opts_fill(&ask, 253, 8);
	row_answer("P71", &ask, NULL, NDPX_V_ANSWERED, "64 bytes, one option");
	ask = ask_probe();
	opts_fill(&ask, 253, 9);
	row_pass("P71", &ask, NDPX_V_OPTIONS_LIMIT, "one option of 72 bytes, a probe");
	ask = ask_dad();
	opts_fill(&ask, 253, 9);
	row_pass("P71", &ask, NDPX_V_OPTIONS_LIMIT, "72 bytes, DAD");
	ask = ask_multicast();
	opts_fill(&ask, 253, 49);
	row_pass("P71", &ask, NDPX_V_OPTIONS_LIMIT, "400 bytes");
	ask_tag(&ask, TYPE_8021Q, 1);
	row_pass("P71", &ask, NDPX_V_OPTIONS_LIMIT, "400 bytes, tagged");
}

void rows_opts(void)
{
	p55_length_zero();
	p56_runs_past();
	p57_sllao_length();
	p58_p59_two_sllao();
	p60_p62_sll();
	p63_behind_others();
	p64_p66_ignored();
	p67_p69_nonce_send();
	p71_limit();
}
