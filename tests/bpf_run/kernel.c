// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rows P82, P83 and P85: the kernel's routes, neighbours and clock, in the
 * namespace that machine.c sets up; and frames too long for one buffer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "prog.h"

#define MS   1000000ull
#define HOUR (3600ull * 1000 * MS)
#define T    "2001:db8:1::1234"

static const enum prog_hook hooks[] = { HOOK_XDP, HOOK_XDP_FRAGS, HOOK_TC };
#define N_HOOKS (sizeof(hooks) / sizeof(hooks[0]))

static int missing(enum prog_hook hook)
{
	return hook == HOOK_XDP_FRAGS && !prog_ports.frags;
}

static void sh(const char *command)
{
	if (prog_sh(command))
		fail_msg("%s", command);
}

/* T with this `answer`, alone on an uplink whose link includes a second interface. */
static void only_t(struct prog *p, const struct row *row, __u8 answer)
{
	struct row_rule t = { .bits = 128 };
	struct prog_rule rule = {
		.policy[1] = { .action = NDPX_ACT_ANSWER, .answer = answer },
	};

	assert_int_equal(inet_pton(AF_INET6, T, t.addr), 1);
	prog_fill(p, row->env);
	prog_clear(p);
	prog_put(p, &t, &rule);
	prog_link(p, NDPX_LINK_MEMBER, prog_ports.upper);
	prog_config_write(p);
}

/* Solicits T in every way, from every kind of source, on every hook. */
static void expect_all(__u8 answer, enum ndpx_verdict verdict)
{
	const struct row *ask[] = {
		prog_row("P42", "D = SNM(T)"),
		prog_row("P43", "D = T"),
		prog_row("P31", "S = 2001:db8:1::1"),
		prog_row("P33", "dad = defend"),
	};
	size_t h, i;

	for (h = 0; h < N_HOOKS; h++) {
		if (missing(hooks[h]))
			continue;
		only_t(prog_for(hooks[h]), ask[0], answer);
		for (i = 0; i < sizeof(ask) / sizeof(ask[0]); i++) {
			if (verdict == NDPX_V_END)
				prog_expect_verdict(hooks[h], ask[i], ask[i]->verdict, ROW_ANSWER);
			else
				prog_expect_verdict(hooks[h], ask[i], verdict, ROW_PASS);
		}
	}
}

#define answered(answer) expect_all(answer, NDPX_V_END)

static int flush(void **state)
{
	(void)state;
	return prog_sh("ip -6 route flush root 2001:db8::/32; ip -6 route flush default;"
		       "ip -6 route flush type unreachable; ip -6 route flush type blackhole;"
		       "ip -6 addr flush dev vif0 scope global; ip -6 neigh flush all");
}

static void need_ports(void)
{
	if (!prog_ports.given)
		skip();
}

static void test_p82_routed(void **state)
{
	(void)state;
	need_ports();
	expect_all(NDPX_ANSWER_ROUTED, NDPX_V_NOT_ROUTED); /* no route */
	sh("ip -6 route add " T "/128 dev vif0");
	answered(NDPX_ANSWER_ROUTED);
	sh("ip -6 route replace " T "/128 dev up0");
	expect_all(NDPX_ANSWER_ROUTED, NDPX_V_NOT_ROUTED); /* back where it came from */
	sh("ip -6 route replace " T "/128 dev over0");
	expect_all(NDPX_ANSWER_ROUTED, NDPX_V_NOT_ROUTED); /* the same link's other device */
	answered(NDPX_ANSWER_ALWAYS);			   /* the kernel is not asked */
}

static void test_p82_default(void **state)
{
	(void)state;
	need_ports();
	sh("ip -6 route add default via fe80::1 dev up0");
	expect_all(NDPX_ANSWER_ROUTED, NDPX_V_NOT_ROUTED);
	sh("ip -6 route add 2001:db8:1::/64 dev vif0");
	answered(NDPX_ANSWER_ROUTED);
	sh("ip -6 route add unreachable " T "/128");
	expect_all(NDPX_ANSWER_ROUTED, NDPX_V_NOT_ROUTED);
	sh("ip -6 route del unreachable " T "/128");
	sh("ip -6 route add blackhole " T "/128");
	expect_all(NDPX_ANSWER_ROUTED, NDPX_V_NOT_ROUTED);
}

