// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where what the answers attract goes next: routes, forwarding, the host's own way out. Pure. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"

bool doctor_is_back(const struct doctor_uplink *up, uint16_t vlan, uint32_t oif)
{
	const struct desired *w = up->have_now ? &up->now : up->have_want ? &up->want : NULL;
	const struct ndpx_link_key key = { .vlan = w ? ndpx_link_of(&w->settings, vlan)->vlan : 0,
					   .kind = NDPX_LINK_MEMBER,
					   .value = oif };

	if (!w || !w->n_links)
		return oif == up->ifindex;
	return bsearch(&key, w->links, w->n_links, sizeof(key), link_key_compare);
}

static bool inside(const struct nl_route *route, const struct ndpx_key *prefix)
{
	unsigned int bytes = prefix->bits / 8, rest = prefix->bits % 8;

	if (route->bits < prefix->bits || memcmp(&route->dst, prefix->addr, bytes) != 0)
		return false;
	return !rest || !((route->dst.s6_addr[bytes] ^ prefix->addr[bytes]) >> (8 - rest));
}

/* A prefix is often only partly in use: one route inside it to somewhere else will do. */
static bool has_part(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		     const struct ndpx_key *prefix)
{
	size_t i;

	for (i = 0; i < snap->n_routes; i++) {
		const struct nl_route *r = &snap->routes[i];

		if (r->type == RTN_UNICAST && r->oif && !doctor_is_back(up, prefix->vlan, r->oif) &&
		    inside(r, prefix))
			return true;
	}
	return false;
}

void doctor_check_routes(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 struct findings *ret)
{
	struct several none = { 0 }, refused = { 0 }, back = { 0 };
	char looked_at[40] = "";
	size_t i;

	if (up->n_rules > DOCTOR_MAX_HOPS)
		snprintf(looked_at, sizeof(looked_at), ", of %zu looked at", up->n_hops);

	for (i = 0; i < up->n_hops; i++) {
		const struct ndpx_key *key = &up->rules[up->hops[i].rule].key;
		const struct nl_hop *hop = &up->hops[i].hop;
		struct several *to = NULL;

		if (hop->error == -ENETUNREACH || hop->error == -EAGAIN)
			to = &none;
		else if (hop->error)
			to = &refused;
		else if (hop->type == RTN_UNICAST && doctor_is_back(up, key->vlan, hop->oif))
			to = &back;
		if (to && (key->bits == 128 || !has_part(snap, up, key)))
			several_add(to, key);
	}
	if (none.n)
		finding_add(ret, DOCTOR_NO_ROUTE,
			    &(struct subject){ .dev = up->dev, .addr = none.first },
			    "no route to guest %s%s", several_text(&none), looked_at);
	if (refused.n)
		finding_add(ret, DOCTOR_ROUTE_REFUSED,
			    &(struct subject){ .dev = up->dev, .addr = refused.first },
			    "the route to guest %s%s is unreachable, prohibit or blackhole",
			    several_text(&refused), looked_at);
	if (back.n)
		finding_add(ret, DOCTOR_ROUTE_UPLINK,
			    &(struct subject){ .dev = up->dev, .addr = back.first },
			    "the route to guest %s%s goes back out of the uplink",
			    several_text(&back), looked_at);
}

/* Does a prefix rule of this VLAN share addresses with the network? */
static bool is_ruled(const struct doctor_uplink *up, uint16_t vlan, const struct nl_net *net)
{
	struct ndpx_key wide = { .bits = net->bits };
	struct nl_route as_route = { .dst = net->addr, .bits = net->bits };
	size_t i;

	memcpy(wide.addr, &net->addr, sizeof(wide.addr));
	for (i = 0; i < up->n_rules; i++) {
		const struct entry *e = &up->rules[i];
		struct nl_route rule = { .bits = (uint8_t)e->key.bits };

		memcpy(&rule.dst, e->key.addr, sizeof(rule.dst));
		if (e->policy.action == NDPX_ACT_ANSWER && e->key.bits < 128 &&
		    e->key.vlan == vlan && (inside(&as_route, &e->key) || inside(&rule, &wide)))
			return true;
	}
	return false;
}

/* The same network on both sides of the host: no route of that length tells who is where. */
static void check_twice(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			const struct nl_net *here, uint16_t vlan, struct findings *ret)
{
	char text[RULE_TEXT_LEN];
	size_t i;

	for (i = 0; i < snap->state.n_nets; i++) {
		const struct nl_net *there = &snap->state.nets[i];
		const struct nl_link *link = nl_link_by_index(&snap->state, there->ifindex);

		if (there->local || !link || doctor_is_back(up, vlan, there->ifindex) ||
		    there->bits != here->bits ||
		    memcmp(&there->addr, &here->addr, sizeof(here->addr)) != 0)
			continue;
		target_text(&here->addr, here->bits, text);
		finding_add(
			ret, DOCTOR_ON_LINK_TWICE,
			&(struct subject){ .dev = up->dev, .vlan = vlan, .other = link->name },
			"%s is on-link on the uplink and on %s: only host routes and neighbours "
			"tell what is behind %s",
			text, link->name, link->name);
		return;
	}
}

void doctor_check_nets(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		       struct findings *ret)
{
	size_t i, j;

	for (j = 0; j < up->n_l3_devs; j++) {
		for (i = 0; i < snap->state.n_nets; i++) {
			const struct nl_net *net = &snap->state.nets[i];

			if (!net->local && net->ifindex == up->l3_devs[j].ifindex &&
			    is_ruled(up, up->l3_devs[j].vlan, net))
				check_twice(snap, up, net, up->l3_devs[j].vlan, ret);
		}
	}
}

