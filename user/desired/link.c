// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From what is this link to what the data plane is told of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "desired/internal.h"

static int add_key(struct desired *w, const struct ndpx_link *link, enum ndpx_link_kind kind,
		   uint64_t value)
{
	struct ndpx_link_key *keys = array_room(w->links, w->n_links, sizeof(*keys));

	if (!keys)
		return -ENOMEM;
	w->links = keys;
	keys[w->n_links++] =
		(struct ndpx_link_key){ .vlan = link->vlan, .kind = kind, .value = value };
	return 0;
}

/* As the data plane reads six bytes. */
static uint64_t mac_value(const uint8_t mac[6])
{
	uint32_t first;
	uint16_t last;

	memcpy(&first, mac, sizeof(first));
	memcpy(&last, mac + 4, sizeof(last));
	return (uint64_t)last << 32 | first;
}

static void set_ours(struct desired *w, uint64_t value)
{
	uint32_t bit = ndpx_filter_bit(value, NDPX_OURS_BITS);

	w->settings.ours[bit / 64] |= 1ull << bit % 64;
}

/* P15: the other MACs that this host may ask with here. */
static int add_own_macs(struct desired *w, const struct this_link_index *index,
			const struct this_link *here, struct ndpx_link *link)
{
	const struct nl_state *state = index->state;
	size_t i;
	int r = 0;

	for (i = 0; i < state->n_links && !r; i++) {
		const struct nl_link *l = &state->links[i];

		if (!memcmp(l->mac, link->mac, sizeof(l->mac)) ||
		    !this_link_may_ask(index, here, l))
			continue;
		set_ours(w, mac_value(l->mac));
		r = add_key(w, link, NDPX_LINK_OWN_MAC, mac_value(l->mac));
	}
	return r;
}

/* P40: the other link-local addresses that it may ask from, of this very link only. */
static int add_locals(struct desired *w, const struct nl_state *state, const struct this_link *here,
		      struct ndpx_link *link)
{
	size_t i;
	int r = 0;

	for (i = 0; i < state->n_addresses && !r; i++) {
		const struct nl_address *a = &state->addresses[i];
		uint64_t low;

		if (!IN6_IS_ADDR_LINKLOCAL(&a->addr) || !this_link_has(here, a->ifindex) ||
		    !memcmp(&a->addr, link->link_local, sizeof(a->addr)))
			continue;
		memcpy(&low, a->addr.s6_addr + 8, sizeof(low));
		set_ours(w, low);
		r = add_key(w, link, NDPX_LINK_LOCAL, low);
	}
	return r;
}

/* The link-local address of an interface, NULL if it has none. */
const struct in6_addr *desired_link_local(uint32_t ifindex, const struct nl_state *state)
{
	const struct nl_address *a = NULL;

	while ((a = nl_next_address(state, ifindex, a))) {
		if (IN6_IS_ADDR_LINKLOCAL(&a->addr))
			return &a->addr;
	}
	return NULL;
}

int desired_fill_link(struct desired *w, const struct this_link_index *index,
		      const struct this_link *here, struct ndpx_link *link)
{
	const struct in6_addr *local = desired_link_local(here->l3_dev->ifindex, index->state);
	size_t i;
	int r = 0;

	memcpy(link->mac, here->l3_dev->mac, sizeof(link->mac));
	link->l3_dev = here->l3_dev->ifindex;
	if (local)
		memcpy(link->link_local, local, sizeof(*local));
	for (i = 0; i < here->n && !r; i++) {
		link->members |= 1ull << ndpx_filter_bit(here->members[i], NDPX_MEMBERS_BITS);
		r = add_key(w, link, NDPX_LINK_MEMBER, here->members[i]);
	}
	if (!r)
		r = add_own_macs(w, index, here, link);
	return r ? r : add_locals(w, index->state, here, link);
}

/* Sorted, each once: two interfaces may have one MAC. */
void desired_sort_links(struct desired *w)
{
	size_t i, n = 0;

	if (!w->n_links)
		return;
	qsort(w->links, w->n_links, sizeof(*w->links), link_key_compare);
	for (i = 1; i < w->n_links; i++) {
		if (link_key_compare(&w->links[n], &w->links[i]) != 0)
			w->links[++n] = w->links[i];
	}
	w->n_links = n + 1;
}
