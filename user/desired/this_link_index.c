// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The interfaces of a state by what is below and by master, for quick walks. */
#include "desired/this_link_internal.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static int by_index(const void *a, const void *b)
{
	const struct nl_link *x = *(const struct nl_link *const *)a;
	const struct nl_link *y = *(const struct nl_link *const *)b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int by_lower(const void *a, const void *b)
{
	const struct nl_link *x = *(const struct nl_link *const *)a;
	const struct nl_link *y = *(const struct nl_link *const *)b;

	return x->lower != y->lower ? (x->lower > y->lower) - (x->lower < y->lower)
				    : by_index(a, b);
}

static int by_master(const void *a, const void *b)
{
	const struct nl_link *x = *(const struct nl_link *const *)a;
	const struct nl_link *y = *(const struct nl_link *const *)b;

	return x->master != y->master ? (x->master > y->master) - (x->master < y->master)
				      : by_index(a, b);
}

static const struct nl_link **sorted(const struct nl_state *state,
				     int (*order)(const void *, const void *))
{
	const struct nl_link **list = calloc(state->n_links + 1, sizeof(void *));
	size_t i;

	for (i = 0; list && i < state->n_links; i++)
		list[i] = &state->links[i];
	if (list && state->n_links)
		qsort(list, state->n_links, sizeof(void *), order);
	return list;
}

void this_link_index_free(struct this_link_index *index)
{
	free(index->worth);
	free(index->by_lower);
	free(index->by_master);
	memset(index, 0, sizeof(*index));
}

size_t this_link_first(const struct nl_link *const *list, size_t n, size_t offset, uint32_t key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		uint32_t is;

		memcpy(&is, (const char *)list[middle] + offset, sizeof(is));
		if (is < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint8_t *worth_of(const struct this_link_index *x, uint32_t ifindex)
{
	const struct nl_link *link = nl_link_by_index(x->state, ifindex);

	return &x->worth[link ? (size_t)(link - x->state->links) : x->state->n_links];
}

int this_link_index(const struct nl_state *state, struct this_link_index *ret)
{
	size_t i;

	ret->state = state;
	ret->by_lower = sorted(state, by_lower);
	ret->by_master = sorted(state, by_master);
	ret->worth = calloc(state->n_links + 1, sizeof(*ret->worth));
	if (!ret->by_lower || !ret->by_master || !ret->worth) {
		this_link_index_free(ret);
		return -ENOMEM;
	}
	for (i = 0; i < state->n_gateways; i++)
		*worth_of(ret, state->gateways[i].ifindex) |= WORTH_GATEWAY;
	for (i = 0; i < state->n_addresses; i++)
		*worth_of(ret, state->addresses[i].ifindex) |=
			IN6_IS_ADDR_LINKLOCAL(&state->addresses[i].addr) ? WORTH_LOCAL
									 : WORTH_ADDRESS;
	return 0;
}

uint8_t this_link_worth(const struct this_link_index *index, uint32_t ifindex)
{
	return *worth_of(index, ifindex);
}
