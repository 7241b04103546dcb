// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The stages of bpf/decide.h and the writing of the answer, on arrays instead of maps: the
 * same steps in the same order, so that any difference comes from the compiler, the
 * verifier, the maps or the hook.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native.h"
#include "nd/reply.h"
#include "fast_path.h"

const char *native_verdict_name(enum ndpx_verdict v)
{
	static const char *const names[NDPX_V_END] = { [NDPX_V_NONE] = "none",
#define X(number, id, name, text) [NDPX_V_##id] = #name,
						       NDPX_VERDICTS(X)
#undef X
	};

	return v < NDPX_V_END ? names[v] : "?";
}

static const struct row_rule *find(const struct row_env *env, __u32 bits, __u16 vlan,
				   struct nd_addr addr)
{
	__u8 want[16];
	size_t i;

	nd_put_addr(want, addr);
	for (i = 0; i < env->n_rules; i++) {
		const struct row_rule *r = &env->rules[i];

		if (r->bits == bits && r->vlan == vlan && !memcmp(r->addr, want, 16))
			return r;
	}
	return NULL;
}

static const struct row_rule *find_prefix(const struct row_env *env, const struct nd_query *q,
					  int *ret_anycast)
{
	const struct ndpx_settings *set = &env->settings;
	__u32 i;

	for (i = 0; i < set->n_lengths; i++) {
		struct nd_addr mask = nd_get_addr(set->lengths[i].mask);
		struct nd_addr net = { q->target.hi & mask.hi, q->target.lo & mask.lo };
		const struct row_rule *r = find(env, set->lengths[i].bits, q->vlan, net);

		if (!r || r->policy.action == NDPX_ACT_NONE)
			continue;
		*ret_anycast = r->bits <= 64 && nd_addr_eq(net, q->target);
		return r;
	}
	return NULL;
}

static struct ndpx_policy policy_of(const struct row_rule *r, const struct native_ports *ports)
{
	struct ndpx_policy policy = r->policy;

	if (r->port != ROW_PORT_NONE)
		policy.port = r->port == ROW_PORT_IN ? ports->in : ports->other;
	return policy;
}

/* Everything after the checks; *ret_drop if the verdict drops. */
static enum ndpx_verdict apply_rules(const struct row_env *env, const struct native_ports *ports,
				     const struct nd_query *q, struct ndpx_policy *ret_policy,
				     int *ret_drop)
{
	const struct ndpx_settings *set = &env->settings;
	const struct row_rule *rule = find(env, 128, q->vlan, q->target);
	enum ndpx_verdict v;
	int is_anycast = 0, by_prefix = 0;

	if (!rule || rule->policy.action == NDPX_ACT_NONE) {
		if (set->n_lengths == 0 || nd_addr_is_link_local(q->target))
			return NDPX_V_NO_GUEST;
		rule = find_prefix(env, q, &is_anycast);
		if (!rule)
			return NDPX_V_NO_GUEST;
		by_prefix = 1;
	}
	*ret_policy = policy_of(rule, ports);
	if (is_anycast && ret_policy->action == NDPX_ACT_ANSWER)
		return NDPX_V_NO_GUEST;
	if (nd_is_astray(ret_policy, q, nd_get_mac(set->mac)))
		return NDPX_V_NOT_FOR_US;
	v = nd_apply_rule(ret_policy, q, set, ports->in, row_lease_is_over);
	if (v != NDPX_V_END) {
		*ret_drop = v == NDPX_V_PAUSED && q->kind == ND_KIND_PROBE;
		return v;
	}
	if (q->kind == ND_KIND_PROBE_HOST) {
		rule = find(env, 128, q->vlan, q->dest);
		if (!rule || rule->policy.action != NDPX_ACT_OWN)
			return NDPX_V_BAD_DESTINATION;
	}
	/* P33: nothing in the kernel's tables names a single address of the prefix. */
	if (q->kind == ND_KIND_DAD)
		return by_prefix ? NDPX_V_DAD_IGNORED : NDPX_V_ANSWERED_DAD;
	return q->kind == ND_KIND_MULTICAST ? NDPX_V_ANSWERED : NDPX_V_ANSWERED_PROBE;
}

void native_run(const struct row_env *env, const struct native_ports *ports, const __u8 *bytes,
		size_t len, struct native_result *ret)
{
	const struct ndpx_settings *set = &env->settings;
	/* Parsed only: nothing of it is written. */
	__u8 *data = (__u8 *)(unsigned long)bytes;
	struct nd_frame frame = { .data = data, .data_end = data + len, .len = (__u32)len };
	struct nd_port port = {
		.mac = nd_get_mac(set->mac),
		.link_local = nd_get_addr(set->link_local),
		.strict_lladdr = set->flags & NDPX_S_STRICT_LLADDR,
	};
	struct ndpx_policy policy = { 0 };
	struct nd_query q = { 0 };
	struct nd_ns ns;
	int drop = 0;

	ret->act = ROW_PASS;
	ret->len = 0;
	ret->verdict = nd_parse(&frame, &ns);
	if (ret->verdict != NDPX_V_END)
		return;
	ret->verdict = nd_check(&frame, &ns, &port, &q);
	if (!fast_path_agrees(&frame, &ns, &port, ret->verdict, &q)) {
		fprintf(stderr, "nd_plain() and nd_check() differ\n");
		abort();
	}
	if (ret->verdict != NDPX_V_END)
		return;
	ret->verdict = apply_rules(env, ports, &q, &policy, &drop);
	if (ret->verdict == NDPX_V_NO_GUEST && q.astray)
		ret->verdict = NDPX_V_NOT_FOR_US;
	if (drop)
		ret->act = ROW_DROP;
	if (ret->verdict < NDPX_V_ANSWERED || ret->verdict > NDPX_V_ANSWERED_PROBE)
		return;
	ret->act = ROW_ANSWER;
	ret->len = ns.l2_len + ND_IP6_LEN + ND_NA_LEN;
	/* The bytes a resize appends are undefined: never zero here. */
	memset(ret->answer, 0xaa, sizeof(ret->answer));
	memcpy(ret->answer, bytes, len < ret->len ? len : ret->len);
	nd_write(ret->answer, ns.l2_len, &q, &policy, set);
}
