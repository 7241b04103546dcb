/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the instances of a network namespace share: the table of rules, their statistics, and the
 * word that makes changes true. Pinned in DIR/COOKIE/. For dataplane/ alone.
 */
#ifndef NDPX_SPACE_H
#define NDPX_SPACE_H

#include <limits.h>

#include "dataplane/entry.h"
#include "dataplane/table.h"
#include "util/error.h"

/*
 * The maps of it, the first of enum map_id, in the order in which they are pinned: with the last
 * one it is whole.
 */
enum space_map {
	SPACE_RULES,
	SPACE_STATS,
	SPACE_FILTER,
	SPACE_HOT,
	SPACE_EVENTS,
	SPACE_LISTENERS,
	SPACE_STATE,
	SPACE_MAPS
};

struct space {
	char dir[PATH_MAX];
	unsigned int refs;
	int fds[SPACE_MAPS];
	int first_segment; /* of `rules`; for space_grace_period() */
	struct ndpx_state *state;
	struct table table;
	struct ndpx_rule_stats *stats;
	__u64 *filter;			    /* NDPX_FILTER_SIZE bytes */
	__u32 n_segments, n_stats_segments; /* mapped */
	__u32 resizes;			    /* state->resizes when they were */
	bool pinned;
};

/*
 * The space that is pinned in `dir`; one for all who open it at a time. -ENOENT: there is none;
 * -EPROTO: it is of another ABI, or not whole. space_put() after success.
 */
int space_open(const char *dir, struct space **ret);
/*
 * A new one of maps without content, whose descriptors are its own after success. -errno.
 * space_pin() makes it the pinned one, in place of what is there.
 */
int space_new(const char *dir, const int fds[SPACE_MAPS], struct space **ret);
int space_pin(struct space *sp, struct error *err);
void space_put(struct space *sp);
/* Removes its pins. */
void space_remove(const char *dir);

/* The generation in force. */
__u64 space_generation(const struct space *sp);
/*
 * For readers without the lock, whom no grace period waits for: space_look() before, and then
 * what lives at view.generation can be read until space_is_valid() is false: slots have been
 * used again since, or rules have moved. -errno.
 */
struct space_view {
	__u64 generation;
	__u32 resizes;
};
int space_look(struct space *sp, struct space_view *ret);
bool space_is_valid(const struct space *sp, const struct space_view *view);

/* Waits until every program that runs now has ended. */
void space_grace_period(struct space *sp);

/*
 * Between these two, the space may be changed: under the lock. What is still to be cleaned up
 * when a process dies in between, or a change fails, is done by space_recover(). -errno.
 */
void space_begin(struct space *sp);
void space_end(struct space *sp);
int space_recover(struct space *sp);
/*
 * Room for about `n` more rules, so that a large change does not grow the table
 * step by step. -E2BIG, -errno.
 */
int space_reserve(struct space *sp, size_t n);
/* Fewer segments, where most of the slots are free. */
void space_shrink(struct space *sp);
/* Stages a rule; reclaims and grows as need be. -E2BIG, -errno. */
int space_stage(struct space *sp, struct ndpx_slot *rule);
/* Makes everything that was staged true. */
void space_commit(struct space *sp, __u64 generation);

/* Removes all rules of an uplink, or of the guest ports (0), that no program reads any more. */
void space_drop(struct space *sp, __u32 uplink);

/* A free place for statistics, zeroed, and its serial into the rule. -E2BIG, -errno. */
int space_stats_take(struct space *sp, struct ndpx_slot *rule);

/* What the CPUs have counted and not written out yet. */
struct hot_stats {
	struct ndpx_hot_stats *of; /* owned; of each element for each CPU */
	int cpus;
};

/* -errno. The array is the caller's to free. */
int space_hot_stats(const struct space *sp, struct hot_stats *ret);
/* The statistics of a rule, all together. */
void space_stats_read(const struct space *sp, const struct hot_stats *hot,
		      const struct ndpx_slot *rule, struct entry_stats *ret);

/* --- between space.c, space_room.c and space_stats.c --- */

/* Segments up to `n`, made and mapped. -errno. */
int space_extend_rules(struct space *sp, __u32 n);
int space_extend_stats(struct space *sp, __u32 n);
/* table_stats_fn: a rule has gone; and a grace period later. `arg` is the space. */
void space_stats_retire(void *arg, __u32 place);
void space_stats_gone(void *arg, __u32 place);
/* The chain of free places, made again from what the rules have. -errno. */
int space_stats_chain(struct space *sp);

#endif
