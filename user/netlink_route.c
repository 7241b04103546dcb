// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One question to the routing table: where would this address go? */
#include <errno.h>
#include <linux/rtnetlink.h>

#include "netlink_internal.h"

static int on_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (rtm->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(attr) == RTA_OIF)
			*(uint32_t *)data = mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

int nl_route_out(const struct in6_addr *addr, uint32_t *ret, struct error *err)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;
	uint32_t out = 0;
	int r;

	nlh->nlmsg_type = RTM_GETROUTE;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = AF_INET6;
	rtm->rtm_dst_len = 128;
	mnl_attr_put(nlh, RTA_DST, sizeof(*addr), addr);
	r = nl_talk(nlh, on_answer, &out, "route", err);
	/* No route, and what the kernel says for blackhole, prohibit and unreachable. */
	if (r == -ENETUNREACH || r == -EHOSTUNREACH || r == -EINVAL || r == -EACCES)
		r = 0;
	if (!r)
		*ret = out;
	return r;
}
