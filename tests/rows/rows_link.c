// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows P1 to P16: Ethernet and VLAN tags. P7 is the loader's.
 */
#include "build.h"

#define NONE NDPX_V_NONE

static void cut(const char *name, const struct ask *ask, size_t len, const char *what)
{
	struct frame f = ask_frame(ask);

	f.len = len;
	row_frames(name, ask->env, &f, NONE, ROW_PASS, NULL, what);
}

static void p1_ethertypes(void)
{
	static const __u16 types[] = {
		0x0000, 0x0026, 0x05dc, 0x0800, 0x0806, 0x8847, 0x8848, 0x8863,
		0x8864, 0x88cc, 0x86dc, 0x86de, 0xdd86, 0x9100, 0xffff,
	};
	struct ask ask = ask_multicast();
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		ask.ethertype = types[i];
		row_pass("P1", &ask, NONE, "ethertype %04x", types[i]);
	}
	ask_tag(&ask, TYPE_8021Q, 1);
	ask.ethertype = 0x0806;
	row_pass("P1", &ask, NONE, "ARP behind a tag");
	ask_tag(&ask, TYPE_8021Q, 2);
	row_pass("P1", &ask, NONE, "ARP behind two tags");
}

static void p2_short(void)
{
	struct ask ask = ask_multicast();
	size_t len;
	char what[64] = "untagged, cut to 00 bytes";

	for (len = 0; len < 54; len++) {
		what[17] = (char)('0' + len / 10);
		what[18] = (char)('0' + len % 10);
		cut("P2", &ask, len, what);
	}
	ask_tag(&ask, TYPE_8021Q, 1);
	cut("P2", &ask, 14, "tagged, cut before the tag's content");
	cut("P2", &ask, 16, "tagged, cut inside the tag");
	cut("P2", &ask, 18, "tagged, cut behind the tag");
	cut("P2", &ask, 57, "tagged, cut inside the IPv6 header");
	ask_tag(&ask, TYPE_8021Q, 2);
	cut("P2", &ask, 19, "two tags, cut inside the second");
	cut("P2", &ask, 22, "two tags, cut behind the second");
	cut("P2", &ask, 61, "two tags, cut inside the IPv6 header");
}

static void p3_vlan(void)
{
	struct ask plain = ask_multicast(), ask;
	struct na na;

	ask = plain;
	ask_tag(&ask, TYPE_8021Q, 1);
	row_answer("P3", &ask, NULL, NDPX_V_ANSWERED, "VID 1");
	ask = plain;
	ask_tag(&ask, TYPE_8021Q, 4094);
	row_answer("P3", &ask, NULL, NDPX_V_ANSWERED, "VID 4094");
	ask = plain;
	ask_tag(&ask, TYPE_8021Q, 88);
	na = na_for(&ask);
	na.flags |= NA_R;
	row_answer("P3", &ask, &na, NDPX_V_ANSWERED, "VID 88, where the same T is a router");
	ask.tag[0].tci = 0xf000 | 88;
	na.tag = ask.tag[0];
	row_answer("P3", &ask, &na, NDPX_V_ANSWERED, "VID 88 with priority 7 and DEI: same tag");

	ask = plain;
	ask_tag(&ask, TYPE_8021Q, 89);
	row_pass("P3", &ask, NDPX_V_NO_GUEST, "T is unknown on VLAN 89");
	ask.tag[0].tci = 4095;
	row_pass("P3", &ask, NDPX_V_NO_GUEST, "VID 4095 is nobody's");
	ask.tag[0].tci = 88;
	ask_target(&ask, G_VLAN88);
	row_answer("P3", &ask, NULL, NDPX_V_ANSWERED, "a guest of VLAN 88 alone");
	ask.n_tags = 0;
	row_pass("P3", &ask, NDPX_V_NO_GUEST, "the same, asked for untagged");
	ask_target(&ask, G_ROUTER);
	ask_tag(&ask, TYPE_8021Q, 88);
	row_pass("P3", &ask, NDPX_V_NO_GUEST, "an untagged guest, asked for on VLAN 88");
	ask_target(&ask, "2001:db8:2::5");
	row_pass("P3", &ask, NDPX_V_NO_GUEST, "an untagged prefix, asked for on VLAN 88");
	ask_target(&ask, "2001:db8:8800::5");
	na = na_for(&ask);
	na.lladdr = mac_of("02:00:00:00:aa:58");
	row_answer("P3", &ask, &na, NDPX_V_ANSWERED, "a prefix of VLAN 88");
	ask.n_tags = 0;
	row_pass("P3", &ask, NDPX_V_NO_GUEST, "a prefix of VLAN 88, asked for untagged");
}

