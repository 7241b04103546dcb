// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The order of what the maps hold, and the prefix lengths that are in use. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/entry.h"

int entry_compare(const void *a, const void *b)
{
	const struct ndpx_key *x = &((const struct entry *)a)->key;
	const struct ndpx_key *y = &((const struct entry *)b)->key;

	if (x->origin != y->origin)
		return x->origin < y->origin ? -1 : 1;
	if (x->vlan != y->vlan)
		return x->vlan < y->vlan ? -1 : 1;
	if (x->bits != y->bits)
		return x->bits > y->bits ? -1 : 1;
	return memcmp(x->addr, y->addr, sizeof(x->addr));
}

const struct entry *entry_find(const struct entry *entries, size_t n, const struct entry *like)
{
	return n ? bsearch(like, entries, n, sizeof(*entries), entry_compare) : NULL;
}

int link_key_compare(const void *a, const void *b)
{
	const struct ndpx_link_key *x = a, *y = b;

	if (x->vlan != y->vlan)
		return x->vlan < y->vlan ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

int plan_lengths(const bool in_use[129], struct ndpx_settings *set)
{
	unsigned int bits, i, n = 0;

	for (bits = 0; bits < 128; bits++)
		n += in_use[bits];
	if (n > NDPX_MAX_LENGTHS)
		return -E2BIG;
	memset(set->lengths, 0, sizeof(set->lengths));
	set->n_lengths = n;
	n = 0;
	for (bits = 128; bits-- > 0;) {
		if (!in_use[bits])
			continue;
		for (i = 0; i < bits; i++)
			set->lengths[n].mask[i / 8] |= (__u8)(0x80 >> i % 8);
		set->lengths[n++].bits = bits;
	}
	return 0;
}
