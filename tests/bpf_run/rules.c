// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rules over time: their statistics, changes staged for a later generation, and the two
 * sets of settings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "prog.h"

#define SECOND 1000000000ull

static const enum prog_hook hooks[] = { HOOK_XDP, HOOK_XDP_FRAGS, HOOK_TC };

/* Runs a test on each hook that this kernel has. */
static void on_hooks(void (*test)(enum prog_hook hook))
{
	size_t i;

	for (i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		if (hooks[i] == HOOK_XDP_FRAGS && !prog_ports.frags)
			continue;
		test(hooks[i]);
	}
}

static struct row_rule at(const char *addr, __u8 bits)
{
	struct row_rule r = { .bits = bits };

	assert_int_equal(inet_pton(AF_INET6, addr, r.addr), 1);
	return r;
}

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (__u64)ts.tv_sec * SECOND + (__u64)ts.tv_nsec;
}

static void expect_stats(struct prog *p, const struct row_rule *where, __u64 answers,
			 const char *requester)
{
	struct row_rule want = at(requester, 128);
	struct ndpx_rule_stats stats;

	prog_get(p, where, &stats);
	assert_int_equal(stats.answers, answers);
	assert_memory_equal(stats.last_requester, want.addr, 16);
	if (answers == 0) {
		assert_int_equal(stats.last_answer, 0);
		return;
	}
	/* The coarse clock lags a tick. */
	assert_true(stats.last_answer + SECOND > now());
	assert_true(stats.last_answer <= now());
}

static void statistics(enum prog_hook hook)
{
	struct prog *p = prog_for(hook);
	struct row_rule t = at("2001:db8:1::1234", 128), ula = at("fd00:1::34", 128);
	struct row_rule prefix = at("2001:db8:2::", 48), paused = at("2001:db8:1::a5", 128);

	p->env = NULL;
	prog_expect(hook, prog_row("P50", "multicast: 0000 for 26fa"));
	expect_stats(p, &t, 0, "::");
	prog_expect(hook, prog_row("P42", "D = SNM(T)"));
	expect_stats(p, &t, 1, "fe80::1");
	prog_expect(hook, prog_row("P31", "S = 2001:db8:1::1, a probe"));
	expect_stats(p, &t, 2, "2001:db8:1::1");
	prog_expect(hook, prog_row("P33", "dad = defend"));
	/* P44 solicits with a D of this host's: the answer is the guest's, not the host's. */
	expect_stats(p, &t, 3, "::");
	prog_expect(hook, prog_row("P44", "D = L"));
	expect_stats(p, &t, 4, "fe80::1");
	prog_expect(hook, prog_row("P77", "/48"));
	prog_expect(hook, prog_row("P77", "/48, a probe"));
	expect_stats(p, &prefix, 2, "fe80::1");
	prog_expect(hook, prog_row("P84", "the rule, multicast"));
	expect_stats(p, &paused, 0, "::");
	expect_stats(p, &t, 4, "fe80::1");
	expect_stats(p, &ula, 0, "::");
}

static void test_statistics(void **state)
{
	(void)state;
	on_hooks(statistics);
}

static void expect_none(enum prog_hook hook, const struct row *row)
{
	prog_expect_verdict(hook, row, NDPX_V_NO_GUEST, ROW_PASS);
}

static void generation_is(struct prog *p, __u64 generation)
{
	p->generation = generation;
	prog_config_write(p);
}

/* An empty uplink with the default settings, at this generation. */
static struct prog *bare(enum prog_hook hook, const struct row *row, __u64 generation)
{
	struct prog *p = prog_for(hook);

	prog_fill(p, row->env);
	prog_clear(p);
	generation_is(p, generation);
	return p;
}

static void staged(enum prog_hook hook, const struct row *row, const struct row_rule *where,
		   const struct ndpx_policy *policy, __u64 generation)
{
	struct prog *p = bare(hook, row, generation);
	struct prog_rule rule = { .since = generation + 1 };

	expect_none(hook, row);
	rule.policy[1] = *policy; /* staged add */
	prog_put(p, where, &rule);
	expect_none(hook, row);
	generation_is(p, generation + 1);
	prog_expect_verdict(hook, row, row->verdict, row->act);
	generation_is(p, generation + 2);
	prog_expect_verdict(hook, row, row->verdict, row->act);

	rule = (struct prog_rule){ .policy = { *policy }, .since = generation + 3 }; /* delete */
	prog_put(p, where, &rule);
	prog_expect_verdict(hook, row, row->verdict, row->act);
	generation_is(p, generation + 3);
	expect_none(hook, row);
}