/* T by a prefix rule, 2001:db8:1::/64, which is on-link on up0 or not. */
static void prefix_of_t(struct prog *p, const struct row *row, __u8 answer, int onlink, int local)
{
	struct row_rule rule_at = { .bits = 64 };
	struct prog_rule rule = {
		.policy[1] = { .action = NDPX_ACT_ANSWER, .answer = answer },
	};
	struct ndpx_settings *set = &p->content.set[0];

	assert_int_equal(inet_pton(AF_INET6, "2001:db8:1::", rule_at.addr), 1);
	prog_fill(p, row->env);
	prog_clear(p);
	prog_put(p, &rule_at, &rule);
	memset(set->lengths, 0, sizeof(set->lengths));
	memset(set->lengths[0].mask, 0xff, 8);
	set->lengths[0].bits = 64;
	set->n_lengths = 1;
	set->nets[0].kind = local ? NDPX_NET_LOCAL : NDPX_NET_ONLINK;
	set->nets[0].bits = (__u8)(local ? local : onlink);
	if (!set->nets[0].bits)
		set->nets[0].kind = 0;
	memcpy(set->nets[0].addr, rule_at.addr, 16);
	memset(set->nets[0].mask, 0, 16);
	memset(set->nets[0].mask, 0xff, set->nets[0].bits / 8);
	if (local == 128)
		assert_int_equal(inet_pton(AF_INET6, T, set->nets[0].addr), 1);
	prog_config_write(p);
}

static void one_verdict(enum prog_hook hook, const struct row *ask, enum ndpx_verdict verdict)
{
	if (verdict == NDPX_V_END)
		prog_expect_verdict(hook, ask, ask->verdict, ROW_ANSWER);
	else
		prog_expect_verdict(hook, ask, verdict, ROW_PASS);
}

/* T solicited, and claimed by DAD; NDPX_V_END: answered. */
static void expect_prefix(__u8 answer, int onlink, int local, enum ndpx_verdict asked,
			  enum ndpx_verdict claimed)
{
	const struct row *ask = prog_row("P42", "D = SNM(T)");
	size_t h;

	for (h = 0; h < N_HOOKS; h++) {
		if (missing(hooks[h]))
			continue;
		prefix_of_t(prog_for(hooks[h]), ask, answer, onlink, local);
		one_verdict(hooks[h], ask, asked);
		one_verdict(hooks[h], prog_row("P43", "D = T"), asked);
		one_verdict(hooks[h], prog_row("P33", "dad = defend"), claimed);
	}
}

#define ALWAYS	NDPX_ANSWER_ALWAYS
#define ROUTED	NDPX_ANSWER_ROUTED
#define ALIVE	NDPX_ANSWER_ALIVE
#define IGNORED NDPX_V_DAD_IGNORED
#define YES	NDPX_V_END

static void test_p33_prefix(void **state)
{
	(void)state;
	need_ports();
	expect_prefix(ALWAYS, 0, 0, YES, IGNORED); /* no route */
	sh("ip -6 route add 2001:db8:1::/64 dev up0");
	expect_prefix(ALWAYS, 0, 0, YES, IGNORED); /* back where it came from */
	expect_prefix(ROUTED, 0, 0, NDPX_V_NOT_ROUTED, IGNORED);
	sh("ip -6 route replace 2001:db8:1::/64 dev vif0");
	expect_prefix(ALWAYS, 0, 0, YES, IGNORED); /* a subnet does not name an address */
	expect_prefix(ROUTED, 0, 0, YES, IGNORED);
	sh("ip -6 route add " T "/128 dev vif0"); /* alike but for the length: as good as none */
	expect_prefix(ALWAYS, 0, 0, YES, IGNORED);
	sh("ip -6 route del " T "/128 dev vif0; ip -6 route add " T "/128 dev vif0 metric 512");
	expect_prefix(ALWAYS, 0, 0, YES, YES);
	expect_prefix(ROUTED, 0, 0, YES, YES);
	expect_prefix(ALIVE, 0, 0, NDPX_V_NOT_ALIVE, NDPX_V_NOT_ALIVE);
	sh("ip -6 route del " T "/128 dev vif0; ip -6 route add " T "/128 dev up0");
	expect_prefix(ALWAYS, 0, 0, YES, IGNORED);
	sh("ip -6 route del " T "/128 dev up0");
	sh("ip -6 neigh replace " T " lladdr 02:00:00:00:12:34 dev vif0 nud reachable");
	expect_prefix(ALWAYS, 0, 0, YES, YES);
	expect_prefix(ALIVE, 0, 0, YES, YES);
	sh("ip -6 neigh replace " T " dev vif0 nud failed");
	expect_prefix(ALWAYS, 0, 0, YES, IGNORED);
	sh("ip -6 route replace 2001:db8:1::/64 via fe80::77 dev vif0");
	sh("ip -6 neigh replace fe80::77 lladdr 02:00:00:00:00:77 dev vif0 nud permanent");
	expect_prefix(ALIVE, 0, 0, YES, IGNORED); /* the gateway is alive, and no proof */
}

