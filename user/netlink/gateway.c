// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The host's gateways: of routes in all tables, multipath ones, and next hop objects. */
#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/internal.h"

/* Everything that a dump of the routes is read for, in one pass, because there may be many. */
enum route_kind { ROUTE_GATEWAY, ROUTE_NET, ROUTE_EXIT };

struct known_route {
	enum route_kind
		kind; /* ROUTE_EXIT: only that a route leaves there; ROUTE_GATEWAY: and its address */
	struct nl_net net;
};

static struct known_route *add_route(struct nl_list *list, enum route_kind kind, uint32_t ifindex)
{
	struct known_route *one = nl_list_add(list);

	if (!one)
		return NULL;
	one->kind = kind;
	one->net.ifindex = ifindex;
	return one;
}

static void add_gateway(struct nl_list *list, uint32_t ifindex, const struct nlattr *attr)
{
	struct known_route *gateway;

	if (mnl_attr_get_payload_len(attr) != sizeof(struct in6_addr))
		return;
	gateway = add_route(list, ROUTE_GATEWAY, ifindex);
	if (gateway)
		memcpy(&gateway->net.addr, mnl_attr_get_payload(attr), sizeof(gateway->net.addr));
}

static void add_exit(struct nl_list *list, uint32_t ifindex)
{
	const struct known_route *last = list->items;

	if (!list->n || last[list->n - 1].net.ifindex != ifindex)
		add_route(list, ROUTE_EXIT, ifindex);
}

static void read_multipath(struct nl_list *list, const struct nlattr *attr)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	int left = mnl_attr_get_payload_len(attr);

	while (left >= (int)sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) &&
	       hop->rtnh_len <= left) {
		const struct nlattr *sub = (const void *)(hop + 1);
		int sub_left = hop->rtnh_len - (int)sizeof(*hop);

		add_exit(list, (uint32_t)hop->rtnh_ifindex);
		for (; mnl_attr_ok(sub, sub_left); sub = mnl_attr_next(sub)) {
			if (mnl_attr_get_type(sub) == RTA_GATEWAY)
				add_gateway(list, (uint32_t)hop->rtnh_ifindex, sub);
			sub_left -= MNL_ALIGN(sub->nla_len);
		}
		left -= (int)MNL_ALIGN(hop->rtnh_len);
		hop = (const void *)((const char *)hop + MNL_ALIGN(hop->rtnh_len));
	}
}

static void add_net(struct nl_list *list, const struct rtmsg *rtm, uint32_t ifindex,
		    const struct nlattr *dst)
{
	const bool local = rtm->rtm_type == RTN_LOCAL;
	struct nl_net net = { .ifindex = ifindex, .local = local, .bits = rtm->rtm_dst_len };
	struct known_route *one;

	if (!net.bits || net.bits > (local ? 128 : 127) || !dst ||
	    mnl_attr_get_payload_len(dst) != sizeof(net.addr) || (rtm->rtm_flags & RTM_F_CLONED))
		return;
	memcpy(&net.addr, mnl_attr_get_payload(dst), sizeof(net.addr));
	if (IN6_IS_ADDR_LINKLOCAL(&net.addr) || IN6_IS_ADDR_MULTICAST(&net.addr) ||
	    IN6_IS_ADDR_LOOPBACK(&net.addr))
		return;
	one = add_route(list, ROUTE_NET, ifindex);
	if (one)
		one->net = net;
}

static int on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *gateway = NULL, *dst = NULL;
	bool several = false, unicast = rtm->rtm_type == RTN_UNICAST;
	uint32_t oif = 0;

	if (!unicast && rtm->rtm_type != RTN_LOCAL)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_OIF:
			oif = mnl_attr_get_u32(attr);
			break;
		case RTA_GATEWAY:
			gateway = attr;
			break;
		case RTA_DST:
			dst = attr;
			break;
		case RTA_VIA:
			several = true;
			break;
		case RTA_MULTIPATH:
			several = true;
			read_multipath(data, attr);
			break;
		default:
			break;
		}
	}
	if (gateway && oif)
		add_gateway(data, oif, gateway);
	else if (oif && !several)
		add_net(data, rtm, oif, dst);
	if (unicast && oif &&
	    !(dst && IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)mnl_attr_get_payload(dst))))
		add_exit(data, oif);
	return MNL_CB_OK;
}