/* At the first, where 32 bits would wrap or turn negative, and at the last. */
static void generations(enum prog_hook hook)
{
	static const __u64 first[] = { 0,	   1,	       1000,	   0x7ffffffe,
				       0x7fffffff, 0xfffffffd, 0xffffffff, (1ull << 56) - 4 };
	struct row_rule t = at("2001:db8:1::1234", 128), prefix = at("2001:db8:2::", 48);
	struct ndpx_policy exact = { .action = NDPX_ACT_ANSWER };
	struct ndpx_policy wide = {
		.action = NDPX_ACT_ANSWER,
		.flags = NDPX_F_LLADDR,
		.lladdr = { 2, 0, 0, 0, 0xaa, 48 },
	};
	size_t i;

	for (i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		staged(hook, prog_row("P42", "D = SNM(T)"), &t, &exact, first[i]);
		staged(hook, prog_row("P33", "dad = defend"), &t, &exact, first[i]);
		staged(hook, prog_row("P77", "/48, a probe"), &prefix, &wide, first[i]);
	}
}

static void test_generations(void **state)
{
	(void)state;
	on_hooks(generations);
}

/* A staged deny inside an answered prefix hides nothing before its time. */
static void staged_inside(enum prog_hook hook)
{
	const struct row *row = prog_row("P77", "/48");
	struct prog *p = bare(hook, row, 10);
	struct row_rule wide = at("2001:db8:2::", 48), exact = at("2001:db8:2:9::1", 128);
	struct row_rule inner = at("2001:db8:2:9::", 64);
	struct ndpx_policy answer = {
		.action = NDPX_ACT_ANSWER,
		.flags = NDPX_F_LLADDR,
		.lladdr = { 2, 0, 0, 0, 0xaa, 48 },
	};
	struct prog_rule rule = { .policy = { answer, answer }, .since = 10 };
	const struct ndpx_policy deny = { .action = NDPX_ACT_DENY };
	const struct ndpx_policy own = { .action = NDPX_ACT_OWN };

	prog_put(p, &wide, &rule);
	rule = (struct prog_rule){ .policy[1] = deny, .since = 11 };
	prog_put(p, &inner, &rule);
	rule = (struct prog_rule){ .policy[1] = own, .since = 12 };
	prog_put(p, &exact, &rule);
	prog_expect_verdict(hook, row, row->verdict, row->act);
	generation_is(p, 11);
	prog_expect_verdict(hook, row, NDPX_V_DENIED, ROW_PASS);
	generation_is(p, 12);
	prog_expect_verdict(hook, row, NDPX_V_OWN_ADDRESS, ROW_PASS);
}

static void test_staged_inside(void **state)
{
	(void)state;
	on_hooks(staged_inside);
}

/* P44's look-up of D goes by the generation as well. */
static void staged_own(enum prog_hook hook)
{
	const struct row *row = prog_row("P44", "D is an address of this host");
	struct prog *p = bare(hook, row, 4);
	struct row_rule t = at("2001:db8:1::1234", 128), own = at("2001:db8:1::fe", 128);
	struct prog_rule rule = { .policy[1].action = NDPX_ACT_ANSWER };

	prog_put(p, &t, &rule);
	rule = (struct prog_rule){ .policy[1].action = NDPX_ACT_OWN, .since = 5 };
	prog_put(p, &own, &rule);
	prog_expect_verdict(hook, row, NDPX_V_BAD_DESTINATION, ROW_PASS);
	generation_is(p, 5);
	prog_expect_verdict(hook, row, row->verdict, row->act);
}

static void test_staged_own(void **state)
{
	(void)state;
	on_hooks(staged_own);
}

/* `since` says which set is in force from when on: the other may hold anything. */
static void settings(enum prog_hook hook)
{
	const struct row *target = prog_row("vector", "multicast, source T");
	const struct row *local = prog_row("vector", "multicast, source L");
	struct prog *p = prog_for(hook);
	__u64 g;

	prog_fill(p, target->env);
	p->env = NULL;
	p->content.set[1] = local->env->settings;
	for (g = 0; g < 4; g++) {
		const struct row *row = g & 1 ? local : target;

		/* From this generation on set[g & 1]; in the one before it, the other. */
		p->content.since[0] = (g + 10) << 1 | (g & 1);
		generation_is(p, g + 10);
		prog_expect_verdict(hook, row, row->verdict, row->act);
		row = g & 1 ? target : local;
		generation_is(p, g + 9);
		prog_expect_verdict(hook, row, row->verdict, row->act);
	}
	memset(p->content.set[1].mac, 0x44, 6);
	generation_is(p, 12);
	prog_expect_verdict(hook, target, target->verdict, target->act);
	generation_is(p, 13);
	/* Another MAC: a probe to H is not for this port. */
	target = prog_row("vector", "probe, source T");
	prog_expect_verdict(hook, target, NDPX_V_NOT_FOR_US, ROW_PASS);
}