/* The same /64 on both sides. */
static void test_p82_onlink(void **state)
{
	static const enum ndpx_verdict none = NDPX_V_NOT_ROUTED;

	(void)state;
	need_ports();
	sh("ip -6 route add 2001:db8:1::/64 dev vif0 metric 100");
	sh("ip -6 route add 2001:db8:1::/64 dev up0 metric 256");
	expect_prefix(ROUTED, 64, 0, none, IGNORED);
	expect_prefix(ALIVE, 64, 0, none, IGNORED);
	expect_prefix(ROUTED, 48, 0, YES, IGNORED); /* longer than what is on-link */
	sh("ip -6 neigh replace " T " lladdr 02:00:00:00:12:34 dev vif0 nud stale");
	expect_prefix(ROUTED, 64, 0, YES, YES);
	sh("ip -6 neigh del " T " dev vif0");
	sh("ip -6 route add " T "/128 dev vif0 metric 1024");
	expect_prefix(ROUTED, 64, 0, YES, YES);
	sh("ip -6 route del " T "/128 dev vif0; ip -6 route add 2001:db8:1::1230/124 dev vif0");
	expect_prefix(ROUTED, 64, 0, YES, YES);
	sh("ip -6 route del 2001:db8:1::1230/124 dev vif0");
	/* A route elsewhere for the other half proves nothing about this one. */
	sh("ip link add thr0 type veth peer name thr0p; ip link set thr0 up; ip link set thr0p up");
	sh("ip -6 route add 2001:db8:1:0:8000::/65 dev thr0");
	expect_prefix(ROUTED, 64, 0, none, IGNORED);
	sh("ip link del thr0");
	sh("ip -6 route del 2001:db8:1::/64 dev up0; ip -6 route add 2001:db8:1::/64 dev up0 "
	   "metric 50");
	expect_prefix(ROUTED, 64, 0, none, IGNORED);
	sh("ip -6 route add " T "/128 dev vif0 metric 1024");
	expect_prefix(ROUTED, 64, 0, YES, YES);
}

/* AnyIP; also where the host does not forward. */
static void test_p82_local(void **state)
{
	static const char *const forwarding[] = {
		"echo 0 > /proc/sys/net/ipv6/conf/all/forwarding",
		"echo 1 > /proc/sys/net/ipv6/conf/all/forwarding",
	};
	size_t i;

	(void)state;
	need_ports();
	sh("ip -6 route add local 2001:db8:1::/64 dev lo");
	for (i = 0; i < 2; i++) {
		sh(forwarding[i]);
		expect_prefix(ROUTED, 0, 0, NDPX_V_NOT_ROUTED, IGNORED); /* not known as such */
		expect_prefix(ROUTED, 0, 64, YES, IGNORED);
		expect_prefix(ALIVE, 0, 64, YES, IGNORED);
		expect_prefix(ROUTED, 0, 128, YES, YES);
	}
	sh("ip -6 route flush table local 2001:db8:1::/64");
	sh("ip -6 route add blackhole 2001:db8:1::/64");
	expect_prefix(ROUTED, 0, 64, NDPX_V_NOT_ROUTED, IGNORED);
}

