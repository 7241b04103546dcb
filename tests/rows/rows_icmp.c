// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows P49 to P54 and P86: the ICMPv6 message without its options.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"

static void p49_code(void)
{
	static const __u8 codes[] = { 1, 2, 127, 255 };
	struct ask ask = ask_multicast(), probe = ask_probe(), dad = ask_dad();
	size_t i;

	for (i = 0; i < 4; i++) {
		ask.code = probe.code = dad.code = codes[i];
		row_pass("P49", &ask, NDPX_V_BAD_CODE, "code %u", codes[i]);
		row_pass("P49", &probe, NDPX_V_BAD_CODE, "code %u, a probe", codes[i]);
		row_pass("P49", &dad, NDPX_V_BAD_CODE, "code %u, DAD", codes[i]);
	}
}

/* The checksum that ask_frame() puts into an untagged frame. */
static __u16 right_checksum(const struct ask *ask)
{
	struct frame f = ask_frame(ask);

	return (__u16)(f.b[56] << 8 | f.b[57]);
}

static void wrong_checksums(struct ask ask, const char *kind)
{
	const __u16 right = right_checksum(&ask);
	const __u16 wrong[] = {
		0x0000,
		(__u16)(right + 1),
		(__u16)(right - 1),
		(__u16)~right,
		(__u16)(right << 8 | right >> 8),
		(__u16)(right ^ 0x8000),
		0xffff,
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ask.csum = wrong[i];
		row_pass("P50", &ask, NDPX_V_BAD_CHECKSUM, "%s: %04x for %04x", kind, wrong[i],
			 right);
	}
}

/* Varies the low 16 bits of S until the right checksum is `want`. */
static void source_for_checksum(struct ask *ask, __u16 want)
{
	unsigned int i;

	ask->s = addr_of("2001:db8:ffff::");
	for (i = 1; i < 0x10000; i++) {
		ask->s.b[14] = (__u8)(i >> 8);
		ask->s.b[15] = (__u8)i;
		if (right_checksum(ask) == want)
			return;
	}
	abort();
}

static void flipped(struct ask ask, size_t at, const char *what)
{
	struct frame f = ask_frame(&ask);

	f.b[at] ^= 0x10;
	row_frames("P50", ask.env, &f, NDPX_V_BAD_CHECKSUM, ROW_PASS, NULL, what);
}

static void p50_checksum(void)
{
	struct ask ask = ask_multicast(), probe = ask_probe(), dad = ask_dad();

	wrong_checksums(ask, "multicast");
	wrong_checksums(probe, "probe");
	wrong_checksums(dad, "DAD");

	/* A bit the checksum covers and no other check looks at. */
	flipped(ask, 37, "a bit of S is wrong");
	flipped(ask, 61, "a bit of the reserved field is wrong");
	flipped(ask, 85, "the last byte is wrong");
	opts_fill(&ask, 253, 7);
	flipped(ask, 14 + 40 + 24 + 63, "the last byte of 64 bytes of options is wrong");
	flipped(ask, 14 + 40 + 24 + 10, "a byte inside an unknown option is wrong");

	ask = ask_multicast();
	source_for_checksum(&ask, 0x0000);
	row_answer("P50", &ask, NULL, NDPX_V_ANSWERED, "the right checksum is 0000");
	source_for_checksum(&probe, 0x0000);
	row_answer("P50", &probe, NULL, NDPX_V_ANSWERED_PROBE,
		   "the right checksum is 0000, a probe");
	source_for_checksum(&ask, 0xfffe);
	row_answer("P50", &ask, NULL, NDPX_V_ANSWERED, "the right checksum is fffe");
	source_for_checksum(&ask, 0x0001);
	row_answer("P50", &ask, NULL, NDPX_V_ANSWERED, "the right checksum is 0001");

	/* RFC 1071: the sender's sum covers the message only, not the bytes of P20. */
	ask = ask_multicast();
	ask.trailing = 8;
	ask.csum = (__u16)(right_checksum(&ask) - 1);
	row_pass("P50", &ask, NDPX_V_BAD_CHECKSUM, "wrong by one, bytes behind");
}

