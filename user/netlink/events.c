// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The subscription to rtnetlink. It is lossy: a full socket (ENOBUFS) and a message that did not
 * fit are both reported as lost, and the caller reads the tables again.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/events.h"
#include "netlink/internal.h"

/* A notification is one message; the largest, of a link with VFs, takes a few pages. */
#define EVENT_BYTES 65536
/* Several thousand notifications: a host that starts all its guests at once. */
#define USUAL_BUFFER (4 << 20)
/* Read in one call, so that the caller gets to its signals and timers. */
#define MAX_READ 4096

struct nl_events {
	struct mnl_socket *nl;
	char buf[EVENT_BYTES];
};

/* What one call of nl_events_read() hands on, and to whom. */
struct reading {
	void (*cb)(void *arg, const struct nl_event *event);
	void *arg;
};

static int fail(struct error *err, int code, const char *what)
{
	return error_set(err, EXIT_KERNEL, code, "netlink: %s: %s", what, strerror(code));
}

static int subscribe(struct mnl_socket *nl, int size, struct error *err)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE,
				      RTNLGRP_NEXTHOP };
	const int fd = mnl_socket_get_fd(nl);
	size_t i;

	/* Without CAP_NET_ADMIN only up to net.core.rmem_max. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return fail(err, errno, "bind");
	for (i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		/* Kernels before 5.3 have no next hop objects to tell of. */
		if (mnl_socket_setsockopt(nl, NETLINK_ADD_MEMBERSHIP, (void *)&groups[i],
					  sizeof(groups[i])) &&
		    groups[i] != RTNLGRP_NEXTHOP)
			return fail(err, errno, "subscribing to changes");
	}
	return 0;
}

int nl_events_open(int buffer, struct nl_events **ret, struct error *err)
{
	struct nl_events *events = calloc(1, sizeof(*events));
	int r;

	if (!events)
		return fail(err, ENOMEM, "events");
	events->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	r = events->nl ? subscribe(events->nl, buffer ? buffer : USUAL_BUFFER, err)
		       : fail(err, errno, "socket");
	if (r) {
		nl_events_close(events);
		return r;
	}
	*ret = events;
	return 0;
}

int nl_events_fd(const struct nl_events *events)
{
	return mnl_socket_get_fd(events->nl);
}

void nl_events_close(struct nl_events *events)
{
	if (!events)
		return;
	if (events->nl)
		mnl_socket_close(events->nl);
	free(events);
}

static int on_link(const struct nlmsghdr *nlh, const struct reading *r)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct nl_event event = { .kind = NL_EVENT_LINK,
				  .gone = nlh->nlmsg_type == RTM_DELLINK,
				  .partly = ifi->ifi_family != AF_UNSPEC };
	struct nl_list list = { .size = sizeof(event.link) };

	/* A bridge tells of its ports this way, and DELLINK is a port that left it. */
	if (!event.partly) {
		nl_on_link(nlh, &list);
		if (!list.n)
			return MNL_CB_ERROR;
		event.link = *(struct nl_link *)list.items;
	}
	r->cb(r->arg, &event);
	free(event.link.altnames);
	free(list.items);
	return MNL_CB_OK;
}

static int on_address(const struct nlmsghdr *nlh, const struct reading *r)
{
	struct nl_event event = { .kind = NL_EVENT_ADDRESS,
				  .gone = nlh->nlmsg_type == RTM_DELADDR };
	struct nl_list list = { .size = sizeof(event.address) };
	size_t i;

	nl_on_address(nlh, &list);
	for (i = 0; i < list.n; i++) {
		event.address = ((struct nl_address *)list.items)[i];
		r->cb(r->arg, &event);
	}
	free(list.items);
	return MNL_CB_OK;
}

static int on_route(const struct nlmsghdr *nlh, const struct reading *r)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct nl_event event = { .kind = NL_EVENT_ROUTE, .gone = nlh->nlmsg_type == RTM_DELROUTE };
	struct nl_list list = { .size = sizeof(event.route) };
	size_t i;

	if (rtm->rtm_family != AF_INET6)
		return MNL_CB_OK;
	nl_on_route(nlh, &list);
	for (i = 0; i < list.n; i++) {
		event.route = ((struct nl_route *)list.items)[i];
		event.replaces = !i && !event.gone && (nlh->nlmsg_flags & NLM_F_REPLACE);
		r->cb(r->arg, &event);
	}
	free(list.items);
	return list.no_memory ? MNL_CB_ERROR : MNL_CB_OK;
}

static int on_message(const struct nlmsghdr *nlh, void *data)
{
	static const struct nl_event nexthop = { .kind = NL_EVENT_NEXTHOP };
	const struct reading *r = data;

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return on_link(nlh, r);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return on_address(nlh, r);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return on_route(nlh, r);
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP:
		r->cb(r->arg, &nexthop);
		return MNL_CB_OK;
	default:
		return MNL_CB_OK;
	}
}

int nl_events_read(struct nl_events *events, void (*cb)(void *arg, const struct nl_event *event),
		   void *arg, struct error *err)
{
	struct reading reading = { cb, arg };
	bool lost = false;
	int i;

	for (i = 0; i < MAX_READ; i++) {
		struct sockaddr_nl from = { 0 };
		struct iovec iov = { events->buf, sizeof(events->buf) };
		struct msghdr msg = { .msg_name = &from,
				      .msg_namelen = sizeof(from),
				      .msg_iov = &iov,
				      .msg_iovlen = 1 };
		ssize_t n = recvmsg(mnl_socket_get_fd(events->nl), &msg, MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			return fail(err, errno, "receive");
		lost |= n < 0 ? errno == ENOBUFS : (msg.msg_flags & MSG_TRUNC) != 0;
		/* Any process may send to this socket; only the kernel is believed. */
		if (n < 0 || from.nl_pid || (msg.msg_flags & MSG_TRUNC))
			continue;
		lost |= mnl_cb_run(events->buf, (size_t)n, 0, 0, on_message, &reading) < 0;
	}
	return lost ? -ENOBUFS : 0;
}
