// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Requests and answers of rtnetlink. Every dump is read to its end before anything
 * is believed, and again if the kernel says that it changed meanwhile.
 */
#include <errno.h>
#include <net/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netlink/internal.h"

/*
 * A dump that the kernel interrupts is read again after a pause that doubles each time, for
 * as long as a host needs to start fifty guests at once: each link, address and route that
 * comes interrupts all dumps in progress.
 */
#define DUMP_SECONDS   10
#define DUMP_PAUSE_MIN 1000   /* us */
#define DUMP_PAUSE_MAX 250000 /* us */

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

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

bool nl_again(struct nl_patience *patience, int r)
{
	uint64_t now = now_us();
	unsigned int jitter;

	/* EINTR: the table changed under the dump. ENOBUFS: we read too slowly. */
	if (r != -EINTR && r != -ENOBUFS)
		return false;
	if (!patience->until)
		*patience = (struct nl_patience){ now + DUMP_SECONDS * 1000000ull, DUMP_PAUSE_MIN };
	else if (now >= patience->until)
		return false;
	/* Fifty that were interrupted by the same event are not to come back at the same time. */
	jitter = (unsigned int)(now % (patience->pause / 2 + 1));
	usleep(patience->pause / 2 + jitter);
	if (patience->pause < DUMP_PAUSE_MAX)
		patience->pause *= 2;
	return true;
}

int nl_check_quiet(int r, const char *what, struct error *err)
{
	if (r != -EINTR && r != -ENOBUFS)
		return r;
	return error_set(err, EXIT_KERNEL, EBUSY,
			 "%s: still changing after %d s of reading them: try again when the "
			 "machine is quieter",
			 what, DUMP_SECONDS);
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
	struct nl_patience patience = { 0 };
	char buf[256];
	int r;

	do {
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
		} else if (type == RTM_GETNEXTHOP) {
			struct nhmsg *nhm = mnl_nlmsg_put_extra_header(nlh, sizeof(*nhm));

			nhm->nh_family = family;
		} else {
			struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

			rtm->rtm_family = family;
		}
		list.n = 0;
		r = nl_talk(nlh, cb, &list, what, err);
	} while (nl_again(&patience, r));
	r = nl_check_quiet(r, what, err);
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

static bool is_isolated(const struct nlattr *port)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, port) {
		if (mnl_attr_get_type(attr) == IFLA_BRPORT_ISOLATED)
			return mnl_attr_get_u8(attr);
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
	if (data)
		link->external = nl_kind_external(link->kind, data);
	link->isolated = of_bridge && port && is_isolated(port);
}

/* Kernel 5.5. */
static void read_altnames(const struct nlattr *list, struct nl_link *link)
{
	const struct nlattr *attr;
	size_t n = 0;

	mnl_attr_for_each_nested(attr, list) {
		uint16_t len = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) == IFLA_ALT_IFNAME && n < NL_ALTNAMES &&
		    len <= sizeof(link->altnames[n]))
			snprintf(link->altnames[n++], sizeof(link->altnames[0]), "%.*s", (int)len,
				 mnl_attr_get_str(attr));
	}
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
		case IFLA_PROP_LIST:
			read_altnames(attr, link);
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
		nl_bus_read(link);
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

int nl_links_read(struct nl_state *ret, struct error *err)
{
	memset(ret, 0, sizeof(*ret));
	return nl_dump(RTM_GETLINK, AF_UNSPEC, 0, on_link, sizeof(*ret->links),
		       (void **)&ret->links, &ret->n_links, "links", err);
}

int nl_state_read(struct nl_state *ret, struct error *err)
{
	struct nl_state state = { 0 };
	int r;

	r = nl_links_read(&state, err);
	if (!r)
		r = nl_dump(RTM_GETADDR, AF_INET6, 0, on_address, sizeof(*state.addresses),
			    (void **)&state.addresses, &state.n_addresses, "addresses", err);
	if (!r)
		r = nl_gateways_read(&state, err);
	if (r) {
		nl_state_free(&state);
		return r;
	}
	r = nl_mark_routed(&state);
	if (r) {
		nl_state_free(&state);
		return error_set(err, EXIT_KERNEL, -r, "out of memory");
	}
	*ret = state;
	return 0;
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
