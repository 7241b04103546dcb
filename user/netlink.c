// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Requests and answers of rtnetlink. Every dump is read to its end before anything
 * is believed, and again if the kernel says that it changed meanwhile.
 */
#include <errno.h>
#include <net/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "netlink_internal.h"

#define DUMP_TRIES 5 /* a dump that the kernel interrupts more often is not worth waiting for */

static int fail(struct error *err, int code, const char *what)
{
	return error_set(err, EXIT_KERNEL, code, "%s: %s%s", what, strerror(code),
			 code == EPERM ? ": needs root (CAP_NET_ADMIN)" : "");
}

static struct mnl_socket *nl_open(struct error *err)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int size = 1 << 20;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		fail(err, errno, "netlink");
		if (nl)
			mnl_socket_close(nl);
		return NULL;
	}
	setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return nl;
}

/* Receives until the answer to `seq` ends; 0, or -errno as the kernel said. */
static int nl_receive(struct mnl_socket *nl, unsigned int seq, mnl_cb_t cb, void *data)
{
	unsigned int port = mnl_socket_get_portid(nl);
	char buf[32768];
	ssize_t n;
	int r;

	do {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n < 0)
			return -errno; /* EINTR: interrupted dump; ENOSPC: truncated message */
		r = mnl_cb_run(buf, (size_t)n, seq, port, cb, data);
		if (r < 0)
			return -errno;
	} while (r > MNL_CB_STOP);
	return 0;
}

int nl_talk(struct nlmsghdr *nlh, mnl_cb_t cb, void *data, const char *what, struct error *err)
{
	struct mnl_socket *nl = nl_open(err);
	int r;

	if (!nl)
		return -err->code;
	nlh->nlmsg_seq = (unsigned int)time(NULL);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		r = -errno;
	else
		r = nl_receive(nl, nlh->nlmsg_seq, cb, data);
	mnl_socket_close(nl);
	return r ? fail(err, -r, what) : 0;
}

void *nl_list_add(struct nl_list *list)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 64;
		void *items = realloc(list->items, cap * list->size);

		if (!items) {
			list->no_memory = true;
			return NULL;
		}
		list->items = items;
		list->cap = cap;
	}
	return memset((char *)list->items + list->n++ * list->size, 0, list->size);
}

int nl_dump(uint16_t type, uint8_t family, uint8_t ndm_flags, mnl_cb_t cb, size_t size, void **ret,
	    size_t *ret_n, const char *what, struct error *err)
{
	struct nl_list list = { .size = size };
	char buf[256];
	int i, r = 0;

	for (i = 0; i < DUMP_TRIES; i++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

		nlh->nlmsg_type = type;
		nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		if (type == RTM_GETNEIGH) {
			struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

			ndm->ndm_family = family;
			ndm->ndm_flags = ndm_flags;
		} else if (type == RTM_GETLINK) {
			struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

			ifi->ifi_family = family;
		} else if (type == RTM_GETADDR) {
			struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

			ifa->ifa_family = family;
		} else {
			struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

			rtm->rtm_family = family;
		}
		list.n = 0;
		r = nl_talk(nlh, cb, &list, what, err);
		if (r != -EINTR)
			break;
	}
	if (!r && list.no_memory)
		r = fail(err, ENOMEM, what);
	if (r) {
		free(list.items);
		return r;
	}
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}

static uint16_t vlan_id_of(const struct nlattr *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data) {
		if (mnl_attr_get_type(attr) == IFLA_VLAN_ID &&
		    mnl_attr_get_payload_len(attr) >= sizeof(uint16_t))
			return mnl_attr_get_u16(attr);
	}
	return 0;
}

static void read_linkinfo(const struct nlattr *info, struct nl_link *link)
{
	const struct nlattr *attr, *data = NULL;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			snprintf(link->kind, sizeof(link->kind), "%.*s",
				 (int)mnl_attr_get_payload_len(attr), mnl_attr_get_str(attr));
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
	}
	if (data && !strcmp(link->kind, "vlan"))
		link->vlan = vlan_id_of(data);
}

