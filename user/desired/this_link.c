// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A walk over (interface, VLAN): frames of that VLAN on that interface. Two such are one
 * link where a device only carries frames between them: a VLAN device and its VLAN below,
 * a macvlan and its owner, a port and its bridge, bond or team, both ends of a veth.
 */
#include "desired/this_link_internal.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

/* --- kinds --- */

static bool is_kind(const struct nl_link *link, const char *const *kinds)
{
	for (; *kinds; kinds++) {
		if (!strcmp(link->kind, *kinds))
			return true;
	}
	return false;
}

/* Masters whose ports carry the same frames; a VRF's are different links. */
static bool joins(const struct nl_link *master)
{
	static const char *const kinds[] = { "bridge", "bond", "team", "openvswitch", NULL };

	return is_kind(master, kinds);
}

static bool is_openvswitch(const struct nl_link *link)
{
	return !strcmp(link->kind, "openvswitch");
}

/* Devices that share the link of the one below, each with a station of its own. */
static bool shares(const struct nl_link *link)
{
	static const char *const kinds[] = { "macvlan", "macvtap", "ipvlan", "ipvtap", NULL };

	return is_kind(link, kinds);
}

bool this_link_is_vlan(const struct nl_link *link)
{
	return link->vlan && !strcmp(link->kind, "vlan") &&
	       (!link->vlan_proto || link->vlan_proto == ETH_P_8021Q);
}

static const struct nl_link *lower_of(const struct this_link_index *x, const struct nl_link *link)
{
	/* With a namespace's id, the number is one of an interface there. */
	return link->lower_netns < 0 ? nl_link_by_index(x->state, link->lower) : NULL;
}

const struct nl_link *this_link_vrf(const struct this_link_index *index, const struct nl_link *link)
{
	int depth;

	/* The kernel nests no deeper than 8. */
	for (depth = 0; link && depth < 8; depth++) {
		link = nl_link_by_index(index->state, link->master);
		if (link && !strcmp(link->kind, "vrf"))
			return link;
	}
	return NULL;
}

/* --- the walk --- */

struct location {
	const struct nl_link *link;
	uint16_t vlan;
	bool up; /* only by masters and devices above: frames that come in get here */
};

struct walk {
	const struct this_link_index *x;
	struct location *locations; /* owned; in the order they were come to */
	size_t n;
	struct seen {
		uint32_t ifindex;
		uint32_t vlan_up; /* VLAN, and `up` in bit 16; 0xffffffff: free */
	} * seen;		  /* owned; a hash by ifindex and VLAN */
	size_t n_seen;		  /* a power of two */
	int error;
};

static size_t place_of(const struct walk *w, uint32_t ifindex, uint16_t vlan)
{
	size_t i = (ifindex * 2654435761u ^ vlan * 40503u) & (w->n_seen - 1);

	while (w->seen[i].vlan_up != UINT32_MAX &&
	       (w->seen[i].ifindex != ifindex || (uint16_t)w->seen[i].vlan_up != vlan))
		i = (i + 1) & (w->n_seen - 1);
	return i;
}

static int grow_seen(struct walk *w)
{
	struct seen *old = w->seen;
	size_t n = w->n_seen, i;

	w->n_seen = n ? n * 2 : 64;
	w->seen = malloc(w->n_seen * sizeof(*w->seen));
	if (!w->seen) {
		w->seen = old;
		w->n_seen = n;
		return -ENOMEM;
	}
	memset(w->seen, 0xff, w->n_seen * sizeof(*w->seen));
	for (i = 0; i < n; i++) {
		if (old[i].vlan_up != UINT32_MAX)
			w->seen[place_of(w, old[i].ifindex, (uint16_t)old[i].vlan_up)] = old[i];
	}
	free(old);
	return 0;
}

static void visit(struct walk *w, const struct nl_link *link, uint16_t vlan, bool up)
{
	struct location *locations;
	size_t i;

	if (!link || w->error)
		return;
	if (2 * w->n + 2 > w->n_seen)
		w->error = grow_seen(w);
	if (w->error)
		return;
	i = place_of(w, link->ifindex, vlan);
	if (w->seen[i].vlan_up != UINT32_MAX)
		return;
	locations = array_room(w->locations, w->n, sizeof(*locations));
	if (!locations) {
		w->error = -ENOMEM;
		return;
	}
	w->locations = locations;
	w->seen[i] = (struct seen){ .ifindex = link->ifindex, .vlan_up = vlan };
	locations[w->n++] = (struct location){ .link = link, .vlan = vlan, .up = up };
}

/*
 * Of Open vSwitch netlink says only that a port is its, of whatever bridge. A bridge's own
 * interface has the MAC of its NIC; where none has it, all of them may be meant, for to
 * answer a neighbour's own questions is worse than silence.
 */
static void visit_openvswitch(struct walk *w, const struct location *from)
{
	const struct nl_state *state = w->x->state;
	bool same = false;
	size_t i;

	for (i = 0; i < state->n_links; i++)
		same |= is_openvswitch(&state->links[i]) && !state->links[i].master &&
			!memcmp(state->links[i].mac, from->link->mac, 6);
	for (i = 0; i < state->n_links; i++) {
		if (is_openvswitch(&state->links[i]) &&
		    (!same || !memcmp(state->links[i].mac, from->link->mac, 6)))
			visit(w, &state->links[i], from->vlan, from->up);
	}
}

