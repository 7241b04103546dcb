// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Requests and answers of rtnetlink. Every dump is read to its end before anything
 * is believed, and again if the kernel says that it changed meanwhile.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink/internal.h"
#include "util/clock.h"

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

/* The last one used, with nothing left to read in it: some ask for each of ten thousand ports. */
static struct mnl_socket *idle;

static struct mnl_socket *nl_open(struct error *err)
{
	struct mnl_socket *nl = idle;
	int size = 1 << 20;

	idle = NULL;
	if (nl)
		return nl;
	nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		fail(err, errno, "netlink");
		if (nl)
			mnl_socket_close(nl);
		return NULL;
	}
	setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return nl;
}

/* `r`: how the last answer ended. */
static void nl_close(struct mnl_socket *nl, int r)
{
	if (!r && !idle)
		idle = nl;
	else
		mnl_socket_close(nl);
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

struct ifinfomsg *nl_link_request(struct nlmsghdr *nlh, uint16_t type, uint32_t ifindex,
				  int32_t netns)
{
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = (int)ifindex;
	if (netns >= 0)
		mnl_attr_put_u32(nlh, IFLA_TARGET_NETNSID, (uint32_t)netns);
	return ifi;
}

int nl_talk(struct nlmsghdr *nlh, mnl_cb_t cb, void *data, const char *what, struct error *err)
{
	struct mnl_socket *nl = nl_open(err);
	static unsigned int seq;
	int r;

	if (!nl)
		return -err->code;
	nlh->nlmsg_seq = ++seq;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		r = -errno;
	else
		r = nl_receive(nl, nlh->nlmsg_seq, cb, data);
	nl_close(nl, r);
	return r ? fail(err, -r, what) : 0;
}

bool nl_again(struct nl_patience *patience, int r)
{
	uint64_t now = (uint64_t)clock_us();
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

/* All of these headers begin with the family, as struct rtgenmsg. */
static void put_header(struct nlmsghdr *nlh, const struct nl_table *table)
{
	size_t size = sizeof(struct rtmsg);

	if (table->type == RTM_GETTFILTER) {
		struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));

		tcm->tcm_ifindex = (int)table->ifindex;
		tcm->tcm_parent = table->parent;
		return;
	}
	if (table->type == RTM_GETNEIGH) {
		struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

		ndm->ndm_family = table->family;
		ndm->ndm_flags = table->ndm_flags;
		return;
	}
	if (table->type == RTM_GETLINK)
		size = sizeof(struct ifinfomsg);
	else if (table->type == RTM_GETADDR)
		size = sizeof(struct ifaddrmsg);
	else if (table->type == RTM_GETNEXTHOP)
		size = sizeof(struct nhmsg);
	((struct rtgenmsg *)mnl_nlmsg_put_extra_header(nlh, size))->rtgen_family = table->family;
}

static void clear_list(const struct nl_table *table, struct nl_list *list)
{
	size_t i;

	for (i = 0; table->free_item && i < list->n; i++)
		table->free_item((char *)list->items + i * list->size);
	list->n = 0;
}

int nl_dump(const struct nl_table *table, void **ret, size_t *ret_n, struct error *err)
{
	struct nl_list list = { .size = table->size };
	struct nl_patience patience = { 0 };
	char buf[256];
	int r;

	do {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

		nlh->nlmsg_type = table->type;
		nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		put_header(nlh, table);
		clear_list(table, &list);
		r = nl_talk(nlh, table->cb, &list, table->what, err);
	} while (nl_again(&patience, r));
	r = nl_check_quiet(r, table->what, err);
	if (!r && list.no_memory)
		r = fail(err, ENOMEM, table->what);
	if (r) {
		clear_list(table, &list);
		free(list.items);
		return r;
	}
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}
