// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The links and addresses of this network namespace, and finding one among them. */
#include <errno.h>
#include <limits.h>
#include <net/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/internal.h"

#define GRE_COLLECT_METADATA 18 /* IFLA_*, of linux/if_tunnel.h, which clashes with net/if.h */

static void read_vlan(const struct nlattr *data, struct nl_link *link)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data) {
		if (mnl_attr_get_payload_len(attr) < sizeof(uint16_t))
			continue;
		if (mnl_attr_get_type(attr) == IFLA_VLAN_ID)
			link->vlan = mnl_attr_get_u16(attr);
		else if (mnl_attr_get_type(attr) == IFLA_VLAN_PROTOCOL)
			link->vlan_proto = ntohs(mnl_attr_get_u16(attr));
	}
}

static uint32_t read_vrf_table(const struct nlattr *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data) {
		if (mnl_attr_get_type(attr) == IFLA_VRF_TABLE)
			return mnl_attr_get_u32(attr);
	}
	return 0;
}

static bool is_isolated(const struct nlattr *port)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, port) {
		if (mnl_attr_get_type(attr) == IFLA_BRPORT_ISOLATED)
			return mnl_attr_get_u8(attr);
	}
	return false;
}

/*
 * Does IFLA_INFO_DATA of a link of this kind say external? Of Ethernet tunnels and the attribute
 * that says so: a flag, or a byte.
 */
static bool kind_external(const char *kind, const struct nlattr *data)
{
	static const struct {
		const char *kind;
		uint16_t attr;
	} tunnels[] = {
		{ "vxlan", IFLA_VXLAN_COLLECT_METADATA },
		{ "geneve", IFLA_GENEVE_COLLECT_METADATA },
		{ "gretap", GRE_COLLECT_METADATA },
		{ "ip6gretap", GRE_COLLECT_METADATA },
		{ "erspan", GRE_COLLECT_METADATA },
		{ "ip6erspan", GRE_COLLECT_METADATA },
	};
	const struct nlattr *attr;
	size_t i;

	for (i = 0; i < sizeof(tunnels) / sizeof(*tunnels); i++) {
		if (strcmp(tunnels[i].kind, kind) != 0)
			continue;
		mnl_attr_for_each_nested(attr, data) {
			if (mnl_attr_get_type(attr) == tunnels[i].attr)
				return !mnl_attr_get_payload_len(attr) || mnl_attr_get_u8(attr);
		}
	}
	return false;
}

static void read_linkinfo(const struct nlattr *info, struct nl_link *link)
{
	const struct nlattr *attr, *data = NULL, *port = NULL;
	bool of_bridge = false;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			snprintf(link->kind, sizeof(link->kind), "%.*s",
				 (int)mnl_attr_get_payload_len(attr), mnl_attr_get_str(attr));
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
		else if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND)
			of_bridge = !strcmp(mnl_attr_get_str(attr), "bridge");
		else if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_DATA)
			port = attr;
	}
	if (data && !strcmp(link->kind, "vlan"))
		read_vlan(data, link);
	if (data && !strcmp(link->kind, "vrf"))
		link->vrf_table = read_vrf_table(data);
	if (data)
		link->external = kind_external(link->kind, data);
	link->isolated = of_bridge && port && is_isolated(port);
}

/* Kernel 5.5. False: no memory. */
static bool read_altnames(const struct nlattr *list, struct nl_link *link)
{
	const struct nlattr *attr;
	size_t at = 0;

	/* The names are shorter than the attributes that hold them. */
	link->altnames = calloc(1, mnl_attr_get_payload_len(list) + 1u);
	mnl_attr_for_each_nested(attr, list) {
		size_t len = strnlen(mnl_attr_get_str(attr), mnl_attr_get_payload_len(attr));

		if (!link->altnames || mnl_attr_get_type(attr) != IFLA_ALT_IFNAME || !len)
			continue;
		memcpy(link->altnames + at, mnl_attr_get_str(attr), len);
		at += len + 1;
	}
	return link->altnames;
}

static void free_link(void *item)
{
	free(((struct nl_link *)item)->altnames);
}

/* The bus of a device from sysfs, for kernels before 5.14, which do not say it with the link. */
static void read_bus(struct nl_link *link)
{
	char path[64], target[PATH_MAX];
	const char *name;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/subsystem", link->name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	name = strrchr(target, '/');
	snprintf(link->bus, sizeof(link->bus), "%.15s", name ? name + 1 : target);
}

