// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The subscription to RTNLGRP_NEIGH. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/detail.h"
#include "netlink/internal.h"
#include "netlink/neighbours.h"

#define BUFFER	 (1 << 20) /* what is lost, a poll finds */
#define MAX_READ 1024	   /* in one call */

struct nl_neigh_events {
	struct mnl_socket *nl;
	char buf[8192];
};

struct reading {
	void (*cb)(void *arg, const struct nl_address *who);
	void *arg;
};

int nl_neigh_events_open(struct nl_neigh_events **ret, struct error *err)
{
	struct nl_neigh_events *e = calloc(1, sizeof(*e));
	const int size = BUFFER, group = RTNLGRP_NEIGH;

	if (!e)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	e->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (e->nl && !mnl_socket_bind(e->nl, 0, MNL_SOCKET_AUTOPID) &&
	    !mnl_socket_setsockopt(e->nl, NETLINK_ADD_MEMBERSHIP, (void *)&group, sizeof(group))) {
		setsockopt(mnl_socket_get_fd(e->nl), SOL_SOCKET, SO_RCVBUFFORCE, &size,
			   sizeof(size));
		*ret = e;
		return 0;
	}
	error_set(err, EXIT_KERNEL, errno, "netlink: subscribing to neighbours: %s",
		  strerror(errno));
	nl_neigh_events_close(e);
	return -err->code;
}

int nl_neigh_events_fd(const struct nl_neigh_events *events)
{
	return mnl_socket_get_fd(events->nl);
}

void nl_neigh_events_close(struct nl_neigh_events *events)
{
	if (!events)
		return;
	if (events->nl)
		mnl_socket_close(events->nl);
	free(events);
}

static int on_message(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct nl_address who = { .ifindex = (uint32_t)ndm->ndm_ifindex };
	const struct reading *r = data;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWNEIGH || ndm->ndm_family != AF_INET6 ||
	    (ndm->ndm_flags & NTF_PROXY) || !(ndm->ndm_state & (NUD_REACHABLE | NUD_STALE)))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm)) {
		if (mnl_attr_get_type(attr) != NDA_DST ||
		    mnl_attr_get_payload_len(attr) != sizeof(who.addr))
			continue;
		memcpy(&who.addr, mnl_attr_get_payload(attr), sizeof(who.addr));
		r->cb(r->arg, &who);
	}
	return MNL_CB_OK;
}

void nl_neigh_events_read(struct nl_neigh_events *events,
			  void (*cb)(void *arg, const struct nl_address *who), void *arg)
{
	struct reading reading = { cb, arg };
	int i;

	for (i = 0; i < MAX_READ; i++) {
		struct sockaddr_nl from = { 0 };
		struct iovec iov = { events->buf, sizeof(events->buf) };
		struct msghdr msg = { .msg_name = &from,
				      .msg_namelen = sizeof(from),
				      .msg_iov = &iov,
				      .msg_iovlen = 1 };
		ssize_t n = recvmsg(mnl_socket_get_fd(events->nl), &msg, MSG_DONTWAIT);

		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			break;
		/* Any process may send to this socket; only the kernel is believed. */
		if (n > 0 && !from.nl_pid && !(msg.msg_flags & MSG_TRUNC))
			mnl_cb_run(events->buf, (size_t)n, 0, 0, on_message, &reading);
	}
}
