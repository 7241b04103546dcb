// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What an instance should hold. No kernel here: links, addresses and routes come as data. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wanted.h"

#define MAX_NOTES 64 /* more would hide each other */

void wanted_note(struct wanted_notes *notes, const char *fmt, ...)
{
	char(*lines)[256];
	va_list ap;

	if (notes->n == MAX_NOTES)
		return;
	lines = realloc(notes->lines, (notes->n + 1) * sizeof(*lines));
	if (!lines)
		return;
	notes->lines = lines;
	va_start(ap, fmt);
	vsnprintf(lines[notes->n++], sizeof(*lines), fmt, ap);
	va_end(ap);
}

#define note(w, ...) wanted_note(&(w)->notes, __VA_ARGS__)

/* A bond, team or bridge speaks with its own MAC; a VRF or a macvlan's owner does not. */
const struct nl_link *wanted_station(const struct nl_link *link, const struct nl_state *state)
{
	const struct nl_link *master = link->master ? nl_link_by_index(state, link->master) : NULL;

	if (master && (!strcmp(master->kind, "bond") || !strcmp(master->kind, "bridge") ||
		       !strcmp(master->kind, "team")))
		return master;
	return link;
}

/* The VLAN device of `vlan` on a device, NULL if there is none. */
static const struct nl_link *vlan_device(const struct nl_state *state, uint32_t lower,
					 uint16_t vlan)
{
	size_t i;

	for (i = 0; i < state->n_links; i++) {
		if (state->links[i].vlan == vlan && state->links[i].lower == lower)
			return &state->links[i];
	}
	return NULL;
}

/* Where the host's stack sees (device, VLAN). */
static const struct nl_link *stack_of(const struct nl_link *link, const struct nl_state *state,
				      uint16_t vlan)
{
	const struct nl_link *station = wanted_station(link, state), *dev = NULL;

	if (vlan) {
		dev = vlan_device(state, station->ifindex, vlan);
		if (!dev)
			dev = vlan_device(state, link->ifindex, vlan);
	}
	return dev ? dev : station;
}

static void find_uppers(struct wanted *w, const struct nl_link *link, const struct nl_state *state)
{
	const struct nl_link *station = wanted_station(link, state);
	size_t i, n = 0;

	if (station != link)
		w->settings.uppers[n++] = station->ifindex;
	for (i = 0; i < state->n_links; i++) {
		const struct nl_link *l = &state->links[i];

		if (!l->vlan || (l->lower != link->ifindex && l->lower != station->ifindex))
			continue;
		w->hidden_tags = true;
		if (n < NDPX_MAX_UPPERS)
			w->settings.uppers[n++] = l->ifindex;
	}
}

/* The link-local address of an interface, NULL if it has none. */
const struct in6_addr *wanted_link_local(uint32_t ifindex, const struct nl_state *state)
{
	size_t i;

	for (i = 0; i < state->n_addresses; i++) {
		if (state->addresses[i].ifindex == ifindex &&
		    IN6_IS_ADDR_LINKLOCAL(&state->addresses[i].addr))
			return &state->addresses[i].addr;
	}
	return NULL;
}

static void find_link_local(struct wanted *w, const struct nl_state *state)
{
	const struct in6_addr *addr = wanted_link_local(w->stacks[0].ifindex, state);

	if (addr)
		memcpy(w->settings.link_local, addr, sizeof(*addr));
}

/* Have all VLANs of the device the same? */
static bool same_link_local(const struct wanted *w, const struct nl_state *state)
{
	size_t i;

	for (i = 1; i < w->n_stacks; i++) {
		const struct in6_addr *addr = wanted_link_local(w->stacks[i].ifindex, state);

		if (addr && memcmp(addr, w->settings.link_local, sizeof(*addr)) != 0)
			return false;
	}
	return true;
}

static void build_settings(struct wanted *w, const struct uplink *u, const struct nl_link *link,
			   const struct nl_state *state)
{
	struct ndpx_settings *s = &w->settings;

	memcpy(s->mac, wanted_station(link, state)->mac, sizeof(s->mac));
	find_uppers(w, link, state);
	find_link_local(w, state);
	if (u->strict_lladdr)
		s->flags |= NDPX_S_STRICT_LLADDR;
	s->source_mode = u->source_mode;
	if (u->source_mode == NDPX_SOURCE_FIXED) {
		memcpy(s->source, &u->source, sizeof(s->source));
	} else if (u->source_mode == NDPX_SOURCE_LINK_LOCAL) {
		memcpy(s->source, s->link_local, sizeof(s->source));
		if (IN6_IS_ADDR_UNSPECIFIED((const struct in6_addr *)s->link_local)) {
			s->source_mode = NDPX_SOURCE_TARGET;
			note(w, "%s: no link-local address yet: answers go out from the target's",
			     u->dev);
		}
	}
	if (u->rate) {
		/* A bucket one second deep: `rate` at once, then one each 1/rate. */
		s->rate = u->rate;
		s->rate_cost = 1000000000ull / u->rate;
		s->rate_burst = (u->rate - 1) * s->rate_cost;
	}
}