/* Is there a rule that the routing table decides? Of a prefix it decides duplicate detection. */
static bool asks_routes(const struct doctor_uplink *up)
{
	size_t i;

	for (i = 0; i < up->n_rules; i++) {
		if (up->rules[i].policy.action == NDPX_ACT_ANSWER &&
		    (up->rules[i].policy.answer != NDPX_ANSWER_ALWAYS ||
		     up->rules[i].key.bits < 128))
			return true;
	}
	return false;
}

/* One that the program does not know, and that it cannot find out either. */
static bool lacks_no_nd(const struct doctor_snapshot *snap, const struct doctor_uplink *up)
{
	size_t i, j;

	for (i = 0; i < NDPX_MAX_NO_ND; i++) {
		const __u32 ifindex = up->now.settings.no_nd[i];
		const struct nl_link *link =
			ifindex ? nl_link_by_index(&snap->state, ifindex) : NULL;

		for (j = 0; j < NDPX_MAX_NO_ND && up->settings.no_nd[j] != ifindex; j++)
			;
		/* bpf_check_mtu() tells of a tunnel, from kernel 5.12 on. */
		if (link && j == NDPX_MAX_NO_ND && (link->is_ethernet || snap->kernel < 512))
			return true;
	}
	return false;
}

void doctor_check_tables(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 struct findings *ret)
{
	const struct subject about = { .dev = up->dev };

	if (up->pins != PINS_WHOLE || !up->have_now || !asks_routes(up))
		return;
	if (memcmp(up->settings.nets, up->now.settings.nets, sizeof(up->settings.nets)) != 0)
		finding_add(ret, DOCTOR_NETS_CHANGED, &about,
			    "a network that is on-link here, or local, came or went since apply");
	else if (lacks_no_nd(snap, up))
		finding_add(ret, DOCTOR_NETS_CHANGED, &about,
			    "an interface without neighbours came since apply");
}

static bool answers_by_route(const struct doctor_uplink *up)
{
	size_t i;

	for (i = 0; i < up->n_rules; i++) {
		if (up->rules[i].policy.action == NDPX_ACT_ANSWER &&
		    up->rules[i].policy.answer != NDPX_ANSWER_ALWAYS)
			return true;
	}
	return false;
}

static bool answers_at_all(const struct doctor_uplink *up)
{
	size_t i;

	for (i = 0; i < up->n_rules; i++) {
		if (up->rules[i].policy.action == NDPX_ACT_ANSWER)
			return true;
	}
	return false;
}

/* AnyIP: what all answers attract is the host's own, and nothing is to be forwarded. */
static bool all_local(const struct doctor_uplink *up)
{
	size_t i;

	for (i = 0; i < up->n_hops; i++) {
		if (up->hops[i].hop.error || up->hops[i].hop.type != RTN_LOCAL)
			return false;
	}
	return up->n_hops > 0;
}

/*
 * The kernel drops what accept_ra = 1 taught it when forwarding comes on, and learns
 * nothing new. Where a daemon takes the advertisements, accept_ra is 0.
 */
static void check_default(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			  const struct doctor_l3_dev *l3_dev, struct findings *ret)
{
	const struct subject about = { .dev = up->dev,
				       .vlan = l3_dev->vlan,
				       .other = l3_dev->name };
	size_t i, learnt = 0;

	if (l3_dev->accept_ra != 1 || l3_dev->forwarding <= 0)
		return;
	for (i = 0; i < snap->n_routes; i++) {
		const struct nl_route *r = &snap->routes[i];

		if (r->bits || r->type != RTN_UNICAST || !r->oif)
			continue;
		if (r->protocol != RTPROT_RA || r->oif != l3_dev->ifindex)
			return; /* another way out */
		learnt++;
	}
	if (learnt)
		finding_add(ret, DOCTOR_ACCEPT_RA, &about,
			    "the default route came from an advertisement and is not renewed: %s "
			    "forwards, accept_ra is 1",
			    l3_dev->name);
	else if (l3_dev->ra_received)
		finding_add(ret, DOCTOR_ACCEPT_RA, &about,
			    "advertisements arrived, but there is no default route: %s forwards, "
			    "accept_ra is 1",
			    l3_dev->name);
}

void doctor_check_host(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		       struct findings *ret)
{
	size_t i;

	if (!answers_at_all(up))
		return;
	for (i = 0; i < up->n_l3_devs; i++) {
		const struct doctor_l3_dev *l3_dev = &up->l3_devs[i];
		const struct subject about = { .dev = up->dev,
					       .vlan = l3_dev->vlan,
					       .other = "all" };

		/* The kernel forwards by `all`; since 6.17 also by force_forwarding of the device. */
		if (snap->forwarding_all == 0 && l3_dev->force_forwarding <= 0 && !all_local(up))
			finding_add(ret, DOCTOR_FORWARDING_OFF, &about,
				    "net.ipv6.conf.all.forwarding is 0: no frame reaches a guest");
		check_default(snap, up, l3_dev, ret);
	}
	if (up->forwarding_dev == 0 && snap->forwarding_all > 0 && answers_by_route(up) &&
	    !all_local(up))
		finding_add(ret, DOCTOR_FORWARDING_OFF,
			    &(struct subject){ .dev = up->dev, .other = up->link->name },
			    "net.ipv6.conf.%s.forwarding is 0: answer = routed and alive find no "
			    "route",
			    up->link->name);
}
