// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Links and addresses by ifindex. A host of ten thousand guests has as many of both, and each is
 * looked for many times: positions sorted by ifindex, beside arrays in the kernel's order.
 */
#include <errno.h>
#include <stdlib.h>

#include "netlink/internal.h"

/* Items of one size, each with its ifindex at the start. */
struct items {
	const char *at;
	size_t n, size;
	const uint32_t *order; /* positions; NULL: a state put together by hand, in any order */
};
_Static_assert(offsetof(struct nl_link, ifindex) == 0 && offsetof(struct nl_address, ifindex) == 0,
	       "read at the start of each item");

static uint32_t ifindex_at(const struct items *items, size_t position)
{
	return *(const uint32_t *)(items->at + position * items->size);
}

static int compare(const void *a, const void *b, void *arg)
{
	const uint32_t x = *(const uint32_t *)a, *y = b;
	uint32_t i = ifindex_at(arg, x), j = ifindex_at(arg, *y);

	if (i != j)
		return i < j ? -1 : 1;
	return (x > *y) - (x < *y);
}

static uint32_t *sort(const void *at, size_t n, size_t size)
{
	struct items items = { .at = at, .n = n, .size = size };
	uint32_t *order = malloc((n + 1) * sizeof(*order));
	size_t i;

	for (i = 0; order && i < n; i++)
		order[i] = (uint32_t)i;
	if (order)
		qsort_r(order, n, sizeof(*order), compare, &items);
	return order;
}

int nl_state_sort(struct nl_state *state)
{
	free(state->links_order);
	free(state->addresses_order);
	state->links_order = sort(state->links, state->n_links, sizeof(*state->links));
	state->addresses_order =
		sort(state->addresses, state->n_addresses, sizeof(*state->addresses));
	return state->links_order && state->addresses_order ? 0 : -ENOMEM;
}

/* The first position with this ifindex, not before `from`; n: none. */
static size_t find(const struct items *items, uint32_t ifindex, size_t from)
{
	size_t low = 0, high = items->n, middle;

	if (!items->order) {
		while (from < items->n && ifindex_at(items, from) != ifindex)
			from++;
		return from;
	}
	while (low < high) {
		uint32_t position, there;

		middle = low + (high - low) / 2;
		position = items->order[middle];
		there = ifindex_at(items, position);
		if (there < ifindex || (there == ifindex && position < from))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == items->n || ifindex_at(items, items->order[low]) != ifindex)
		return items->n;
	return items->order[low];
}

const struct nl_link *nl_link_by_index(const struct nl_state *state, uint32_t ifindex)
{
	const struct items items = { (const char *)state->links, state->n_links,
				     sizeof(*state->links), state->links_order };
	size_t position = find(&items, ifindex, 0);

	return position < state->n_links ? &state->links[position] : NULL;
}

const struct nl_address *nl_next_address(const struct nl_state *state, uint32_t ifindex,
					 const struct nl_address *last)
{
	const struct items items = { (const char *)state->addresses, state->n_addresses,
				     sizeof(*state->addresses), state->addresses_order };
	size_t from = last ? (size_t)(last - state->addresses) + 1 : 0;
	size_t position = find(&items, ifindex, from);

	return position < state->n_addresses ? &state->addresses[position] : NULL;
}
