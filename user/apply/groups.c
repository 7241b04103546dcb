// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A proxy neighbour entry makes the kernel a member of the address's solicited-node
 * group: the NIC's filter lets it in and MLD tells the switch, and the kernel counts
 * addresses that share a group. With proxy_ndp = 0 the entry answers nothing itself.
 * Ours carry a protocol number. Any other entry is the operator's: it makes the kernel a
 * member just as well, so it counts, and is neither changed nor deleted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/groups.h"
#include "netlink/netlink.h"

static int by_address(const void *a, const void *b)
{
	const struct nl_proxy *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static bool in_link(const struct groups_uplink *up, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < up->n_l3_devs; i++) {
		if (up->l3_devs[i].ifindex == ifindex)
			return true;
	}
	return ifindex == up->ifindex;
}

static uint32_t l3_dev_ifindex(const struct groups_uplink *up, uint16_t vlan)
{
	size_t i;

	for (i = 0; i < up->n_l3_devs; i++) {
		if (up->l3_devs[i].vlan == vlan)
			return up->l3_devs[i].ifindex;
	}
	return up->ifindex;
}

/* Does the kernel itself answer for proxy entries here? Then they are more than memberships. */
static bool kernel_answers(const struct groups_uplink *up)
{
	char name[IFNAMSIZ];
	size_t i;

	if (sysctl_ipv6("all", "proxy_ndp") > 0)
		return true;
	for (i = 0; i < up->n_l3_devs; i++) {
		if (if_indextoname(up->l3_devs[i].ifindex, name) &&
		    sysctl_ipv6(name, "proxy_ndp") > 0)
			return true;
	}
	return false;
}

/* `dp` has the record, and is only needed to switch it on. */
static int set_allmulti(uint32_t ifindex, bool on, struct ndpx_record *record, struct dataplane *dp,
			struct groups_report *rep, struct error *err)
{
	bool ours = record->flags & NDPX_R_ALLMULTI, is_on;
	const struct nl_link *link;
	struct nl_state state;
	int r;

	if (!on && !ours)
		return 0;
	r = nl_state_read(&state, err);
	if (r)
		return r;
	link = nl_link_by_index(&state, ifindex);
	is_on = link && (link->flags & IFF_ALLMULTI);
	nl_state_free(&state);
	/* The flag goes with its device; one set by others is not ours to clear. */
	if (!link || (on && is_on))
		return 0;
	if (on && !ours) {
		/* Written down first: a death between must not leave it on for ever. */
		record->flags |= NDPX_R_ALLMULTI;
		r = dataplane_set_record(dp, err);
	}
	if (!r && on != is_on)
		r = nl_set_allmulti(ifindex, on, err);
	if (r)
		return r;
	if (!on)
		record->flags &= ~NDPX_R_ALLMULTI;
	rep->allmulti_on = on;
	rep->allmulti_off = !on;
	return 0;
}

/*
 * We never set the router flag, so an entry of ours that has it was changed by the operator:
 * `ip neigh replace proxy` keeps the protocol number of what it replaces.
 */
static bool is_ours(const struct nl_proxy *proxy)
{
	return proxy->protocol == GROUPS_PROTOCOL && !proxy->router;
}

/* Joins and leaves the difference between `want`, which is sorted, and the current memberships. */
static int set_members(const struct nl_proxy *want, size_t n_want, const struct groups_uplink *up,
		       struct groups_report *rep, struct error *err)
{
	struct nl_proxy *have = NULL;
	size_t n_have, n = 0, w = 0, h = 0;
	int r;

	r = nl_proxy_read(&have, &n_have, err);
	if (r)
		return r;
	for (h = 0; h < n_have; h++) {
		if (in_link(up, have[h].ifindex))
			have[n++] = have[h];
	}
	if (n)
		qsort(have, n, sizeof(*have), by_address);
	h = 0;
	while (!r && (w < n_want || h < n)) {
		int c = w == n_want ? 1 : h == n ? -1 : by_address(&want[w], &have[h]);

		if (c < 0) {
			r = nl_proxy_change(true, &want[w++], 1, err);
			rep->joined += !r;
		} else if (c > 0 && !is_ours(&have[h])) {
			h++;
		} else if (c > 0) {
			r = nl_proxy_change(false, &have[h++], 1, err);
			rep->left += !r;
		} else {
			w++;
			h++;
		}
	}
	free(have);
	return r;
}

