// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which devices the chains of nftables' netdev family are on. */
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink_detail.h"
#include "netlink_internal.h"

static void copy_text(char *to, size_t size, const struct nlattr *attr)
{
	snprintf(to, size, "%.*s", (int)mnl_attr_get_payload_len(attr), mnl_attr_get_str(attr));
}

static void add_hook(struct nl_list *list, const struct nl_hook *chain, const struct nlattr *dev)
{
	struct nl_hook *hook = nl_list_add(list);

	if (!hook)
		return;
	*hook = *chain;
	copy_text(hook->dev, sizeof(hook->dev), dev);
}

static int on_chain(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *sub, *dev, *hook = NULL;
	struct nl_hook chain = { 0 };

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		switch (mnl_attr_get_type(attr)) {
		case NFTA_CHAIN_TABLE:
			copy_text(chain.table, sizeof(chain.table), attr);
			break;
		case NFTA_CHAIN_NAME:
			copy_text(chain.chain, sizeof(chain.chain), attr);
			break;
		case NFTA_CHAIN_HOOK:
			hook = attr;
			break;
		default:
			break;
		}
	}
	if (!hook)
		return MNL_CB_OK;
	mnl_attr_for_each_nested(sub, hook) {
		if (mnl_attr_get_type(sub) == NFTA_HOOK_DEV)
			add_hook(data, &chain, sub);
		if (mnl_attr_get_type(sub) != NFTA_HOOK_DEVS)
			continue;
		mnl_attr_for_each_nested(dev, sub)
			add_hook(data, &chain, dev);
	}
	return MNL_CB_OK;
}

/* One try at the dump; 0 or -errno. */
static int dump_chains(struct mnl_socket *nl, struct nl_list *list)
{
	char buf[256], answer[32768];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *msg;
	ssize_t n;
	int r;

	nlh->nlmsg_type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETCHAIN;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	msg = mnl_nlmsg_put_extra_header(nlh, sizeof(*msg));
	msg->nfgen_family = AF_UNSPEC; /* inet has ingress hooks as well, from 5.10 */
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(nl, answer, sizeof(answer));
		r = n < 0 ? -1
			  : mnl_cb_run(answer, (size_t)n, 1, mnl_socket_get_portid(nl), on_chain,
				       list);
	} while (r > MNL_CB_STOP);
	return r < 0 ? -errno : 0;
}

int nl_hooks_read(struct nl_hook **ret, size_t *ret_n, struct error *err)
{
	struct nl_list list = { .size = sizeof(**ret) };
	struct nl_patience patience = { 0 };
	int r;

	do {
		/* A socket for each try: an interrupted dump leaves messages in the old one. */
		struct mnl_socket *nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);

		list.n = 0;
		r = !nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno
									  : dump_chains(nl, &list);
		if (nl)
			mnl_socket_close(nl);
	} while (nl_again(&patience, r));
	r = nl_check_quiet(r, "nftables' chains", err);
	if (!r && list.no_memory)
		r = -ENOMEM;
	if (r) {
		free(list.items);
		return r == -EBUSY ? r
				   : error_set(err, EXIT_KERNEL, -r, "nftables' chains: %s",
					       strerror(-r));
	}
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}
