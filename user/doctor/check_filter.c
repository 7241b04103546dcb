// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Packet filters that keep Neighbor Discovery, or what is routed, from getting through. Pure. */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#include "doctor/doctor.h"

static const char *family_name(const struct nl_chain *c)
{
	if (c->legacy)
		return "ip6tables";
	switch (c->family) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_NETDEV:
		return "netdev";
	case NFPROTO_BRIDGE:
		return "bridge";
	default:
		return "ip6";
	}
}

/* Do the host's own solicitations or their answers pass the chain? */
static bool sees_nd(const struct nl_chain *c, const struct doctor_uplink *up,
		    const struct doctor_l3_dev *l3_dev)
{
	/* nat sees the first packet of a connection, and ND has none. */
	if (!strcmp(c->type, "nat") || !(c->policy_drop || c->may_drop))
		return false;
	if (c->family == NFPROTO_NETDEV || (c->family == NFPROTO_INET && c->dev[0]))
		return !strcmp(c->dev, up->dev) || !strcmp(c->dev, l3_dev->name);
	if (c->family == NFPROTO_BRIDGE)
		return up->link && up->link->master && c->hook != NF_INET_FORWARD;
	return (c->family == NFPROTO_INET || c->family == NFPROTO_IPV6) &&
	       c->hook != NF_INET_FORWARD;
}

/* "inet t c (policy drop), ..."; false if there is none. `remedy` lets ND through the first. */
static bool name_chains(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			const struct doctor_l3_dev *l3_dev, char text[300], char remedy[250])
{
	size_t i, at = 0;

	for (i = 0; i < snap->n_chains; i++) {
		const struct nl_chain *c = &snap->chains[i];

		if (!sees_nd(c, up, l3_dev))
			continue;
		if (!at && c->legacy)
			snprintf(remedy, 250, "ip6tables -t %s -I %s -p icmpv6 -j ACCEPT", c->table,
				 c->name);
		else if (!at)
			snprintf(remedy, 250,
				 "nft insert rule %s %s %s icmpv6 type { nd-neighbor-solicit, "
				 "nd-neighbor-advert } accept",
				 family_name(c), c->table, c->name);
		if (at < 300)
			at += (size_t)snprintf(text + at, 300 - at, "%s%s %s %s%s", at ? ", " : "",
					       family_name(c), c->table, c->name,
					       c->policy_drop ? " (policy drop)" : "");
	}
	return at != 0;
}

static void check_gateway(const struct doctor_snapshot *snap, const struct doctor_gateway *gw,
			  struct findings *ret)
{
	const struct doctor_uplink *up = &snap->uplinks[gw->uplink];
	const struct doctor_l3_dev *l3_dev = &up->l3_devs[gw->l3_dev];
	char addr[INET6_ADDRSTRLEN], chains[300], remedy[250];
	struct subject about = { .dev = up->dev, .vlan = l3_dev->vlan, .addr = addr };

	if (gw->resolved)
		return;
	inet_ntop(AF_INET6, &gw->addr, addr, sizeof(addr));
	if (!name_chains(snap, up, l3_dev, chains, remedy)) {
		finding_add(ret, DOCTOR_GATEWAY_SILENT, &about,
			    "gateway %s does not resolve on %s, and no packet filter blocks it",
			    addr, l3_dev->name);
		return;
	}
	about.other = remedy;
	finding_add(ret, DOCTOR_ND_FILTER, &about,
		    "gateway %s does not resolve on %s; possible culprits: %s", addr, l3_dev->name,
		    chains);
}

void doctor_check_filter(const struct doctor_snapshot *snap, struct findings *ret)
{
	char chain[150];
	size_t i;

	for (i = 0; i < snap->n_asked; i++)
		check_gateway(snap, &snap->asked[i], ret);
	for (i = 0; snap->n_uplinks && i < snap->n_chains; i++) {
		const struct nl_chain *c = &snap->chains[i];

		if (!c->policy_drop || c->hook != NF_INET_FORWARD || c->dev[0] ||
		    (c->family != NFPROTO_INET && c->family != NFPROTO_IPV6))
			continue;
		snprintf(chain, sizeof(chain), "%s %s %s", family_name(c), c->table, c->name);
		finding_add(ret, DOCTOR_FORWARD_POLICY, &(struct subject){ .other = chain },
			    "the policy of %s is drop", chain);
	}
}
