// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rules and environments of the table. Each rule lists the environments it belongs to; the
 * prefix lengths in the settings follow from the rules.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"

#define ANSWER NDPX_ACT_ANSWER
#define DENY   NDPX_ACT_DENY
#define OWNED  NDPX_ACT_OWN
#define NONE   NDPX_ACT_NONE

#define R  NDPX_F_ROUTER
#define O  NDPX_F_OVERRIDE
#define LL NDPX_F_LLADDR

#define GATEWAY (R | O | NDPX_F_GATEWAY)
#define DEFEND	NDPX_F_DAD_OVERRIDE

#define BIT(env)  (1u << (env))
#define MOST	  ((BIT(ENV_END) - 1) & ~BIT(ENV_LENGTHS))
#define PREFIXED  (MOST & ~BIT(ENV_EXACT))
#define PORTS	  BIT(ENV_PORT)
#define MAX_RULES 64

static const struct {
	unsigned int envs;
	const char *addr;
	__u8 bits;
	__u16 vlan;
	__u8 action, flags;
	__u8 lladdr; /* last byte of 02:00:00:00:aa:xx; prefixes carry one to tell them apart */
	enum row_port port;
} table[] = {
	{ MOST & ~BIT(ENV_LL_ROUTER), T_ADDR, 128, 0, ANSWER, 0, 0, ROW_PORT_NONE },
	{ BIT(ENV_LL_ROUTER), T_ADDR, 128, 0, ANSWER, R, 0, ROW_PORT_NONE },
	{ MOST, T_ADDR, 128, 1, ANSWER, 0, 0, ROW_PORT_NONE },
	{ MOST, T_ADDR, 128, 88, ANSWER, R, 0, ROW_PORT_NONE },
	{ MOST, T_ADDR, 128, 4094, ANSWER, 0, 0, ROW_PORT_NONE },
	{ MOST, G_ROUTER, 128, 0, ANSWER, R, 0, ROW_PORT_NONE },
	{ MOST, G_OVERRIDE, 128, 0, ANSWER, O, 0, ROW_PORT_NONE },
	{ MOST, G_LLADDR, 128, 0, ANSWER, LL, 1, ROW_PORT_NONE },
	{ MOST, G_ALL, 128, 0, ANSWER, R | O | LL, 1, ROW_PORT_NONE },
	{ MOST, G_IGNORE, 128, 0, ANSWER, NDPX_F_DAD_IGNORE, 0, ROW_PORT_NONE },
	{ MOST, G_PAUSED, 128, 0, ANSWER, NDPX_F_PAUSED, 0, ROW_PORT_NONE },
	{ MOST, G_SAME, 128, 0, ANSWER, 0, 0, ROW_PORT_IN },
	{ MOST, G_OTHER, 128, 0, ANSWER, 0, 0, ROW_PORT_OTHER },
	{ MOST, G_NONE, 128, 0, NONE, 0, 0, ROW_PORT_NONE },
	{ MOST, G_DENIED, 128, 0, DENY, 0, 0, ROW_PORT_NONE },
	{ MOST, G_LINK, 128, 0, ANSWER, 0, 0, ROW_PORT_NONE },
	{ MOST, G_ULA, 128, 0, ANSWER, 0, 0, ROW_PORT_NONE },
	{ MOST, G_VLAN88, 128, 88, ANSWER, 0, 0, ROW_PORT_NONE },
	{ MOST, OWN, 128, 0, OWNED, 0, 0, ROW_PORT_NONE },
	{ MOST, L_ADDR, 128, 0, OWNED, 0, 0, ROW_PORT_NONE },
	{ MOST, OWN_VLAN88, 128, 88, OWNED, 0, 0, ROW_PORT_NONE },

	/* P77 to P81: a nest of prefixes, and exact rules inside them. */
	{ PREFIXED, "2001:db8:2::", 48, 0, ANSWER, LL, 48, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:1::", 64, 0, ANSWER, LL | R, 64, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:1:1::", 80, 0, DENY, 0, 0, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:1:1:1::", 96, 0, ANSWER, LL, 96, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:1:1::77", 128, 0, ANSWER, 0, 0, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:1::d", 128, 0, DENY, 0, 0, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:1::fe", 128, 0, OWNED, 0, 0, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:1::a8", 128, 0, NONE, 0, 0, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:2::", 64, 0, ANSWER, LL, 64, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:2::", 128, 0, ANSWER, 0, 0, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:3::", 127, 0, ANSWER, LL, 127, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:4::", 64, 0, NONE, 0, 0, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:5::", 64, 0, ANSWER, 0, 0, ROW_PORT_IN },
	{ PREFIXED, "2001:db8:2:6::", 64, 0, ANSWER, NDPX_F_PAUSED, 0, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:2:7::", 64, 0, ANSWER, NDPX_F_DAD_IGNORE, 0, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:6:8::", 61, 0, ANSWER, LL, 61, ROW_PORT_NONE },
	{ PREFIXED, "2001:db8:8800::", 48, 88, ANSWER, LL, 88, ROW_PORT_NONE },
	{ PREFIXED, "fe80::", 64, 0, ANSWER, LL, 64, ROW_PORT_NONE },

	/* P87 to P94. */
	{ PORTS, G_GATEWAY, 128, PORT_GROUP, ANSWER, GATEWAY, 0, ROW_PORT_NONE },
	{ PORTS, G_GATEWAY_LL, 128, PORT_GROUP, ANSWER, GATEWAY, 0, ROW_PORT_NONE },
	{ PORTS, G_GATEWAY_SAME, 128, PORT_GROUP, ANSWER, GATEWAY, 0, ROW_PORT_IN },
	{ PORTS, G_GATEWAY_OTHER, 128, PORT_GROUP, ANSWER, GATEWAY, 0, ROW_PORT_OTHER },
	{ PORTS, G_SAME, 128, PORT_GROUP, ANSWER, DEFEND, 0, ROW_PORT_IN },
	{ PORTS, G_OTHER, 128, PORT_GROUP, ANSWER, DEFEND, 0, ROW_PORT_OTHER },
	{ PORTS, G_SIBLING, 128, PORT_GROUP, ANSWER, DEFEND | R, 0, ROW_PORT_OTHER },
	{ PORTS, G_IGNORE, 128, PORT_GROUP, ANSWER, NDPX_F_DAD_IGNORE, 0, ROW_PORT_OTHER },
	{ PORTS, G_DENIED, 128, PORT_GROUP, DENY, 0, 0, ROW_PORT_NONE },
	{ PORTS, OWN, 128, PORT_GROUP, OWNED, 0, 0, ROW_PORT_NONE },
	{ PORTS, "2001:db8:2::", 64, PORT_GROUP, ANSWER, DEFEND, 0, ROW_PORT_OTHER },
	{ PORTS, "2001:db8:2:5::", 64, PORT_GROUP, ANSWER, DEFEND, 0, ROW_PORT_IN },
	{ PORTS, G_ONLINK, 64, PORT_GROUP, ANSWER, NDPX_F_DAD_IGNORE | NDPX_F_ONLINK, 0,
	  ROW_PORT_NONE },
	{ PORTS, OWN_ONLINK, 128, PORT_GROUP, ANSWER, R | NDPX_F_DAD_IGNORE, 0, ROW_PORT_NONE },
	{ PORTS, G_ELSEWHERE, 128, PORT_GROUP + 1, ANSWER, DEFEND, 0, ROW_PORT_OTHER },
	{ PORTS, G_ELSEWHERE, 128, 0, ANSWER, DEFEND, 0, ROW_PORT_OTHER },
};

