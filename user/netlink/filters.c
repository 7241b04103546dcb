// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The filters that a frame meets at a device's ingress, before the stack has it. */
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
	struct nl_list list = { .size = sizeof(**ret) };
	struct nl_patience patience = { 0 };
	char buf[256];
	int r;

	do {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct tcmsg *tcm;

		nlh->nlmsg_type = RTM_GETTFILTER;
		nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));
		tcm->tcm_family = AF_UNSPEC;
		tcm->tcm_ifindex = (int)ifindex;
		tcm->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
		list.n = 0;
		r = nl_talk(nlh, on_filter, &list, "filters", err);
	} while (nl_again(&patience, r));
	r = nl_check_quiet(r, "filters", err);
	if (!r && list.no_memory)
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	if (r) {
		free(list.items);
		return r;
	}
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}