static void p4_priority(void)
{
	static const __u16 tcis[] = { 0x0000, 0xe000, 0xf000 };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct ask ask = ask_multicast();

		ask_tag(&ask, TYPE_8021Q, tcis[i]);
		row_answer("P4", &ask, NULL, NDPX_V_ANSWERED, "VID 0, TCI %04x", tcis[i]);
	}
}

static void p5_p6_stacks(void)
{
	static const __u16 types[] = { TYPE_8021Q, TYPE_8021AD };
	size_t i, j;

	for (i = 0; i < 2; i++) {
		for (j = 0; j < 2; j++) {
			struct ask ask = ask_multicast();

			ask_tag(&ask, types[i], 1);
			ask_tag(&ask, types[j], 88);
			row_pass("P5", &ask, NDPX_V_VLAN, "tags %04x and %04x", types[i], types[j]);
			ask_tag(&ask, TYPE_8021Q, 1);
			row_pass("P6", &ask, NONE, "tags %04x, %04x and 8100", types[i], types[j]);
		}
	}
	{
		struct ask ask = ask_multicast();

		ask_tag(&ask, TYPE_8021AD, 1);
		row_pass("P5", &ask, NDPX_V_VLAN, "one 802.1ad tag");
		ask.tag[0].tci = 0;
		row_pass("P5", &ask, NDPX_V_VLAN, "one 802.1ad tag, VID 0");
		ask_tag(&ask, TYPE_8021Q, 0);
		ask.tag[0].type = TYPE_8021Q;
		row_pass("P5", &ask, NDPX_V_VLAN, "two priority tags");
		ask_tag(&ask, TYPE_8021Q, 0);
		ask_tag(&ask, TYPE_8021Q, 0);
		row_pass("P6", &ask, NONE, "four tags");
	}
}

static void p8_p12_destinations(void)
{
	static const char *const groups[] = {
		"33:33:00:00:00:01",
		"33:33:ff:00:12:35",
		"33:33:00:00:00:00",
		"ff:ff:ff:ff:ff:ff",
	};
	struct ask ask = ask_multicast(), probe = ask_probe();
	size_t i;

	row_answer("P8", &ask, NULL, NDPX_V_ANSWERED, "ed is that of D");
	for (i = 0; i < 4; i++) {
		ask.ed = mac_of(groups[i]);
		row_answer("P9", &ask, NULL, NDPX_V_ANSWERED, "ed %s", groups[i]);
	}
	ask.ed = mac_of(H_MAC);
	row_answer("P10", &ask, NULL, NDPX_V_ANSWERED, "D multicast to H");
	ask = ask_dad();
	ask.ed = mac_of(H_MAC);
	row_answer("P10", &ask, NULL, NDPX_V_ANSWERED_DAD, "DAD to H");
	row_answer("P12", &probe, NULL, NDPX_V_ANSWERED_PROBE, "D = T to H");
}

