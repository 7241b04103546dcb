// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The base chains of nftables, and those of the legacy ip6tables, with what they do to a packet
 * in general: the policy, and whether a rule may drop. What rules match is never interpreted.
 */
/* Before the kernel's headers, which then leave out what both define. */
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink/detail.h"
#include "netlink/internal.h"

static void copy_text(char *to, size_t size, const struct nlattr *attr)
{
	if (attr)
		snprintf(to, size, "%.*s", (int)mnl_attr_get_payload_len(attr),
			 mnl_attr_get_str(attr));
}

/* The attribute of that type in a nest, NULL if there is none. */
static const struct nlattr *in_nest(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	if (!nest)
		return NULL;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

static const struct nlattr *in_message(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

static void add_chain(struct nl_list *list, const struct nl_chain *chain, const struct nlattr *dev)
{
	struct nl_chain *one = nl_list_add(list);

	if (!one)
		return;
	*one = *chain;
	copy_text(one->dev, sizeof(one->dev), dev);
}

static int on_chain(const struct nlmsghdr *nlh, void *data)
{
	const struct nfgenmsg *msg = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *hook = in_message(nlh, NFTA_CHAIN_HOOK), *dev, *devs, *attr;
	struct nl_chain chain = { .family = msg->nfgen_family };

	attr = in_nest(hook, NFTA_HOOK_HOOKNUM);
	if (!attr)
		return MNL_CB_OK; /* only jumped to */
	chain.hook = ntohl(mnl_attr_get_u32(attr));
	copy_text(chain.table, sizeof(chain.table), in_message(nlh, NFTA_CHAIN_TABLE));
	copy_text(chain.name, sizeof(chain.name), in_message(nlh, NFTA_CHAIN_NAME));
	copy_text(chain.type, sizeof(chain.type), in_message(nlh, NFTA_CHAIN_TYPE));
	attr = in_message(nlh, NFTA_CHAIN_POLICY);
	chain.policy_drop = attr && ntohl(mnl_attr_get_u32(attr)) == NF_DROP;
	devs = in_nest(hook, NFTA_HOOK_DEVS);
	if (!devs) {
		add_chain(data, &chain, in_nest(hook, NFTA_HOOK_DEV));
		return MNL_CB_OK;
	}
	mnl_attr_for_each_nested(dev, devs)
		add_chain(data, &chain, dev);
	return MNL_CB_OK;
}

/* Can the expression end in anything but accept, return or the next rule? */
static bool may_drop(const struct nlattr *expr)
{
	const struct nlattr *data = in_nest(expr, NFTA_EXPR_DATA), *code;
	char name[32] = "", target[32] = "";

	copy_text(name, sizeof(name), in_nest(expr, NFTA_EXPR_NAME));
	if (!strcmp(name, "immediate")) {
		data = in_nest(in_nest(data, NFTA_IMMEDIATE_DATA), NFTA_DATA_VERDICT);
		code = in_nest(data, NFTA_VERDICT_CODE);
		if (!code)
			return false;
		switch ((int32_t)ntohl(mnl_attr_get_u32(code))) {
		case NF_ACCEPT:
		case NFT_CONTINUE:
		case NFT_RETURN:
			return false;
		default:
			return true; /* jump and goto: what they lead to is not followed */
		}
	}
	if (!strcmp(name, "lookup")) /* a verdict map */
		return in_nest(data, NFTA_LOOKUP_DREG) &&
		       !ntohl(mnl_attr_get_u32(in_nest(data, NFTA_LOOKUP_DREG)));
	if (!strcmp(name, "target")) {
		copy_text(target, sizeof(target), in_nest(data, NFTA_TARGET_NAME));
		return !strcmp(target, "REJECT") || !strcmp(target, "NFQUEUE");
	}
	return !strcmp(name, "reject") || !strcmp(name, "queue");
}

static int on_rule(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *exprs = in_message(nlh, NFTA_RULE_EXPRESSIONS), *expr;
	const struct nfgenmsg *msg = mnl_nlmsg_get_payload(nlh);
	char table[64] = "", name[64] = "";
	struct nl_list *list = data;
	bool drops = false;
	size_t i;

	if (!exprs)
		return MNL_CB_OK;
	mnl_attr_for_each_nested(expr, exprs)
		drops |= may_drop(expr);
	copy_text(table, sizeof(table), in_message(nlh, NFTA_RULE_TABLE));
	copy_text(name, sizeof(name), in_message(nlh, NFTA_RULE_CHAIN));
	for (i = 0; drops && i < list->n; i++) {
		struct nl_chain *chain = (struct nl_chain *)list->items + i;

		if (chain->family == msg->nfgen_family && !strcmp(chain->table, table) &&
		    !strcmp(chain->name, name))
			chain->may_drop = true;
	}
	return MNL_CB_OK;
}

/* One dump of nftables; 0, or -errno: a kernel without nftables says so here. */
static int dump(uint16_t type, mnl_cb_t cb, struct nl_list *list)
{
	char buf[256], answer[32768];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	struct nfgenmsg *msg;
	ssize_t n;
	int r = -1;

	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	msg = mnl_nlmsg_put_extra_header(nlh, sizeof(*msg));
	msg->nfgen_family = AF_UNSPEC;
	if (nl && !mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) &&
	    mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) > 0) {
		do {
			n = mnl_socket_recvfrom(nl, answer, sizeof(answer));
			r = n < 0 ? -1
				  : mnl_cb_run(answer, (size_t)n, 1, mnl_socket_get_portid(nl), cb,
					       list);
		} while (r > MNL_CB_STOP);
	}
	if (r < 0)
		r = errno ? -errno : -EIO;
	if (nl)
		mnl_socket_close(nl);
	return r < 0 ? r : 0;
}

