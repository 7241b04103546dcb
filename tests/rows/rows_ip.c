// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows P17 to P28: the IPv6 header, lengths, and headers before the message.
 */
#include <string.h>

#include "build.h"

#define NONE NDPX_V_NONE

/* Appends an extension header of `units` * 8 bytes; the one before it announces it. */
static void ext(struct ask *ask, __u8 type, const __u8 *bytes, __u8 units)
{
	__u8 *p = ask->ext + ask->n_ext;

	memcpy(p, bytes, (size_t)units * 8);
	p[0] = NEXT_ICMPV6;
	if (ask->n_ext == 0)
		ask->next = type;
	else
		ask->ext[ask->last_ext] = type;
	ask->last_ext = ask->n_ext;
	ask->n_ext += (size_t)units * 8;
}

static const __u8 padn8[8] = { 0, 0, 1, 4 };	      /* PadN */
static const __u8 padn16[16] = { 0, 1, 1, 12 };	      /* of two units */
static const __u8 alert[8] = { 0, 0, 5, 2, 0, 0, 1 }; /* router alert, Pad1 */

static void p17_version(void)
{
	struct ask ask = ask_multicast();
	__u8 v;

	for (v = 0; v < 16; v++) {
		ask.version = v;
		if (v != 6)
			row_pass("P17", &ask, NONE, "version %u", v);
	}
}

static void p18_hop_limit(void)
{
	static const __u8 limits[] = { 0, 1, 64, 128, 254 };
	struct ask ask = ask_multicast(), probe = ask_probe(), dad = ask_dad();
	size_t i;

	for (i = 0; i < sizeof(limits); i++) {
		ask.hop_limit = probe.hop_limit = dad.hop_limit = limits[i];
		row_pass("P18", &ask, NDPX_V_BAD_HOP_LIMIT, "hop limit %u", limits[i]);
		row_pass("P18", &probe, NDPX_V_BAD_HOP_LIMIT, "hop limit %u, probe", limits[i]);
		row_pass("P18", &dad, NDPX_V_BAD_HOP_LIMIT, "hop limit %u, DAD", limits[i]);
	}
}

static void p19_beyond(void)
{
	static const int plens[] = { 33, 40, 96, 0x7fff, 0xffff };
	struct ask ask = ask_multicast();
	struct frame f;
	size_t i;

	for (i = 0; i < 5; i++) {
		ask.plen = plens[i];
		row_pass("P19", &ask, NDPX_V_BAD_LENGTH, "payload length %d of 32", plens[i]);
	}
	ask = ask_multicast();
	f = ask_frame(&ask);
	f.len--;
	row_frames("P19", ENV_TARGET, &f, NDPX_V_BAD_LENGTH, ROW_PASS, NULL,
		   "the last byte is missing");
	f.len = 78;
	row_frames("P19", ENV_TARGET, &f, NDPX_V_BAD_LENGTH, ROW_PASS, NULL,
		   "the option is missing");
	ask_tag(&ask, TYPE_8021Q, 1);
	f = ask_frame(&ask);
	f.len--;
	row_frames("P19", ENV_TARGET, &f, NDPX_V_BAD_LENGTH, ROW_PASS, NULL,
		   "tagged, the last byte is missing");
}

static void p20_trailing(void)
{
	static const size_t long_ones[] = { 100, 500, 1400 };
	struct ask ask = ask_multicast(), probe = ask_probe(), dad = ask_dad();
	size_t n;

	for (n = 1; n <= 60; n++) {
		ask.trailing = n;
		row_answer("P20", &ask, NULL, NDPX_V_ANSWERED, "%zu bytes behind", n);
	}
	for (n = 1; n <= 16; n++) {
		probe.trailing = n;
		row_answer("P20", &probe, NULL, NDPX_V_ANSWERED_PROBE, "%zu bytes behind a probe",
			   n);
	}
	dad.trailing = 8;
	row_answer("P20", &dad, NULL, NDPX_V_ANSWERED_DAD, "8 bytes behind a DAD: no growing");
	for (n = 0; n < 3; n++) {
		ask.trailing = long_ones[n];
		row_answer("P20", &ask, NULL, NDPX_V_ANSWERED, "%zu bytes behind", long_ones[n]);
	}
	ask_tag(&ask, TYPE_8021Q, 1);
	ask.trailing = 3;
	row_answer("P20", &ask, NULL, NDPX_V_ANSWERED, "3 bytes behind, tagged");
	ask = ask_multicast();
	opts_fill(&ask, 253, 7);
	ask.trailing = 60;
	row_answer("P20", &ask, NULL, NDPX_V_ANSWERED, "60 behind 64 bytes of options");
}

