// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which interfaces are guest ports, of which section, and where the host sees their link. */
#include "desired/ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "desired/port_path.h"

int guest_port_compare(const void *a, const void *b)
{
	const struct guest_port *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

/* The model against the links of the host. */
struct search {
	const struct model *model;
	const struct nl_state *state;
	const struct nl_link **uplinks; /* owned; of the model's uplinks, NULL: not there */
};

static bool is_uplink(const struct model *model, const struct nl_link *link)
{
	size_t i;

	for (i = 0; i < model->n_uplinks; i++) {
		if (!strcmp(model->uplinks[i].dev, link->name))
			return true;
	}
	return false;
}

/* The uplink that this interface is a part of, or has as a part; NULL: of none. */
static const struct nl_link *uplink_of(const struct search *s, const struct nl_link *link)
{
	const struct nl_link *lower = NULL, *master = NULL;
	size_t i;

	if (is_uplink(s->model, link))
		return link;
	if (link->lower && link->lower_netns < 0 && strcmp(link->kind, "veth") != 0)
		lower = nl_link_by_index(s->state, link->lower);
	if (link->master)
		master = nl_link_by_index(s->state, link->master);
	if (lower && is_uplink(s->model, lower))
		return lower;
	if (master && is_uplink(s->model, master))
		return master;
	for (i = 0; i < s->model->n_uplinks; i++) {
		if (s->uplinks[i] && s->uplinks[i]->master == link->ifindex)
			return s->uplinks[i];
	}
	return NULL;
}

static bool has_name(const struct nl_link *link, const char *pattern)
{
	const char *name = NULL;

	while ((name = nl_next_altname(link, name))) {
		if (ports_match(pattern, name))
			return true;
	}
	return ports_match(pattern, link->name);
}

/* The first section that a name of an interface matches, -1: none. */
static int section_of(const struct model *model, const struct nl_link *link)
{
	size_t i;

	for (i = 0; i < model->n_ports; i++) {
		if (has_name(link, model->ports[i].pattern))
			return (int)i;
	}
	return -1;
}

/* The uplink that is a port of this bridge, or on one of its VLANs: no guest's link then. */
static const struct nl_link *uplink_in(const struct model *model, const struct nl_state *state,
				       const struct nl_link *bridge)
{
	const struct nl_link *lower;
	size_t i, u;

	for (i = 0; i < state->n_links; i++) {
		const struct nl_link *l = &state->links[i];

		if (l->master != bridge->ifindex && l != bridge)
			continue;
		if (is_uplink(model, l))
			return l;
		lower = l->vlan && l->lower_netns < 0 ? nl_link_by_index(state, l->lower) : NULL;
		for (u = 0; lower && u < model->n_uplinks; u++) {
			if (model->uplinks[u].vlan == l->vlan &&
			    !strcmp(model->uplinks[u].dev, lower->name))
				return l;
		}
	}
	return NULL;
}

/*
 * Where the answers come from is the device that routes; what is on the other port of the
 * same card of a guest is compared with that one's.
 */
static void fill_port(const struct nl_link *link, const struct nl_state *state, int section,
		      const struct port_path *path, struct guest_port *ret)
{
	const struct nl_link *card = port_of_card(link, state);
	const struct in6_addr *local = desired_link_local(path->l3_dev->ifindex, state);
	struct port_path other = *path;

	if (card != link)
		port_path(card, state, &other);
	if (!other.l3_dev)
		other = *path;
	memset(ret, 0, sizeof(*ret));
	ret->ifindex = link->ifindex;
	memcpy(ret->dev, link->name, sizeof(ret->dev));
	memcpy(ret->at.mac, path->l3_dev->mac, sizeof(ret->at.mac));
	ret->at.group = (uint16_t)section;
	ret->at.l3_dev = other.l3_dev->ifindex;
	ret->at.isolated = other.isolated;
	if (local)
		memcpy(ret->at.link_local, local, sizeof(*local));
}

static int leave_unclear(struct desired_ports *w, const char *pattern, const struct nl_link *link,
			 const struct nl_link *bridge)
{
	struct unclear_port *more = realloc(w->unclear, (w->n_unclear + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	w->unclear = more;
	memcpy(more[w->n_unclear].dev, link->name, IFNAMSIZ);
	memcpy(more[w->n_unclear++].bridge, bridge->name, IFNAMSIZ);
	note_add(&w->notes, link->name, NOTE_INFO,
		 "ports \"%s\": %s is in %s, which has no IPv6: cannot tell which device routes "
		 "for it: skipped",
		 pattern, link->name, bridge->name);
	return 0;
}

/* One interface that a section names. 0, -E2BIG or -ENOMEM. */
static int add_port(struct desired_ports *w, const struct search *s, const struct nl_link *link,
		    int section)
{
	const char *pattern = s->model->ports[section].pattern;
	const struct nl_state *state = s->state;
	const struct nl_link *uplink = uplink_of(s, link);
	struct port_path path = { 0 };

	if (!uplink && link->is_ethernet) {
		port_path(link, state, &path);
		if (path.l3_dev && path.l3_dev != link)
			uplink = uplink_in(s->model, state, path.l3_dev);
	}
	if (uplink) {
		note_add(&w->notes, link->name, NOTE_INFO,
			 "ports \"%s\": %s belongs to the uplink %s: skipped", pattern, link->name,
			 uplink->name);
		return 0;
	}
	if (!link->is_ethernet) {
		note_add(&w->notes, link->name, NOTE_INFO,
			 "ports \"%s\": %s is not an Ethernet interface: skipped", pattern,
			 link->name);
		return 0;
	}
	if (nl_is_external(link, state)) {
		note_add(&w->notes, link->name, NOTE_INFO,
			 "ports \"%s\": %s is a %s in external mode, where answers would be lost: "
			 "skipped",
			 pattern, link->name, link->kind);
		return 0;
	}
	if (!path.l3_dev)
		return leave_unclear(w, pattern, link, path.bridge);
	if (w->n_ports == NDPX_MAX_PORTS)
		return -E2BIG;
	fill_port(link, state, section, &path, &w->ports[w->n_ports++]);
	return 0;
}

static int find_all(struct desired_ports *w, const struct search *s, bool *matched)
{
	size_t i;

	for (i = 0; i < s->state->n_links; i++) {
		const struct nl_link *link = &s->state->links[i];
		int section = section_of(s->model, link), r;

		if (section < 0 || (link->flags & IFF_LOOPBACK))
			continue;
		/* One that is skipped has a note of its own. */
		matched[section] = true;
		r = add_port(w, s, link, section);
		if (r)
			return r;
	}
	return 0;
}

int desired_ports_find(struct desired_ports *w, const struct model *model,
		       const struct nl_state *state)
{
	struct search s = { .model = model, .state = state };
	bool matched[NDPX_MAX_SECTIONS] = { false };
	size_t i;
	int r = -ENOMEM;

	w->ports = calloc(state->n_links + 1, sizeof(*w->ports));
	s.uplinks = calloc(model->n_uplinks + 1, sizeof(void *));
	if (w->ports && s.uplinks) {
		for (i = 0; i < model->n_uplinks; i++)
			s.uplinks[i] = nl_link_by_name(state, model->uplinks[i].dev);
		r = find_all(w, &s, matched);
	}
	free(s.uplinks);
	if (r)
		return r;
	for (i = 0; i < model->n_ports; i++) {
		if (!matched[i])
			note_add(&w->notes, "", NOTE_INFO,
				 "ports \"%s\": no matching interface yet: run 'ndpx apply' "
				 "once it exists",
				 model->ports[i].pattern);
	}
	qsort(w->ports, w->n_ports, sizeof(*w->ports), guest_port_compare);
	return 0;
}
