// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows P90, P91 and P93 for a guest without `port`: the kernel's routes and neighbours tell
 * which port it is behind. And guest ports themselves: since when, of which section, and on
 * whose link.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <cmocka.h>

#include "env.h"
#include "prog.h"

#define T G_OTHER

static int flush(void **state)
{
	(void)state;
	if (prog_ports.given)
		prog_port(prog_for(HOOK_PORT), prog_ports.guest, NULL);
	prog_for(HOOK_PORT)->env = NULL;
	return prog_sh("ip -6 route flush root 2001:db8::/32; ip -6 route flush default;"
		       "ip -6 route flush type unreachable; ip -6 addr flush dev vif0 scope global;"
		       "ip -6 neigh flush all");
}

static void sh(const char *command)
{
	if (prog_sh(command))
		fail_msg("%s", command);
}

static void need_ports(void)
{
	if (!prog_ports.given)
		skip();
}

/* T alone in the section, solicited in every way. */
static struct prog *only_t(__u8 flags, __u8 answer)
{
	const struct row_env *env = env_get(ENV_PORT);
	struct prog *p = prog_for(HOOK_PORT);
	struct row_rule t = { .bits = 128, .vlan = PORT_GROUP };
	struct prog_rule rule = {
		.policy[1] = { .action = NDPX_ACT_ANSWER, .flags = flags, .answer = answer },
	};

	assert_int_equal(inet_pton(AF_INET6, T, t.addr), 1);
	prog_fill(p, env);
	prog_clear(p);
	prog_put(p, &t, &rule);
	return p;
}

/* NDPX_V_END: answered. */
static void expect(enum ndpx_verdict asked, enum ndpx_verdict claimed)
{
	const struct row *ask[] = {
		prog_row("P93", "another guest"),
		prog_row("P93", "another guest, a probe"),
		prog_row("P91", "another guest"),
	};
	const enum ndpx_verdict want[] = { asked, asked, claimed };
	size_t i;

	for (i = 0; i < sizeof(ask) / sizeof(ask[0]); i++) {
		if (want[i] == NDPX_V_END)
			prog_expect_verdict(HOOK_PORT, ask[i], ask[i]->verdict, ROW_ANSWER);
		else
			prog_expect_verdict(HOOK_PORT, ask[i], want[i], ROW_PASS);
	}
}

static void elsewhere(enum ndpx_verdict asked, enum ndpx_verdict claimed)
{
	only_t(NDPX_F_DAD_OVERRIDE, NDPX_ANSWER_ELSEWHERE);
	expect(asked, claimed);
}

static void test_p90_route(void **state)
{
	(void)state;
	need_ports();
	elsewhere(NDPX_V_NOT_ROUTED, NDPX_V_NOT_ROUTED);
	sh("ip -6 route add " T "/128 dev up0");
	elsewhere(NDPX_V_SAME_PORT, NDPX_V_SAME_PORT);
	sh("ip -6 route replace " T "/128 via fe80::77 dev up0");
	elsewhere(NDPX_V_SAME_PORT, NDPX_V_SAME_PORT);
	sh("ip -6 neigh replace fe80::77 lladdr 02:00:00:00:00:77 dev up0 nud permanent");
	elsewhere(NDPX_V_SAME_PORT, NDPX_V_SAME_PORT);
}

static void test_p91_route(void **state)
{
	(void)state;
	need_ports();
	sh("ip -6 route add " T "/128 dev vif0");
	elsewhere(NDPX_V_END, NDPX_V_DAD_IGNORED); /* not known to be there */
	sh("ip -6 neigh replace " T " lladdr 02:00:00:00:00:a7 dev vif0 nud reachable");
	elsewhere(NDPX_V_END, NDPX_V_DAD_IGNORED); /* but vif0 is not a guest port */
	prog_port(prog_for(HOOK_PORT), prog_ports.guest, env_get(ENV_PORT));
	elsewhere(NDPX_V_END, NDPX_V_END);
	sh("ip -6 neigh replace " T " lladdr 02:00:00:00:00:a7 dev vif0 nud stale");
	elsewhere(NDPX_V_END, NDPX_V_END);
	sh("ip -6 neigh replace " T " dev vif0 nud failed");
	elsewhere(NDPX_V_END, NDPX_V_DAD_IGNORED); /* gone from there */
	only_t(NDPX_F_DAD_OVERRIDE | NDPX_F_DAD_IGNORE, NDPX_ANSWER_ELSEWHERE);
	expect(NDPX_V_END, NDPX_V_DAD_IGNORED);
}

