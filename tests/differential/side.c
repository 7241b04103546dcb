// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See side.h. The requester can be resolved as well: a host that solicits S before it
 * answers is told the MAC that the frame came from.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include "mutate.h"
#include "side.h"
#include "wire.h"

#define PATIENCE_MS 1000
#define ROUNDS	    8 /* a host that keeps asking is not waited for for ever */

static int in_space(struct side *side, const char *space)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int there = open(space, O_RDONLY | O_CLOEXEC);
	int err = -1;

	if (here >= 0 && there >= 0 && !setns(there, CLONE_NEWNET)) {
		side->rtnl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
		side->ifindex = if_nametoindex("eth0");
		err = setns(here, CLONE_NEWNET);
	}
	close(here);
	close(there);
	return err || side->rtnl < 0 || !side->ifindex ? -1 : 0;
}

const char *side_open(struct side *side, const char *name, const char *space, const char *dev)
{
	*side = (struct side){ .name = name, .wire = -1, .rtnl = -1 };
	if (in_space(side, space))
		return "its namespace";
	side->wire = wire_open(dev);
	return side->wire < 0 ? "its cable" : NULL;
}

/* Nothing to forget is fine, too. */
static void forget(const struct side *side, const __u8 *addr)
{
	struct {
		struct nlmsghdr h;
		struct ndmsg n;
		struct rtattr a;
		__u8 addr[16];
	} req = {
		.h.nlmsg_len = sizeof(req),
		.h.nlmsg_type = RTM_DELNEIGH,
		.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.n.ndm_family = AF_INET6,
		.n.ndm_ifindex = (int)side->ifindex,
		.a.rta_len = RTA_LENGTH(16),
		.a.rta_type = NDA_DST,
	};
	char ack[256];

	memcpy(req.addr, addr, 16);
	if (send(side->rtnl, &req, sizeof(req), 0) > 0)
		recv(side->rtnl, ack, sizeof(ack), 0);
}

static struct frame sentinel(void)
{
	struct ask ask = ask_multicast();

	ask.es = mac_of(SENTINEL_MAC);
	ask.s = addr_of(SENTINEL_REQUESTER);
	ask_target(&ask, SENTINEL);
	opts_none(&ask);
	opts_mac(&ask, OPT_SLLAO, ask.es);
	return ask_frame(&ask);
}

/* The solicited advertisement of `owner` to the host. */
static void tell(const struct side *side, const __u8 *owner, const __u8 *mac, const __u8 *to)
{
	struct na na = {
		.ed = mac_of(H_MAC),
		.es = mac_of(SENTINEL_MAC),
		.flags = NA_S | NA_O,
	};
	struct frame f;

	memcpy(na.s.b, owner, 16);
	memcpy(na.t.b, owner, 16);
	memcpy(na.d.b, to, 16);
	memcpy(na.lladdr.b, mac, 6);
	f = na_frame(&na);
	wire_send(side->wire, f.b, f.len);
}

struct requester {
	const __u8 *s, *mac; /* NULL where the frame has no IPv6 header */
};

/* Resolves an address for the host; 1 if it was told. */
static int resolve(struct side *side, const __u8 *ns, const struct places *p,
		   const struct requester *requester)
{
	struct addr sentinels = addr_of(SENTINEL_REQUESTER);
	struct mac mac = mac_of(SENTINEL_MAC);
	const __u8 *target = ns + p->msg + 8;

	if (!memcmp(target, sentinels.b, 16)) {
		tell(side, target, mac.b, ns + p->ip6 + 8);
		return 1;
	}
	if (!requester->s || memcmp(target, requester->s, 16))
		return 0;
	tell(side, target, requester->mac, ns + p->ip6 + 8);
	side->resolved++;
	return 1;
}

/* Others may ask for the same guest. */
static int is_sentinels(const __u8 *na, const struct places *p)
{
	struct addr guest = addr_of(SENTINEL), requester = addr_of(SENTINEL_REQUESTER);

	return !memcmp(na + p->msg + 8, guest.b, 16) && !memcmp(na + p->ip6 + 24, requester.b, 16);
}

/* Listens until the sentinel's answer. 1: the host was told something and may say more. */
static int hear(struct side *side, const struct requester *requester, struct heard *ret)
{
	__u8 buf[SIDE_FRAME_MAX];
	struct places p;
	int told = 0;
	size_t len;

	for (;;) {
		len = wire_receive(side->wire, buf, sizeof(buf), PATIENCE_MS);
		if (!len)
			return -1;
		if (places_find(buf, len, &p) || buf[p.ip6 + 6] != NEXT_ICMPV6 ||
		    p.msg + 24 > p.end)
			continue;
		/* Skip a frame that was forwarded back to its own cable. */
		if (buf[p.ip6 + 7] == 254)
			continue;
		if (buf[p.msg] == 135) {
			told |= resolve(side, buf, &p, requester);
		} else if (buf[p.msg] != 136) {
			ret->others++;
		} else if (is_sentinels(buf, &p)) {
			return told;
		} else if (ret->answers++ == 0) {
			memcpy(ret->na, buf, len);
			ret->len = len;
		}
	}
}

int side_ask(struct side *side, const __u8 *frame, size_t len, struct heard *ret)
{
	struct requester requester = { 0 };
	struct frame last = sentinel();
	struct places p;
	int told, i;
	__u8 buf[SIDE_FRAME_MAX];

	*ret = (struct heard){ 0 };
	while (wire_receive(side->wire, buf, sizeof(buf), 0))
		;
	if (!places_find(frame, len, &p)) {
		requester.s = frame + p.ip6 + 8;
		requester.mac = frame + 6;
	}
	if (wire_send(side->wire, frame, len))
		return -1;
	for (told = 1, i = 0; told > 0 && i < ROUNDS; i++) {
		wire_send(side->wire, last.b, last.len);
		told = hear(side, &requester, ret);
	}
	if (requester.s)
		forget(side, requester.s);
	return told < 0 ? -1 : 0;
}
