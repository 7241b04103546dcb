// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * "The answer" and "Vectors" of PROTOCOL.md: the hex frames verbatim, and every
 * combination of source mode, rule flags, kind of solicitation and tag.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"

/* Line by line: Ethernet, IPv6, source, destination, the message, target, option. */
#define NS_MULTICAST                                                                               \
	"3333ff00123402000000000186dd"                                                             \
	"6000000000203aff"                                                                         \
	"fe800000000000000000000000000001"                                                         \
	"ff0200000000000000000001ff001234"                                                         \
	"870026fa00000000"                                                                         \
	"20010db8000100000000000000001234"                                                         \
	"0101020000000001"
#define NA_TARGET                                                                                  \
	"0200000000010200000000fe86dd"                                                             \
	"6000000000203aff"                                                                         \
	"20010db8000100000000000000001234"                                                         \
	"fe800000000000000000000000000001"                                                         \
	"8800b44740000000"                                                                         \
	"20010db8000100000000000000001234"                                                         \
	"02010200000000fe"
#define NA_LINK_LOCAL                                                                              \
	"0200000000010200000000fe86dd"                                                             \
	"6000000000203aff"                                                                         \
	"fe8000000000000000000000000000fe"                                                         \
	"fe800000000000000000000000000001"                                                         \
	"8800f4b640000000"                                                                         \
	"20010db8000100000000000000001234"                                                         \
	"02010200000000fe"
#define NA_LL_ROUTER                                                                               \
	"0200000000010200000000fe86dd"                                                             \
	"6000000000203aff"                                                                         \
	"fe8000000000000000000000000000fe"                                                         \
	"fe800000000000000000000000000001"                                                         \
	"880074b6c0000000"                                                                         \
	"20010db8000100000000000000001234"                                                         \
	"02010200000000fe"
#define NS_PROBE                                                                                   \
	"0200000000fe02000000000186dd"                                                             \
	"6000000000183aff"                                                                         \
	"fe800000000000000000000000000001"                                                         \
	"20010db8000100000000000000001234"                                                         \
	"8700fa4e00000000"                                                                         \
	"20010db8000100000000000000001234"
#define NS_DAD                                                                                     \
	"3333ff00123402000000000186dd"                                                             \
	"6000000000183aff"                                                                         \
	"00000000000000000000000000000000"                                                         \
	"ff0200000000000000000001ff001234"                                                         \
	"8700288600000000"                                                                         \
	"20010db8000100000000000000001234"
#define NA_DAD                                                                                     \
	"3333000000010200000000fe86dd"                                                             \
	"6000000000203aff"                                                                         \
	"fe8000000000000000000000000000fe"                                                         \
	"ff020000000000000000000000000001"                                                         \
	"8800343500000000"                                                                         \
	"20010db8000100000000000000001234"                                                         \
	"02010200000000fe"
#define NS_DAD_NONCE                                                                               \
	"3333ff00123402000000000186dd"                                                             \
	"6000000000203aff"                                                                         \
	"00000000000000000000000000000000"                                                         \
	"ff0200000000000000000001ff001234"                                                         \
	"870010d100000000"                                                                         \
	"20010db8000100000000000000001234"                                                         \
	"0e010102030405a6"

static void vector(enum env_id env, const char *ns, const char *na, enum ndpx_verdict verdict,
		   const char *what)
{
	struct frame in = hex_frame(ns), out = hex_frame(na);

	row_frames("vector", env, &in, verdict, ROW_ANSWER, &out, what);
}

/* The builder must reproduce the vectors; otherwise the rows mean nothing. */
static void same(const char *hex, const struct frame *built, const char *what)
{
	struct frame want = hex_frame(hex);

	if (want.len == built->len && !memcmp(want.b, built->b, want.len))
		return;
	fprintf(stderr, "tests/rows: the builder does not make the vector %s\n", what);
	abort();
}

static void builder_makes_vectors(void)
{
	static const __u8 nonce[8] = { 14, 1, 1, 2, 3, 4, 5, 0xa6 };
	struct ask ask = ask_multicast();
	struct frame f = ask_frame(&ask);
	struct na na = na_for(&ask);

	same(NS_MULTICAST, &f, "NS multicast");
	f = na_frame(&na);
	same(NA_TARGET, &f, "NA source T");
	na.s = addr_of(L_ADDR);
	f = na_frame(&na);
	same(NA_LINK_LOCAL, &f, "NA source L");
	na.flags |= NA_R;
	f = na_frame(&na);
	same(NA_LL_ROUTER, &f, "NA R1 source L");
	ask = ask_probe();
	f = ask_frame(&ask);
	same(NS_PROBE, &f, "NS probe");
	ask = ask_dad();
	f = ask_frame(&ask);
	same(NS_DAD, &f, "NS DAD");
	na = na_for(&ask);
	na.s = addr_of(L_ADDR);
	f = na_frame(&na);
	same(NA_DAD, &f, "NA DAD");
	opts_raw(&ask, nonce, 8);
	f = ask_frame(&ask);
	same(NS_DAD_NONCE, &f, "NS DAD, nonce");
}

