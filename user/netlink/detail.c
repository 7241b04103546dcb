// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One device in detail: MTU, who holds it promiscuous, its bridge, its XDP program. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink/detail.h"
#include "netlink/internal.h"

#define RA_RECEIVED 0x20u /* IF_RA_RCVD of the kernel's net/if_inet6.h, told by IFLA_INET6_FLAGS */

static void copy_text(char *to, size_t size, const struct nlattr *attr)
{
	snprintf(to, size, "%.*s", (int)mnl_attr_get_payload_len(attr), mnl_attr_get_str(attr));
}

static void read_bridge(const struct nlattr *data, struct nl_detail *d)
{
	const struct nlattr *attr, *sub;

	mnl_attr_for_each_nested(attr, data) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_BR_MCAST_SNOOPING:
			d->mcast_snooping = mnl_attr_get_u8(attr);
			break;
		case IFLA_BR_MCAST_QUERIER:
			d->mcast_querier |= mnl_attr_get_u8(attr) != 0;
			break;
		case IFLA_BR_MCAST_QUERIER_STATE:
			/* The kernel names the IPv6 querier only where there is one. */
			mnl_attr_for_each_nested(sub, attr) {
				if (mnl_attr_get_type(sub) == BRIDGE_QUERIER_IPV6_ADDRESS)
					d->mcast_querier = true;
			}
			break;
		default:
			break;
		}
	}
}

static void read_linkinfo(const struct nlattr *info, struct nl_detail *d)
{
	const struct nlattr *attr, *sub;
	char slave[16] = "";

	mnl_attr_for_each_nested(attr, info) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_INFO_KIND:
			copy_text(d->kind, sizeof(d->kind), attr);
			break;
		case IFLA_INFO_SLAVE_KIND:
			copy_text(slave, sizeof(slave), attr);
			break;
		case IFLA_INFO_DATA:
			if (!strcmp(d->kind, "bridge"))
				read_bridge(attr, d);
			break;
		case IFLA_INFO_SLAVE_DATA:
			if (strcmp(slave, "bridge") != 0)
				break;
			mnl_attr_for_each_nested(sub, attr) {
				if (mnl_attr_get_type(sub) == IFLA_BRPORT_MULTICAST_ROUTER)
					d->mcast_router = mnl_attr_get_u8(sub);
			}
			break;
		default:
			break;
		}
	}
}

static void read_xdp(const struct nlattr *xdp, struct nl_detail *d)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, xdp) {
		if (mnl_attr_get_type(attr) == IFLA_XDP_PROG_ID)
			d->xdp_id = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == IFLA_XDP_ATTACHED)
			d->xdp_native = mnl_attr_get_u8(attr) == XDP_ATTACHED_DRV ||
					mnl_attr_get_u8(attr) == XDP_ATTACHED_MULTI;
	}
}

static uint64_t read_received(const struct nlattr *attr)
{
	struct rtnl_link_stats64 stats = { 0 };
	size_t len = mnl_attr_get_payload_len(attr);

	/* Newer kernels append. */
	memcpy(&stats, mnl_attr_get_payload(attr), len < sizeof(stats) ? len : sizeof(stats));
	return stats.rx_packets;
}

static void read_families(const struct nlattr *families, struct nl_detail *d)
{
	const struct nlattr *family, *attr;

	mnl_attr_for_each_nested(family, families) {
		if (mnl_attr_get_type(family) != AF_INET6)
			continue;
		mnl_attr_for_each_nested(attr, family) {
			if (mnl_attr_get_type(attr) == IFLA_INET6_FLAGS)
				d->ra_received = mnl_attr_get_u32(attr) & RA_RECEIVED;
		}
	}
}

static int on_detail(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct nl_detail *d = data;
	const struct nlattr *attr;

	d->ifindex = (uint32_t)ifi->ifi_index;
	d->flags = ifi->ifi_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			copy_text(d->name, sizeof(d->name), attr);
			break;
		case IFLA_MASTER:
			d->master = mnl_attr_get_u32(attr);
			break;
		case IFLA_MTU:
			d->mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_PROMISCUITY:
			d->promiscuity = mnl_attr_get_u32(attr);
			break;
		case IFLA_ALLMULTI:
			d->allmulti = mnl_attr_get_u32(attr);
			break;
		case IFLA_STATS64:
			d->rx_packets = read_received(attr);
			break;
		case IFLA_XDP:
			read_xdp(attr, d);
			break;
		case IFLA_LINKINFO:
			read_linkinfo(attr, d);
			break;
		case IFLA_AF_SPEC:
			read_families(attr, d);
			break;
		default:
			break;
		}
	}
	return MNL_CB_OK;
}

int nl_detail_read(uint32_t ifindex, int32_t netns, struct nl_detail *ret, struct error *err)
{
	struct nl_detail detail = { 0 };
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	int r;

	nl_link_request(nlh, RTM_GETLINK, ifindex, netns);
	r = nl_talk(nlh, on_detail, &detail, "link", err);
	if (!r)
		*ret = detail;
	return r;
}

bool nl_has_lro(const char *dev)
{
	return nl_ethtool_flags(dev) & ETH_FLAG_LRO;
}