static struct row_rule rules[ENV_ALL][MAX_RULES];
static struct row_env envs[ENV_ALL];

struct mac mac_of(const char *text)
{
	struct mac m;

	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &m.b[0], &m.b[1], &m.b[2], &m.b[3],
		   &m.b[4], &m.b[5]) != 6)
		abort();
	return m;
}

struct addr addr_of(const char *text)
{
	struct addr a;

	if (inet_pton(AF_INET6, text, a.b) != 1)
		abort();
	return a;
}

static void add_rule(enum env_id id, const struct row_rule *rule)
{
	struct row_env *env = &envs[id];

	if (env->n_rules == MAX_RULES)
		abort();
	rules[id][env->n_rules++] = *rule;
}

static void fill_rules(enum env_id id)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct addr addr = addr_of(table[i].addr);
		struct mac lladdr = mac_of(LLADDR_MAC);
		struct row_rule rule = {
			.vlan = table[i].vlan,
			.bits = table[i].bits,
			.policy = { .action = table[i].action, .flags = table[i].flags },
			.port = table[i].port,
		};

		if (!(table[i].envs & BIT(id)))
			continue;
		if (!strcmp(table[i].addr, OWN_ONLINK))
			rule.policy.more = NDPX_M_OWN;
		lladdr.b[5] = table[i].lladdr;
		memcpy(rule.addr, addr.b, 16);
		/* Also where the flag is not set: it must not count then. */
		memcpy(rule.policy.lladdr, lladdr.b, 6);
		add_rule(id, &rule);
	}
}