/* What is above: VLAN devices before masters, as the kernel hands frames to them. */
static void visit_uppers(struct walk *w, const struct location *from)
{
	const struct nl_link *const *list = w->x->by_lower, *master;
	size_t n = w->x->state->n_links;
	uint32_t ifindex = from->link->ifindex;
	size_t i = this_link_first(list, n, offsetof(struct nl_link, lower), ifindex);

	for (; i < n && list[i]->lower == ifindex; i++) {
		if (list[i]->lower_netns >= 0)
			continue;
		if (this_link_is_vlan(list[i]) && list[i]->vlan == from->vlan)
			visit(w, list[i], 0, from->up);
		else if (shares(list[i]))
			visit(w, list[i], from->vlan, from->up);
	}
	master = nl_link_by_index(w->x->state, from->link->master);
	if (master && is_openvswitch(master))
		visit_openvswitch(w, from);
	else if (master && joins(master))
		visit(w, master, from->vlan, from->up);
}

/* What is below, and beside: the other end of a veth. */
static void visit_lowers(struct walk *w, const struct location *from)
{
	const struct nl_link *link = from->link, *lower = lower_of(w->x, link);
	const struct nl_link *const *list = w->x->by_master;
	size_t n = w->x->state->n_links, i;

	if (this_link_is_vlan(link) && !from->vlan)
		visit(w, lower, link->vlan, false);
	else if (shares(link) || !strcmp(link->kind, "veth"))
		visit(w, lower, from->vlan, false);
	if (!joins(link) || is_openvswitch(link))
		return;
	i = this_link_first(list, n, offsetof(struct nl_link, master), link->ifindex);
	for (; i < n && list[i]->master == link->ifindex; i++)
		visit(w, list[i], from->vlan, false);
}

static int walk_all(struct walk *w, const struct nl_link *dev, uint16_t vlan)
{
	size_t i;

	visit(w, dev, vlan, true);
	/* First all that is above, so that nothing of it is taken for something beside. */
	for (i = 0; i < w->n && !w->error; i++) {
		const struct location from = w->locations[i];

		visit_uppers(w, &from);
	}
	for (i = 0; i < w->n && !w->error; i++) {
		struct location from = w->locations[i];

		visit_lowers(w, &from);
		from.up = false;
		visit_uppers(w, &from);
	}
	return w->error;
}

static void walk_free(struct walk *w)
{
	free(w->locations);
	free(w->seen);
}

/* --- what the walk came to --- */

/* A port of a master has no IP of its own. */
static bool is_port(const struct this_link_index *x, const struct nl_link *link)
{
	const struct nl_link *master = nl_link_by_index(x->state, link->master);

	return master && joins(master);
}

/* NULL where this host has no interface for the VLAN. */
static const struct nl_link *choose_l3_dev(const struct walk *w)
{
	const struct nl_link *best = NULL;
	int best_score = -1;
	size_t i;

	for (i = 0; i < w->n; i++) {
		const struct location *s = &w->locations[i];
		int score;

		if (!s->up || s->vlan || is_port(w->x, s->link))
			continue;
		score = this_link_worth(w->x, s->link->ifindex);
		if (score > best_score) {
			best = s->link;
			best_score = score;
		}
	}
	return best;
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int this_link_find(const struct this_link_index *index, const struct nl_link *dev, uint16_t vlan,
		   struct this_link *ret)
{
	struct walk w = { .x = index };
	int r = walk_all(&w, dev, vlan);
	size_t i;

	memset(ret, 0, sizeof(*ret));
	if (!r)
		ret->l3_dev = choose_l3_dev(&w);
	if (!r && !ret->l3_dev && vlan) {
		/* No device has this VLAN: what comes in is at the device's, if anywhere. */
		walk_free(&w);
		return this_link_find(index, dev, 0, ret);
	}
	if (!r && !ret->l3_dev)
		ret->l3_dev = dev;
	if (!r)
		ret->members = malloc((w.n + 1) * sizeof(*ret->members));
	if (!r && !ret->members)
		r = -ENOMEM;
	if (!r)
		ret->vrf = this_link_vrf(index, ret->l3_dev);
	for (i = 0; i < w.n && !r; i++) {
		const struct location *s = &w.locations[i];

		if (!s->vlan && this_link_vrf(index, s->link) == ret->vrf)
			ret->members[ret->n++] = s->link->ifindex;
	}
	if (!r && ret->n)
		qsort(ret->members, ret->n, sizeof(*ret->members), by_number);
	walk_free(&w);
	return r;
}

bool this_link_has(const struct this_link *link, uint32_t ifindex)
{
	return link->n && bsearch(&ifindex, link->members, link->n, sizeof(ifindex), by_number);
}

void this_link_free(struct this_link *link)
{
	free(link->members);
	memset(link, 0, sizeof(*link));
}

/* RFC 5798 7.3: of whoever is master now, be that this host or another. */
static bool is_virtual_router(const uint8_t mac[6])
{
	return !memcmp(mac, "\0\0\x5e\0\1", 5) || !memcmp(mac, "\0\0\x5e\0\2", 5);
}

bool this_link_may_ask(const struct this_link_index *index, const struct this_link *link,
		       const struct nl_link *other)
{
	static const uint8_t none[6];
	bool near = !strcmp(other->kind, "veth") || !strcmp(other->kind, "tun");

	if (!other->is_ethernet || !(other->flags & IFF_UP) || !memcmp(other->mac, none, 6) ||
	    is_virtual_router(other->mac) || this_link_vrf(index, other) != link->vrf)
		return false;
	/* Guests have thousands of these; what is a NIC here, as in a container, has an address. */
	return !near ||
	       (!is_port(index, other) && (this_link_worth(index, other->ifindex) & WORTH_ADDRESS));
}