/* What `auto` and `join` cannot do with groups alone, in a note with its reason. */
static void choose_allmulti(const struct groups_uplink *up, size_t addresses, size_t prefixes,
			    struct groups_desired *w)
{
	w->allmulti = up->want == GROUPS_ALLMULTI && addresses + prefixes > 0;
	if (up->want == GROUPS_AUTO && prefixes) {
		w->allmulti = true;
		snprintf(w->note, sizeof(w->note),
			 "%s: allmulticast, because a prefix has too many groups to join", up->dev);
	} else if (up->want == GROUPS_AUTO && addresses > GROUPS_MAX_JOINED) {
		w->allmulti = true;
		snprintf(
			w->note, sizeof(w->note),
			"%s: allmulticast, because %zu groups are more than the %d that auto joins",
			up->dev, addresses, GROUPS_MAX_JOINED);
	} else if (up->want == GROUPS_AUTO && addresses && kernel_answers(up)) {
		w->allmulti = true;
		snprintf(w->note, sizeof(w->note),
			 "%s: allmulticast, because proxy_ndp is on and a joined group would be "
			 "answered by the kernel as well",
			 up->dev);
	} else if (up->want == GROUPS_JOIN && (prefixes || kernel_answers(up))) {
		w->warning = true;
		if (prefixes)
			snprintf(w->note, sizeof(w->note),
				 "%s: groups = join cannot join the groups of %zu prefixes: use "
				 "auto or allmulti instead",
				 up->dev, prefixes);
		else
			snprintf(w->note, sizeof(w->note),
				 "%s: proxy_ndp is on, so the kernel itself answers for joined "
				 "addresses that ndpx lets to it",
				 up->dev);
	}
}

static bool is_answered(const struct entry *entry, bool address)
{
	return entry->policy.action == NDPX_ACT_ANSWER && (entry->key.bits == 128) == address;
}

/* One membership an address; -ENOMEM. `n` is how many there are. */
static int list_members(const struct groups_uplink *up, size_t n, struct groups_desired *w)
{
	size_t i;

	w->members = calloc(n, sizeof(*w->members));
	if (!w->members)
		return -ENOMEM;
	for (i = 0; i < up->n_entries; i++) {
		const struct ndpx_key *key = &up->entries[i].key;
		struct nl_proxy *member = &w->members[w->n];

		if (!is_answered(&up->entries[i], true))
			continue;
		memcpy(&member->addr, key->addr, sizeof(key->addr));
		member->ifindex = l3_dev_ifindex(up, key->vlan);
		member->protocol = GROUPS_PROTOCOL;
		w->n++;
	}
	qsort(w->members, w->n, sizeof(*w->members), by_address);
	return 0;
}

int groups_find_desired(const struct groups_uplink *up, struct groups_desired *ret,
			struct error *err)
{
	bool joins = up->want == GROUPS_JOIN || up->want == GROUPS_AUTO;
	size_t i, addresses = 0, prefixes = 0;
	struct groups_desired w = { 0 };

	for (i = 0; i < up->n_entries; i++) {
		addresses += is_answered(&up->entries[i], true);
		prefixes += is_answered(&up->entries[i], false);
	}
	choose_allmulti(up, addresses, prefixes, &w);
	if (joins && !w.allmulti && addresses && list_members(up, addresses, &w))
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	*ret = w;
	return 0;
}

int groups_sync(const struct groups_uplink *up, struct dataplane *dp, struct groups_report *ret,
		struct error *err)
{
	struct ndpx_record *record = dataplane_record(dp);
	struct groups_report rep = { 0 };
	struct groups_desired w = { 0 };
	int r;

	r = groups_find_desired(up, &w, err);
	if (r)
		return r;
	rep.warning = w.warning;
	memcpy(rep.note, w.note, sizeof(rep.note));
	/* The wider one first on, last off: nothing goes unheard between. */
	r = w.allmulti ? set_allmulti(up->ifindex, true, record, dp, &rep, err) : 0;
	if (!r)
		r = set_members(w.members, w.n, up, &rep, err);
	if (!r && !w.allmulti)
		r = set_allmulti(up->ifindex, false, record, dp, &rep, err);
	free(w.members);
	if (!r)
		*ret = rep;
	return r;
}

int groups_undo(uint32_t ifindex, struct ndpx_record *record, struct error *err)
{
	struct l3_dev l3_devs[NDPX_MAX_VLANS];
	struct groups_uplink up = { .ifindex = ifindex, .l3_devs = l3_devs };
	struct groups_report ignored = { 0 };
	int r;

	for (; up.n_l3_devs < record->n_vlans && up.n_l3_devs < NDPX_MAX_VLANS; up.n_l3_devs++)
		l3_devs[up.n_l3_devs].ifindex = record->l3_devs[up.n_l3_devs];
	r = set_members(NULL, 0, &up, &ignored, err);
	if (!r)
		r = set_allmulti(ifindex, false, record, NULL, &ignored, err);
	return r;
}
