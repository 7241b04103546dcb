// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * From sections and guests to rules of guest ports. A guest's own duplicate address
 * detection must never fail, so where nobody knows which port a guest is behind, the
 * program asks the kernel, and is silent where that does not know either.
 */
#include "desired/ports.h"
#include "desired/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- one address or prefix --- */

/* Link-local addresses are each link's own: the host does not route between them. */
bool port_facts_skip(const struct ndpx_key *key, const struct ndpx_policy *policy)
{
	return policy->action == NDPX_ACT_OWN || policy->action == NDPX_ACT_NONE ||
	       policy->action == NDPX_ACT_HOST || (policy->flags & NDPX_F_HOST) ||
	       IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)key->addr);
}

/*
 * Nowhere for anything but a guest port: a bridge, a tunnel or a VLAN may lie between it and the
 * port that asks, and a guest's own duplicate detection must never fail.
 */
static const struct ndpx_port_at *port_at(uint32_t ifindex, const struct guest_port *ports,
					  size_t n)
{
	static const struct ndpx_port_at nowhere;
	const struct guest_port key = { .ifindex = ifindex }, *found = NULL;

	if (n && ifindex)
		found = bsearch(&key, ports, n, sizeof(*ports), guest_port_compare);
	return found ? &found->at : &nowhere;
}

void port_facts_add(struct port_facts *facts, const struct ndpx_policy *policy,
		    const struct guest_port *ports, size_t n_ports)
{
	uint32_t port, isolated;

	if (policy->action == NDPX_ACT_DENY)
		facts->denied = true;
	if (policy->action != NDPX_ACT_ANSWER)
		return;
	port = port_at(policy->port, ports, n_ports)->l3_dev;
	isolated = port_at(policy->port, ports, n_ports)->isolated;
	/* The same address on two uplinks, behind different ports: the kernel's to tell. */
	if (facts->guest && (facts->port != port || facts->isolated != isolated))
		port = isolated = 0;
	facts->guest = true;
	facts->port = port;
	facts->isolated = isolated;
	facts->paused |= (policy->flags & NDPX_F_PAUSED) != 0;
	facts->flags |= policy->flags & (NDPX_F_ROUTER | NDPX_F_DAD_IGNORE);
	if (policy->answer > facts->answer)
		facts->answer = policy->answer;
}

struct ndpx_policy port_facts_policy(const struct port_facts *facts)
{
	struct ndpx_policy policy = { .action = NDPX_ACT_ANSWER };

	if (facts->onlink)
		policy.flags |= NDPX_F_ONLINK;
	/* A guest that is moving is wherever the routes say, and its next home is not defended. */
	if (facts->guest) {
		policy.port = facts->port;
		ndpx_set_isolated(&policy, facts->isolated);
		if (!facts->port || facts->paused || facts->answer != NDPX_ANSWER_ALWAYS)
			policy.answer = NDPX_ANSWER_ELSEWHERE;
	}
	if (facts->gateway) {
		/* P87 to P89; a guest may be the others' gateway. */
		policy.flags |= NDPX_F_GATEWAY | NDPX_F_ROUTER | NDPX_F_OVERRIDE;
		if (facts->guest)
			policy.flags |= facts->flags & NDPX_F_DAD_IGNORE;
		if (facts->guest && facts->paused)
			policy.flags |= NDPX_F_DAD_IGNORE;
		/* It may be inside a prefix that is a guest, or be no guest of ours at all. */
		if (!facts->guest && !facts->own && !facts->link_local)
			policy.answer = NDPX_ANSWER_GATEWAY;
	} else if (facts->own && facts->inside_onlink) {
		/*
		 * Linux answers on the link an address is on, and on no other. R, for the host
		 * routes: without it a guest would drop its default route by this address.
		 */
		policy.flags |= NDPX_F_ROUTER | NDPX_F_DAD_IGNORE;
	} else if (facts->own) {
		policy = (struct ndpx_policy){ .action = NDPX_ACT_OWN };
	} else if (facts->guest) {
		/* P91, P93. RFC 4861 7.2.5: without R, a host that used it as a router no longer would. */
		policy.flags |= NDPX_F_DAD_OVERRIDE | facts->flags;
		if (facts->paused)
			policy.flags |= NDPX_F_DAD_IGNORE;
	} else if (facts->onlink || (facts->denied && facts->inside_onlink)) {
		/* P93; the address may be the asking guest's own. */
		policy.flags |= NDPX_F_DAD_IGNORE;
		policy.answer = NDPX_ANSWER_ELSEWHERE;
	} else {
		policy.action = facts->denied ? NDPX_ACT_DENY : NDPX_ACT_NONE;
	}
	if (facts->own && policy.action == NDPX_ACT_ANSWER)
		policy.more = NDPX_M_OWN; /* P44 */
	return policy;
}

/* --- the rules of a section --- */

/* Something known of a key; what is known of one key comes to stand together. */
struct known {
	struct ndpx_key key;	   /* first, for entry_compare() */
	struct ndpx_policy policy; /* an uplink's, or NDPX_F_GATEWAY, NDPX_F_ONLINK */
};
_Static_assert(offsetof(struct known, key) == 0, "entry_compare() reads the key at the start");

