/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random variations of the row table's frames: bits, fields, options, lengths, tags,
 * extension headers. Blind changes would never get past the checksum, so lengths, addresses
 * and checksum are repaired half of the time.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include <stddef.h>

#include "rows.h"

#define MUTANT_MAX 6144 /* a jumbo frame: more than one page */

/* xorshift64*: the same numbers everywhere for a seed that is not 0. */
struct chance {
	__u64 state;
};

__u32 chance_below(struct chance *c, __u32 limit);

struct mutant {
	__u8 b[MUTANT_MAX];
	size_t len;
};

/* What frames are made from. */
struct nursery {
	const struct row *rows;
	size_t n_rows;
	const struct row_env *env; /* whose addresses are worth asking for */
	size_t len_max;		   /* a frame grows no longer */
};

/* A new mutant of some row's frame. */
void mutate(const struct nursery *n, struct chance *c, struct mutant *ret);

/* Where things are in a frame; -1 if it is not IPv6 with a complete header. */
struct places {
	size_t ip6, msg, end; /* the message: behind the extension headers, to the payload's end */
};

int places_find(const __u8 *frame, size_t len, struct places *ret);

#endif