/* The answer's checksum field when its right value is 0: RFC 4443 knows no ffff for it. */
static void answers_checksum_zero(void)
{
	struct ask ask = ask_multicast();
	unsigned int i;

	ask.s = addr_of("2001:db8:ffff::");
	for (i = 1; i < 0x10000; i++) {
		struct na na;
		struct frame f;

		ask.s.b[14] = (__u8)(i >> 8);
		ask.s.b[15] = (__u8)i;
		na = na_for(&ask);
		f = na_frame(&na);
		if (f.b[56] || f.b[57])
			continue;
		row_answer("answer", &ask, NULL, NDPX_V_ANSWERED, "its checksum is 0000");
		return;
	}
	abort();
}

static void p51_reserved(void)
{
	static const __u32 values[] = { 1, 0x80000000, 0x20000000, 0xffffffff };
	struct ask ask = ask_multicast(), dad = ask_dad();
	size_t i;

	for (i = 0; i < 4; i++) {
		ask.reserved = dad.reserved = values[i];
		row_answer("P51", &ask, NULL, NDPX_V_ANSWERED, "reserved %08x", values[i]);
		row_answer("P51", &dad, NULL, NDPX_V_ANSWERED_DAD, "reserved %08x, DAD", values[i]);
	}
}

static void p52_p53_no_sllao(void)
{
	struct ask ask = ask_multicast(), probe = ask_probe();

	opts_none(&ask);
	row_answer("P52", &ask, NULL, NDPX_V_ANSWERED, "multicast, no option");
	opts_fill(&ask, 253, 1);
	row_answer("P52", &ask, NULL, NDPX_V_ANSWERED, "multicast, unknown option only");
	row_answer("P53", &probe, NULL, NDPX_V_ANSWERED_PROBE, "probe, no option");
	opts_fill(&probe, OPT_NONCE, 1);
	row_answer("P53", &probe, NULL, NDPX_V_ANSWERED_PROBE, "probe, nonce only");
}

static void p54_not_by_eight(void)
{
	size_t len;

	for (len = 1; len < 24; len++) {
		struct ask ask = ask_probe();

		if (len % 8 == 0)
			continue;
		if (len > 8)
			opts_mac(&ask, OPT_SLLAO, ask.es);
		opts_raw(&ask, (__u8[16]){ 253, 1 }, len - ask.n_opts);
		row_pass("P54", &ask, NDPX_V_BAD_OPTION, "ICMP length %zu", 24 + len);
	}
}

static void p86_other_types(void)
{
	static const struct {
		__u8 type;
		const char *what;
	} t[] = {
		{ 136, "NA" },		 { 133, "RS" },		{ 134, "RA" },
		{ 137, "Redirect" },	 { 128, "echo" },	{ 129, "echo reply" },
		{ 130, "MLD query" },	 { 131, "MLD report" }, { 132, "MLD done" },
		{ 143, "MLDv2 report" }, { 1, "unreachable" },	{ 2, "too big" },
		{ 155, "RPL" },		 { 7, "a type of 7" },	{ 0, "a type of 0" },
	};
	static const __u8 alert[8] = { NEXT_ICMPV6, 0, 5, 2, 0, 0, 1, 0 };
	struct ask ask;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ask = ask_multicast();
		ask.type = t[i].type;
		row_pass("P86", &ask, NDPX_V_NONE, "%s", t[i].what);
		ask_tag(&ask, TYPE_8021Q, 88);
		row_pass("P86", &ask, NDPX_V_NONE, "%s, tagged", t[i].what);
		ask = ask_probe();
		ask.type = t[i].type;
		ask.hop_limit = 1;
		row_pass("P86", &ask, NDPX_V_NONE, "%s with hop limit 1", t[i].what);
		memcpy(ask.ext, alert, 8);
		ask.n_ext = 8;
		ask.next = NEXT_HOPOPTS;
		row_pass("P86", &ask, NDPX_V_NONE, "%s behind a router alert", t[i].what);
	}
}

void rows_icmp(void)
{
	p49_code();
	p50_checksum();
	answers_checksum_zero();
	p51_reserved();
	p52_p53_no_sllao();
	p54_not_by_eight();
	p86_other_types();
}
