// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is asked of, or changed on, a single device: allmulticast, neighbour and proxy entries,
 * a veth's other end, ethtool's flags, net.ipv6.conf.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netlink/detail.h"
#include "netlink/internal.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* kernel 5.14 */
#endif

int nl_set_allmulti(uint32_t ifindex, bool on, struct error *err)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi = nl_link_request(nlh, RTM_NEWLINK, ifindex, -1);

	ifi->ifi_flags = on ? IFF_ALLMULTI : 0;
	ifi->ifi_change = IFF_ALLMULTI;
	return nl_talk(nlh, NULL, NULL, "allmulticast", err);
}

static struct ndmsg *neigh_request(struct nlmsghdr *nlh, uint16_t type, uint16_t flags,
				   uint32_t ifindex, const struct in6_addr *addr)
{
	struct ndmsg *ndm;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
	ndm->ndm_family = AF_INET6;
	ndm->ndm_ifindex = (int)ifindex;
	mnl_attr_put(nlh, NDA_DST, sizeof(*addr), addr);
	return ndm;
}

static int on_state(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == RTM_NEWNEIGH)
		*(uint16_t *)data = ndm->ndm_state;
	return MNL_CB_OK;
}

uint16_t nl_neigh_state(uint32_t ifindex, const struct in6_addr *addr)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct error ignored;
	uint16_t state = 0;

	neigh_request(nlh, RTM_GETNEIGH, 0, ifindex, addr);
	nl_talk(nlh, on_state, &state, "neighbour", &ignored);
	return state;
}

void nl_neigh_probe(uint32_t ifindex, const struct in6_addr *addr, uint16_t state)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct error ignored;
	struct ndmsg *ndm;

	if (state & (NUD_PERMANENT | NUD_NOARP))
		return;
	/* NTF_USE starts a resolution, but leaves a STALE entry for 5 s before it probes. */
	ndm = neigh_request(nlh, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, ifindex, addr);
	if (state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE))
		ndm->ndm_state = NUD_PROBE;
	else
		ndm->ndm_flags = NTF_USE;
	nl_talk(nlh, NULL, NULL, "neighbour", &ignored);
}

void nl_neigh_forget(uint32_t ifindex, const struct in6_addr *addr)
{
	const uint16_t state = nl_neigh_state(ifindex, addr);
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct error ignored;

	if (!state || (state & (NUD_PERMANENT | NUD_NOARP)))
		return;
	neigh_request(nlh, RTM_DELNEIGH, 0, ifindex, addr);
	nl_talk(nlh, NULL, NULL, "neighbour", &ignored);
}

static int on_proxy(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct nl_proxy *proxy;
	const struct nlattr *attr;

	/* A kernel that does not filter the dump sends ordinary entries as well. */
	if (!(ndm->ndm_flags & NTF_PROXY))
		return MNL_CB_OK;
	proxy = nl_list_add(data);
	if (!proxy)
		return MNL_CB_OK;
	proxy->ifindex = (uint32_t)ndm->ndm_ifindex;
	proxy->router = ndm->ndm_flags & NTF_ROUTER;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm)) {
		if (mnl_attr_get_type(attr) == NDA_DST &&
		    mnl_attr_get_payload_len(attr) == sizeof(proxy->addr))
			memcpy(&proxy->addr, mnl_attr_get_payload(attr), sizeof(proxy->addr));
		else if (mnl_attr_get_type(attr) == NDA_PROTOCOL)
			proxy->protocol = mnl_attr_get_u8(attr);
	}
	return MNL_CB_OK;
}

int nl_proxy_read(struct nl_proxy **ret, size_t *ret_n, struct error *err)
{
	static const struct nl_table table = { .type = RTM_GETNEIGH,
					       .family = AF_INET6,
					       .ndm_flags = NTF_PROXY,
					       .cb = on_proxy,
					       .size = sizeof(**ret),
					       .what = "proxy entries" };

	return nl_dump(&table, (void **)ret, ret_n, err);
}

int nl_proxy_change(bool add, const struct nl_proxy *entries, size_t n, struct error *err)
{
	struct error ignored;
	char buf[256];
	size_t i;
	int r;

	for (i = 0; i < n; i++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct ndmsg *ndm = neigh_request(nlh, add ? RTM_NEWNEIGH : RTM_DELNEIGH,
						  add ? NLM_F_CREATE | NLM_F_REPLACE : 0,
						  entries[i].ifindex, &entries[i].addr);

		ndm->ndm_flags = NTF_PROXY;
		/* As ip(8): else the entry, and its group, goes with the carrier already. */
		ndm->ndm_state = NUD_PERMANENT;
		if (add)
			mnl_attr_put_u8(nlh, NDA_PROTOCOL, entries[i].protocol);
		r = nl_talk(nlh, NULL, NULL, "proxy entry", add ? err : &ignored);
		if (add && r)
			return r;
	}
	return 0;
}

static int on_xdp(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *sub;
	struct nl_xdp *xdp = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) != IFLA_XDP)
			continue;
		mnl_attr_for_each_nested(sub, attr) {
			switch (mnl_attr_get_type(sub)) {
			case IFLA_XDP_ATTACHED:
				xdp->attached = mnl_attr_get_u8(sub);
				break;
			case IFLA_XDP_PROG_ID:
				xdp->prog_id = mnl_attr_get_u32(sub);
				break;
			case IFLA_XDP_DRV_PROG_ID:
				xdp->native_id = mnl_attr_get_u32(sub);
				break;
			case IFLA_XDP_SKB_PROG_ID:
				xdp->generic_id = mnl_attr_get_u32(sub);
				break;
			default:
				break;
			}
		}
	}
	return MNL_CB_OK;
}

int nl_xdp_read(uint32_t ifindex, int32_t netns, struct nl_xdp *ret)
{
	struct error ignored;
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	*ret = (struct nl_xdp){ .attached = XDP_ATTACHED_NONE };
	nl_link_request(nlh, RTM_GETLINK, ifindex, netns);
	return nl_talk(nlh, on_xdp, ret, "XDP", &ignored);
}

bool nl_peer_has_xdp(const struct nl_link *veth)
{
	struct nl_xdp xdp;

	if (!veth->lower || nl_xdp_read(veth->lower, veth->lower_netns, &xdp))
		return false;
	return xdp.attached == XDP_ATTACHED_DRV || xdp.attached == XDP_ATTACHED_MULTI;
}

uint64_t nl_netns_cookie(void)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat st;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len))
			cookie = 0;
		close(fd);
	}
	if (!cookie && stat("/proc/self/ns/net", &st) == 0)
		cookie = st.st_ino;
	return cookie;
}

uint32_t nl_ethtool_flags(const char *dev)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint32_t flags = 0;

	if (fd < 0)
		return 0;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	ifr.ifr_data = (void *)&value;
	if (ioctl(fd, SIOCETHTOOL, &ifr) == 0)
		flags = value.data;
	close(fd);
	return flags;
}

bool nl_strips_vlan(const char *dev)
{
	return nl_ethtool_flags(dev) & ETH_FLAG_RXVLAN;
}

int sysctl_ipv6(const char *dev, const char *key)
{
	char path[160], text[16];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", dev, key);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	return (int)strtol(text, NULL, 10);
}