static void test_settings(void **state)
{
	(void)state;
	on_hooks(settings);
}

/* P15, P40: sent by another NIC of this host, or its stack through another device of this link. */
static void ours(enum prog_hook hook)
{
	const struct row *ask = prog_row("P42", "D = SNM(T)");
	struct prog *p = prog_for(hook);
	__u64 mac = 0, local = 0;
	int i;

	prog_fill(p, ask->env);
	for (i = 0; i < 6; i++)
		mac |= (__u64)ask->frame[6 + i] << 8 * i;
	memcpy(&local, ask->frame + 30, sizeof(local));
	/* Bits of the filter alone decide nothing. */
	p->env = NULL;
	memset(p->content.set[0].ours, 0xff, sizeof(p->content.set[0].ours));
	prog_config_write(p);
	prog_expect_verdict(hook, ask, ask->verdict, ask->act);
	prog_link(p, NDPX_LINK_OWN_MAC, mac);
	prog_config_write(p);
	prog_expect_verdict(hook, ask, NDPX_V_LOOPED, ROW_PASS);
	prog_clear(p);
	prog_fill(p, ask->env);
	prog_link(p, NDPX_LINK_LOCAL, local);
	prog_config_write(p);
	prog_expect_verdict(hook, ask, NDPX_V_LOOPED, ROW_PASS);
	/* A key of another epoch does not count. */
	p->content.set[0].epoch = 1;
	prog_config_write(p);
	prog_expect_verdict(hook, ask, ask->verdict, ask->act);
	prog_clear(p);
}

static void test_ours(void **state)
{
	(void)state;
	on_hooks(ours);
}

/* P76: the prefix decides about this host's address on another interface, with R. */
static void host(enum prog_hook hook)
{
	const struct row *ask = prog_row("P77", "/48");
	struct prog *p = bare(hook, ask, 0);
	struct row_rule wide = at("2001:db8:2::", 48), exact = at("2001:db8:2:9::1", 128);
	struct ndpx_policy policy = { .action = NDPX_ACT_ANSWER, .answer = NDPX_ANSWER_ROUTED };
	struct prog_rule rule = { .policy = { policy, policy } };
	struct prog_result r = { 0 };

	prog_put(p, &wide, &rule);
	prog_expect_verdict(hook, ask, NDPX_V_NOT_ROUTED, ROW_PASS);
	rule.policy[1] = (struct ndpx_policy){ .action = NDPX_ACT_HOST,
					       .flags = NDPX_F_ROUTER | NDPX_F_HOST };
	prog_put(p, &exact, &rule);
	assert_int_equal(prog_run(hook, ask->frame, ask->len, &r), 0);
	assert_int_equal(r.act, ROW_ANSWER);
	assert_int_equal(r.out[58], 0xc0); /* R and S */
	/* Of another VRF: its routes are asked all the same. */
	rule.policy[1].flags = NDPX_F_ROUTER;
	prog_put(p, &exact, &rule);
	prog_expect_verdict(hook, ask, NDPX_V_NOT_ROUTED, ROW_PASS);
	policy.action = NDPX_ACT_DENY;
	rule.policy[0] = rule.policy[1] = policy;
	prog_put(p, &wide, &rule);
	prog_expect_verdict(hook, ask, NDPX_V_DENIED, ROW_PASS);
	/* No rule covers it. */
	prog_clear(p);
	rule.policy[1] = (struct ndpx_policy){ .action = NDPX_ACT_HOST, .flags = NDPX_F_ROUTER };
	prog_put(p, &exact, &rule);
	prog_expect_verdict(hook, ask, NDPX_V_NO_GUEST, ROW_PASS);
}

static void test_host(void **state)
{
	(void)state;
	on_hooks(host);
}

int prog_rules(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statistics),    cmocka_unit_test(test_generations),
		cmocka_unit_test(test_staged_inside), cmocka_unit_test(test_staged_own),
		cmocka_unit_test(test_settings),      cmocka_unit_test(test_ours),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
