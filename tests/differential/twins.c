// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See twins.h.
 */
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

#include "side.h"
#include "twins.h"

#define MAX_RULE 64

static struct row_rule rules[MAX_RULE];
static struct row_env env = { .name = "twins", .rules = rules };

/* The default environment, without VLANs and prefixes: proxy_ndp has no prefixes. */
const struct row_env *twins_env(void)
{
	const struct row_env *all = env_get(ENV_TARGET);
	struct addr guest = addr_of(SENTINEL);
	size_t i;

	env.settings = all->settings;
	env.settings.n_lengths = 0;
	for (i = 0; i < all->n_rules && env.n_rules < MAX_RULE - 1; i++) {
		const struct row_rule *r = &all->rules[i];

		if (r->bits == 128 && !r->vlan && r->policy.action != NDPX_ACT_NONE)
			rules[env.n_rules++] = *r;
	}
	rules[env.n_rules] = (struct row_rule){ .bits = 128, .policy.action = NDPX_ACT_ANSWER };
	memcpy(rules[env.n_rules++].addr, guest.b, 16);
	return &env;
}

static int is_guest(const struct row_rule *r)
{
	return r->policy.action == NDPX_ACT_ANSWER;
}

/* proxy_ndp cannot exempt such a guest, so it gets no entry. */
static int is_held_back(const struct row_rule *r)
{
	return r->policy.flags & NDPX_F_PAUSED || r->port == ROW_PORT_IN;
}

static void print_conf(void)
{
	char addr[INET6_ADDRSTRLEN];
	size_t i;

	printf("uplink eth0 {\n    mode = tc\n");
	for (i = 0; i < env.n_rules; i++) {
		const struct row_rule *r = &rules[i];
		const __u8 *l = r->policy.lladdr;

		inet_ntop(AF_INET6, r->addr, addr, sizeof(addr));
		if (r->policy.action == NDPX_ACT_DENY)
			printf("    deny += { %s }\n", addr);
		if (!is_guest(r))
			continue;
		printf("    guest %s {", addr);
		if (r->policy.flags & NDPX_F_ROUTER)
			printf(" router = on");
		if (r->policy.flags & NDPX_F_OVERRIDE)
			printf(" override = on");
		if (r->policy.flags & NDPX_F_DAD_IGNORE)
			printf(" dad = ignore");
		if (r->policy.flags & NDPX_F_PAUSED)
			printf(" paused = on");
		if (r->policy.flags & NDPX_F_LLADDR)
			printf(" lladdr = %02x:%02x:%02x:%02x:%02x:%02x", l[0], l[1], l[2], l[3],
			       l[4], l[5]);
		if (r->port != ROW_PORT_NONE)
			printf(" port = %s", r->port == ROW_PORT_IN ? "eth0" : "vif0");
		printf(" }\n");
	}
	printf("}\n");
}

/* Lines for ip -batch: proxy entries, routes, and this host's own addresses. */
static void print_ip(const char *what)
{
	char addr[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < env.n_rules; i++) {
		const struct row_rule *r = &rules[i];

		inet_ntop(AF_INET6, r->addr, addr, sizeof(addr));
		if (!strcmp(what, "addresses") && r->policy.action == NDPX_ACT_OWN)
			printf("addr add %s/%d dev eth0 nodad\n", addr,
			       r->addr[0] == 0xfe ? 64 : 128);
		if (!is_guest(r))
			continue;
		/* Both kernels join the same groups, through an unrelated address with the same low bits. */
		if (!strcmp(what, "proxies") && is_held_back(r))
			printf("neigh add proxy 2001:db8:ffff::%x:%x dev eth0\n", r->addr[13],
			       r->addr[14] << 8 | r->addr[15]);
		else if (!strcmp(what, "proxies"))
			printf("neigh add proxy %s dev eth0%s\n", addr,
			       r->policy.flags & NDPX_F_ROUTER ? " router" : "");
		if (!strcmp(what, "routes") && r->addr[0] != 0xfe)
			printf("route add %s/128 dev vif0\n", addr);
	}
}

int twins_print(const char *what)
{
	if (!strcmp(what, "conf"))
		print_conf();
	else if (!strcmp(what, "addresses") || !strcmp(what, "routes") || !strcmp(what, "proxies"))
		print_ip(what);
	else
		return 1;
	return 0;
}

/* Frames whose differences chance might miss: the list must not depend on luck. */
int twins_frame(size_t i, struct frame *ret)
{
	static const __u8 padn[8] = { NEXT_ICMPV6, 0, 1, 4 };
	struct ask ask = ask_probe();

	switch (i) {
	case 0: /* P14: to an address of the host's, in a group's frame */
		ask_dest(&ask, OWN);
		ask.ed = mac_of("33:33:ff:00:00:fe");
		break;
	case 1: /* P75: for an address of the host's, to a guest */
		ask.t = addr_of(L_ADDR);
		break;
	case 2: /* P36: to the group of another guest */
		ask = ask_dad();
		ask_dest(&ask, "ff02::1:ff00:a7");
		break;
	case 3: /* P57: a right SLLAO, then a long one */
		ask = ask_multicast();
		opts_fill(&ask, OPT_SLLAO, 2);
		break;
	case 4: /* P40: an address of the host's that is not L */
		ask.s = addr_of(OWN);
		break;
	case 5: /* P21: payload length 0 without being a jumbogram */
		ask = ask_multicast();
		memcpy(ask.ext, padn, 8);
		ask.n_ext = 8;
		ask.next = NEXT_HOPOPTS;
		ask.plen = 0;
		break;
	default:
		return 0;
	}
	*ret = ask_frame(&ask);
	return 1;
}
