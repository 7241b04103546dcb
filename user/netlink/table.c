// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whole tables: memberships, what bridges snooped, routes; and where a frame would go. */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/detail.h"
#include "netlink/internal.h"

static int on_member(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct nl_member *member;

	mnl_attr_for_each(attr, nlh, sizeof(*ifa)) {
		if (mnl_attr_get_type(attr) != IFA_MULTICAST ||
		    mnl_attr_get_payload_len(attr) != sizeof(member->group))
			continue;
		member = nl_list_add(data);
		if (!member)
			return MNL_CB_OK;
		member->ifindex = ifa->ifa_index;
		memcpy(&member->group, mnl_attr_get_payload(attr), sizeof(member->group));
	}
	return MNL_CB_OK;
}

int nl_members_read(struct nl_member **ret, size_t *ret_n, struct error *err)
{
	static const struct nl_table table = { .type = RTM_GETMULTICAST,
					       .family = AF_INET6,
					       .cb = on_member,
					       .size = sizeof(**ret),
					       .what = "multicast groups" };

	return nl_dump(&table, (void **)ret, ret_n, err);
}

static void add_mdb(struct nl_list *list, uint32_t bridge, const struct nlattr *info)
{
	const struct br_mdb_entry *entry = mnl_attr_get_payload(info);
	struct nl_mdb *mdb;

	if (mnl_attr_get_payload_len(info) < sizeof(*entry) ||
	    entry->addr.proto != htons(ETH_P_IPV6))
		return;
	mdb = nl_list_add(list);
	if (!mdb)
		return;
	mdb->bridge = bridge;
	mdb->port = entry->ifindex;
	mdb->vlan = entry->vid;
	memcpy(&mdb->group, &entry->addr.u.ip6, sizeof(mdb->group));
}

static int on_mdb(const struct nlmsghdr *nlh, void *data)
{
	const struct br_port_msg *msg = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *table, *entry, *info;

	mnl_attr_for_each(table, nlh, sizeof(*msg)) {
		if (mnl_attr_get_type(table) != MDBA_MDB)
			continue;
		mnl_attr_for_each_nested(entry, table) {
			mnl_attr_for_each_nested(info, entry) {
				if (mnl_attr_get_type(info) == MDBA_MDB_ENTRY_INFO)
					add_mdb(data, msg->ifindex, info);
			}
		}
	}
	return MNL_CB_OK;
}

int nl_mdb_read(struct nl_mdb **ret, size_t *ret_n, struct error *err)
{
	static const struct nl_table table = { .type = RTM_GETMDB,
					       .family = AF_BRIDGE,
					       .cb = on_mdb,
					       .size = sizeof(**ret),
					       .what = "bridge mdb" };

	return nl_dump(&table, (void **)ret, ret_n, err);
}

static int on_neighbour(const struct nlmsghdr *nlh, void *data)
{
	const uint16_t known = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *addr = NULL, *mac = NULL;
	struct nl_neighbour *one;

	if (!(ndm->ndm_state & known) || (ndm->ndm_flags & NTF_PROXY))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm)) {
		if (mnl_attr_get_type(attr) == NDA_DST)
			addr = attr;
		else if (mnl_attr_get_type(attr) == NDA_LLADDR)
			mac = attr;
	}
	if (!addr || mnl_attr_get_payload_len(addr) != sizeof(one->addr) || !mac ||
	    mnl_attr_get_payload_len(mac) != sizeof(one->mac))
		return MNL_CB_OK;
	one = nl_list_add(data);
	if (!one)
		return MNL_CB_OK;
	one->ifindex = (uint32_t)ndm->ndm_ifindex;
	memcpy(&one->addr, mnl_attr_get_payload(addr), sizeof(one->addr));
	memcpy(one->mac, mnl_attr_get_payload(mac), sizeof(one->mac));
	return MNL_CB_OK;
}

int nl_neighbours_read(struct nl_neighbour **ret, size_t *ret_n, struct error *err)
{
	static const struct nl_table table = { .type = RTM_GETNEIGH,
					       .family = AF_INET6,
					       .cb = on_neighbour,
					       .size = sizeof(**ret),
					       .what = "neighbours" };

	return nl_dump(&table, (void **)ret, ret_n, err);
}

static int on_failed(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct nl_address *one;

	if (!(ndm->ndm_state & NUD_FAILED) || (ndm->ndm_flags & NTF_PROXY))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm)) {
		if (mnl_attr_get_type(attr) != NDA_DST ||
		    mnl_attr_get_payload_len(attr) != sizeof(one->addr))
			continue;
		one = nl_list_add(data);
		if (!one)
			return MNL_CB_OK;
		one->ifindex = (uint32_t)ndm->ndm_ifindex;
		memcpy(&one->addr, mnl_attr_get_payload(attr), sizeof(one->addr));
	}
	return MNL_CB_OK;
}

int nl_failed_read(struct nl_address **ret, size_t *ret_n, struct error *err)
{
	static const struct nl_table table = { .type = RTM_GETNEIGH,
					       .family = AF_INET6,
					       .cb = on_failed,
					       .size = sizeof(**ret),
					       .what = "neighbours" };

	return nl_dump(&table, (void **)ret, ret_n, err);
}

