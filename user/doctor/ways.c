// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Findings about the devices between the uplink and the guests; changes nothing, prints nothing. */
#include "doctor/ways.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desired/port_path.h"
#include "netlink/netlink.h"

#define ADDR_GEN_NONE 1 /* IN6_ADDR_GEN_MODE_NONE */

/* A device is named once for each fault, whoever looks at it. */
static void add_once(struct findings *ret, enum doctor_code code, const struct nl_link *link,
		     const char *message)
{
	const struct subject about = { .dev = link->name, .other = link->name };
	struct finding like = { .code = code };

	memcpy(like.dev, link->name, sizeof(like.dev));
	if (!findings_have(ret, &like))
		finding_add(ret, code, &about, "%s", message);
}

void doctor_way_device(const struct nl_state *state, uint32_t ifindex, struct findings *ret)
{
	const struct nl_link *link = ifindex ? nl_link_by_index(state, ifindex) : NULL;
	char text[200];

	if (!link || (link->flags & IFF_LOOPBACK))
		return;
	if (sysctl_ipv6(link->name, "disable_ipv6") > 0) {
		snprintf(text, sizeof(text),
			 "net.ipv6.conf.%s.disable_ipv6 is 1: the kernel drops IPv6 there",
			 link->name);
		add_once(ret, DOCTOR_IPV6_OFF, link, text);
	} else if (!(link->flags & IFF_UP)) {
		add_once(ret, DOCTOR_DEVICE_DOWN, link, "it is down: nothing is routed through it");
	} else if ((link->flags & IFF_RUNNING) && link->is_ethernet &&
		   !(link->flags & (IFF_NOARP | IFF_POINTOPOINT)) &&
		   !desired_link_local(ifindex, state)) {
		/* ndisc_send_ns() gives up where it finds no source for what is forwarded. */
		snprintf(text, sizeof(text),
			 "no link-local address%s: the host cannot solicit neighbours there",
			 sysctl_ipv6(link->name, "addr_gen_mode") == ADDR_GEN_NONE
				 ? ", addr_gen_mode is none"
				 : "");
		add_once(ret, DOCTOR_NO_LINK_LOCAL, link, text);
	}
}

int doctor_way_out(const struct nl_state *state, uint32_t ifindex, struct findings *ret,
		   struct error *err)
{
	const struct nl_link *link = nl_link_by_index(state, ifindex);
	struct in6_addr somewhere; /* stands for the rest of the world */
	struct nl_hop own, from;
	int r;

	/* Without forwarding, and without IPv6, nothing can get through: reported elsewhere. */
	if (!link || !(link->flags & IFF_UP) || sysctl_ipv6("all", "forwarding") <= 0 ||
	    sysctl_ipv6(link->name, "disable_ipv6") > 0)
		return 0;
	inet_pton(AF_INET6, "2000::1", &somewhere);
	r = nl_hops_read(0, &somewhere, 1, &own, err);
	if (!r)
		r = nl_hops_read(ifindex, &somewhere, 1, &from, err);
	if (!r && !own.error && own.type == RTN_UNICAST && from.error)
		add_once(ret, DOCTOR_NO_WAY_OUT, link,
			 "traffic from here has no default route, though the host has one");
	return r;
}

bool doctor_way_failed(const struct nl_address *failed, size_t n, uint32_t ifindex,
		       const struct in6_addr *addr)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (failed[i].ifindex == ifindex && !memcmp(&failed[i].addr, addr, sizeof(*addr)))
			return true;
	}
	return false;
}

uint32_t doctor_way_port(const struct nl_state *state, uint32_t port)
{
	const struct nl_link *link = port ? nl_link_by_index(state, port) : NULL;
	struct port_path path;

	if (!link)
		return 0;
	port_path(port_of_card(link, state), state, &path);
	return path.l3_dev ? path.l3_dev->ifindex : 0;
}

/* The routes of the guests that leave by one device. */
static void check_hops(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		       const struct nl_address *failed, size_t n_failed, struct findings *ret)
{
	struct several silent = { 0 }, other = { 0 };
	const struct nl_link *link = NULL, *right = NULL;
	size_t i;

	for (i = 0; i < up->n_hops; i++) {
		const struct entry *e = &up->rules[up->hops[i].rule];
		const struct nl_hop *hop = &up->hops[i].hop;
		uint32_t port;

		if (hop->error || hop->type != RTN_UNICAST || !hop->oif || hop->oif == up->ifindex)
			continue;
		doctor_way_device(&snap->state, hop->oif, ret);
		if (e->key.bits < 128)
			continue;
		if (n_failed && doctor_way_failed(failed, n_failed, hop->oif,
						  (const struct in6_addr *)e->key.addr)) {
			several_add(&silent, &e->key);
			link = link ? link : nl_link_by_index(&snap->state, hop->oif);
		}
		port = doctor_way_port(&snap->state, e->policy.port);
		if (port && port != hop->oif) {
			several_add(&other, &e->key);
			right = right ? right : nl_link_by_index(&snap->state, port);
		}
	}
	if (silent.n)
		finding_add(ret, DOCTOR_NEIGHBOUR_FAILED,
			    &(struct subject){ .dev = up->dev, .addr = silent.first },
			    "the host solicited guest %s on %s and got no answer",
			    several_text(&silent), link ? link->name : "its port");
	if (other.n)
		finding_add(ret, DOCTOR_ROUTE_PORT,
			    &(struct subject){ .dev = up->dev,
					       .addr = other.first,
					       .other = right ? right->name : NULL },
			    "the route to guest %s leaves by a device other than its port",
			    several_text(&other));
}

int doctor_check_ways(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		      struct findings *ret, struct error *err)
{
	struct nl_address *failed = NULL;
	size_t n_failed = 0, i;
	int r = nl_failed_read(&failed, &n_failed, err);

	if (r)
		return r;
	for (i = 0; i < up->n_l3_devs && up->n_hops; i++)
		doctor_way_device(&snap->state, up->l3_devs[i].ifindex, ret);
	check_hops(snap, up, failed, n_failed, ret);
	free(failed);
	return 0;
}