static int on_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct nl_link *link = nl_list_add(data);
	const struct nlattr *attr;

	if (!link)
		return MNL_CB_OK;
	link->ifindex = (uint32_t)ifi->ifi_index;
	link->lower_netns = -1;
	link->flags = ifi->ifi_flags;
	link->is_ethernet = ifi->ifi_type == ARPHRD_ETHER;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		uint16_t len = mnl_attr_get_payload_len(attr);

		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			snprintf(link->name, sizeof(link->name), "%.*s", (int)len,
				 mnl_attr_get_str(attr));
			break;
		case IFLA_ADDRESS:
			if (len == 6) {
				memcpy(link->mac, mnl_attr_get_payload(attr), 6);
			}
			break;
		case IFLA_MASTER:
			link->master = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK:
			link->lower = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK_NETNSID:
			link->lower_netns = (int32_t)mnl_attr_get_u32(attr);
			break;
		case IFLA_LINKINFO:
			read_linkinfo(attr, link);
			break;
		default:
			break;
		}
	}
	return MNL_CB_OK;
}

static int on_address(const struct nlmsghdr *nlh, void *data)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct nl_address *address;

	mnl_attr_for_each(attr, nlh, sizeof(*ifa)) {
		/* With a peer, IFA_LOCAL is ours and IFA_ADDRESS is the peer's. */
		int type = mnl_attr_get_type(attr);

		if ((type != IFA_ADDRESS && type != IFA_LOCAL) ||
		    mnl_attr_get_payload_len(attr) != sizeof(struct in6_addr))
			continue;
		address = nl_list_add(data);
		if (!address)
			return MNL_CB_OK;
		address->ifindex = ifa->ifa_index;
		memcpy(&address->addr, mnl_attr_get_payload(attr), sizeof(address->addr));
		if (type == IFA_LOCAL)
			break;
	}
	return MNL_CB_OK;
}

/* What a dump of the routes is read for, in one go, for there may be many. */
struct known_route {
	bool is_gateway; /* then only interface and address */
	struct nl_net net;
};

static void add_gateway(struct nl_list *list, uint32_t ifindex, const struct nlattr *attr)
{
	struct known_route *gateway;

	if (mnl_attr_get_payload_len(attr) != sizeof(struct in6_addr))
		return;
	gateway = nl_list_add(list);
	if (!gateway)
		return;
	gateway->is_gateway = true;
	gateway->net.ifindex = ifindex;
	memcpy(&gateway->net.addr, mnl_attr_get_payload(attr), sizeof(gateway->net.addr));
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
	one = nl_list_add(list);
	if (one)
		one->net = net;
}

static int on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *gateway = NULL, *dst = NULL;
	bool several = false;
	uint32_t oif = 0;

	if (rtm->rtm_type != RTN_UNICAST && rtm->rtm_type != RTN_LOCAL)
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
	return MNL_CB_OK;
}

static int read_routes(struct nl_state *state, struct error *err)
{
	struct known_route *routes;
	size_t i, n;
	int r = nl_dump(RTM_GETROUTE, AF_INET6, 0, on_route, sizeof(*routes), (void **)&routes, &n,
			"routes", err);

	if (r)
		return r;
	state->gateways = calloc(n + 1, sizeof(*state->gateways));
	state->nets = calloc(n + 1, sizeof(*state->nets));
	if (!state->gateways || !state->nets)
		r = fail(err, ENOMEM, "routes");
	for (i = 0; i < n && !r; i++) {
		const struct nl_net *net = &routes[i].net;

		if (routes[i].is_gateway)
			state->gateways[state->n_gateways++] =
				(struct nl_address){ .ifindex = net->ifindex, .addr = net->addr };
		else
			state->nets[state->n_nets++] = *net;
	}
	free(routes);
	return r;
}

int nl_state_read(struct nl_state *ret, struct error *err)
{
	struct nl_state state = { 0 };
	int r;

	r = nl_dump(RTM_GETLINK, AF_UNSPEC, 0, on_link, sizeof(*state.links), (void **)&state.links,
		    &state.n_links, "links", err);
	if (!r)
		r = nl_dump(RTM_GETADDR, AF_INET6, 0, on_address, sizeof(*state.addresses),
			    (void **)&state.addresses, &state.n_addresses, "addresses", err);
	if (!r)
		r = read_routes(&state, err);
	if (r)
		nl_state_free(&state);
	else
		*ret = state;
	return r;
}

void nl_state_free(struct nl_state *state)
{
	free(state->links);
	free(state->addresses);
	free(state->gateways);
	free(state->nets);
	memset(state, 0, sizeof(*state));
}

const struct nl_link *nl_link_by_name(const struct nl_state *state, const char *name)
{
	size_t i;

	for (i = 0; i < state->n_links; i++) {
		if (!strcmp(state->links[i].name, name))
			return &state->links[i];
	}
	return NULL;
}

const struct nl_link *nl_link_by_index(const struct nl_state *state, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < state->n_links; i++) {
		if (state->links[i].ifindex == ifindex)
			return &state->links[i];
	}
	return NULL;
}