/* A port without neighbours, which appears whenever it likes. */
static void test_p83_tun(void **state)
{
	(void)state;
	need_ports();
	if (prog_sh("ip tuntap add dev tun7 mode tun 2>/dev/null && ip link set tun7 up"))
		skip();
	sh("ip -6 route add " T "/128 dev tun7");
	answered(NDPX_ANSWER_ROUTED);
	answered(NDPX_ANSWER_ALIVE);
	sh("ip link set tun7 mtu 9000");
	answered(NDPX_ANSWER_ALIVE);
	expect_prefix(ALIVE, 0, 0, YES, YES);
	sh("ip link del tun7");
}

static void test_p82_own(void **state)
{
	(void)state;
	need_ports();
	sh("ip -6 addr add " T "/128 dev vif0 nodad");
	/* The kernel makes the route from a work queue. */
	sh("for i in $(seq 50); do ip -6 route get " T " | grep -q ^local && exit; sleep 0.1; done;"
	   "exit 1");
	expect_all(NDPX_ANSWER_ROUTED, NDPX_V_NOT_ROUTED); /* an address of this host */
}

static void test_p82_via_router(void **state)
{
	(void)state;
	need_ports();
	sh("ip -6 route add " T "/128 via fe80::77 dev vif0");
	answered(NDPX_ANSWER_ROUTED);
}

static void test_p83_alive(void **state)
{
	static const char *const usable[] = { "permanent", "reachable", "stale", "noarp" };
	char command[128];
	size_t i;

	(void)state;
	need_ports();
	expect_all(NDPX_ANSWER_ALIVE, NDPX_V_NOT_ROUTED);
	sh("ip -6 route add " T "/128 dev vif0");
	expect_all(NDPX_ANSWER_ALIVE, NDPX_V_NOT_ALIVE);
	for (i = 0; i < sizeof(usable) / sizeof(usable[0]); i++) {
		strcpy(command, "ip -6 neigh replace " T " lladdr 02:00:00:00:12:34 dev vif0 nud ");
		sh(strcat(command, usable[i]));
		answered(NDPX_ANSWER_ALIVE);
	}
	sh("ip -6 neigh replace " T " dev vif0 nud failed");
	expect_all(NDPX_ANSWER_ALIVE, NDPX_V_NOT_ALIVE);
	sh("ip -6 neigh replace " T " lladdr 02:00:00:00:12:34 dev up0 nud permanent");
	expect_all(NDPX_ANSWER_ALIVE, NDPX_V_NOT_ALIVE); /* known, but on the asking port */
	sh("ip -6 route replace " T "/128 dev up0");
	expect_all(NDPX_ANSWER_ALIVE, NDPX_V_NOT_ROUTED);
}

/* The three requesters of P85: two MACs, and the first one on a VLAN. */
static void rated(enum prog_hook hook, __u64 cost, __u64 burst)
{
	struct prog *p = prog_for(hook);

	prog_fill(p, prog_row("P42", "D = SNM(T)")->env);
	p->env = NULL; /* for the next row to fill it again */
	p->content.set[0].rate_cost = cost;
	p->content.set[0].rate_burst = burst;
	prog_config_write(p);
}

static void allowed(enum prog_hook hook, const struct row *row)
{
	prog_expect_verdict(hook, row, row->verdict, row->act);
}

static void p85(enum prog_hook hook)
{
	const struct row *ask = prog_row("P42", "D = SNM(T)");
	const struct row *probe = prog_row("P43", "D = T");
	const struct row *dad = prog_row("P33", "dad = defend");
	const struct row *vlan = prog_row("P3", "VID 1");
	const struct row *nobody = prog_row("P80", "no rule");
	const struct row *bad = prog_row("P49", "code 1");
	const struct timespec pause = { .tv_nsec = 60 * MS };

	rated(hook, HOUR, 0);
	prog_expect_verdict(hook, nobody, NDPX_V_NO_GUEST, ROW_PASS); /* costs nothing */
	allowed(hook, ask);
	prog_expect_verdict(hook, ask, NDPX_V_RATE_LIMITED, ROW_DROP);
	prog_expect_verdict(hook, probe, NDPX_V_RATE_LIMITED, ROW_DROP);
	prog_expect_verdict(hook, dad, NDPX_V_RATE_LIMITED, ROW_DROP);
	prog_expect_verdict(hook, nobody, NDPX_V_NO_GUEST, ROW_PASS); /* and still passes */
	prog_expect_verdict(hook, bad, NDPX_V_BAD_CODE, ROW_PASS);
	allowed(hook, vlan); /* the same MAC on another link */
	prog_clear(prog_for(hook));

	rated(hook, 50 * MS, 0);
	allowed(hook, ask);
	nanosleep(&pause, NULL);
	allowed(hook, ask);
	prog_clear(prog_for(hook));

	/* Half a cost more than two: the contract does not define the exact edge. */
	rated(hook, HOUR, 2 * HOUR + HOUR / 2);
	allowed(hook, ask);
	allowed(hook, probe);
	allowed(hook, dad);
	prog_expect_verdict(hook, ask, NDPX_V_RATE_LIMITED, ROW_DROP);
	prog_clear(prog_for(hook));

	rated(hook, 0, 0);
	allowed(hook, ask);
	allowed(hook, ask);
	prog_clear(prog_for(hook));
}

