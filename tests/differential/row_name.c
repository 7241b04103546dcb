// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From verdict and frame to the row. The verdict is trusted: only what tells its rows
 * apart is checked.
 */
#include <string.h>

#include "build.h"
#include "mutate.h"
#include "row_name.h"

/* A frame with its parts named; NULL if it has no IPv6 header. */
struct parts {
	const __u8 *frame, *s, *d, *m;
	struct places at;
	const __u8 *first_sll, *other_sll;
	int tags, opt_zero, opt_past, sll_length;
};

static void walk_options(struct parts *p)
{
	const __u8 *o = p->m + 24, *end = p->frame + p->at.end;

	while (o + 2 <= end) {
		if (!o[1]) {
			p->opt_zero = 1;
			return;
		}
		if (o + 8 * o[1] > end) {
			p->opt_past = 1;
			return;
		}
		if (o[0] == OPT_SLLAO) {
			if (o[1] != 1)
				p->sll_length = 1;
			else if (!p->first_sll)
				p->first_sll = o + 2;
			else if (memcmp(p->first_sll, o + 2, 6))
				p->other_sll = o + 2;
		}
		o += 8 * o[1];
	}
}

static struct parts parts_of(const __u8 *frame, size_t len)
{
	struct parts p = { .frame = frame };

	if (places_find(frame, len, &p.at))
		return p;
	p.tags = (int)(p.at.ip6 - 14) / 4;
	p.s = frame + p.at.ip6 + 8;
	p.d = frame + p.at.ip6 + 24;
	if (p.at.msg + 24 <= p.at.end) {
		p.m = frame + p.at.msg;
		walk_options(&p);
	}
	return p;
}

static int is_any(const __u8 *addr)
{
	static const __u8 any[16];

	return !memcmp(addr, any, 16);
}

static int is_solicited_node(const __u8 *addr)
{
	static const __u8 start[13] = { 0xff, 2, [11] = 1, 0xff };

	return !memcmp(addr, start, 13);
}

static const char *of_none(const struct parts *p)
{
	if (!p->s)
		return "P1";
	if (p->tags > 2)
		return "P6";
	if (p->frame[p->at.ip6] >> 4 != 6)
		return "P17";
	if (p->frame[p->at.ip6 + 6] == NEXT_HOPOPTS && !p->frame[p->at.ip6 + 4] &&
	    !p->frame[p->at.ip6 + 5])
		return "P21";
	return p->frame[p->at.ip6 + 6] == NEXT_ICMPV6 ? "P86" : "P28";
}

static const char *of_destination(const struct parts *p)
{
	if (is_any(p->s))
		return is_solicited_node(p->d) ? "P36" : "P34";
	if (p->d[0] != 0xff)
		return "P44";
	return p->d[1] == 2 ? "P46" : "P47";
}

static const char *of_option(const struct parts *p)
{
	if (!p->m || (p->at.end - p->at.msg) % 8)
		return "P54";
	if (p->opt_zero)
		return "P55";
	if (p->opt_past)
		return "P56";
	if (p->sll_length)
		return "P57";
	if (p->other_sll)
		return "P59";
	if (is_any(p->s))
		return "P35";
	return "P60";
}

static const char *of_looped(const struct parts *p, const struct ndpx_settings *set)
{
	if (!memcmp(p->frame + 6, set->mac, 6))
		return "P15";
	return memcmp(p->s, set->link_local, 16) ? "P62" : "P40";
}

static int has_mac_source(const __u8 *frame)
{
	static const __u8 zero[6];

	return !(frame[6] & 1) && memcmp(frame + 6, zero, 6);
}

static int is_own(const struct row_env *env, const __u8 *addr)
{
	size_t i;

	for (i = 0; i < env->n_rules; i++) {
		if (env->rules[i].policy.action == NDPX_ACT_OWN &&
		    !memcmp(env->rules[i].addr, addr, 16))
			return 1;
	}
	return 0;
}

static const char *of_answer(const struct parts *p, const struct row_env *env)
{
	if (is_own(env, p->s))
		return "P40";
	if (is_any(p->s))
		return "P33";
	if (p->d[0] == 0xff && !p->first_sll)
		return "P52";
	if (p->d[0] == 0xff && is_solicited_node(p->d))
		return p->m && !memcmp(p->d + 13, p->m + 21, 3) ? "P42" : "P46";
	if (p->d[0] == 0xff)
		return "P45";
	if (!(p->frame[0] & 1) && memcmp(p->frame, env->settings.mac, 6) != 0)
		return "P12";
	return p->m && !memcmp(p->d, p->m + 8, 16) ? "P43" : "P44";
}

const char *row_name(const __u8 *frame, size_t len, enum ndpx_verdict verdict,
		     const struct row_env *env)
{
	static const char *const alone[NDPX_V_END] = {
		[NDPX_V_DAD_IGNORED] = "P33",	[NDPX_V_VLAN] = "P5",
		[NDPX_V_BAD_HOP_LIMIT] = "P18", [NDPX_V_EXT_HEADER] = "P26",
		[NDPX_V_CONFLICT] = "P39",	[NDPX_V_BAD_CODE] = "P49",
		[NDPX_V_BAD_CHECKSUM] = "P50",	[NDPX_V_SEND] = "P69",
		[NDPX_V_OPTIONS_LIMIT] = "P71", [NDPX_V_NO_GUEST] = "P80",
		[NDPX_V_OWN_ADDRESS] = "P75",	[NDPX_V_SAME_PORT] = "P78",
		[NDPX_V_DENIED] = "P79",	[NDPX_V_NOT_ROUTED] = "P82",
		[NDPX_V_NOT_ALIVE] = "P83",	[NDPX_V_PAUSED] = "P84",
		[NDPX_V_RATE_LIMITED] = "P85",
	};
	struct parts p = parts_of(frame, len);

	if (alone[verdict])
		return alone[verdict];
	switch (verdict) {
	case NDPX_V_NONE:
		return of_none(&p);
	case NDPX_V_NOT_FOR_US:
		return frame[0] & 1 ? "P14" : "P13";
	case NDPX_V_LOOPED:
		return of_looped(&p, &env->settings);
	case NDPX_V_BAD_SOURCE:
		return has_mac_source(frame) ? "P37" : "P16";
	case NDPX_V_BAD_LENGTH:
		return p.m ? "P19" : "P22";
	case NDPX_V_FRAGMENT:
		return frame[p.at.ip6 + 42] || frame[p.at.ip6 + 43] ? "P24" : "P25";
	case NDPX_V_BAD_DESTINATION:
		return of_destination(&p);
	case NDPX_V_BAD_OPTION:
		return of_option(&p);
	case NDPX_V_BAD_TARGET:
		return p.m[8] == 0xff ? "P72" : "P73";
	default:
		return of_answer(&p, env);
	}
}
