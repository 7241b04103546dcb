// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * doctor's table against the manual, and its checks over made-up snapshots: above all
 * what this machine's devices and kernel cannot bring about.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/rtnetlink.h>

#include "doctor.h"
#include "doctor_filter.h"

enum { ETH0 = 2, VIF1 = 3 };

/* A host that is well; a test makes it ill. */
struct host {
	struct nl_link links[4];
	struct entry rules[4];
	struct uplink file;
	struct doctor_uplink up;
	struct doctor_snapshot snap;
	struct findings found;
};

static void set_up(struct host *h)
{
	struct doctor_uplink *up = &h->up;

	memset(h, 0, sizeof(*h));
	h->links[0] = (struct nl_link){ .ifindex = ETH0,
					.flags = IFF_UP | IFF_RUNNING,
					.name = "eth0",
					.is_ethernet = true,
					.mac = { 2, 0, 0, 0, 0, 1 } };
	h->links[1] = (struct nl_link){ .ifindex = VIF1, .name = "vif1", .kind = "veth" };
	h->rules[0].key.bits = 128;
	inet_pton(AF_INET6, "2001:db8::1", h->rules[0].key.addr);
	h->rules[0].say.action = NDPX_ACT_ANSWER;
	strcpy(h->file.dev, "eth0");
	strcpy(up->dev, "eth0");
	up->ifindex = ETH0;
	up->pins = PINS_WHOLE;
	up->attachment = (struct attachment){ NDPX_MODE_NATIVE, 1, 1 };
	up->program = (struct inspection){ .ours = true, .current = true };
	strcpy(up->record.dev, "eth0");
	up->record.mode = NDPX_MODE_NATIVE;
	up->record.n_vlans = 1;
	up->record.stacks[0] = ETH0;
	memcpy(up->settings.mac, h->links[0].mac, 6);
	memcpy(up->now.settings.mac, h->links[0].mac, 6);
	up->now.n_stacks = 1;
	up->now.stacks[0].ifindex = ETH0;
	up->have_now = true;
	up->link = up->named = &h->links[0];
	up->pinned = h->rules;
	up->n_pinned = 1;
	up->rules = h->rules;
	up->n_rules = 1;
	up->n_stacks = 1;
	up->stacks[0] = (struct doctor_stack){ .ifindex = ETH0, .name = "eth0", .forwarding = 1 };
	up->nic.mtu = 1500;
	up->forwarding_dev = 1;
	h->snap.state.links = h->links;
	h->snap.state.n_links = 2;
	h->snap.forwarding_all = 1;
	h->snap.kernel = 618;
	h->snap.uplinks = up;
	h->snap.n_uplinks = 1;
}

static const struct finding *check(struct host *h, enum doctor_code code)
{
	size_t i;

	findings_free(&h->found);
	doctor_check(&h->snap, &h->found);
	for (i = 0; i < h->found.n; i++) {
		if (h->found.items[i].code == code)
			return &h->found.items[i];
	}
	return NULL;
}

static void assert_well(struct host *h)
{
	check(h, DOCTOR_CODES_END);
	if (h->found.n)
		fail_msg("%s: %s", doctor_rows[h->found.items[0].code].code,
			 h->found.items[0].message);
}

static void table_is_sound(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < DOCTOR_CODES_END; i++) {
		const struct doctor_row *row = &doctor_rows[i];

		assert_true(row->code[0] && row->meaning[0] && row->remedy[0]);
		assert_int_equal(strspn(row->code, "abcdefghijklmnopqrstuvwxyz6-"),
				 strlen(row->code));
		for (j = 0; j < i; j++)
			assert_string_not_equal(row->code, doctor_rows[j].code);
	}
}

/* The rows of the section FINDINGS, in order, are those of the table. */
static void manual_says_the_same(void **state)
{
	char want[8192], *have = NULL, *from, *to;
	FILE *fp = fopen("user/man/ndpx.8", "r");
	size_t i, len = 0, at = 0;
	ssize_t n;

	(void)state;
	if (!fp)
		skip(); /* not run from the top of the tree */
	n = getdelim(&have, &len, '\0', fp);
	fclose(fp);
	assert_true(n > 0);
	for (i = 0; i < DOCTOR_CODES_END; i++) {
		const struct doctor_row *row = &doctor_rows[i];

		at += (size_t)snprintf(want + at, sizeof(want) - at, ".It Cm %s Pq %s%s\n%s:\n%s\n",
				       row->code, doctor_severity_word(row->severity),
				       row->heal ? ", healed" : "", row->meaning, row->remedy);
		assert_true(at < sizeof(want));
	}
	from = strstr(have, ".Sh FINDINGS\n");
	assert_non_null(from);
	from = strstr(from, ".It ");
	to = strstr(from, ".El\n");
	assert_non_null(to);
	*to = '\0';
	assert_string_equal(from, want);
	free(have);
}

