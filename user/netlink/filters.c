// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The filters that a frame meets at a device's ingress, before the stack has it; and clsact. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/internal.h"

static void read_bpf(const struct nlattr *options, struct nl_filter *f)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, options) {
		if (mnl_attr_get_type(attr) == TCA_BPF_ID)
			f->prog_id = mnl_attr_get_u32(attr);
	}
}

static int on_filter(const struct nlmsghdr *nlh, void *data)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *options = NULL;
	struct nl_filter f = { .handle = tcm->tcm_handle,
			       .priority = (uint16_t)(TC_H_MAJ(tcm->tcm_info) >> 16),
			       .protocol = ntohs((uint16_t)TC_H_MIN(tcm->tcm_info)) };
	struct nl_filter *item;

	mnl_attr_for_each(attr, nlh, sizeof(*tcm)) {
		switch (mnl_attr_get_type(attr)) {
		case TCA_KIND:
			snprintf(f.kind, sizeof(f.kind), "%.*s",
				 (int)mnl_attr_get_payload_len(attr), mnl_attr_get_str(attr));
			break;
		case TCA_OPTIONS:
			options = attr;
			break;
		case TCA_CHAIN:
			/* Reached by an action's goto alone. */
			if (mnl_attr_get_u32(attr))
				return MNL_CB_OK;
			break;
		default:
			break;
		}
	}
	/* A dump also lists the head of each priority, without options. */
	if (!options)
		return MNL_CB_OK;
	if (!strcmp(f.kind, "bpf"))
		read_bpf(options, &f);
	item = nl_list_add(data);
	if (item)
		*item = f;
	return MNL_CB_OK;
}

int nl_filters_read(uint32_t ifindex, struct nl_filter **ret, size_t *ret_n, struct error *err)
{
	const struct nl_table table = { .type = RTM_GETTFILTER,
					.ifindex = ifindex,
					.parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
					.cb = on_filter,
					.size = sizeof(**ret),
					.what = "filters" };

	return nl_dump(&table, (void **)ret, ret_n, err);
}

/* Of any kind, in any chain: it is not ours. */
static int on_any_filter(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	/* A dump also lists the chain's head, without a handle's options. */
	mnl_attr_for_each(attr, nlh, sizeof(struct tcmsg)) {
		if (mnl_attr_get_type(attr) == TCA_OPTIONS)
			nl_list_add(data);
	}
	return MNL_CB_OK;
}

int nl_clsact_remove_if_empty(uint32_t ifindex, struct error *err)
{
	static const uint32_t hooks[] = { TC_H_MIN_INGRESS, TC_H_MIN_EGRESS };
	char buf[256];
	struct nlmsghdr *nlh;
	struct tcmsg *tcm;
	size_t i, n;
	void *list;
	int r;

	for (i = 0; i < 2; i++) {
		const struct nl_table table = { .type = RTM_GETTFILTER,
						.ifindex = ifindex,
						.parent = TC_H_MAKE(TC_H_CLSACT, hooks[i]),
						.cb = on_any_filter,
						.size = 1,
						.what = "filters" };

		r = nl_dump(&table, &list, &n, err);
		if (r)
			return r == -ENODEV ? 0 : r;
		free(list);
		if (n)
			return 0;
	}
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_DELQDISC;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));
	tcm->tcm_ifindex = (int)ifindex;
	tcm->tcm_parent = TC_H_CLSACT;
	tcm->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	r = nl_talk(nlh, NULL, NULL, "clsact", err);
	return r == -ENOENT || r == -EINVAL || r == -ENODEV ? 0 : r;
}
