// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What keeps a guest from being reached, though its address is answered for. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/dataplane.h"
#include "doctor/ways.h"
#include "verbs/explain_story.h"
#include "nd/wire.h"
#include "netlink/netlink.h"

struct way {
	struct story *s;
	struct nl_state state;
	uint32_t l3_dev;   /* where the host sees the link that the solicitation came by */
	uint32_t way_in;   /* ifindex to ask the routes for */
	uint32_t route;	   /* that the guest's route leaves by, 0: none */
	struct nl_hop hop; /* the same, in full */
	bool joined;	   /* the guest's group is heard: joined, or allmulticast */
};

static void add(struct story *s, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void add(struct story *s, const char *code, const char *fmt, ...)
{
	struct obstacle *o = &s->obstacles[s->n_obstacles];
	va_list ap;

	if (s->n_obstacles == EXPLAIN_OBSTACLES)
		return;
	s->n_obstacles++;
	snprintf(o->code, sizeof(o->code), "%s", code);
	va_start(ap, fmt);
	vsnprintf(o->text, sizeof(o->text), fmt, ap);
	va_end(ap);
}

static const char *name_of(const struct way *w, uint32_t ifindex)
{
	const struct nl_link *link = ifindex ? nl_link_by_index(&w->state, ifindex) : NULL;

	return link ? link->name : "(gone)";
}

/* The interface on which this host's stack sees the VLAN: that is where a group is joined. */
static uint32_t l3_dev_of(const struct ndpx_record *record, uint16_t vlan)
{
	__u32 i;

	for (i = 0; i < record->n_vlans && i < NDPX_MAX_VLANS; i++) {
		if (record->vlans[i] == vlan && record->l3_devs[i])
			return record->l3_devs[i];
	}
	return record->ifindex;
}

static int find_membership(struct dataplane *dp, struct way *w, struct error *err)
{
	const struct ndpx_record *record = dataplane_record(dp);
	uint32_t ifindex = l3_dev_of(record, w->s->vlan);
	struct nl_member *members = NULL;
	struct in6_addr group;
	size_t n = 0, i;
	int r = 0;

	nd_put_addr(&group, nd_solicited_node(nd_get_addr(&w->s->args.target)));
	for (i = 0; i < w->state.n_links; i++) {
		if (w->state.links[i].ifindex == record->ifindex)
			w->joined = w->state.links[i].flags & (IFF_ALLMULTI | IFF_PROMISC);
	}
	if (!w->joined)
		r = nl_members_read(&members, &n, err);
	for (i = 0; i < n; i++)
		w->joined |= members[i].ifindex == ifindex &&
			     !memcmp(&members[i].group, &group, sizeof(group));
	free(members);
	return r;
}

/* The route there. */
static void check_route(struct dataplane *dp, struct way *w)
{
	const struct entry *e = &w->s->rule.entry;
	uint32_t port = doctor_way_port(&w->state, e->policy.port);
	char addr[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &w->s->args.target, addr, sizeof(addr));
	/* An address of the host is reached, on whatever interface it is. */
	if (w->s->rule.host || (w->hop.error == 0 && w->hop.type == RTN_LOCAL))
		return;
	if (w->hop.error && w->hop.error != -ENETUNREACH && w->hop.error != -EAGAIN)
		add(w->s, "route-refused",
		    "the host's route to %s is unreachable, prohibit or blackhole: "
		    "ip -6 route replace %s dev PORT",
		    addr, addr);
	else if (!w->route)
		add(w->s, "no-route", "the host has no route to %s: ip -6 route add %s dev PORT",
		    addr, addr);
	else if (!w->s->is_port && dataplane_is_this_link(dp, w->s->vlan, w->route))
		add(w->s, "route-uplink",
		    "the host's route to %s goes back out of the uplink: ip -6 route add %s dev "
		    "PORT",
		    addr, addr);
	else if (!w->s->is_port && w->s->test_run.verdict == NDPX_V_NOT_ROUTED)
		add(w->s, "route-on-link",
		    "the host's route to %s leaves elsewhere, but is not longer than an on-link "
		    "prefix of this link, and no neighbour there has it: ip -6 route add %s dev "
		    "PORT",
		    addr, addr);
	else if (!w->s->is_port && e->policy.port && port != w->route)
		add(w->s, "route-port",
		    "the rule says port %s, but the host's route leaves by another interface",
		    name_of(w, e->policy.port));
}

/* The route back, for who was named as the requester. */
static void check_back(struct way *w)
{
	const struct in6_addr *from = &w->s->args.solicitation.source;
	struct error ignored;
	struct nl_hop hop;

	/* An address that cannot be a requester's (P37) has no route, and the kernel says so in many ways. */
	if (!w->s->args.have_from || IN6_IS_ADDR_LINKLOCAL(from) || IN6_IS_ADDR_MULTICAST(from) ||
	    w->s->test_run.act != TEST_RUN_ANSWER ||
	    nl_hops_read(w->route, from, 1, &hop, &ignored))
		return;
	if (hop.error || hop.type != RTN_UNICAST)
		add(w->s, "route-back", "the host has no route back to the asker");
	else if (hop.oif != w->l3_dev)
		add(w->s, "route-back",
		    "the host's route back to the asker leaves by %s, not by %s",
		    name_of(w, hop.oif), name_of(w, w->l3_dev));
}

/* The devices on both sides, and the guest itself, as far as the host knows. */
static int check_devices(struct way *w, struct error *err)
{
	struct nl_address *failed = NULL;
	struct findings found = { 0 };
	size_t n = 0, i;
	int r;

	if (sysctl_ipv6("all", "forwarding") == 0)
		add(w->s, doctor_rows[DOCTOR_FORWARDING_OFF].code,
		    "net.ipv6.conf.all.forwarding is 0: the host does not route");
	doctor_way_device(&w->state, w->l3_dev, &found);
	doctor_way_device(&w->state, w->route, &found);
	r = w->s->is_port ? doctor_way_out(&w->state, w->l3_dev, &found, err) : 0;
	for (i = 0; i < found.n; i++)
		add(w->s, doctor_rows[found.items[i].code].code, "%s: %s: %s", found.items[i].dev,
		    found.items[i].message, found.items[i].remedy);
	findings_free(&found);
	if (!r)
		r = nl_failed_read(&failed, &n, err);
	if (!r && doctor_way_failed(failed, n, w->route, &w->s->args.target))
		add(w->s, doctor_rows[DOCTOR_NEIGHBOUR_FAILED].code,
		    "the host solicited it on %s and got no answer", name_of(w, w->route));
	free(failed);
	return r;
}

static int look(struct dataplane *dp, struct way *w, struct error *err)
{
	int r = nl_hops_read(w->way_in, &w->s->args.target, 1, &w->hop, err);

	if (r)
		return r;
	w->route = w->hop.error || w->hop.type != RTN_UNICAST ? 0 : w->hop.oif;
	/* To a gateway that a port's section names traffic only goes through; it is not a target. */
	if (!w->s->is_port || !(w->s->rule.entry.policy.flags & NDPX_F_GATEWAY))
		check_route(dp, w);
	check_back(w);
	r = check_devices(w, err);
	if (r || w->s->is_port)
		return r;
	r = find_membership(dp, w, err);
	if (!r && !w->joined)
		add(w->s, "not-joined",
		    "the group of this address is not joined, so the NIC or a switch may filter "
		    "out "
		    "solicitations: groups = join, or ndpx doctor --fix");
	return r;
}

/* What the test run does not go through, and a frame from the wire does. */
static void find_before(struct dataplane *dp, struct story *s)
{
	uint32_t ifindex = s->is_port ? s->port.ifindex : dataplane_record(dp)->ifindex;
	struct before list[DATAPLANE_BEFORE];
	char what[BEFORE_TEXT_LEN];
	struct attachment at;
	size_t n, i;

	if (s->is_port)
		at = s->port.attachment;
	else
		dataplane_attachment(dp, &at);
	n = attachment_before(ifindex, &at, list);
	for (i = 0; i < n; i++)
		add(s, "runs-before", "%s runs before this program and may consume frames",
		    before_text(&list[i], what));
}

int explain_obstacles(struct dataplane *dp, struct story *s, struct error *err)
{
	struct way w = { .s = s };
	int r;

	find_before(dp, s);
	if (!s->is_port && s->test_run.verdict == NDPX_V_PAUSED && dataplane_lease_is_over(dp))
		add(s, doctor_rows[DOCTOR_LEASE_OVER].code,
		    "the uplink's lease of %u s has run out: start 'ndpx run', which refreshes it",
		    dataplane_settings(dp)->lease);
	if (s->args.frame || s->rule.entry.policy.action != NDPX_ACT_ANSWER)
		return 0;
	r = nl_state_read(&w.state, err);
	if (r)
		return r;
	w.l3_dev = s->is_port ? s->port.at.l3_dev : l3_dev_of(dataplane_record(dp), s->vlan);
	w.way_in = w.l3_dev;
	r = look(dp, &w, err);
	nl_state_free(&w.state);
	return r;
}