static void a_well_host_has_no_findings(void **state)
{
	struct host h;

	(void)state;
	set_up(&h);
	assert_well(&h);
}

static void lro_and_mtu(void **state)
{
	struct host h;

	(void)state;
	set_up(&h);
	h.file.mode = WANT_NATIVE;
	h.up.file = &h.file;
	h.up.n_file = 1;
	h.up.lro = true;
	h.up.nic.mtu = 9000;
	assert_well(&h); /* native runs, so what? */
	h.up.attachment.mode = NDPX_MODE_TCX;
	assert_non_null(check(&h, DOCTOR_XDP_LRO));
	assert_non_null(check(&h, DOCTOR_XDP_MTU));
	assert_null(check(&h, DOCTOR_NOT_NATIVE));
	assert_null(check(&h, DOCTOR_KERNEL_FEATURE));
	h.snap.kernel = 510;
	assert_non_null(strstr(check(&h, DOCTOR_KERNEL_FEATURE)->remedy, "5.18"));
	h.up.lro = false;
	h.up.nic.mtu = 1500;
	assert_null(check(&h, DOCTOR_KERNEL_FEATURE));
	assert_non_null(check(&h, DOCTOR_NOT_NATIVE));
	findings_free(&h.found);
}

static void clsact_before_tcx(void **state)
{
	struct host h;

	(void)state;
	set_up(&h);
	h.up.attachment.mode = NDPX_MODE_NONE;
	h.up.record.mode = NDPX_MODE_CLSACT;
	assert_non_null(check(&h, DOCTOR_DETACHED));
	assert_null(check(&h, DOCTOR_KERNEL_FEATURE));
	h.snap.kernel = 601;
	assert_non_null(check(&h, DOCTOR_KERNEL_FEATURE));
	findings_free(&h.found);
}

/* A NIC, as apply refuses it: a veth is shown in tests/net. */
static void tags_that_a_nic_hides(void **state)
{
	struct host h;

	(void)state;
	set_up(&h);
	h.up.strips_vlan = true;
	assert_well(&h);
	h.links[0].flags |= IFF_PROMISC;
	assert_non_null(check(&h, DOCTOR_VLAN_HIDDEN));
	h.links[0].flags &= ~(uint32_t)IFF_PROMISC;
	h.up.now.hidden_tags = true;
	assert_non_null(check(&h, DOCTOR_VLAN_HIDDEN));
	h.up.attachment.mode = NDPX_MODE_TCX;
	assert_well(&h);
	findings_free(&h.found);
}

static void who_runs_first(void **state)
{
	const struct finding *f;
	struct host h;

	(void)state;
	set_up(&h);
	h.up.attachment.mode = NDPX_MODE_CLSACT;
	h.up.record.want = WANT_TC;
	h.up.before[0] = (struct before){ BEFORE_XDP, 3, 0, true, "xdp_pass" };
	h.up.n_before = 1;
	assert_well(&h);
	h.up.before[1] = (struct before){ BEFORE_CLSACT, 0, 1, true, "matchall" };
	h.up.n_before = 2;
	f = check(&h, DOCTOR_RUNS_BEFORE);
	assert_non_null(f);
	assert_string_equal(f->message,
			    "clsact filter 'matchall', priority 1 runs before ours, and "
			    "there is no room before it");
	h.up.before[1] = (struct before){ BEFORE_TCX, 7, 0, false, "pass" };
	f = check(&h, DOCTOR_RUNS_BEFORE);
	assert_non_null(f);
	assert_string_equal(f->message, "TCX program 'pass' (id 7) runs before ours");
	findings_free(&h.found);
}

/* A Xen NIC with a back end that lacks xdp-headroom, and all else that keeps frames away. */
static void a_program_that_never_runs(void **state)
{
	static const enum ndpx_mode modes[] = { NDPX_MODE_NATIVE, NDPX_MODE_GENERIC,
						NDPX_MODE_TCX };
	struct host h;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		set_up(&h);
		h.up.attachment.mode = modes[i];
		h.up.runs = (struct doctor_runs){ .looked = true, .received = 100 };
		assert_non_null(check(&h, DOCTOR_NEVER_RUNS));
		h.up.runs.ran = 1;
		assert_well(&h);
		h.up.runs.ran = 0;
		h.up.runs.received = 1; /* between the reading of two counters */
		assert_well(&h);
		h.up.runs.received = 100;
		h.up.runs.looked = false;
		assert_well(&h);
		findings_free(&h.found);
	}
}

