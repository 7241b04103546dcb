/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by wanted.c and wanted_link.c alone. */
#ifndef NDPX_WANTED_INTERNAL_H
#define NDPX_WANTED_INTERNAL_H

#include "wanted.h"

/* Fills *link, whose VLAN is set, and adds its keys to w->links. -ENOMEM. */
int wanted_fill_link(struct wanted *w, const struct this_link_index *index,
		     const struct this_link *here, struct ndpx_link *link);
/* w->links in the order of link_key_compare(), each once: two interfaces may have one MAC. */
void wanted_sort_links(struct wanted *w);

#endif