int nl_on_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct nl_list *list = data;
	struct nl_link *link = nl_list_add(list);
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
		case IFLA_PROP_LIST:
			list->no_memory |= !read_altnames(attr, link);
			break;
		case IFLA_ADDRESS:
			if (len == sizeof(link->mac))
				memcpy(link->mac, mnl_attr_get_payload(attr), sizeof(link->mac));
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
		case IFLA_PARENT_DEV_BUS_NAME:
			snprintf(link->bus, sizeof(link->bus), "%.*s", (int)len,
				 mnl_attr_get_str(attr));
			break;
		case IFLA_LINKINFO:
			read_linkinfo(attr, link);
			break;
		default:
			break;
		}
	}
	if (!link->bus[0] && !link->kind[0])
		read_bus(link);
	return MNL_CB_OK;
}

int nl_on_address(const struct nlmsghdr *nlh, void *data)
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

int nl_links_read(struct nl_state *ret, struct error *err)
{
	static const struct nl_table table = { .type = RTM_GETLINK,
					       .family = AF_UNSPEC,
					       .cb = nl_on_link,
					       .size = sizeof(*ret->links),
					       .free_item = free_link,
					       .what = "links" };

	int r;

	memset(ret, 0, sizeof(*ret));
	r = nl_dump(&table, (void **)&ret->links, &ret->n_links, err);
	if (!r && nl_state_sort(ret)) {
		nl_state_free(ret);
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	return r;
}

int nl_state_read(struct nl_state *ret, struct error *err)
{
	static const struct nl_table addresses = { .type = RTM_GETADDR,
						   .family = AF_INET6,
						   .cb = nl_on_address,
						   .size = sizeof(struct nl_address),
						   .what = "addresses" };
	struct nl_state state = { 0 };
	int r;

	r = nl_links_read(&state, err);
	if (!r)
		r = nl_dump(&addresses, (void **)&state.addresses, &state.n_addresses, err);
	if (!r && nl_state_sort(&state))
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	if (!r)
		r = nl_gateways_read(&state, err);
	if (r) {
		nl_state_free(&state);
		return r;
	}
	*ret = state;
	return 0;
}

void nl_state_free(struct nl_state *state)
{
	size_t i;

	for (i = 0; i < state->n_links; i++)
		free_link(&state->links[i]);
	free(state->links);
	free(state->links_order);
	free(state->addresses_order);
	free(state->addresses);
	free(state->gateways);
	free(state->nets);
	memset(state, 0, sizeof(*state));
}

const char *nl_next_altname(const struct nl_link *link, const char *last)
{
	const char *next = last ? last + strlen(last) + 1 : link->altnames;

	return next && *next ? next : NULL;
}

const struct nl_link *nl_link_by_name(const struct nl_state *state, const char *name)
{
	const char *alt;
	size_t i;

	for (i = 0; i < state->n_links; i++) {
		if (!strcmp(state->links[i].name, name))
			return &state->links[i];
		/* The kernel has each name once in a namespace, whichever kind it is. */
		for (alt = NULL; (alt = nl_next_altname(&state->links[i], alt));) {
			if (!strcmp(alt, name))
				return &state->links[i];
		}
	}
	return NULL;
}

bool nl_is_external(const struct nl_link *link, const struct nl_state *state)
{
	int depth;

	/* VLAN devices, macvlans; deeper than they are stacked in practice. */
	for (depth = 0; link && depth < 8; depth++) {
		if (link->external)
			return true;
		if (!link->lower || link->lower_netns >= 0 || !strcmp(link->kind, "veth"))
			return false;
		link = nl_link_by_index(state, link->lower);
	}
	return false;
}

static int on_index(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	*(uint32_t *)data = (uint32_t)ifi->ifi_index;
	return MNL_CB_OK;
}

uint32_t nl_index_of(const char *name)
{
	struct nlmsghdr *nlh;
	struct ifinfomsg *ifi;
	struct error ignored;
	uint32_t ifindex = 0;
	char buf[512];

	/* The ioctl knows altnames as well, as far as they fit. */
	if (strlen(name) < IFNAMSIZ)
		return if_nametoindex(name);
	if (strlen(name) >= 128) /* ALTIFNAMSIZ */
		return 0;
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(nlh, IFLA_ALT_IFNAME, name);
	return nl_talk(nlh, on_index, &ifindex, name, &ignored) ? 0 : ifindex;
}
