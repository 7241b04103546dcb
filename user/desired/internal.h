/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by the files of desired/ alone. */
#ifndef NDPX_WANTED_INTERNAL_H
#define NDPX_WANTED_INTERNAL_H

#include "desired/uplink.h"

/* Fills *link, whose VLAN is set, and adds its keys to w->links. -ENOMEM. */
int wanted_fill_link(struct wanted *w, const struct this_link_index *index,
		     const struct this_link *here, struct ndpx_link *link);
/* w->links in the order of link_key_compare(), each once: two interfaces may have one MAC. */
void wanted_sort_links(struct wanted *w);

/* P82: settings.nets, from w->stacks; the longest of each kind are kept. -ENOMEM. */
int wanted_find_nets(struct wanted *w, const char *dev, const struct nl_state *state);
/* P83: settings.no_nd. */
void wanted_find_no_nd(struct wanted *w, const struct nl_state *state);

#endif
