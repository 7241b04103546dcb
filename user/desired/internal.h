/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by the files of desired/ alone. */
#ifndef NDPX_DESIRED_INTERNAL_H
#define NDPX_DESIRED_INTERNAL_H

#include "desired/uplink.h"

/* Fills *link, whose VLAN is set, and adds its keys to w->links. -ENOMEM. */
int desired_fill_link(struct desired *w, const struct this_link_index *index,
		      const struct this_link *here, struct ndpx_link *link);
/* w->links in the order of link_key_compare(), each once: two interfaces may have one MAC. */
void desired_sort_links(struct desired *w);

/* P82: settings.nets, from w->stacks; the longest of each kind are kept. -ENOMEM. */
int desired_find_nets(struct desired *w, const char *dev, const struct nl_state *state);
/* P83: settings.no_nd. */
void desired_find_no_nd(struct desired *w, const struct nl_state *state);

#endif