static void one_answer(enum env_id env, const char *source, enum ndpx_verdict verdict,
		       struct ask ask, const char *kind)
{
	struct na na;

	ask.env = env;
	na = na_for(&ask);
	if (source)
		na.s = addr_of(source);
	row_answer("answer", &ask, &na, verdict, "%s, untagged", kind);

	ask_tag(&ask, TYPE_8021Q, 0x2000 | 1);
	na.tag = ask.tag[0];
	na.n_tags = 1;
	row_answer("answer", &ask, &na, verdict, "%s, tagged", kind);
}

/* Each source mode, for each kind, which includes growing from 78 bytes, and the tag. */
static void sources(void)
{
	static const struct {
		enum env_id env;
		const char *source;
	} mode[] = { { ENV_TARGET, NULL }, { ENV_LINK_LOCAL, L_ADDR }, { ENV_FIXED, FIXED } };
	size_t i;

	for (i = 0; i < 3; i++) {
		one_answer(mode[i].env, mode[i].source, NDPX_V_ANSWERED, ask_multicast(),
			   "multicast, 86 bytes");
		one_answer(mode[i].env, mode[i].source, NDPX_V_ANSWERED_PROBE, ask_probe(),
			   "a probe of 78 bytes grows");
		one_answer(mode[i].env, mode[i].source, NDPX_V_ANSWERED_DAD, ask_dad(),
			   "DAD of 78 bytes grows");
	}
}

static void one_flag(struct ask ask, enum ndpx_verdict verdict, const char *target, __u8 flags,
		     int lladdr, const char *kind)
{
	struct na na;

	ask_target(&ask, target);
	na = na_for(&ask);
	na.flags |= flags;
	if (lladdr)
		na.lladdr = mac_of(LLADDR_MAC);
	row_answer("answer", &ask, &na, verdict, "%s, R%d O%d%s", kind, !!(flags & NA_R),
		   !!(flags & NA_O), lladdr ? ", lladdr" : "");
}

static void flags(void)
{
	static const struct {
		const char *target;
		__u8 flags;
		int lladdr;
	} rule[] = {
		{ G_ROUTER, NA_R, 0 },
		{ G_OVERRIDE, NA_O, 0 },
		{ G_LLADDR, 0, 1 },
		{ G_ALL, NA_R | NA_O, 1 },
	};
	size_t i;

	for (i = 0; i < 4; i++) {
		one_flag(ask_multicast(), NDPX_V_ANSWERED, rule[i].target, rule[i].flags,
			 rule[i].lladdr, "multicast");
		one_flag(ask_probe(), NDPX_V_ANSWERED_PROBE, rule[i].target, rule[i].flags,
			 rule[i].lladdr, "probe");
		one_flag(ask_dad(), NDPX_V_ANSWERED_DAD, rule[i].target, rule[i].flags,
			 rule[i].lladdr, "DAD");
	}
}

static void sizes(void)
{
	struct ask ask = ask_multicast();

	opts_fill(&ask, 253, 7);
	row_answer("answer", &ask, NULL, NDPX_V_ANSWERED, "64 bytes of options shrink to 8");
	ask_tag(&ask, TYPE_8021Q, 1);
	row_answer("answer", &ask, NULL, NDPX_V_ANSWERED, "the same, tagged");
	ask = ask_dad();
	opts_fill(&ask, OPT_NONCE, 8);
	row_answer("answer", &ask, NULL, NDPX_V_ANSWERED_DAD, "DAD with 64 bytes shrinks");
	ask = ask_probe();
	opts_fill(&ask, 253, 2);
	row_answer("answer", &ask, NULL, NDPX_V_ANSWERED_PROBE, "a probe of 94 bytes shrinks");
}

void rows_vectors(void)
{
	builder_makes_vectors();
	vector(ENV_TARGET, NS_MULTICAST, NA_TARGET, NDPX_V_ANSWERED, "multicast, source T");
	vector(ENV_LINK_LOCAL, NS_MULTICAST, NA_LINK_LOCAL, NDPX_V_ANSWERED, "multicast, source L");
	vector(ENV_LL_ROUTER, NS_MULTICAST, NA_LL_ROUTER, NDPX_V_ANSWERED,
	       "multicast, R1, source L");
	vector(ENV_TARGET, NS_PROBE, NA_TARGET, NDPX_V_ANSWERED_PROBE, "probe, source T");
	vector(ENV_LINK_LOCAL, NS_PROBE, NA_LINK_LOCAL, NDPX_V_ANSWERED_PROBE, "probe, source L");
	vector(ENV_LINK_LOCAL, NS_DAD, NA_DAD, NDPX_V_ANSWERED_DAD, "DAD, source L");
	vector(ENV_LINK_LOCAL, NS_DAD_NONCE, NA_DAD, NDPX_V_ANSWERED_DAD,
	       "DAD with a nonce, source L");
	sources();
	flags();
	sizes();
}