static void test_p91_default(void **state)
{
	(void)state;
	need_ports();
	sh("ip -6 route add default via fe80::1 dev over0");
	sh("ip -6 neigh replace fe80::1 lladdr 02:00:00:00:00:01 dev over0 nud permanent");
	elsewhere(NDPX_V_END, NDPX_V_DAD_IGNORED); /* an uplink is not a guest port */
	sh("ip -6 route add 2001:db8:1::/64 dev over0");
	elsewhere(NDPX_V_END, NDPX_V_DAD_IGNORED);
	sh("ip -6 route add unreachable " T "/128");
	elsewhere(NDPX_V_NOT_ROUTED, NDPX_V_NOT_ROUTED);
}

static void test_own(void **state)
{
	(void)state;
	need_ports();
	sh("ip -6 addr add " T "/128 dev vif0 nodad");
	/* The kernel makes the route from a work queue. */
	sh("for i in $(seq 50); do ip -6 route get " T " | grep -q ^local && exit; sleep 0.1; done;"
	   "exit 1");
	elsewhere(NDPX_V_NOT_ROUTED, NDPX_V_NOT_ROUTED);
}

static void put_port(const struct prog *p, const struct ndpx_port *port)
{
	assert_int_equal(bpf_map_update_elem(p->ports, &prog_ports.in, port, BPF_ANY), 0);
}

static void get_port(const struct prog *p, struct ndpx_port *ret)
{
	assert_int_equal(bpf_map_lookup_elem(p->ports, &prog_ports.in, ret), 0);
}

/* A port goes by the generation, as a rule does; a wrong section would answer for others. */
static void test_staged(void **state)
{
	struct prog *p = only_t(NDPX_F_DAD_OVERRIDE, NDPX_ANSWER_ALWAYS);
	struct ndpx_port port;

	(void)state;
	get_port(p, &port);
	port.at[0] = port.at[1];
	memset(&port.at[1], 0, sizeof(port.at[1])); /* staged to go */
	port.since = p->generation + 1;
	put_port(p, &port);
	expect(NDPX_V_END, NDPX_V_END);
	p->generation++;
	prog_config_write(p);
	expect(NDPX_V_NONE, NDPX_V_NONE);

	port.at[1] = port.at[0]; /* to come */
	memset(&port.at[0], 0, sizeof(port.at[0]));
	port.since = p->generation + 1;
	put_port(p, &port);
	expect(NDPX_V_NONE, NDPX_V_NONE);
	p->generation++;
	prog_config_write(p);
	expect(NDPX_V_END, NDPX_V_END);

	port.at[0] = port.at[1]; /* into another section */
	port.at[1].group = PORT_GROUP + 1;
	port.since = p->generation + 1;
	put_port(p, &port);
	expect(NDPX_V_END, NDPX_V_END);
	p->generation++;
	prog_config_write(p);
	expect(NDPX_V_NO_GUEST, NDPX_V_NO_GUEST);

	prog_port(p, prog_ports.in, NULL);
	expect(NDPX_V_NONE, NDPX_V_NONE);
}

/* A port of a bridge: what this host's stack sees on the bridge is on the requester's link. */
static void test_l3_dev(void **state)
{
	struct row_rule t = { .bits = 128, .vlan = PORT_GROUP };
	struct prog_rule rule = { .policy[1].action = NDPX_ACT_ANSWER };
	struct ndpx_port port;
	struct prog *p;

	(void)state;
	need_ports();
	p = only_t(NDPX_F_DAD_OVERRIDE, NDPX_ANSWER_ELSEWHERE);
	get_port(p, &port);
	port.at[1].l3_dev = prog_ports.upper;
	put_port(p, &port);
	sh("ip -6 route add " T "/128 dev over0");
	expect(NDPX_V_SAME_PORT, NDPX_V_SAME_PORT);
	sh("ip -6 route replace " T "/128 dev vif0");
	expect(NDPX_V_END, NDPX_V_DAD_IGNORED);
	rule.policy[1].port = prog_ports.upper;
	assert_int_equal(inet_pton(AF_INET6, T, t.addr), 1);
	prog_put(p, &t, &rule);
	expect(NDPX_V_SAME_PORT, NDPX_V_SAME_PORT);
}

int prog_ports_kernel(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_p90_route, flush),
		cmocka_unit_test_teardown(test_p91_route, flush),
		cmocka_unit_test_teardown(test_p91_default, flush),
		cmocka_unit_test_teardown(test_own, flush),
		cmocka_unit_test_teardown(test_staged, flush),
		cmocka_unit_test_teardown(test_l3_dev, flush),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
