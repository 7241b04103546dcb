// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the program cannot ask the kernel's tables for: networks, and links without neighbours. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "desired/internal.h"

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
int desired_find_nets(struct desired *w, const char *dev, const struct nl_state *state)
{
	struct ndpx_net *all = calloc(state->n_nets * (w->n_l3_devs + 1) + 1, sizeof(*all));
	size_t i, j, n = 0, same = 0;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < state->n_nets; i++) {
		const struct nl_net *net = &state->nets[i];

		if (net->local && !is_address(state, net))
			fill_net(net, 0, &all[n++]);
		for (j = 0; j < w->n_l3_devs && !net->local; j++) {
			if (net->ifindex == w->l3_devs[j].ifindex)
				fill_net(net, w->l3_devs[j].vlan, &all[n++]);
		}
	}
	qsort(all, n, sizeof(*all), by_bits);
	for (i = 0; i < n; i++) {
		/* The same with another metric. */
		if (same && !memcmp(&w->settings.nets[same - 1], &all[i], sizeof(*all)))
			continue;
		if (same == NDPX_MAX_NETS) {
			note_add(&w->notes, dev, NOTE_INFO,
				 "%s: more than %d networks on-link or local: answer = routed "
				 "ignores "
				 "the shortest",
				 dev, NDPX_MAX_NETS);
			break;
		}
		w->settings.nets[same++] = all[i];
	}
	free(all);
	return 0;
}

/*
 * P83: interfaces without neighbour discovery. Where there is not an Ethernet interface header the program
 * finds out itself, from kernel 5.12 on, so those come last.
 */
void desired_find_no_nd(struct desired *w, const struct nl_state *state)
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