/* --- the legacy ip6tables: its table as the kernel hands it to ip6tables-save --- */

/* The verdict of the rule at `offset`: a base chain's policy is its last rule. */
static bool policy_drops(const struct ip6t_get_entries *entries, unsigned int offset)
{
	const struct ip6t_entry *e;
	const struct xt_standard_target *t;

	if (offset + sizeof(*e) > entries->size)
		return false;
	e = (const void *)((const char *)entries->entrytable + offset);
	if (offset + e->target_offset + sizeof(*t) > entries->size)
		return false;
	t = (const void *)((const char *)e + e->target_offset);
	return !t->target.u.user.name[0] && t->verdict == -NF_DROP - 1;
}

static void add_legacy_hooks(struct nl_list *list, const struct ip6t_getinfo *info,
			     const struct ip6t_get_entries *entries)
{
	static const char *const names[NF_INET_NUMHOOKS] = { "PREROUTING", "INPUT", "FORWARD",
							     "OUTPUT", "POSTROUTING" };
	unsigned int hook;

	for (hook = 0; hook < NF_INET_NUMHOOKS; hook++) {
		struct nl_chain *chain;

		if (!(info->valid_hooks & 1u << hook))
			continue;
		chain = nl_list_add(list);
		if (!chain)
			return;
		chain->family = NFPROTO_IPV6;
		chain->legacy = true;
		chain->hook = hook;
		snprintf(chain->table, sizeof(chain->table), "%.31s", info->name);
		snprintf(chain->name, sizeof(chain->name), "%s", names[hook]);
		snprintf(chain->type, sizeof(chain->type), "%s",
			 !strcmp(info->name, "nat") ? "nat" : "filter");
		chain->policy_drop = policy_drops(entries, info->underflow[hook]);
		chain->may_drop = info->hook_entry[hook] != info->underflow[hook];
	}
}

static void add_legacy_table(struct nl_list *list, int fd, const char *name)
{
	struct ip6t_getinfo info = { 0 };
	struct ip6t_get_entries *entries;
	socklen_t len = sizeof(info);

	snprintf(info.name, sizeof(info.name), "%s", name);
	if (getsockopt(fd, IPPROTO_IPV6, IP6T_SO_GET_INFO, &info, &len))
		return;
	len = (socklen_t)(sizeof(*entries) + info.size);
	entries = calloc(1, len);
	if (!entries) {
		list->no_memory = true;
		return;
	}
	snprintf(entries->name, sizeof(entries->name), "%s", name);
	entries->size = info.size;
	if (!getsockopt(fd, IPPROTO_IPV6, IP6T_SO_GET_ENTRIES, entries, &len))
		add_legacy_hooks(list, &info, entries);
	free(entries);
}

/* Tables that are not in use are not in the list, and asking for one would load it. */
static void add_legacy(struct nl_list *list)
{
	FILE *fp = fopen("/proc/net/ip6_tables_names", "re");
	int fd = fp ? socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW) : -1;
	char name[XT_TABLE_MAXNAMELEN];

	while (fd >= 0 && fscanf(fp, "%31s", name) == 1)
		add_legacy_table(list, fd, name);
	if (fd >= 0)
		close(fd);
	if (fp)
		fclose(fp);
}

int nl_chains_read(struct nl_chain **ret, size_t *ret_n, struct error *err)
{
	struct nl_list list = { .size = sizeof(**ret) };
	struct nl_patience patience = { 0 };
	int r;

	do {
		list.n = 0;
		r = dump(NFT_MSG_GETCHAIN, on_chain, &list);
		if (!r)
			r = dump(NFT_MSG_GETRULE, on_rule, &list);
	} while (nl_again(&patience, r));
	/* Any other error: without nftables in the kernel there are none of its chains. */
	if (nl_check_quiet(r, "nftables' chains", err) == -EBUSY) {
		free(list.items);
		return -EBUSY;
	}
	add_legacy(&list);
	if (list.no_memory) {
		free(list.items);
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}