static void read_gateway(const struct nlattr *attr, struct nl_route *route)
{
	if (mnl_attr_get_payload_len(attr) == sizeof(route->gateway))
		memcpy(&route->gateway, mnl_attr_get_payload(attr), sizeof(route->gateway));
}

static void add_hop(struct nl_list *list, const struct nl_route *route, const struct rtnexthop *hop)
{
	const struct nlattr *attr = (const void *)(hop + 1);
	int left = hop->rtnh_len - (int)sizeof(*hop);
	struct nl_route *one;

	if (hop->rtnh_flags & RTNH_F_DEAD)
		return;
	one = nl_list_add(list);
	if (!one)
		return;
	*one = *route;
	one->oif = (uint32_t)hop->rtnh_ifindex;
	for (; mnl_attr_ok(attr, left); attr = mnl_attr_next(attr)) {
		if (mnl_attr_get_type(attr) == RTA_GATEWAY)
			read_gateway(attr, one);
		left -= MNL_ALIGN(attr->nla_len);
	}
}

static void add_hops(struct nl_list *list, const struct nl_route *route, const struct nlattr *attr)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	int left = mnl_attr_get_payload_len(attr);

	while (left >= (int)sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) &&
	       hop->rtnh_len <= left) {
		add_hop(list, route, hop);
		left -= (int)MNL_ALIGN(hop->rtnh_len);
		hop = (const void *)((const char *)hop + MNL_ALIGN(hop->rtnh_len));
	}
}

int nl_on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *multipath = NULL;
	struct nl_route route = { .bits = rtm->rtm_dst_len,
				  .type = rtm->rtm_type,
				  .protocol = rtm->rtm_protocol,
				  .table = rtm->rtm_table },
			*one;

	if (rtm->rtm_flags & RTM_F_CLONED)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_DST:
			if (mnl_attr_get_payload_len(attr) == sizeof(route.dst))
				memcpy(&route.dst, mnl_attr_get_payload(attr), sizeof(route.dst));
			break;
		case RTA_OIF:
			route.oif = mnl_attr_get_u32(attr);
			break;
		case RTA_PRIORITY:
			route.metric = mnl_attr_get_u32(attr);
			break;
		case RTA_GATEWAY:
			read_gateway(attr, &route);
			break;
		case RTA_TABLE:
			route.table = mnl_attr_get_u32(attr);
			break;
		case RTA_MULTIPATH:
			multipath = attr;
			break;
		default:
			break;
		}
	}
	if (multipath) {
		add_hops(data, &route, multipath);
		return MNL_CB_OK;
	}
	one = nl_list_add(data);
	if (one)
		*one = route;
	return MNL_CB_OK;
}

static int on_table_route(const struct nlmsghdr *nlh, void *data)
{
	struct nl_list *list = data;
	size_t n = list->n;
	int r = nl_on_route(nlh, data);

	if (list->n > n && ((struct nl_route *)list->items)[n].table == RT_TABLE_LOCAL)
		list->n = n;
	return r;
}

int nl_routes_read(struct nl_route **ret, size_t *ret_n, struct error *err)
{
	static const struct nl_table table = { .type = RTM_GETROUTE,
					       .family = AF_INET6,
					       .cb = on_table_route,
					       .size = sizeof(**ret),
					       .what = "routes" };

	return nl_dump(&table, (void **)ret, ret_n, err);
}

static int on_hop(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct nl_hop *hop = data;
	const struct nlattr *attr;

	hop->type = rtm->rtm_type;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(attr) == RTA_OIF)
			hop->oif = mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

/* What the kernel may say of a route, and not of the question. */
static bool is_route_error(int r)
{
	return r == -ENETUNREACH || r == -EHOSTUNREACH || r == -EACCES || r == -EINVAL ||
	       r == -EAGAIN;
}

int nl_hops_read(uint32_t iif, const struct in6_addr *dst, size_t n, struct nl_hop *ret,
		 struct error *err)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char buf[256];
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct nl_hop hop = { 0 };
		struct rtmsg *rtm;

		nlh->nlmsg_type = RTM_GETROUTE;
		nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
		rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
		rtm->rtm_family = AF_INET6;
		rtm->rtm_dst_len = 128;
		mnl_attr_put(nlh, RTA_DST, sizeof(dst[i]), &dst[i]);
		if (iif)
			mnl_attr_put_u32(nlh, RTA_IIF, iif);
		hop.error = nl_talk(nlh, on_hop, &hop, "route", err);
		if (hop.error && !is_route_error(hop.error))
			return hop.error;
		ret[i] = hop;
	}
	return 0;
}

int nl_route_out(uint32_t iif, const struct in6_addr *addr, uint32_t *ret, struct error *err)
{
	struct nl_hop hop;
	int r = nl_hops_read(iif, addr, 1, &hop, err);

	if (!r)
		*ret = hop.error || hop.type != RTN_UNICAST ? 0 : hop.oif;
	return r;
}