void wanted_entry(const struct rule *rule, uint32_t port, struct entry *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->key.bits = rule->bits;
	ret->key.vlan = rule->vlan;
	memcpy(ret->key.addr, &rule->addr, sizeof(ret->key.addr));
	ret->say.action = rule->action;
	ret->say.flags = rule->flags;
	ret->say.answer = rule->answer;
	ret->say.port = port;
	memcpy(ret->say.lladdr, rule->lladdr, sizeof(ret->say.lladdr));
}

/* Room for `more` entries behind what is there. */
static struct entry *grow(struct wanted *w, size_t more)
{
	struct entry *entries = realloc(w->entries, (w->n_entries + more + 1) * sizeof(*entries));

	if (!entries)
		return NULL;
	w->entries = entries;
	return entries + w->n_entries;
}

/* Rules of one port tend to stand together, so the last answer is worth keeping. */
static uint32_t resolve_port(const struct nl_state *state, const char *name,
			     const struct nl_link **last)
{
	if (!name[0])
		return 0;
	if (!*last || strcmp((*last)->name, name) != 0)
		*last = nl_link_by_name(state, name);
	return *last ? (*last)->ifindex : 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One note for all ports that do not exist, each counted once. */
static void note_missing(struct wanted *w, const char *dev, const char **names, size_t n)
{
	size_t i, different = n > 0;

	if (!n)
		return;
	qsort(names, n, sizeof(*names), by_text);
	for (i = 1; i < n; i++)
		different += strcmp(names[i - 1], names[i]) != 0;
	if (different == 1)
		note(w, "%s: port %s is not there yet", dev, names[0]);
	else
		note(w, "%s: port %s and %zu more are not there yet", dev, names[0], different - 1);
}

static int add_rules(struct wanted *w, const struct uplink *u, const struct nl_state *state)
{
	struct entry *at = grow(w, u->n_rules);
	const struct nl_link *last = NULL;
	const char **missing = NULL;
	size_t i, n_missing = 0;

	if (!at)
		return -ENOMEM;
	for (i = 0; i < u->n_rules; i++) {
		const struct rule *rule = &u->rules[i];
		uint32_t port = resolve_port(state, rule->port, &last);

		if (rule->port[0] && !port) {
			const char **more = realloc(missing, (n_missing + 1) * sizeof(*missing));

			if (!more) {
				free(missing);
				return -ENOMEM;
			}
			missing = more;
			missing[n_missing++] = rule->port;
		}
		wanted_entry(rule, port, at + i);
	}
	w->n_entries += u->n_rules;
	note_missing(w, u->dev, missing, n_missing);
	free(missing);
	return 0;
}

/* An own address of the host in one VLAN; the port is nobody's. */
static void own_entry(uint16_t vlan, const struct in6_addr *addr, struct entry *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->key.bits = 128;
	ret->key.vlan = vlan;
	memcpy(ret->key.addr, addr, sizeof(*addr));
	ret->say.action = NDPX_ACT_OWN;
}

/* P75: all addresses of the host, link-local ones of this link only, and the link's gateways. */
static int add_own(struct wanted *w, const struct wanted_stack *stack, const struct nl_link *link,
		   const struct nl_state *state)
{
	struct entry *at = grow(w, state->n_addresses + state->n_gateways);
	size_t i, n = 0;

	if (!at)
		return -ENOMEM;
	for (i = 0; i < state->n_addresses; i++) {
		const struct nl_address *a = &state->addresses[i];

		if (IN6_IS_ADDR_LOOPBACK(&a->addr))
			continue;
		if (IN6_IS_ADDR_LINKLOCAL(&a->addr) && a->ifindex != stack->ifindex &&
		    a->ifindex != link->ifindex)
			continue;
		own_entry(stack->vlan, &a->addr, at + n++);
	}
	for (i = 0; i < state->n_gateways; i++) {
		if (state->gateways[i].ifindex == stack->ifindex ||
		    state->gateways[i].ifindex == link->ifindex)
			own_entry(stack->vlan, &state->gateways[i].addr, at + n++);
	}
	w->n_entries += n;
	return 0;
}

/* By key, then the host's own before rules: those win. */
static int by_key_then_own(const void *a, const void *b)
{
	int c = entry_compare(a, b);
	const struct entry *x = a, *y = b;

	return c ? c : (int)y->say.action - (int)x->say.action;
}
_Static_assert(NDPX_ACT_OWN > NDPX_ACT_DENY && NDPX_ACT_DENY > NDPX_ACT_ANSWER,
	       "by_key_then_own() sorts by action");

static void keep_first(struct wanted *w, const char *dev)
{
	char text[RULE_TEXT_LEN];
	size_t i, n = 0;

	if (w->n_entries)
		qsort(w->entries, w->n_entries, sizeof(*w->entries), by_key_then_own);
	for (i = 0; i < w->n_entries; i++) {
		const struct entry *e = &w->entries[i];

		if (n > 0 && entry_compare(&w->entries[n - 1], e) == 0) {
			if (e->say.action == NDPX_ACT_ANSWER)
				note(w,
				     "%s: guest %s is an address or gateway of this host: not "
				     "answered for",
				     dev,
				     target_text((const struct in6_addr *)e->key.addr, e->key.bits,
						 text));
			continue;
		}
		w->entries[n++] = *e;
	}
	w->n_entries = n;
}

/* Longest first, and on-link networks before local ones, of which there may be many. */
static int by_bits(const void *a, const void *b)
{
	const struct ndpx_net *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind - y->kind;
	return x->bits != y->bits ? y->bits - x->bits : memcmp(x, y, sizeof(*x));
}

static bool is_address(const struct nl_state *state, const struct nl_net *net)
{
	size_t i;

	for (i = 0; net->bits == 128 && i < state->n_addresses; i++) {
		if (!memcmp(&state->addresses[i].addr, &net->addr, sizeof(net->addr)))
			return true;
	}
	return false;
}

static void fill_net(const struct nl_net *net, uint16_t vlan, struct ndpx_net *ret)
{
	unsigned int i;

	*ret = (struct ndpx_net){ .bits = net->bits, .vlan = net->local ? 0 : vlan };
	ret->kind = net->local ? NDPX_NET_LOCAL : NDPX_NET_ONLINK;
	memcpy(ret->addr, &net->addr, sizeof(ret->addr));
	for (i = 0; i < net->bits; i++)
		ret->mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

/* P82: what the program cannot ask the routing table for. The longest of each kind are kept. */
static int find_nets(struct wanted *w, const char *dev, const struct nl_state *state)
{
	struct ndpx_net *all = calloc(state->n_nets * (w->n_stacks + 1) + 1, sizeof(*all));
	size_t i, j, n = 0, same = 0;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < state->n_nets; i++) {
		const struct nl_net *net = &state->nets[i];

		if (net->local && !is_address(state, net))
			fill_net(net, 0, &all[n++]);
		for (j = 0; j < w->n_stacks && !net->local; j++) {
			if (net->ifindex == w->stacks[j].ifindex)
				fill_net(net, w->stacks[j].vlan, &all[n++]);
		}
	}
	qsort(all, n, sizeof(*all), by_bits);
	for (i = 0; i < n; i++) {
		/* The same with another metric. */
		if (same && !memcmp(&w->settings.nets[same - 1], &all[i], sizeof(*all)))
			continue;
		if (same == NDPX_MAX_NETS) {
			note(w,
			     "%s: more than %d networks on-link or local: answer = routed does "
			     "not know of the shortest",
			     dev, NDPX_MAX_NETS);
			break;
		}
		w->settings.nets[same++] = all[i];
	}
	free(all);
	return 0;
}

/*
 * P83: interfaces without neighbour discovery. Where there is no Ethernet header the program
 * finds out itself, from kernel 5.12 on, so those come last.
 */
static void find_no_nd(struct wanted *w, const struct nl_state *state)
{
	size_t i, n = 0;
	int ethernet;

	for (ethernet = 1; ethernet >= 0; ethernet--) {
		for (i = 0; i < state->n_links && n < NDPX_MAX_NO_ND; i++) {
			const struct nl_link *l = &state->links[i];

			if (l->is_ethernet == ethernet && !(l->flags & IFF_LOOPBACK) &&
			    (l->flags & (IFF_NOARP | IFF_POINTOPOINT)))
				w->settings.no_nd[n++] = l->ifindex;
		}
	}
}

int wanted_build(const struct uplink *uplinks, size_t n, const struct nl_link *link,
		 const struct nl_state *state, struct wanted *ret, struct error *err)
{
	struct wanted w = { 0 };
	size_t i;
	int r = 0;

	if (n > NDPX_MAX_VLANS)
		return error_set(err, EXIT_USAGE, E2BIG, "%s: more than %d VLANs on one device",
				 uplinks[0].dev, NDPX_MAX_VLANS);
	for (i = 0; i < n; i++) {
		w.stacks[i].vlan = uplinks[i].vlan;
		w.stacks[i].ifindex = stack_of(link, state, uplinks[i].vlan)->ifindex;
		w.hidden_tags |= uplinks[i].vlan != 0;
	}
	w.n_stacks = n;
	build_settings(&w, &uplinks[0], link, state);
	if (uplinks[0].source_mode == NDPX_SOURCE_LINK_LOCAL && !same_link_local(&w, state))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "%s: source = link-local, but its VLANs have different link-local "
				 "addresses, and they share one program: source = target",
				 uplinks[0].dev);
	r = find_nets(&w, uplinks[0].dev, state);
	find_no_nd(&w, state);
	for (i = 0; i < n && !r; i++) {
		r = add_rules(&w, &uplinks[i], state);
		if (!r)
			r = add_own(&w, &w.stacks[i], link, state);
	}
	if (r) {
		wanted_free(&w);
		return error_set(err, EXIT_KERNEL, -r, "out of memory");
	}
	keep_first(&w, uplinks[0].dev);
	*ret = w;
	return 0;
}

void wanted_free(struct wanted *wanted)
{
	free(wanted->entries);
	free(wanted->notes.lines);
	memset(wanted, 0, sizeof(*wanted));
}