/* 2001:db8:8000:8000::/49 to /64, one inside the other; the lladdr ends in the length. */
static void fill_lengths(void)
{
	struct mac lladdr = mac_of(LLADDR_MAC);
	struct addr addr = addr_of("2001:db8:8000:8000::");
	__u8 bits;

	for (bits = 49; bits <= 64; bits++) {
		struct row_rule rule = {
			.bits = bits,
			.policy = { .action = ANSWER, .flags = LL },
		};

		lladdr.b[5] = bits;
		memcpy(rule.addr, addr.b, 16);
		memcpy(rule.policy.lladdr, lladdr.b, 6);
		add_rule(ENV_LENGTHS, &rule);
	}
}

/* The distinct lengths of the prefix rules, longest first. */
static void fill_settings_lengths(struct row_env *env)
{
	struct ndpx_settings *set = &env->settings;
	unsigned int bits, b;
	size_t i;

	for (bits = 127; bits > 0; bits--) {
		struct ndpx_length *length = &set->lengths[set->n_lengths];

		for (i = 0; i < env->n_rules && env->rules[i].bits != bits; i++)
			;
		if (i == env->n_rules)
			continue;
		if (set->n_lengths == NDPX_MAX_LENGTHS)
			abort();
		length->bits = bits;
		for (b = 0; b < bits; b++)
			length->mask[b / 8] |= (__u8)(0x80 >> b % 8);
		set->n_lengths++;
	}
}

static void build(enum env_id id)
{
	static const char *const names[ENV_ALL] = {
		[ENV_TARGET] = "default",
		[ENV_LINK_LOCAL] = "source link-local",
		[ENV_LL_ROUTER] = "source link-local, router",
		[ENV_FIXED] = "source fixed",
		[ENV_STRICT] = "strict_lladdr",
		[ENV_PAUSED] = "uplink paused",
		[ENV_LEASE] = "lease run out",
		[ENV_NO_LL] = "no link-local address",
		[ENV_EXACT] = "no prefixes",
		[ENV_LENGTHS] = "sixteen lengths",
		[ENV_PORT] = "guest port",
	};
	struct row_env *env = &envs[id];
	struct ndpx_settings *set = &env->settings;
	struct mac h = mac_of(H_MAC);
	struct addr l = addr_of(L_ADDR), fixed = addr_of(FIXED);

	env->name = names[id];
	env->rules = rules[id];
	env->is_port = id == ENV_PORT;
	env->group = id == ENV_PORT ? PORT_GROUP : 0;
	memcpy(set->mac, h.b, 6);
	if (id != ENV_NO_LL)
		memcpy(set->link_local, l.b, 16);
	if (id == ENV_LINK_LOCAL || id == ENV_LL_ROUTER) {
		set->source_mode = NDPX_SOURCE_LINK_LOCAL;
		memcpy(set->source, l.b, 16);
	} else if (id == ENV_FIXED) {
		set->source_mode = NDPX_SOURCE_FIXED;
		memcpy(set->source, fixed.b, 16);
	}
	if (id == ENV_STRICT)
		set->flags = NDPX_S_STRICT_LLADDR;
	if (id == ENV_PAUSED)
		set->flags = NDPX_S_PAUSED;
	if (id == ENV_LEASE) {
		set->flags = NDPX_S_LEASE;
		set->lease = 1;
	}
	fill_rules(id);
	if (id == ENV_LENGTHS)
		fill_lengths();
	fill_settings_lengths(env);
}

const struct row_env *env_get(enum env_id id)
{
	if (!envs[id].name)
		build(id);
	return &envs[id];
}

int row_lease_is_over(__u32 lease)
{
	return lease != 0;
}
