// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From sections and guests to rules of guest ports. A guest's own duplicate address
 * detection must never fail, so where nobody knows which port a guest is behind, the
 * program asks the kernel, and is silent where that does not know either.
 */
#include "wanted_ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- one address or prefix --- */

/* Link-local addresses are each link's own: the host does not route between them. */
bool port_facts_skip(const struct ndpx_prefix_key *key, const struct ndpx_say *say)
{
	return say->action == NDPX_ACT_OWN || say->action == NDPX_ACT_NONE ||
	       IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)key->addr);
}

static int by_ifindex(const void *a, const void *b)
{
	const struct guest_port *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

/*
 * 0 for what is no guest port: a bridge, a tunnel or a VLAN may lie between it and the port
 * that asks, and a guest's own duplicate detection must never fail.
 */
static uint32_t stack_of_port(uint32_t ifindex, const struct guest_port *ports, size_t n)
{
	const struct guest_port key = { .ifindex = ifindex }, *found = NULL;

	if (n)
		found = bsearch(&key, ports, n, sizeof(*ports), by_ifindex);
	return found ? found->at.stack : 0;
}

void port_facts_add(struct port_facts *facts, const struct ndpx_say *say,
		    const struct guest_port *ports, size_t n_ports)
{
	uint32_t port;

	if (say->action == NDPX_ACT_DENY)
		facts->denied = true;
	if (say->action != NDPX_ACT_ANSWER)
		return;
	port = say->port ? stack_of_port(say->port, ports, n_ports) : 0;
	/* The same address on two uplinks, behind different ports: the kernel's to tell. */
	if (facts->guest && facts->port != port)
		port = 0;
	facts->guest = true;
	facts->port = port;
	facts->paused |= (say->flags & NDPX_F_PAUSED) != 0;
	facts->flags |= say->flags & (NDPX_F_ROUTER | NDPX_F_DAD_IGNORE);
	if (say->answer > facts->answer)
		facts->answer = say->answer;
}

struct ndpx_say port_facts_say(const struct port_facts *facts)
{
	struct ndpx_say say = { .action = NDPX_ACT_ANSWER };

	if (facts->onlink)
		say.flags |= NDPX_F_ONLINK;
	/* A guest that is moving is wherever the routes say, and its next home is not defended. */
	if (facts->guest) {
		say.port = facts->port;
		if (!facts->port || facts->paused || facts->answer != NDPX_ANSWER_ALWAYS)
			say.answer = NDPX_ANSWER_ELSEWHERE;
	}
	if (facts->gateway) {
		/* P87 to P89; a guest may be the others' gateway. */
		say.flags |= NDPX_F_GATEWAY | NDPX_F_ROUTER | NDPX_F_OVERRIDE;
		if (facts->guest)
			say.flags |= facts->flags & NDPX_F_DAD_IGNORE;
		if (facts->guest && facts->paused)
			say.flags |= NDPX_F_DAD_IGNORE;
		/* It may be inside a prefix that is a guest, or be no guest of ours at all. */
		if (!facts->guest && !facts->own && !facts->link_local)
			say.answer = NDPX_ANSWER_GATEWAY;
	} else if (facts->own && facts->inside_onlink) {
		/*
		 * Linux answers on the link an address is on, and on no other. R, for the host
		 * routes: without it a guest would drop its default route by this address.
		 */
		say.flags |= NDPX_F_ROUTER | NDPX_F_DAD_IGNORE;
	} else if (facts->own) {
		say = (struct ndpx_say){ .action = NDPX_ACT_OWN };
	} else if (facts->guest) {
		/* P91, P93. RFC 4861 7.2.5: without R, a host that used it as a router no longer would. */
		say.flags |= NDPX_F_DAD_OVERRIDE | facts->flags;
		if (facts->paused)
			say.flags |= NDPX_F_DAD_IGNORE;
	} else if (facts->onlink || (facts->denied && facts->inside_onlink)) {
		/* P93; the address may be the asking guest's own. */
		say.flags |= NDPX_F_DAD_IGNORE;
		say.answer = NDPX_ANSWER_ELSEWHERE;
	} else {
		say.action = facts->denied ? NDPX_ACT_DENY : NDPX_ACT_NONE;
	}
	if (facts->own && say.action == NDPX_ACT_ANSWER)
		say.more = NDPX_M_OWN; /* P44 */
	return say;
}

/* --- which interfaces --- */

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
static const struct nl_link *uplink_of(const struct model *model, const struct nl_state *state,
				       const struct nl_link *link)
{
	const struct nl_link *lower = NULL, *master = NULL;
	size_t i;

	if (is_uplink(model, link))
		return link;
	if (link->lower && link->lower_netns < 0 && strcmp(link->kind, "veth") != 0)
		lower = nl_link_by_index(state, link->lower);
	if (link->master)
		master = nl_link_by_index(state, link->master);
	if (lower && is_uplink(model, lower))
		return lower;
	if (master && is_uplink(model, master))
		return master;
	for (i = 0; i < state->n_links; i++) {
		if (state->links[i].master == link->ifindex && is_uplink(model, &state->links[i]))
			return &state->links[i];
	}
	return NULL;
}

/* The first section that an interface's name matches, -1: none. */
static int section_of(const struct model *model, const struct nl_link *link)
{
	size_t i;

	for (i = 0; i < model->n_ports; i++) {
		if (ports_match(model->ports[i].pattern, link->name))
			return (int)i;
	}
	return -1;
}

static void fill_port(const struct nl_link *link, const struct nl_state *state, int section,
		      struct guest_port *ret)
{
	const struct nl_link *station = wanted_station(link, state);
	const struct in6_addr *local = wanted_link_local(station->ifindex, state);

	memset(ret, 0, sizeof(*ret));
	ret->ifindex = link->ifindex;
	memcpy(ret->dev, link->name, sizeof(ret->dev));
	memcpy(ret->at.mac, station->mac, sizeof(ret->at.mac));
	ret->at.group = (uint16_t)section;
	ret->at.stack = station->ifindex;
	if (local)
		memcpy(ret->at.link_local, local, sizeof(*local));
}

static int find_ports(struct wanted_ports *w, const struct model *model,
		      const struct nl_state *state)
{
	bool matched[NDPX_MAX_SECTIONS] = { false };
	size_t i;

	w->ports = calloc(state->n_links + 1, sizeof(*w->ports));
	if (!w->ports)
		return -ENOMEM;
	for (i = 0; i < state->n_links; i++) {
		const struct nl_link *link = &state->links[i], *uplink;
		int section = section_of(model, link);

		if (section < 0 || (link->flags & IFF_LOOPBACK))
			continue;
		uplink = uplink_of(model, state, link);
		if (uplink) {
			wanted_note(&w->notes,
				    "ports \"%s\": %s belongs to the uplink %s: left alone",
				    model->ports[section].pattern, link->name, uplink->name);
			continue;
		}
		if (!link->is_ethernet) {
			wanted_note(&w->notes,
				    "ports \"%s\": %s is no Ethernet interface: left alone",
				    model->ports[section].pattern, link->name);
			continue;
		}
		if (w->n_ports == NDPX_MAX_PORTS)
			return -E2BIG;
		matched[section] = true;
		fill_port(link, state, section, &w->ports[w->n_ports++]);
	}
	for (i = 0; i < model->n_ports; i++) {
		if (!matched[i])
			wanted_note(&w->notes,
				    "ports \"%s\": no interface of that name yet: run 'ndpx apply' "
				    "when there is",
				    model->ports[i].pattern);
	}
	qsort(w->ports, w->n_ports, sizeof(*w->ports), by_ifindex);
	return 0;
}

/* --- the rules of a section --- */

/* Something known of a key; what is known of one key comes to stand together. */
struct known {
	struct ndpx_prefix_key key; /* first, for entry_compare() */
	struct ndpx_say say;	    /* an uplink's, or NDPX_F_GATEWAY, NDPX_F_ONLINK */
};
_Static_assert(offsetof(struct known, key) == 0, "entry_compare() reads the key at the start");

static bool covers(const struct rule *prefix, const struct ndpx_prefix_key *key)
{
	unsigned int whole = prefix->bits / 8, rest = prefix->bits % 8;

	if (prefix->bits > key->bits || memcmp(&prefix->addr, key->addr, whole) != 0)
		return false;
	return !rest || ((prefix->addr.s6_addr[whole] ^ key->addr[whole]) >> (8 - rest)) == 0;
}

static bool inside_onlink(const struct ports_section *section, const struct ndpx_prefix_key *key)
{
	size_t i;

	for (i = 0; i < section->n_rules; i++) {
		if ((section->rules[i].flags & NDPX_F_ONLINK) && covers(&section->rules[i], key))
			return true;
	}
	return false;
}

static size_t list_known(const struct ports_section *section, uint16_t group,
			 const struct nl_state *state, const struct entry *guests, size_t n_guests,
			 struct known *list)
{
	size_t i, n = 0;

	for (i = 0; i < n_guests; i++) {
		if (port_facts_skip(&guests[i].key, &guests[i].say))
			continue;
		list[n] = (struct known){ .key = guests[i].key, .say = guests[i].say };
		list[n++].key.vlan = group;
	}
	for (i = 0; i < section->n_rules; i++) {
		const struct rule *r = &section->rules[i];
		struct known *k = &list[n++];

		*k = (struct known){ .key = { .bits = r->bits, .vlan = group } };
		memcpy(k->key.addr, &r->addr, sizeof(k->key.addr));
		k->say.flags = r->flags;
	}
	/* P75. Link-local ones are each port's own, and the port knows its. */
	for (i = 0; i < state->n_addresses; i++) {
		const struct in6_addr *addr = &state->addresses[i].addr;
		struct known *k = &list[n];

		if (IN6_IS_ADDR_LOOPBACK(addr) || IN6_IS_ADDR_LINKLOCAL(addr))
			continue;
		*k = (struct known){ .key = { .bits = 128, .vlan = group },
				     .say.action = NDPX_ACT_OWN };
		memcpy(k->key.addr, addr, sizeof(k->key.addr));
		n++;
	}
	return n;
}

static void gather(struct port_facts *facts, const struct known *k, const struct wanted_ports *w)
{
	facts->gateway |= (k->say.action == NDPX_ACT_NONE) && (k->say.flags & NDPX_F_GATEWAY);
	facts->onlink |= (k->say.action == NDPX_ACT_NONE) && (k->say.flags & NDPX_F_ONLINK);
	facts->own |= k->say.action == NDPX_ACT_OWN;
	port_facts_add(facts, &k->say, w->ports, w->n_ports);
}

static int add_section(struct wanted_ports *w, const struct ports_section *section, uint16_t group,
		       const struct nl_state *state, const struct entry *guests, size_t n_guests)
{
	size_t most = n_guests + section->n_rules + state->n_addresses + 1, n, i, j;
	struct known *list = malloc(most * sizeof(*list));
	struct entry *entries;

	if (!list)
		return -ENOMEM;
	n = list_known(section, group, state, guests, n_guests, list);
	if (n)
		qsort(list, n, sizeof(*list), entry_compare);
	entries = realloc(w->entries, (w->n_entries + n + 1) * sizeof(*entries));
	if (!entries) {
		free(list);
		return -ENOMEM;
	}
	w->entries = entries;
	for (i = 0; i < n; i = j) {
		struct port_facts facts = { 0 };
		struct entry *e = &w->entries[w->n_entries];

		for (j = i; j < n && entry_compare(&list[i], &list[j]) == 0; j++)
			gather(&facts, &list[j], w);
		facts.inside_onlink =
			(facts.denied || facts.own) && inside_onlink(section, &list[i].key);
		facts.link_local = IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)list[i].key.addr);
		memset(e, 0, sizeof(*e));
		e->key = list[i].key;
		e->say = port_facts_say(&facts);
		w->n_entries += e->say.action != NDPX_ACT_NONE;
	}
	free(list);
	return 0;
}

int wanted_ports_build(const struct model *model, const struct nl_state *state,
		       const struct entry *guests, size_t n_guests, struct wanted_ports *ret,
		       struct error *err)
{
	struct wanted_ports w = { 0 };
	size_t i;
	int r = find_ports(&w, model, state);

	w.sections.n = (__u32)model->n_ports;
	for (i = 0; i < model->n_ports && !r; i++) {
		memcpy(w.sections.pattern[i], model->ports[i].pattern, NDPX_PATTERN_LEN);
		/* Sections come in the order of their numbers, which is that of the keys. */
		r = add_section(&w, &model->ports[i], (uint16_t)i, state, guests, n_guests);
	}
	if (!r) {
		*ret = w;
		return 0;
	}
	wanted_ports_free(&w);
	if (r == -E2BIG)
		return error_set(err, EXIT_USAGE, E2BIG, "ports: more than %d interfaces match",
				 NDPX_MAX_PORTS);
	return error_set(err, EXIT_KERNEL, -r, "out of memory");
}

void wanted_ports_free(struct wanted_ports *wanted)
{
	free(wanted->entries);
	free(wanted->ports);
	free(wanted->notes.lines);
	memset(wanted, 0, sizeof(*wanted));
}
