// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What an instance should hold. No kernel here: links, addresses and routes come as data. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desired/internal.h"

#define note(w, dev, ...) note_add(&(w)->notes, dev, NOTE_INFO, __VA_ARGS__)

/* A bond, team or bridge speaks with its own MAC; a VRF or a macvlan's owner does not. */
const struct nl_link *desired_mac_dev(const struct nl_link *link, const struct nl_state *state)
{
	const struct nl_link *master = link->master ? nl_link_by_index(state, link->master) : NULL;

	if (master && (!strcmp(master->kind, "bond") || !strcmp(master->kind, "bridge") ||
		       !strcmp(master->kind, "team")))
		return master;
	return link;
}

/* P7: a VLAN device on the uplink, or on what it is a port of, wants its tags seen. */
static bool has_vlan_devices(const struct nl_link *link, const struct nl_state *state)
{
	const struct nl_link *mac_dev = desired_mac_dev(link, state);
	size_t i;

	for (i = 0; i < state->n_links; i++) {
		const struct nl_link *l = &state->links[i];

		if (l->vlan && (l->lower == link->ifindex || l->lower == mac_dev->ifindex))
			return true;
	}
	return false;
}

/* Have all VLANs of the device the same? */
static bool same_link_local(const struct desired *w)
{
	static const struct in6_addr none;
	size_t i;

	for (i = 1; i < w->n_l3_devs; i++) {
		const struct ndpx_link *l = ndpx_link_of(&w->settings, w->l3_devs[i].vlan);

		if (memcmp(l->link_local, &none, sizeof(none)) != 0 &&
		    memcmp(l->link_local, w->settings.link_local, sizeof(none)) != 0)
			return false;
	}
	return true;
}