/* A next hop object: routes that use it need not repeat its gateway (nexthop_compat_mode). */
static int on_nexthop(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *gateway = NULL;
	uint32_t oif = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct nhmsg)) {
		if (mnl_attr_get_type(attr) == NHA_OIF)
			oif = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == NHA_GATEWAY)
			gateway = attr;
	}
	if (gateway && oif)
		add_gateway(data, oif, gateway);
	return MNL_CB_OK;
}

static int by_interface(const void *a, const void *b)
{
	const struct nl_address *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

/* A full table has a few gateways, each of them in thousands of routes. */
static void unique_gateways(struct nl_state *state)
{
	size_t i, n = 0;

	if (!state->n_gateways)
		return;
	qsort(state->gateways, state->n_gateways, sizeof(*state->gateways), by_interface);
	for (i = 1; i < state->n_gateways; i++) {
		if (by_interface(&state->gateways[n], &state->gateways[i]) != 0)
			state->gateways[++n] = state->gateways[i];
	}
	state->n_gateways = n + 1;
}

/* Kernels before 5.3, and gVisor, have no such objects and refuse the question. */
static int read_nexthops(struct nl_state *state, struct error *err)
{
	static const struct nl_table nexthops = { .type = RTM_GETNEXTHOP,
						  .family = AF_UNSPEC,
						  .cb = on_nexthop,
						  .size = sizeof(struct known_route),
						  .what = "nexthops" };
	struct known_route *hops = NULL;
	struct nl_address *all;
	size_t i;
	struct error ignored;
	size_t n = 0;

	if (nl_dump(&nexthops, (void **)&hops, &n, &ignored) || !n) {
		free(hops);
		return 0;
	}
	all = realloc(state->gateways, (state->n_gateways + n) * sizeof(*all));
	if (!all) {
		free(hops);
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	state->gateways = all;
	for (i = 0; i < n; i++)
		all[state->n_gateways++] = (struct nl_address){ .ifindex = hops[i].net.ifindex,
								.addr = hops[i].net.addr };
	free(hops);
	return 0;
}

/* Shares out what the dump brought. Exits go to the gateways for now: mark_routed(). */
static int share_out(struct nl_state *state, const struct known_route *routes, size_t n)
{
	size_t i;

	state->gateways = calloc(n + 1, sizeof(*state->gateways));
	state->nets = calloc(n + 1, sizeof(*state->nets));
	if (!state->gateways || !state->nets)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		const struct nl_net *net = &routes[i].net;

		if (routes[i].kind == ROUTE_NET)
			state->nets[state->n_nets++] = *net;
		else
			state->gateways[state->n_gateways++] =
				(struct nl_address){ .ifindex = net->ifindex, .addr = net->addr };
	}
	return 0;
}

static int by_ifindex(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * Sets `routed` of the links, and takes out of the gateways those without an address, which
 * stand for a route alone.
 */
static int mark_routed(struct nl_state *state)
{
	uint32_t *by = malloc((state->n_gateways + 1) * sizeof(*by));
	const struct in6_addr none = { 0 };
	size_t i, n = 0;

	if (!by)
		return -ENOMEM;
	for (i = 0; i < state->n_gateways; i++) {
		by[i] = state->gateways[i].ifindex;
		if (memcmp(&state->gateways[i].addr, &none, sizeof(none)) != 0)
			state->gateways[n++] = state->gateways[i];
	}
	if (i)
		qsort(by, i, sizeof(*by), by_ifindex);
	state->n_gateways = n;
	for (n = 0; n < state->n_links; n++)
		state->links[n].routed =
			i && bsearch(&state->links[n].ifindex, by, i, sizeof(*by), by_ifindex);
	free(by);
	return 0;
}

int nl_gateways_read(struct nl_state *state, struct error *err)
{
	static const struct nl_table table = { .type = RTM_GETROUTE,
					       .family = AF_INET6,
					       .cb = on_route,
					       .size = sizeof(struct known_route),
					       .what = "routes" };
	struct known_route *routes = NULL;
	size_t n = 0;
	int r = nl_dump(&table, (void **)&routes, &n, err);

	if (!r && share_out(state, routes, n))
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	free(routes);
	if (!r)
		r = read_nexthops(state, err);
	unique_gateways(state);
	if (!r && mark_routed(state))
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	return r;
}
