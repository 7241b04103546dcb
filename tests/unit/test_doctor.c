// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * doctor's table against the manual, and its checks on made-up snapshots, above all of what
 * this machine's devices and kernel cannot produce.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/rtnetlink.h>

#include "doctor/doctor.h"

enum { ETH0 = 2, VIF1 = 3 };

/* A healthy host, which each test then breaks. */
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
	h->rules[0].policy.action = NDPX_ACT_ANSWER;
	strcpy(h->file.dev, "eth0");
	strcpy(up->dev, "eth0");
	up->ifindex = ETH0;
	up->pins = PINS_WHOLE;
	up->attachment = (struct attachment){ NDPX_MODE_NATIVE, 1, 1 };
	up->program = (struct inspection){ .ours = true, .current = true };
	strcpy(up->record.dev, "eth0");
	up->record.mode = NDPX_MODE_NATIVE;
	up->record.n_vlans = 1;
	up->record.l3_devs[0] = ETH0;
	memcpy(up->settings.mac, h->links[0].mac, 6);
	memcpy(up->now.settings.mac, h->links[0].mac, 6);
	up->now.n_l3_devs = 1;
	up->now.l3_devs[0].ifindex = ETH0;
	up->have_now = true;
	up->link = up->named = &h->links[0];
	up->pinned = h->rules;
	up->n_pinned = 1;
	up->rules = h->rules;
	up->n_rules = 1;
	up->n_l3_devs = 1;
	up->l3_devs[0] = (struct doctor_l3_dev){ .ifindex = ETH0, .name = "eth0", .forwarding = 1 };
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

/* The FINDINGS section as installed lists the table's rows, in order. */
static void manual_says_the_same(void **state)
{
	char want[16384], *have = NULL, *from, *to;
	FILE *fp = fopen("build/man/ndpx-doctor.8", "r");
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
				       row->code, doctor_severity_name(row->severity),
				       row->fix ? ", fixed" : "", row->meaning, row->remedy);
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

/* A NIC, as apply refuses it: a veth is shown in tests/netns. */
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
			    "ours cannot be put before it");
	h.up.before[1] = (struct before){ BEFORE_TCX, 7, 0, false, "pass" };
	f = check(&h, DOCTOR_RUNS_BEFORE);
	assert_non_null(f);
	assert_string_equal(f->message, "TCX program 'pass' (id 7) runs before ours");
	findings_free(&h.found);
}

/* A Xen NIC whose back end lacks xdp-headroom, and everything else that keeps frames away. */
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
	h.up.l3_devs[0].force_forwarding = 1; /* kernel 6.17 */
	assert_well(&h);
	findings_free(&h.found);
}

/* The finding for an unresolved gateway and this chain: its text, "" for none. */
static const char *with_chain(uint8_t family, uint32_t hook, const char *dev, bool bridged)
{
	struct doctor_gateway gw = { .ifindex = ETH0, .state = 0 };
	struct nl_chain chain = { .family = family, .hook = hook, .may_drop = true };
	static char text[400];
	struct host h;

	set_up(&h);
	strcpy(chain.table, "t");
	strcpy(chain.name, "c");
	strcpy(chain.dev, dev);
	inet_pton(AF_INET6, "fe80::1", &gw.addr);
	h.links[0].master = bridged ? VIF1 : 0;
	h.snap.asked = &gw;
	h.snap.n_asked = 1;
	h.snap.chains = &chain;
	h.snap.n_chains = 1;
	doctor_check_filter(&h.snap, &h.found);
	assert_int_equal(h.found.n, 1);
	snprintf(text, sizeof(text), "%s",
		 h.found.items[0].code == DOCTOR_ND_FILTER ? h.found.items[0].message : "");
	findings_free(&h.found);
	return text;
}

static void chains_by_hook(void **state)
{
	(void)state;
	assert_string_equal(
		with_chain(NFPROTO_INET, NF_INET_LOCAL_IN, "", false),
		"gateway fe80::1 does not resolve on eth0; possible culprits: inet t c");
	assert_string_not_equal(with_chain(NFPROTO_IPV6, NF_INET_POST_ROUTING, "", false), "");
	assert_string_equal(with_chain(NFPROTO_IPV4, NF_INET_LOCAL_IN, "", false), "");
	assert_string_equal(with_chain(NFPROTO_ARP, 0, "", false), "");
	assert_string_equal(with_chain(NFPROTO_INET, NF_INET_FORWARD, "", false), "");
	/* A bridge's rules see a port of it, and nothing else of ours. */
	assert_string_equal(with_chain(NFPROTO_BRIDGE, NF_INET_LOCAL_IN, "", false), "");
	assert_string_not_equal(with_chain(NFPROTO_BRIDGE, NF_INET_LOCAL_IN, "", true), "");
	assert_string_not_equal(with_chain(NFPROTO_NETDEV, 0, "eth0", false), "");
	assert_string_equal(with_chain(NFPROTO_NETDEV, 0, "vif1", false), "");
}

static void resolved_or_not(void **state)
{
	struct doctor_gateway gw = { .ifindex = ETH0, .resolved = true };
	struct nl_chain chains[] = { { .family = NFPROTO_INET,
				       .hook = NF_INET_LOCAL_IN,
				       .policy_drop = true,
				       .table = "t",
				       .name = "in" },
				     { .family = NFPROTO_IPV6,
				       .legacy = true,
				       .hook = NF_INET_FORWARD,
				       .policy_drop = true,
				       .table = "filter",
				       .name = "FORWARD" } };
	struct host h;

	(void)state;
	set_up(&h);
	h.snap.asked = &gw;
	h.snap.n_asked = 1;
	h.snap.chains = chains;
	h.snap.n_chains = 1;
	doctor_check_filter(&h.snap, &h.found);
	assert_int_equal(h.found.n, 0);
	gw.resolved = false;
	doctor_check_filter(&h.snap, &h.found);
	assert_int_equal(h.found.n, 1);
	assert_int_equal(h.found.items[0].code, DOCTOR_ND_FILTER);
	assert_non_null(strstr(h.found.items[0].message, "inet t in (policy drop)"));
	assert_non_null(strstr(h.found.items[0].remedy, "nft insert rule inet t in icmpv6"));
	strcpy(chains[0].type, "nat");
	doctor_check_filter(&h.snap, &h.found);
	assert_int_equal(h.found.items[1].code, DOCTOR_GATEWAY_SILENT);
	h.snap.n_chains = 2;
	gw.resolved = true;
	doctor_check_filter(&h.snap, &h.found);
	assert_int_equal(h.found.n, 3);
	assert_int_equal(h.found.items[2].code, DOCTOR_FORWARD_POLICY);
	assert_string_equal(h.found.items[2].message,
			    "the policy of ip6tables filter FORWARD is drop");
	findings_free(&h.found);
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
		cmocka_unit_test(chains_by_hook),
		cmocka_unit_test(resolved_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
