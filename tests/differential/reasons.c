// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel that gets a passed solicitation proxies T, so it validates for itself: it
 * either drops it for a reason of its own, or finds nothing wrong and answers.
 */
#include <string.h>

#include "reasons.h"

/* The kernel drops it without a specific reason. */
#define DROPS "NOT_SPECIFIED"
/* The kernel finds nothing wrong: ndpx is stricter, by choice. */
#define FINE "- IPV6_NDISC_NS_OTHERHOST"
/* The same with DAD among them: after answering one the kernel gives no reason. */
#define FINE_DAD FINE " " DROPS

static const struct {
	const char *row;
	enum ndpx_verdict verdict; /* NDPX_V_NONE: any but that */
	const char *want;
} table[] = {
	{ "P13", NDPX_V_NONE, "OTHERHOST" },
	{ "P14", NDPX_V_NONE, DROPS },
	{ "P15", NDPX_V_NONE, FINE_DAD },
	{ "P16", NDPX_V_NONE, FINE },
	/* A probe with hop limit 0 or 1 expires in forwarding before ND sees it. */
	{ "P18", NDPX_V_NONE, "IPV6_NDISC_HOP_LIMIT IP_INHDR" },
	{ "P19", NDPX_V_NONE, "PKT_TOO_SMALL" },
	/*
	 * Where the bytes are there, the length in the header spoils the checksum first. A
	 * probe of less than 8 bytes is forwarded, as far as link-local goes.
	 */
	{ "P22", NDPX_V_NONE, "PKT_TOO_SMALL ICMP_CSUM " DROPS },
	/* Fragments wait for the rest, or are rejected: their identification was seen before. */
	{ "P24", NDPX_V_NONE, "- NOT_SPECIFIED DUP_FRAG PKT_TOO_SMALL" },
	{ "P25", NDPX_V_NONE, "IPV6_NDISC_FRAG" },
	{ "P26", NDPX_V_NONE, FINE " IP_INHDR" }, /* padding of more than 7 bytes */
	{ "P33", NDPX_V_DAD_IGNORED, DROPS },
	/* From ::, to a group without members, or not to a group. */
	{ "P34", NDPX_V_NONE, DROPS " IP_INADDRERRORS IP_INNOROUTES" },
	{ "P35", NDPX_V_NONE, DROPS },
	{ "P36", NDPX_V_NONE, DROPS },
	{ "P37", NDPX_V_NONE, FINE " IP_INHDR" },
	{ "P39", NDPX_V_NONE, FINE },
	{ "P40", NDPX_V_NONE, FINE },
	{ "P46", NDPX_V_NONE, FINE " " DROPS }, /* by whether it is in that group */
	{ "P47", NDPX_V_NONE, DROPS " IP_INHDR" },
	{ "P49", NDPX_V_NONE, "IPV6_NDISC_BAD_CODE" },
	{ "P50", NDPX_V_NONE, "ICMP_CSUM" },
	{ "P54", NDPX_V_NONE, "IPV6_NDISC_BAD_OPTIONS" },
	{ "P55", NDPX_V_NONE, "IPV6_NDISC_BAD_OPTIONS" },
	{ "P56", NDPX_V_NONE, "IPV6_NDISC_BAD_OPTIONS" },
	{ "P57", NDPX_V_NONE, DROPS },
	{ "P59", NDPX_V_NONE, FINE },
	{ "P60", NDPX_V_NONE, FINE },
	{ "P61", NDPX_V_BAD_OPTION, FINE },
	{ "P62", NDPX_V_NONE, FINE },
	{ "P69", NDPX_V_NONE, FINE_DAD },
	{ "P71", NDPX_V_NONE, FINE_DAD },
	{ "P72", NDPX_V_NONE, DROPS },
	{ "P73", NDPX_V_NONE, FINE " " DROPS },
};

/* Tagged with a VLAN that the kernel does not have. */
static int is_elsewhere(const struct row *row)
{
	return row->len >= 18 && !memcmp(row->frame + 12, "\x81\x00", 2) &&
	       (row->frame[14] & 0xf || row->frame[15]) && !memcmp(row->frame + 16, "\x86\xdd", 2);
}

const char *reasons_of(const struct row *row)
{
	size_t i;

	if (row->verdict == NDPX_V_NONE)
		return NULL;
	if (is_elsewhere(row))
		return "OTHERHOST";
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!strcmp(table[i].row, row->name) &&
		    (table[i].verdict == NDPX_V_NONE || table[i].verdict == row->verdict))
			return table[i].want;
	}
	return NULL;
}

int reasons_agree(const char *want, const char *reason)
{
	size_t len = strlen(reason);
	const char *p;

	if (!len)
		return want[0] == '-';
	for (p = want; p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL) {
		if (!strncmp(p, reason, len) && (p[len] == ' ' || !p[len]))
			return 1;
	}
	return 0;
}