static void other_mac(enum prog_hook hook)
{
	const struct row *ask = prog_row("P42", "D = SNM(T)");
	__u8 frame[86], answer[86];
	struct row other = *ask;

	assert_int_equal(ask->len, 86);
	memcpy(frame, ask->frame, 86);
	memcpy(answer, ask->answer, 86);
	frame[11] = 0x02; /* es alone; it answers to the SLL as before: P61 */
	other.frame = frame;
	other.answer = answer;
	rated(hook, HOUR, 0);
	allowed(hook, ask);
	prog_expect_verdict(hook, ask, NDPX_V_RATE_LIMITED, ROW_DROP);
	allowed(hook, &other);
	prog_expect_verdict(hook, &other, NDPX_V_RATE_LIMITED, ROW_DROP);
	prog_clear(prog_for(hook));
}

/* Solicitations the tables would reject count as well, and are dropped before any look-up. */
static void unrouted(enum prog_hook hook)
{
	const struct row *ask = prog_row("P42", "D = SNM(T)");
	struct prog *p = prog_for(hook);

	only_t(p, ask, NDPX_ANSWER_ROUTED);
	p->content.set[0].rate_cost = HOUR;
	prog_config_write(p);
	prog_expect_verdict(hook, ask, NDPX_V_NOT_ROUTED, ROW_PASS);
	prog_expect_verdict(hook, ask, NDPX_V_RATE_LIMITED, ROW_DROP);
	prog_clear(p);
}

static void test_p85_rate(void **state)
{
	size_t h;

	(void)state;
	for (h = 0; h < N_HOOKS; h++) {
		if (missing(hooks[h]))
			continue;
		p85(hooks[h]);
		other_mac(hooks[h]);
		if (prog_ports.given)
			unrouted(hooks[h]);
	}
}

/* P20 on a jumbo link: more bytes after the message than one buffer holds. */
static void test_p20_fragments(void **state)
{
	const struct row *ask = prog_row("P42", "D = SNM(T)");
	static __u8 frame[7000];
	struct row longer = *ask;

	(void)state;
	if (!prog_ports.frags)
		skip();
	memset(frame, 0x5a, sizeof(frame));
	memcpy(frame, ask->frame, ask->len);
	longer.frame = frame;
	longer.len = sizeof(frame);
	prog_expect(HOOK_XDP_FRAGS, &longer);
	frame[85] ^= 1;
	longer.verdict = NDPX_V_BAD_CHECKSUM;
	longer.act = ROW_PASS;
	prog_expect(HOOK_XDP_FRAGS, &longer);
}

int prog_kernel(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_p82_routed, flush),
		cmocka_unit_test_teardown(test_p82_default, flush),
		cmocka_unit_test_teardown(test_p33_prefix, flush),
		cmocka_unit_test_teardown(test_p82_onlink, flush),
		cmocka_unit_test_teardown(test_p82_local, flush),
		cmocka_unit_test_teardown(test_p83_tun, flush),
		cmocka_unit_test_teardown(test_p82_own, flush),
		cmocka_unit_test_teardown(test_p82_via_router, flush),
		cmocka_unit_test_teardown(test_p83_alive, flush),
		cmocka_unit_test(test_p85_rate),
		cmocka_unit_test(test_p20_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
