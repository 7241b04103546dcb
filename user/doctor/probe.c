// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Solicitations from a raw ICMPv6 socket a link; what comes back is read until time is up. */
#include <errno.h>
#include <netinet/icmp6.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/probe.h"
#include "nd/frame.h"
#include "util/clock.h"

#define PACE_MS 1 /* between two solicitations */

/* A link to ask on. */
struct link {
	struct doctor_uplink *up;
	const struct doctor_l3_dev *l3_dev;
	const struct in6_addr *from; /* its link-local address */
	uint8_t mac[6];
	int fd;
};

/* An address that was asked for. */
struct probe {
	struct link *link;
	struct in6_addr target;
	uint8_t lladdr[6]; /* that our own answer carries */
	bool claimed;
};

struct probes {
	struct link *links;
	size_t n_links;
	struct probe *items;
	size_t n;
};

static bool is_fit(const struct doctor_uplink *up)
{
	return up->pins == PINS_WHOLE && up->link && up->attachment.mode != NDPX_MODE_NONE &&
	       !(up->settings.flags & NDPX_S_PAUSED) && (up->link->flags & IFF_UP) &&
	       (up->link->flags & IFF_RUNNING);
}

static int open_socket(const struct link *link)
{
	struct sockaddr_in6 from = { .sin6_family = AF_INET6,
				     .sin6_addr = *link->from,
				     .sin6_scope_id = link->l3_dev->ifindex };
	const int hops = 255, off = 0, on = 1, index = (int)link->l3_dev->ifindex;
	struct icmp6_filter filter;
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);

	if (fd < 0)
		return -errno;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, link->l3_dev->name,
		       (socklen_t)strlen(link->l3_dev->name)) ||
	    setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof(index)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof(off)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)) ||
	    bind(fd, (const struct sockaddr *)&from, sizeof(from))) {
		int code = errno;

		close(fd);
		return -code;
	}
	return fd;
}

/* The links that can be asked on. Failing to get a socket is not a finding. */
static int find_links(struct doctor_snapshot *snap, struct probes *p)
{
	size_t i, j;

	for (i = 0; i < snap->n_uplinks; i++) {
		struct doctor_uplink *up = &snap->uplinks[i];

		for (j = 0; j < up->n_l3_devs && is_fit(up); j++) {
			const struct nl_link *dev =
				nl_link_by_index(&snap->state, up->l3_devs[j].ifindex);
			struct link link = { .up = up, .l3_dev = &up->l3_devs[j] }, *more;

			/* Without a VLAN device of its own the host does not speak in that VLAN. */
			if (!dev || (link.l3_dev->vlan && dev->vlan != link.l3_dev->vlan))
				continue;
			link.from = desired_link_local(dev->ifindex, &snap->state);
			memcpy(link.mac, dev->mac, sizeof(link.mac));
			link.fd = link.from ? open_socket(&link) : -1;
			if (link.fd < 0)
				continue;
			more = realloc(p->links, (p->n_links + 1) * sizeof(*more));
			if (!more) {
				close(link.fd);
				return -ENOMEM;
			}
			p->links = more;
			p->links[p->n_links++] = link;
		}
	}
	return 0;
}

/* An address to ask for: of a prefix one that nobody is likely to have, "...6e64:7078". */
static bool address_of(const struct doctor_uplink *up, const struct entry *rule,
		       struct in6_addr *ret)
{
	static const uint8_t tail[4] = { 0x6e, 0x64, 0x70, 0x78 };
	struct entry exact = *rule;
	size_t i;

	memcpy(ret, rule->key.addr, sizeof(*ret));
	if (rule->key.bits == 128)
		return true;
	for (i = 12; i < 16; i++) {
		size_t fixed = rule->key.bits > i * 8 ? rule->key.bits - i * 8 : 0;

		if (fixed < 8)
			ret->s6_addr[i] |= tail[i - 12] & (0xff >> fixed);
	}
	exact.key.bits = 128;
	memcpy(exact.key.addr, ret, sizeof(*ret));
	return !entry_find(up->pinned, up->n_pinned, &exact);
}

static bool may_ask(const struct link *link, const struct entry *e)
{
	return e->policy.action == NDPX_ACT_ANSWER && !(e->policy.flags & NDPX_F_PAUSED) &&
	       e->key.vlan == link->l3_dev->vlan &&
	       !IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)e->key.addr);
}

/* Up to `max` addresses of one link, spread over its rules. */
static void pick(struct probes *p, struct link *link, size_t max)
{
	const struct doctor_uplink *up = link->up;
	size_t i, all = 0, step, k = 0;

	for (i = 0; i < up->n_pinned; i++)
		all += may_ask(link, &up->pinned[i]);
	step = all > max ? (all + max - 1) / max : 1;
	for (i = 0; i < up->n_pinned && p->n < DOCTOR_MAX_PROBES; i++) {
		const struct entry *e = &up->pinned[i];
		struct probe *probe = &p->items[p->n];

		if (!may_ask(link, e) || k++ % step || !address_of(up, e, &probe->target))
			continue;
		probe->link = link;
		memcpy(probe->lladdr,
		       e->policy.flags & NDPX_F_LLADDR ? e->policy.lladdr : up->settings.mac,
		       sizeof(probe->lladdr));
		p->n++;
	}
}