static void build_settings(struct desired *w, const struct uplink *u)
{
	struct ndpx_settings *s = &w->settings;

	if (u->strict_lladdr)
		s->flags |= NDPX_S_STRICT_LLADDR;
	s->lease = u->lease;
	if (u->lease)
		s->flags |= NDPX_S_LEASE;
	s->source_mode = u->source_mode;
	if (u->source_mode == NDPX_SOURCE_FIXED) {
		memcpy(s->source, &u->source, sizeof(s->source));
	} else if (u->source_mode == NDPX_SOURCE_LINK_LOCAL) {
		memcpy(s->source, s->link_local, sizeof(s->source));
		if (IN6_IS_ADDR_UNSPECIFIED((const struct in6_addr *)s->link_local)) {
			s->source_mode = NDPX_SOURCE_TARGET;
			note(w, u->dev,
			     "%s: no link-local address yet: answers are sent from the target "
			     "address",
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

void desired_entry(const struct rule *rule, uint32_t port, struct entry *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->key.bits = rule->bits;
	ret->key.vlan = rule->vlan;
	memcpy(ret->key.addr, &rule->addr, sizeof(ret->key.addr));
	ret->policy.action = rule->action;
	ret->policy.flags = rule->flags;
	ret->policy.answer = rule->answer;
	ret->policy.more = rule->more;
	ret->policy.origin = NDPX_ORIGIN_FILE;
	ret->policy.port = port;
	memcpy(ret->policy.lladdr, rule->lladdr, sizeof(ret->policy.lladdr));
}

/* Room for `more` entries at the end. */
static struct entry *grow(struct desired *w, size_t more)
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
	if (!name)
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
static void note_missing(struct desired *w, const char *dev, const char **names, size_t n)
{
	size_t i, different = n > 0;

	if (!n)
		return;
	qsort(names, n, sizeof(*names), by_text);
	for (i = 1; i < n; i++)
		different += strcmp(names[i - 1], names[i]) != 0;
	if (different == 1)
		note(w, dev, "%s: port %s does not exist yet", dev, names[0]);
	else
		note(w, dev, "%s: port %s and %zu more do not exist yet", dev, names[0],
		     different - 1);
}

static int add_rules(struct desired *w, const struct uplink *u, const struct nl_state *state)
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

		if (rule->port && !port) {
			const char **more = realloc(missing, (n_missing + 1) * sizeof(*missing));

			if (!more) {
				free(missing);
				return -ENOMEM;
			}
			missing = more;
			missing[n_missing++] = rule->port;
		}
		desired_entry(rule, port, at + i);
	}
	w->n_entries += u->n_rules;
	note_missing(w, u->dev, missing, n_missing);
	free(missing);
	return 0;
}

/* --- the host's own addresses --- */

/* An address of the host, or its gateway, in one VLAN; no port. */
static void own_entry(uint16_t vlan, const struct in6_addr *addr, enum ndpx_action action,
		      struct entry *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->key.bits = 128;
	ret->key.vlan = vlan;
	memcpy(ret->key.addr, addr, sizeof(*addr));
	ret->policy.action = action;
	ret->policy.origin = NDPX_ORIGIN_HOST;
}

/*
 * P75: the addresses on this link, and the gateways on it: the kernel speaks for them. P76:
 * the host's other ones, of which the kernel says nothing here. Of another VRF they are, too,
 * but there the routes of this link's VRF know them or not, and are asked.
 */
static int add_own(struct desired *w, const struct this_link_index *index,
		   const struct this_link *here, uint16_t vlan)
{
	const struct nl_state *state = index->state;
	struct entry *at = grow(w, state->n_addresses + state->n_gateways);
	size_t i, n = 0;

	if (!at)
		return -ENOMEM;
	for (i = 0; i < state->n_addresses; i++) {
		const struct nl_address *a = &state->addresses[i];
		const struct nl_link *dev;

		if (this_link_has(here, a->ifindex)) {
			own_entry(vlan, &a->addr, NDPX_ACT_OWN, at + n++);
			continue;
		}
		if (IN6_IS_ADDR_LOOPBACK(&a->addr) || IN6_IS_ADDR_LINKLOCAL(&a->addr))
			continue;
		dev = nl_link_by_index(index->state, a->ifindex);
		own_entry(vlan, &a->addr, NDPX_ACT_HOST, at + n);
		at[n].policy.flags = NDPX_F_ROUTER;
		if (!dev || this_link_vrf(index, dev) == here->vrf)
			at[n].policy.flags |= NDPX_F_HOST;
		n++;
	}
	for (i = 0; i < state->n_gateways; i++) {
		if (this_link_has(here, state->gateways[i].ifindex))
			own_entry(vlan, &state->gateways[i].addr, NDPX_ACT_OWN, at + n++);
	}
	w->n_entries += n;
	return 0;
}

/*
 * Of one key: what is on this link decides, then a deny, then a guest, and last that it is
 * an address of the host elsewhere, in this VRF before another.
 */
static int rank(const struct ndpx_policy *policy)
{
	switch (policy->action) {
	case NDPX_ACT_OWN:
		return 0;
	case NDPX_ACT_DENY:
		return 1;
	case NDPX_ACT_ANSWER:
		return 2;
	default:
		return policy->flags & NDPX_F_HOST ? 3 : 4;
	}
}

static int by_key_then_rank(const void *a, const void *b)
{
	int c = entry_compare(a, b);

	return c ? c
		 : rank(&((const struct entry *)a)->policy) -
			       rank(&((const struct entry *)b)->policy);
}

void desired_host_guest(struct ndpx_policy *guest, const struct ndpx_policy *host)
{
	if (guest->action == NDPX_ACT_ANSWER && host->action == NDPX_ACT_HOST)
		guest->flags |= host->flags;
}

struct ndpx_policy desired_host_here(void)
{
	return (struct ndpx_policy){ .action = NDPX_ACT_HOST,
				     .origin = NDPX_ORIGIN_HOST,
				     .flags = NDPX_F_ROUTER | NDPX_F_HOST };
}

static void keep_first(struct desired *w, const char *dev)
{
	char text[RULE_TEXT_LEN];
	size_t i, n = 0;

	if (w->n_entries)
		qsort(w->entries, w->n_entries, sizeof(*w->entries), by_key_then_rank);
	for (i = 0; i < w->n_entries; i++) {
		const struct entry *e = &w->entries[i];

		if (n > 0 && entry_compare(&w->entries[n - 1], e) == 0) {
			desired_host_guest(&w->entries[n - 1].policy, &e->policy);
			if (e->policy.action == NDPX_ACT_ANSWER)
				note(w, dev,
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

/* One uplink: its link, its rules and the host's addresses as its VLAN sees them. */
static int add_uplink(struct desired *w, const struct this_link_index *index,
		      const struct nl_link *dev, const struct uplink *u, size_t i)
{
	/* The first is also what untagged frames meet where no uplink is theirs. */
	struct ndpx_link *link = &w->settings.links[i ? i + (w->l3_devs[0].vlan != 0) : 0];
	struct this_link here;
	int r = this_link_find(index, dev, u->vlan, &here);

	if (r)
		return r;
	w->l3_devs[i].vlan = link->vlan = u->vlan;
	w->l3_devs[i].ifindex = here.l3_dev->ifindex;
	w->n_l3_devs = i + 1;
	r = desired_fill_link(w, index, &here, link);
	if (!r && u->vlan) {
		size_t slot = i + (w->l3_devs[0].vlan != 0);

		w->settings.links[slot] = *link;
		w->settings.slots[u->vlan] = (uint8_t)slot;
	}
	if (!r)
		r = add_rules(w, u, index->state);
	if (!r)
		r = add_own(w, index, &here, u->vlan);
	this_link_free(&here);
	return r;
}

int desired_build(const struct uplink *uplinks, size_t n, const struct nl_link *link,
		  const struct nl_state *state, struct desired *ret, struct error *err)
{
	struct this_link_index index;
	struct desired w = { 0 };
	size_t i;
	int r;

	if (n > NDPX_MAX_VLANS)
		return error_set(err, EXIT_USAGE, E2BIG, "%s: more than %d VLANs on one device",
				 uplinks[0].dev, NDPX_MAX_VLANS);
	r = this_link_index(state, &index);
	w.hidden_tags = has_vlan_devices(link, state);
	for (i = 0; i < n && !r; i++) {
		w.hidden_tags |= uplinks[i].vlan != 0;
		r = add_uplink(&w, &index, link, &uplinks[i], i);
	}
	this_link_index_free(&index);
	if (!r)
		r = desired_find_nets(&w, uplinks[0].dev, state);
	desired_find_no_nd(&w, state);
	if (r)
		error_set(err, EXIT_KERNEL, -r, "out of memory");
	desired_sort_links(&w);
	if (!r && 2 * w.n_links > NDPX_MAX_LINKS)
		r = error_set(err, EXIT_USAGE, E2BIG,
			      "%s: %zu interfaces and MACs of this host on its VLANs, room for "
			      "%d: use fewer VLANs per device",
			      uplinks[0].dev, w.n_links, NDPX_MAX_LINKS / 2);
	if (!r)
		build_settings(&w, &uplinks[0]);
	if (!r && uplinks[0].source_mode == NDPX_SOURCE_LINK_LOCAL && !same_link_local(&w))
		r = error_set(err, EXIT_USAGE, EINVAL,
			      "%s: source = link-local, but its VLANs have different link-local "
			      "addresses, and they share one program: use source = target",
			      uplinks[0].dev);
	if (r) {
		desired_free(&w);
		return r;
	}
	keep_first(&w, uplinks[0].dev);
	*ret = w;
	return 0;
}

void desired_free(struct desired *desired)
{
	free(desired->entries);
	free(desired->links);
	notes_free(&desired->notes);
	memset(desired, 0, sizeof(*desired));
}