static void p21_jumbogram(void)
{
	static const __u8 jumbo[8] = { 0, 0, 0xc2, 4, 0, 0, 0, 40 };
	struct ask ask = ask_multicast();

	ext(&ask, NEXT_HOPOPTS, jumbo, 1);
	ask.plen = 0;
	row_pass("P21", &ask, NONE, "a jumbogram with a solicitation");
}

static void p22_short(void)
{
	struct ask ask;
	int len;

	for (len = 0; len < 24; len++) {
		ask = ask_probe();
		ask.msg_len = len;
		/* An empty message ends before it can be recognised as a solicitation. */
		row_pass("P22", &ask, len ? NDPX_V_BAD_LENGTH : NONE,
			 "ICMP length %d, and no more bytes", len);
		ask = ask_multicast();
		ask.plen = len;
		row_pass("P22", &ask, NDPX_V_BAD_LENGTH, "ICMP length %d, more bytes behind", len);
	}
}

static void p23_class_flow(void)
{
	static const __u8 classes[] = { 0x01, 0x03, 0xc0, 0xff };
	struct ask ask = ask_multicast(), dad = ask_dad();
	size_t i;

	for (i = 0; i < 4; i++) {
		ask.tclass = classes[i];
		row_answer("P23", &ask, NULL, NDPX_V_ANSWERED, "traffic class %02x", classes[i]);
	}
	ask.flow = 0xfffff;
	row_answer("P23", &ask, NULL, NDPX_V_ANSWERED, "flow label fffff");
	dad.flow = 0x12345;
	row_answer("P23", &dad, NULL, NDPX_V_ANSWERED_DAD, "flow label 12345");
}

static void p24_p25_fragments(void)
{
	static const struct {
		const char *row, *what;
		__u8 header[8];
	} f[] = {
		{ "P24", "first fragment", { 0, 0, 0x00, 0x01, 1, 2, 3, 4 } },
		{ "P24", "middle fragment", { 0, 0, 0x00, 0x09, 1, 2, 3, 4 } },
		{ "P24", "last fragment", { 0, 0, 0x00, 0x10, 1, 2, 3, 4 } },
		{ "P24", "last fragment, far", { 0, 0, 0xff, 0xf8, 1, 2, 3, 4 } },
		{ "P25", "atomic fragment", { 0, 0, 0x00, 0x00, 1, 2, 3, 4 } },
		{ "P25", "atomic, identification 0", { 0 } },
	};
	struct ask ask;
	size_t i;

	for (i = 0; i < 6; i++) {
		ask = ask_multicast();
		ext(&ask, NEXT_FRAGMENT, f[i].header, 1);
		row_pass(f[i].row, &ask, NDPX_V_FRAGMENT, "%s", f[i].what);
		ask = ask_dad();
		ext(&ask, NEXT_FRAGMENT, f[i].header, 1);
		row_pass(f[i].row, &ask, NDPX_V_FRAGMENT, "%s of a DAD", f[i].what);
		ask = ask_multicast();
		ext(&ask, NEXT_DSTOPTS, padn8, 1);
		ext(&ask, NEXT_FRAGMENT, f[i].header, 1);
		row_pass(f[i].row, &ask, NDPX_V_FRAGMENT, "%s behind destination options",
			 f[i].what);
	}
}

/* Only the first fragment tells what a packet carries. */
static void p24_contents(void)
{
	static const __u8 first[8] = { 0, 0, 0x00, 0x01 }, middle[8] = { 0, 0, 0x00, 0x09 };
	struct ask ask = ask_multicast();

	ext(&ask, NEXT_FRAGMENT, middle, 1);
	ask.type = 0;
	row_pass("P24", &ask, NDPX_V_FRAGMENT, "middle fragment of any ICMPv6 message");
	ask.ext[0] = 17;
	row_pass("P24", &ask, NONE, "middle fragment of a UDP datagram");
	ask = ask_multicast();
	ext(&ask, NEXT_FRAGMENT, first, 1);
	ask.type = 128;
	row_pass("P24", &ask, NONE, "first fragment of an echo");
	ask.type = 135;
	ask.ext[0] = 17;
	row_pass("P24", &ask, NONE, "first fragment of a UDP datagram");
}

