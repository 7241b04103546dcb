// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * When which announcement is due. A list for each of the times: what is added to it is due later
 * than all that is there, so that nothing has to be sorted.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/announce.h"
#include "util/array.h"

#define US_PER_S 1000000ll

_Static_assert(sizeof(((struct announce_queue *)0)->rounds) ==
		       ANNOUNCE_TIMES * sizeof(struct announce_round),
	       "a round for each time");

static int append(struct announce_round *round, const struct announce_item *item)
{
	/* The room of those that have gone, once they are the greater part. */
	if (round->head > 64 && round->head > round->n / 2) {
		round->n -= round->head;
		memmove(round->items, round->items + round->head, round->n * sizeof(*item));
		round->head = 0;
	}
	return array_push(round->items, round->n, *item) ? 0 : -ENOMEM;
}

int announce_push(struct announce_queue *q, uint32_t ifindex, const struct announcement *what,
		  uint32_t times, int64_t now)
{
	const struct announce_item item = {
		.what = *what, .ifindex = ifindex, .left = times, .due = now
	};

	return append(&q->rounds[ANNOUNCE_TIMES - times], &item);
}

/* The round whose first is due first; NULL: all are empty. */
static struct announce_round *first_of(const struct announce_queue *q)
{
	const struct announce_round *first = NULL, *r;

	for (r = q->rounds; r < q->rounds + ANNOUNCE_TIMES; r++) {
		if (r->head < r->n &&
		    (!first || r->items[r->head].due < first->items[first->head].due))
			first = r;
	}
	return (struct announce_round *)first;
}

int64_t announce_next(const struct announce_queue *q)
{
	const struct announce_round *first = first_of(q);
	int64_t due;

	if (!first)
		return -1;
	due = first->items[first->head].due;
	return due > q->not_before ? due : q->not_before;
}

bool announce_pop(struct announce_queue *q, int64_t now, int64_t ahead, struct announce_item *ret)
{
	struct announce_round *first = first_of(q);

	if (!first || first->items[first->head].due > now || q->not_before > now + ahead)
		return false;
	*ret = first->items[first->head++];
	return true;
}

int announce_sent(struct announce_queue *q, struct announce_item *item, int frames, int64_t now)
{
	/* By when it was allowed, not by when we came to it: or each delay would add up. */
	q->not_before = (q->not_before > now - US_PER_S / 100 ? q->not_before : now) +
			frames * US_PER_S / ANNOUNCE_RATE;
	if (--item->left == 0)
		return 0;
	item->due = now + ANNOUNCE_INTERVAL * US_PER_S;
	return append(&q->rounds[ANNOUNCE_TIMES - item->left], item);
}

size_t announce_pending(const struct announce_queue *q)
{
	size_t i, n = 0;

	for (i = 0; i < ANNOUNCE_TIMES; i++)
		n += q->rounds[i].n - q->rounds[i].head;
	return n;
}

void announce_queue_free(struct announce_queue *q)
{
	size_t i;

	for (i = 0; i < ANNOUNCE_TIMES; i++)
		free(q->rounds[i].items);
	memset(q, 0, sizeof(*q));
}