/* P12, P13: the `lladdr` of T's rule is a valid destination like H, but only for a probe of T. */
static void p12_lladdr(void)
{
	static const struct {
		const char *target;
		__u8 mark; /* of the lladdr */
	} t[] = { { G_LLADDR, 1 }, { "2001:db8:2:9::5", 48 } };
	struct ask ask;
	struct na na;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ask = ask_probe();
		ask_target(&ask, t[i].target);
		ask.ed = mac_of(LLADDR_MAC);
		ask.ed.b[5] = t[i].mark;
		na = na_for(&ask);
		na.lladdr = ask.ed;
		row_answer("P12", &ask, &na, NDPX_V_ANSWERED_PROBE, "to the lladdr of %s's rule",
			   t[i].target);
		ask.ed.b[5]++;
		row_pass("P13", &ask, NDPX_V_NOT_FOR_US, "to another lladdr, for %s", t[i].target);
	}
	ask = ask_probe();
	ask_target(&ask, G_LLADDR);
	ask.ed = mac_of(LLADDR_MAC);
	ask.hop_limit = 64;
	row_pass("P13", &ask, NDPX_V_NOT_FOR_US, "to the lladdr, hop limit 64");
	ask = ask_probe();
	ask_target(&ask, G_LLADDR);
	ask_dest(&ask, OWN);
	ask.ed = mac_of(LLADDR_MAC);
	row_pass("P13", &ask, NDPX_V_NOT_FOR_US, "to the lladdr, D is this host's");
	ask = ask_probe();
	ask.ed = mac_of(LLADDR_MAC);
	ask.ed.b[5] = 0; /* what its rule holds, without the flag */
	row_pass("P13", &ask, NDPX_V_NOT_FOR_US, "to an lladdr whose flag is not set");
	ask_target(&ask, "2001:db8:1::9999");
	ask.ed = mac_of(LLADDR_MAC);
	row_pass("P13", &ask, NDPX_V_NOT_FOR_US, "to an lladdr, T is nobody's");
	ask_target(&ask, G_DENIED);
	ask.ed = mac_of(LLADDR_MAC);
	row_pass("P13", &ask, NDPX_V_NOT_FOR_US, "to an lladdr, T is denied");
	ask = ask_multicast();
	ask_target(&ask, G_LLADDR);
	ask.ed = mac_of(LLADDR_MAC);
	row_pass("P13", &ask, NDPX_V_NOT_FOR_US, "to the lladdr, D multicast");
}

static void p13_p14_not_for_us(void)
{
	static const char *const others[] = {
		"02:00:00:00:00:fd", "00:00:00:00:00:fe", "02:00:00:00:01:fe",
		"02:00:00:01:00:fe", "00:00:00:00:00:00",
	};
	static const char *const groups[] = {
		"33:33:ff:00:12:34",
		"ff:ff:ff:ff:ff:ff",
		"03:00:00:00:00:fe",
	};
	struct ask ask = ask_multicast(), probe = ask_probe();
	size_t i;

	for (i = 0; i < 5; i++) {
		ask.ed = mac_of(others[i]);
		row_pass("P13", &ask, NDPX_V_NOT_FOR_US, "D multicast to %s", others[i]);
		probe.ed = ask.ed;
		row_pass("P13", &probe, NDPX_V_NOT_FOR_US, "a probe to %s", others[i]);
	}
	for (i = 0; i < 3; i++) {
		probe.ed = mac_of(groups[i]);
		row_pass("P14", &probe, NDPX_V_NOT_FOR_US, "a probe to %s", groups[i]);
	}
}

static void p15_p16_sources(void)
{
	static const char *const bad[] = {
		"00:00:00:00:00:00",
		"ff:ff:ff:ff:ff:ff",
		"33:33:00:00:00:01",
		"03:00:00:00:00:01",
	};
	struct ask ask = ask_multicast(), dad = ask_dad(), probe = ask_probe();
	size_t i;

	ask.es = dad.es = mac_of(H_MAC);
	row_pass("P15", &ask, NDPX_V_LOOPED, "es = H");
	row_pass("P15", &dad, NDPX_V_LOOPED, "our own DAD came back");
	for (i = 0; i < 4; i++) {
		ask.es = probe.es = mac_of(bad[i]);
		row_pass("P16", &ask, NDPX_V_BAD_SOURCE, "es %s", bad[i]);
		row_pass("P16", &probe, NDPX_V_BAD_SOURCE, "es %s, a probe", bad[i]);
	}
}

void rows_link(void)
{
	p1_ethertypes();
	p2_short();
	p3_vlan();
	p4_priority();
	p5_p6_stacks();
	p8_p12_destinations();
	p12_lladdr();
	p13_p14_not_for_us();
	p15_p16_sources();
}