static bool covers(const struct rule *prefix, const struct ndpx_key *key)
{
	unsigned int whole = prefix->bits / 8, rest = prefix->bits % 8;

	if (prefix->bits > key->bits || memcmp(&prefix->addr, key->addr, whole) != 0)
		return false;
	return !rest || ((prefix->addr.s6_addr[whole] ^ key->addr[whole]) >> (8 - rest)) == 0;
}

static bool inside_onlink(const struct ports_section *section, const struct ndpx_key *key)
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
		if (port_facts_skip(&guests[i].key, &guests[i].policy))
			continue;
		list[n] = (struct known){ .key = guests[i].key, .policy = guests[i].policy };
		list[n++].key.vlan = group;
	}
	for (i = 0; i < section->n_rules; i++) {
		const struct rule *r = &section->rules[i];
		struct known *k = &list[n++];

		*k = (struct known){ .key = { .bits = r->bits, .vlan = group } };
		memcpy(k->key.addr, &r->addr, sizeof(k->key.addr));
		k->policy.flags = r->flags;
	}
	/* P75. Link-local ones are each port's own, and the port knows its. */
	for (i = 0; i < state->n_addresses; i++) {
		const struct in6_addr *addr = &state->addresses[i].addr;
		struct known *k = &list[n];

		if (IN6_IS_ADDR_LOOPBACK(addr) || IN6_IS_ADDR_LINKLOCAL(addr))
			continue;
		*k = (struct known){ .key = { .bits = 128, .vlan = group },
				     .policy.action = NDPX_ACT_OWN };
		memcpy(k->key.addr, addr, sizeof(k->key.addr));
		n++;
	}
	return n;
}

static void gather(struct port_facts *facts, const struct known *k, const struct desired_ports *w)
{
	facts->gateway |= (k->policy.action == NDPX_ACT_NONE) && (k->policy.flags & NDPX_F_GATEWAY);
	facts->onlink |= (k->policy.action == NDPX_ACT_NONE) && (k->policy.flags & NDPX_F_ONLINK);
	facts->own |= k->policy.action == NDPX_ACT_OWN;
	port_facts_add(facts, &k->policy, w->ports, w->n_ports);
}

static int add_section(struct desired_ports *w, const struct ports_section *section, uint16_t group,
		       const struct nl_state *state, const struct entry *guests, size_t n_guests)
{
	size_t max = n_guests + section->n_rules + state->n_addresses + 1, n, i, j;
	struct known *list = malloc(max * sizeof(*list));
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
		e->policy = port_facts_policy(&facts);
		w->n_entries += e->policy.action != NDPX_ACT_NONE;
	}
	free(list);
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r = memcmp(x->key.addr, y->key.addr, sizeof(x->key.addr));

	if (!r && x->key.bits != y->key.bits)
		r = x->key.bits < y->key.bits ? -1 : 1;
	return r ? r : (int)x->key.vlan - (int)y->key.vlan;
}

/* What all sections say alike is to be there once. */
static void share(struct desired_ports *w)
{
	struct entry *e = w->entries;
	size_t i, j, k, n = 0;

	if (w->n_entries)
		qsort(e, w->n_entries, sizeof(*e), by_address);
	for (i = 0; i < w->n_entries; i = j) {
		bool alike = true;

		for (j = i; j < w->n_entries && e[i].key.bits == e[j].key.bits &&
			    !memcmp(e[i].key.addr, e[j].key.addr, sizeof(e[i].key.addr));
		     j++)
			alike &= !memcmp(&e[i].policy, &e[j].policy, sizeof(e[i].policy));
		alike &= j - i == w->sections.n;
		for (k = i; k < (alike ? i + 1 : j); k++)
			e[n++] = e[k];
		if (alike)
			e[n - 1].key.vlan = NDPX_ALL_SECTIONS;
	}
	w->n_entries = n;
	if (n)
		qsort(e, n, sizeof(*e), entry_compare);
}

/* P93: what the host takes for its own is elsewhere. Nothing is on-link, for no uplink is named. */
static int find_local(struct desired_ports *w, const struct nl_state *state)
{
	struct desired local = { 0 };
	int r = desired_find_nets(&local, "ports", state);

	memcpy(w->nets, local.settings.nets, sizeof(w->nets));
	notes_take(&w->notes, &local.notes);
	desired_free(&local);
	return r;
}

int desired_ports_build(const struct model *model, const struct nl_state *state,
			const struct entry *guests, size_t n_guests, struct desired_ports *ret,
			struct error *err)
{
	struct desired_ports w = { 0 };
	size_t i;
	int r = desired_ports_find(&w, model, state);

	if (!r)
		r = find_local(&w, state);
	w.sections.n = (__u32)model->n_ports;
	for (i = 0; i < model->n_ports && !r; i++) {
		memcpy(w.sections.pattern[i], model->ports[i].pattern, NDPX_PATTERN_LEN);
		r = add_section(&w, &model->ports[i], (uint16_t)i, state, guests, n_guests);
	}
	if (!r) {
		share(&w);
		*ret = w;
		return 0;
	}
	desired_ports_free(&w);
	if (r == -E2BIG)
		return error_set(err, EXIT_USAGE, E2BIG, "ports: more than %d interfaces match",
				 NDPX_MAX_PORTS);
	return error_set(err, EXIT_KERNEL, -r, "out of memory");
}

void desired_ports_free(struct desired_ports *desired)
{
	free(desired->entries);
	free(desired->ports);
	free(desired->unclear);
	notes_free(&desired->notes);
	memset(desired, 0, sizeof(*desired));
}