static void cut(const char *row, const struct ask *ask, size_t len, const char *what)
{
	struct frame f = ask_frame(ask);

	f.len = len;
	row_frames(row, ENV_TARGET, &f, NONE, ROW_PASS, NULL, what);
}

/* Header chains that end with the frame, without a solicitation in sight. */
static void p24_p26_cut(void)
{
	static const __u8 fragment[8] = { 0 };
	struct ask ask = ask_multicast();

	ext(&ask, NEXT_HOPOPTS, padn8, 1);
	cut("P26", &ask, 54, "cut before the hop-by-hop options");
	cut("P26", &ask, 55, "cut inside the hop-by-hop options");
	cut("P26", &ask, 62, "cut behind the hop-by-hop options");
	ask = ask_multicast();
	ext(&ask, NEXT_DSTOPTS, padn8, 1);
	ask.ext[1] = 255;
	row_pass("P26", &ask, NONE, "destination options longer than the frame");
	ask = ask_multicast();
	ext(&ask, NEXT_FRAGMENT, fragment, 1);
	cut("P24", &ask, 54, "cut before the fragment header");
	cut("P24", &ask, 61, "cut inside the fragment header");
	cut("P25", &ask, 62, "cut behind the fragment header");
}

static void p26_ext_headers(void)
{
	struct ask ask = ask_multicast();

	ext(&ask, NEXT_HOPOPTS, padn8, 1);
	row_pass("P26", &ask, NDPX_V_EXT_HEADER, "hop-by-hop options");
	ask = ask_multicast();
	ext(&ask, NEXT_HOPOPTS, alert, 1);
	row_pass("P26", &ask, NDPX_V_EXT_HEADER, "router alert");
	ask = ask_multicast();
	ext(&ask, NEXT_DSTOPTS, padn8, 1);
	row_pass("P26", &ask, NDPX_V_EXT_HEADER, "destination options");
	ask = ask_probe();
	ext(&ask, NEXT_HOPOPTS, padn16, 2);
	ext(&ask, NEXT_DSTOPTS, padn8, 1);
	row_pass("P26", &ask, NDPX_V_EXT_HEADER, "both, the first of 16 bytes");
	ask_tag(&ask, TYPE_8021Q, 1);
	row_pass("P26", &ask, NDPX_V_EXT_HEADER, "both, tagged");
}

static void p28_other_chains(void)
{
	static const struct {
		__u8 next;
		const char *what;
	} chain[] = {
		{ NEXT_ROUTING, "routing header" },
		{ NEXT_AH, "AH" },
		{ NEXT_ESP, "ESP" },
		{ 59, "no next header" },
		{ 135, "mobility" },
		{ 139, "HIP" },
		{ 6, "TCP" },
		{ 17, "UDP" },
		{ 1, "ICMPv4" },
		{ 41, "IPv6 in IPv6" },
		{ 255, "reserved 255" },
	};
	struct ask ask;
	size_t i;

	for (i = 0; i < sizeof(chain) / sizeof(chain[0]); i++) {
		ask = ask_multicast();
		ext(&ask, chain[i].next, padn8, 1);
		row_pass("P28", &ask, NONE, "%s, a solicitation behind it", chain[i].what);
		ask = ask_multicast();
		ask.next = chain[i].next;
		row_pass("P28", &ask, NONE, "%s says the next header", chain[i].what);
	}
	ask = ask_multicast();
	ext(&ask, NEXT_HOPOPTS, padn8, 1);
	ext(&ask, NEXT_ROUTING, padn8, 1);
	row_pass("P28", &ask, NONE, "a routing header behind hop-by-hop options");
}

void rows_ip(void)
{
	p17_version();
	p18_hop_limit();
	p19_beyond();
	p20_trailing();
	p21_jumbogram();
	p22_short();
	p23_class_flow();
	p24_p25_fragments();
	p24_contents();
	p24_p26_cut();
	p26_ext_headers();
	p28_other_chains();
}
