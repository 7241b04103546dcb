// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The host's gateways: of routes in all tables, multipath ones, and next hop objects. */
#include <errno.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "netlink_internal.h"

static void add_gateway(struct nl_list *list, uint32_t ifindex, const struct nlattr *attr)
{
	struct nl_address *gateway;

	if (mnl_attr_get_payload_len(attr) != sizeof(struct in6_addr))
		return;
	gateway = nl_list_add(list);
	if (!gateway)
		return;
	gateway->ifindex = ifindex;
	memcpy(&gateway->addr, mnl_attr_get_payload(attr), sizeof(gateway->addr));
}

static void read_multipath(struct nl_list *list, const struct nlattr *attr)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	int left = mnl_attr_get_payload_len(attr);

	while (left >= (int)sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) &&
	       hop->rtnh_len <= left) {
		const struct nlattr *sub = (const void *)(hop + 1);
		int sub_left = hop->rtnh_len - (int)sizeof(*hop);

		for (; mnl_attr_ok(sub, sub_left); sub = mnl_attr_next(sub)) {
			if (mnl_attr_get_type(sub) == RTA_GATEWAY)
				add_gateway(list, (uint32_t)hop->rtnh_ifindex, sub);
			sub_left -= MNL_ALIGN(sub->nla_len);
		}
		left -= (int)MNL_ALIGN(hop->rtnh_len);
		hop = (const void *)((const char *)hop + MNL_ALIGN(hop->rtnh_len));
	}
}

static int on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *gateway = NULL;
	uint32_t oif = 0;

	if (rtm->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_OIF:
			oif = mnl_attr_get_u32(attr);
			break;
		case RTA_GATEWAY:
			gateway = attr;
			break;
		case RTA_MULTIPATH:
			read_multipath(data, attr);
			break;
		default:
			break;
		}
	}
	if (gateway && oif)
		add_gateway(data, oif, gateway);
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
	struct nl_address *hops = NULL, *all;
	struct error ignored;
	size_t n = 0;

	if (nl_dump(RTM_GETNEXTHOP, AF_UNSPEC, 0, on_nexthop, sizeof(*hops), (void **)&hops, &n,
		    "nexthops", &ignored) ||
	    !n) {
		free(hops);
		return 0;
	}
	all = realloc(state->gateways, (state->n_gateways + n) * sizeof(*all));
	if (!all) {
		free(hops);
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	memcpy(all + state->n_gateways, hops, n * sizeof(*all));
	state->gateways = all;
	state->n_gateways += n;
	free(hops);
	return 0;
}

int nl_gateways_read(struct nl_state *state, struct error *err)
{
	int r = nl_dump(RTM_GETROUTE, AF_INET6, 0, on_route, sizeof(*state->gateways),
			(void **)&state->gateways, &state->n_gateways, "routes", err);

	if (!r)
		r = read_nexthops(state, err);
	unique_gateways(state);
	return r;
}
