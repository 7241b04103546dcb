/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by the this_link*.c files alone. */
#ifndef NDPX_THIS_LINK_INTERNAL_H
#define NDPX_THIS_LINK_INTERNAL_H

#include "desired/this_link.h"

/* How much of IP lives on an interface; more counts for more. */
#define WORTH_LOCAL   1u
#define WORTH_ADDRESS 2u
#define WORTH_GATEWAY 4u

uint8_t this_link_worth(const struct this_link_index *index, uint32_t ifindex);

/* The first place of a sorted list whose number, at `offset` of the link, is not below `key`. */
size_t this_link_first(const struct nl_link *const *list, size_t n, size_t offset, uint32_t key);

/* An 802.1Q device: an 802.1ad one has other frames than that of the same number. */
bool this_link_is_vlan(const struct nl_link *link);

#endif