static void many_are_one_finding(void **state)
{
	const struct finding *f;
	struct doctor_hop hops[3] = { { 0, { .error = -ENETUNREACH } },
				      { 1, { .error = -ENETUNREACH } },
				      { 2, { .type = RTN_UNICAST, .oif = VIF1 } } };
	struct host h;

	(void)state;
	set_up(&h);
	h.rules[1] = h.rules[2] = h.rules[0];
	h.rules[1].key.addr[15] = 2;
	h.rules[2].key.addr[15] = 3;
	h.up.n_pinned = h.up.n_rules = 3;
	h.up.hops = hops;
	h.up.n_hops = 3;
	f = check(&h, DOCTOR_NO_ROUTE);
	assert_non_null(f);
	assert_string_equal(f->message, "no route to guest 2001:db8::1 and 1 more");
	assert_string_equal(f->remedy, "ip -6 route add 2001:db8::1 dev PORT");
	assert_int_equal(h.found.n, 1);
	findings_free(&h.found);
}

static void forwarding_by_device(void **state)
{
	struct host h;

	(void)state;
	set_up(&h);
	h.snap.forwarding_all = 0;
	assert_non_null(check(&h, DOCTOR_FORWARDING_OFF));
	h.up.stacks[0].force_forwarding = 1; /* kernel 6.17 */
	assert_well(&h);
	findings_free(&h.found);
}

static bool on_any_device(const void *arg, const char *table, const char *chain, const char *dev)
{
	(void)arg;
	(void)table;
	(void)chain;
	return !strcmp(dev, "eth0");
}

/* What filter_judge() finds in the rules of a chain at a hook: "" for nothing. */
static const char *judge(const char *family, const char *hook, const char *rules, bool bridged)
{
	struct doctor_filter *list = NULL;
	static char text[200];
	char json[4096];
	json_t *ruleset;
	size_t n = 0;

	snprintf(json, sizeof(json),
		 "{\"nftables\":[{\"chain\":{\"family\":\"%s\",\"table\":\"t\",\"name\":\"c\","
		 "\"type\":\"filter\",\"hook\":\"%s\",\"policy\":\"accept\"}},"
		 "{\"rule\":{\"family\":\"%s\",\"table\":\"t\",\"chain\":\"c\",\"handle\":7,"
		 "\"expr\":%s}}]}",
		 family, hook, family, rules);
	ruleset = json_loads(json, 0, NULL);
	assert_non_null(ruleset);
	assert_int_equal(
		filter_judge(ruleset, ETH0, "eth0", "br0", bridged, on_any_device, NULL, &list, &n),
		0);
	snprintf(text, sizeof(text), "%s", n ? list[0].frames : "");
	free(list);
	json_decref(ruleset);
	return text;
}

static void filters_by_hook(void **state)
{
	static const char drop[] = "[{\"drop\":null}]";
	static const char both[] = "solicitations in, advertisements in";

	(void)state;
	assert_string_equal(judge("inet", "input", drop, false), both);
	assert_string_equal(judge("ip6", "postrouting", drop, false),
			    "solicitations out, advertisements out");
	assert_string_equal(judge("ip", "input", drop, false), "");
	assert_string_equal(judge("arp", "input", drop, false), "");
	assert_string_equal(judge("inet", "forward", drop, false), "");
	/* A bridge's rules see a port of it, and nothing else of ours. */
	assert_string_equal(judge("bridge", "input", drop, false), "");
	assert_string_equal(judge("bridge", "input", drop, true), both);
	assert_string_equal(judge("netdev", "ingress", drop, false), both);
}

static void filters_by_device(void **state)
{
	static const char format[] =
		"[{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"iifname\"}},"
		"\"right\":\"%s\"}},{\"drop\":null}]";
	char rule[200];

	(void)state;
	snprintf(rule, sizeof(rule), format, "br0");
	assert_string_not_equal(judge("inet", "input", rule, true), "");
	assert_string_equal(judge("bridge", "input", rule, true), "");
	snprintf(rule, sizeof(rule), format, "eth0");
	assert_string_equal(judge("inet", "input", rule, true), "");
	assert_string_not_equal(judge("bridge", "input", rule, true), "");
}