static void send_probe(const struct probe *probe)
{
	const struct link *link = probe->link;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_scope_id = link->l3_dev->ifindex };
	const struct nd_addr target = nd_get_addr(&probe->target);
	uint8_t m[ND_NS_LEN + ND_LLADDR_LEN];
	size_t len = nd_put_ns(m, target, nd_get_mac(link->mac));

	nd_put_addr(&to.sin6_addr, nd_solicited_node(target));
	/* What cannot be sent is not answered: no finding. The kernel adds the checksum. */
	(void)!sendto(link->fd, m, len, 0, (const struct sockaddr *)&to, sizeof(to));
}

static int add_claim(struct probe *probe, nd_mac mac)
{
	struct doctor_uplink *up = probe->link->up;
	struct doctor_claim *claims = realloc(up->claims, (up->n_claims + 1) * sizeof(*claims));

	if (!claims)
		return -ENOMEM;
	up->claims = claims;
	claims[up->n_claims] =
		(struct doctor_claim){ .vlan = probe->link->l3_dev->vlan, .addr = probe->target };
	nd_put_mac(claims[up->n_claims++].mac, mac);
	probe->claimed = true;
	return 0;
}

static bool has_hop_limit_255(struct msghdr *msg)
{
	struct cmsghdr *c;
	int hops;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_HOPLIMIT)
			continue;
		memcpy(&hops, CMSG_DATA(c), sizeof(hops));
		return hops == 255;
	}
	return false;
}

/* One advertisement from one link; -EAGAIN: none left for now. */
static int receive(struct probes *p, const struct link *link)
{
	uint8_t buf[1500], control[128] __attribute__((aligned(8)));
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(link->fd, &msg, 0);
	struct nd_addr target;
	nd_mac mac;
	size_t i;

	if (n < 0)
		return errno == EINTR ? 0 : -EAGAIN;
	if (n < ND_NS_LEN || !has_hop_limit_255(&msg))
		return 0;
	target = nd_get_addr(buf + 8);
	mac = nd_find_lladdr(buf + ND_NS_LEN, (uint32_t)n - ND_NS_LEN, ND_OPT_TLLAO);
	for (i = 0; i < p->n && mac; i++) {
		struct probe *probe = &p->items[i];

		/* Our own MAC, or the one we would have said: a reflection, or a shared one. */
		if (probe->claimed || probe->link != link ||
		    !nd_addr_eq(nd_get_addr(&probe->target), target) ||
		    mac == nd_get_mac(probe->lladdr) || mac == nd_get_mac(link->mac))
			continue;
		return add_claim(probe, mac);
	}
	return 0;
}

/* Reads what comes until `until`. */
static int listen_until(struct probes *p, long until)
{
	struct pollfd fds[DOCTOR_MAX_PROBES];
	size_t i, n = p->n_links < DOCTOR_MAX_PROBES ? p->n_links : DOCTOR_MAX_PROBES;
	long left;
	int r;

	for (i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = p->links[i].fd, .events = POLLIN };
	while ((left = until - clock_ms()) > 0) {
		if (poll(fds, n, (int)left) <= 0)
			continue;
		for (i = 0; i < n; i++) {
			if (!(fds[i].revents & POLLIN))
				continue;
			r = receive(p, &p->links[i]);
			if (r == -ENOMEM)
				return r;
		}
	}
	return 0;
}

int doctor_probe(struct doctor_snapshot *snap, struct error *err)
{
	struct probes p = { 0 };
	long start = clock_ms();
	size_t i, max;
	int r = find_links(snap, &p);

	if (!r && !p.n_links)
		return 0;
	if (!r && !(p.items = calloc(DOCTOR_MAX_PROBES, sizeof(*p.items))))
		r = -ENOMEM;
	max = p.n_links < DOCTOR_MAX_PROBES && p.n_links ? DOCTOR_MAX_PROBES / p.n_links : 1;
	for (i = 0; i < p.n_links && !r; i++)
		pick(&p, &p.links[i], max);
	for (i = 0; i < p.n && !r; i++) {
		send_probe(&p.items[i]);
		r = listen_until(&p, clock_ms() + PACE_MS);
	}
	if (!r && p.n)
		r = listen_until(&p, start + DOCTOR_PROBE_MS);
	for (i = 0; i < p.n_links; i++)
		close(p.links[i].fd);
	free(p.links);
	free(p.items);
	return r ? error_set(err, EXIT_KERNEL, -r, "probing: %s", strerror(-r)) : 0;
}
