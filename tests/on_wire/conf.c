// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From an environment of the row table to what an operator would write for it: ndpx.conf,
 * and the host's own addresses.
 */
#include <arpa/inet.h>
#include <string.h>

#include "wire.h"

#define VLAN_END 4096

static const char *addr_text(const __u8 addr[16])
{
	static char text[INET6_ADDRSTRLEN];

	return inet_ntop(AF_INET6, addr, text, sizeof(text));
}

static bool is_zero(const __u8 addr[16])
{
	static const __u8 zero[16];

	return !memcmp(addr, zero, 16);
}

static bool is_link_local(const __u8 addr[16])
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

/* The host's addresses come from the interface; of the link-local ones, only L. */
static bool can_own(const struct row_env *env, const struct row_rule *r)
{
	return !is_link_local(r->addr) || !memcmp(r->addr, env->settings.link_local, 16);
}

static void print_guest(const struct row_rule *r, FILE *out)
{
	const struct ndpx_policy *policy = &r->policy;
	const __u8 *m = policy->lladdr;

	fprintf(out, "    guest %s/%u {", addr_text(r->addr), r->bits);
	if (r->port != ROW_PORT_NONE)
		fprintf(out, " port = %s", r->port == ROW_PORT_IN ? CONF_IN : CONF_OTHER);
	if (policy->flags & NDPX_F_LLADDR)
		fprintf(out, " lladdr = %02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3],
			m[4], m[5]);
	fprintf(out, "%s%s%s%s }\n", policy->flags & NDPX_F_ROUTER ? " router = on" : "",
		policy->flags & NDPX_F_OVERRIDE ? " override = on" : "",
		policy->flags & NDPX_F_DAD_IGNORE ? " dad = ignore" : "",
		policy->flags & NDPX_F_PAUSED ? " paused = on" : "");
}

static void print_rule(const struct row_env *env, const struct row_rule *r, FILE *out)
{
	switch (r->policy.action) {
	case NDPX_ACT_ANSWER:
		if (is_link_local(r->addr) && r->bits < 128)
			fprintf(out, "    # left out: %s/%u: a file may not say so, see P74\n",
				addr_text(r->addr), r->bits);
		else
			print_guest(r, out);
		break;
	case NDPX_ACT_DENY:
		fprintf(out, "    deny = { %s/%u }\n", addr_text(r->addr), r->bits);
		break;
	case NDPX_ACT_OWN:
		if (!can_own(env, r))
			fprintf(out, "    # left out: own address %s: the port has no link-local\n",
				addr_text(r->addr));
		break;
	default:
		fprintf(out, "    # left out: %s/%u that says nothing: no rule is the same\n",
			addr_text(r->addr), r->bits);
	}
}

/* `groups = none`: a veth hears everything, and the kernel's reports would be noise. */
static void print_uplink(const struct row_env *env, unsigned int vlan, const char *mode, FILE *out)
{
	const struct ndpx_settings *set = &env->settings;
	size_t i;

	fprintf(out, "uplink %s {\n    vlan = %u\n    mode = %s\n    groups = none\n", CONF_IN,
		vlan, mode);
	if (set->source_mode == NDPX_SOURCE_LINK_LOCAL)
		fprintf(out, "    source = link-local\n");
	else if (set->source_mode == NDPX_SOURCE_FIXED)
		fprintf(out, "    source = %s\n", addr_text(set->source));
	if (set->lease) /* nobody refreshes it */
		fprintf(out, "    lease = %u\n", set->lease);
	if (set->flags & NDPX_S_STRICT_LLADDR)
		fprintf(out, "    strict_lladdr = on\n");
	for (i = 0; i < env->n_rules; i++) {
		if (env->rules[i].vlan == vlan)
			print_rule(env, &env->rules[i], out);
	}
	fprintf(out, "}\n");
}

void conf_print(const struct row_env *env, const char *mode, FILE *out)
{
	bool used[VLAN_END] = { true };
	unsigned int vlan;
	size_t i;

	for (i = 0; i < env->n_rules; i++)
		used[env->rules[i].vlan % VLAN_END] = true;
	for (vlan = 0; vlan < VLAN_END; vlan++) {
		if (used[vlan])
			print_uplink(env, vlan, mode, out);
	}
}

void conf_print_own(const struct row_env *env, FILE *out)
{
	bool has_l = is_zero(env->settings.link_local);
	size_t i;

	for (i = 0; i < env->n_rules; i++) {
		const struct row_rule *r = &env->rules[i];

		if (r->policy.action != NDPX_ACT_OWN || !can_own(env, r))
			continue;
		has_l |= is_link_local(r->addr);
		fprintf(out, "%s\n", addr_text(r->addr));
	}
	/* An environment may have L without a rule for it. */
	if (!has_l)
		fprintf(out, "%s\n", addr_text(env->settings.link_local));
	fprintf(out, "%s\n", SENTINEL_HOST);
}
