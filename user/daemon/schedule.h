/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When what is to be done is due. Pure: the time, CLOCK_MONOTONIC in us, is the caller's. */
#ifndef NDPX_SCHEDULE_H
#define NDPX_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#define SCHEDULE_KINDS 4     /* bits of what there is to do */
#define SCHEDULE_RETRY 0x80u /* and this one, where it is only time to try again */

/*
 * How long one kind of work waits: after the last event, at most after the first. Of a retry: at
 * first, and at most.
 */
struct schedule_wait {
	int64_t settle, most;
};

struct schedule {
	const struct schedule_wait *waits; /* by bit */
	struct {
		int64_t first, last; /* event; `first` 0: none is pending */
	} pending[SCHEDULE_KINDS];
	int64_t not_before; /* so that work never takes more than half of the time */
	int64_t retry_at;   /* 0: none */
	int64_t backoff;    /* that led to it, and doubles the next time */
};

/* Something happened that calls for `what`. */
void schedule_add(struct schedule *s, unsigned int what, int64_t now);
/* When to look next; -1: nothing is pending. */
int64_t schedule_next(const struct schedule *s);
/* What is due, which is no longer pending then; 0: nothing yet. */
unsigned int schedule_take(struct schedule *s, int64_t now);
/* The work that was taken is done; or with `again` is to be tried later, after longer each time. */
void schedule_done(struct schedule *s, int64_t began, int64_t now, bool again,
		   const struct schedule_wait *retry);

#endif