/* nft of another version, or none of its making: no crash, no finding. */
static void filters_that_are_not_understood(void **state)
{
	static const char *const rules[] = {
		"[]",
		"{}",
		"null",
		"[null,1,\"drop\"]",
		"[{\"match\":null},{\"drop\":null}]",
		"[{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{}},\"right\":{\"set\":7}}},"
		"{\"drop\":null}]",
		"[{\"xt\":null},{\"drop\":null}]",
		"[{\"vmap\":{\"key\":{\"ct\":{\"key\":\"state\"}},\"data\":\"@m\"}},{\"drop\":null}"
		"]",
		"[{\"vmap\":{\"key\":{\"meta\":{\"key\":\"l4proto\"}},"
		"\"data\":{\"set\":[7,[],[\"ipv6-icmp\"]]}}}]",
		"[{\"jump\":{\"target\":\"nowhere\"}}]",
		"[{\"jump\":null}]",
		"[{\"jump\":{\"target\":\"c\"}}]", /* to itself: the kernel forbids it */
		"[{\"limit\":{\"rate\":1}},{\"drop\":null}]",
		"[{\"match\":{\"op\":\"<\",\"left\":{\"payload\":{\"protocol\":\"ip6\","
		"\"field\":\"hoplimit\"}},\"right\":{\"range\":[1,\"x\"]}}},{\"drop\":null}]",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		assert_string_equal(judge("inet", "input", rules[i], false), "");
}

/* What filter_judge() finds in the output of ip6tables-save. */
static const char *judge_save(const char *text)
{
	FILE *fp = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	json_t *ruleset = json_pack("{s:[]}", "nftables");
	struct doctor_filter *list = NULL;
	static char what[200];
	bool nft = false;
	size_t n = 0;

	assert_non_null(fp);
	assert_int_equal(filter_read_save(fp, ruleset, &nft), 0);
	fclose(fp);
	assert_int_equal(nft, strstr(text, "(nf_tables)") != NULL);
	assert_int_equal(
		filter_judge(ruleset, ETH0, "eth0", "eth0", false, on_any_device, NULL, &list, &n),
		0);
	snprintf(what, sizeof(what), "%s", n ? list[0].what : "");
	free(list);
	json_decref(ruleset);
	return what;
}

#define SAVED "# by ip6tables-save v1.8.9 (nf_tables)\n*filter\n:INPUT ACCEPT [0:0]\n:x - [0:0]\n"

static void ip6tables_in_the_same_words(void **state)
{
	static const char line4[] = "ip6tables filter INPUT in line 4 of ip6tables-save";
	static const char *const nothing[] = {
		"",
		"*filter\n",
		"-A INPUT -j DROP\n", /* of no chain */
		SAVED "-A\n-A INPUT\n-A INPUT -j\n-A INPUT !\n-A INPUT ! -i\n",
		SAVED "-A INPUT -m u32 --u32 \"6&0xFF=58\" -j DROP\n",
		SAVED "-A INPUT -s fe80::/10 -j DROP\n",
		SAVED "-A INPUT -p icmpv6 --icmpv6-type 135/1 -j DROP\n",
		SAVED "-A INPUT -p tcp -j DROP\n",
		SAVED "-A INPUT -o eth0 -j DROP\n",
		SAVED "-A INPUT -m comment --comment \"-j DROP \\\" \n",
		SAVED "-A INPUT -j NFQUEUE --queue-num 0\n-A INPUT -j DROP\n",
		SAVED "-A INPUT -j gone\n-A INPUT -j DROP\n",
		SAVED "-A INPUT -g x\n-A INPUT -j DROP\n",
		SAVED "-A INPUT -j RETURN\n-A INPUT -j DROP\n",
		SAVED "*nat\n:INPUT DROP [0:0]\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(nothing) / sizeof(*nothing); i++)
		assert_string_equal(judge_save(nothing[i]), "");
	assert_string_equal(judge_save(SAVED "-A INPUT -j DROP\n"), line4);
	assert_string_equal(judge_save(SAVED "-A INPUT ! -p tcp -j REJECT --reject-with x\n"),
			    line4);
	assert_string_equal(
		judge_save(SAVED "-A INPUT -m comment --comment \"a \\\"b\\\" -j\" -j DROP\n"),
		line4);
	assert_string_equal(judge_save(SAVED "-A x -p icmpv6 --icmpv6-type 136 -j DROP\n"
					     "-A INPUT -j x\n"),
			    "ip6tables filter x in line 4 of ip6tables-save");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(manual_says_the_same),
		cmocka_unit_test(a_well_host_has_no_findings),
		cmocka_unit_test(lro_and_mtu),
		cmocka_unit_test(clsact_before_tcx),
		cmocka_unit_test(tags_that_a_nic_hides),
		cmocka_unit_test(who_runs_first),
		cmocka_unit_test(a_program_that_never_runs),
		cmocka_unit_test(many_are_one_finding),
		cmocka_unit_test(forwarding_by_device),
		cmocka_unit_test(filters_by_hook),
		cmocka_unit_test(filters_by_device),
		cmocka_unit_test(filters_that_are_not_understood),
		cmocka_unit_test(ip6tables_in_the_same_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
