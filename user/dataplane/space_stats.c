// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Places of statistics: taking, freeing and reading them. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"
#include "dataplane/space.h"

/* From the next grace period on, no program adds to it what an earlier rule was answered for. */
void space_stats_retire(void *arg, __u32 place)
{
	struct ndpx_rule_stats *stats = &((struct space *)arg)->stats[place];

	__atomic_store_n(&stats->answers, (__u64)(__u16)(NDPX_SERIAL(stats->answers) + 1) << 48,
			 __ATOMIC_RELAXED);
}

void space_stats_gone(void *arg, __u32 place)
{
	struct space *sp = arg;

	sp->stats[place].answers =
		(sp->stats[place].answers & ~NDPX_ANSWERS) | sp->state->free_stats;
	sp->state->free_stats = place;
}

int space_stats_take(struct space *sp, struct ndpx_slot *rule)
{
	struct ndpx_state *state = sp->state;
	__u32 place = state->free_stats, n;
	int r;

	if (place) {
		state->free_stats = (__u32)(sp->stats[place].answers & NDPX_ANSWERS);
	} else {
		n = state->n_stats / NDPX_STATS_SEGMENT + 1;
		if (n > NDPX_MAX_STATS_SEGMENTS)
			return -E2BIG;
		/* Some more at a time: each time waits for a grace period. */
		if (n > sp->n_stats_segments) {
			n += n / 8;
			r = space_extend_stats(
				sp, n < NDPX_MAX_STATS_SEGMENTS ? n : NDPX_MAX_STATS_SEGMENTS);
			if (r)
				return r;
		}
		place = state->n_stats++;
	}
	rule->stats = place;
	rule->serial = NDPX_SERIAL(sp->stats[place].answers);
	sp->stats[place] = (struct ndpx_rule_stats){ .answers = (__u64)rule->serial << 48 };
	return 0;
}

int space_hot_stats(const struct space *sp, struct hot_stats *ret)
{
	__u32 i;

	ret->cpus = libbpf_num_possible_cpus();
	if (ret->cpus <= 0)
		return -ENOSYS;
	ret->of = calloc((size_t)ret->cpus * NDPX_HOT_STATS, sizeof(*ret->of));
	if (!ret->of)
		return -ENOMEM;
	for (i = 0; i < NDPX_HOT_STATS; i++) {
		if (bpf_map_lookup_elem(sp->fds[SPACE_HOT], &i, &ret->of[i * (__u32)ret->cpus])) {
			free(ret->of);
			return -errno;
		}
	}
	return 0;
}

static void add_stats(struct entry_stats *to, const struct ndpx_rule_stats *from)
{
	to->answers += nd_load(&from->answers) & NDPX_ANSWERS;
	if (from->last_answer <= to->last_answer)
		return;
	to->last_answer = from->last_answer;
	memcpy(to->last_requester, from->last_requester, sizeof(to->last_requester));
}

void space_stats_read(const struct space *sp, const struct hot_stats *hot,
		      const struct ndpx_slot *rule, struct entry_stats *ret)
{
	const struct ndpx_hot_stats *of;
	int cpu;

	memset(ret, 0, sizeof(*ret));
	if (!rule->stats || rule->stats >= sp->n_stats_segments * NDPX_STATS_SEGMENT)
		return;
	add_stats(ret, &sp->stats[rule->stats]);
	of = &hot->of[(rule->stats & (NDPX_HOT_STATS - 1)) * (__u32)hot->cpus];
	for (cpu = 0; cpu < hot->cpus; cpu++) {
		if (of[cpu].id == NDPX_HOT_ID(rule->stats, rule->serial))
			add_stats(ret, &of[cpu].stats);
	}
}

/* The chain of free places, from what the rules have. */
int space_stats_chain(struct space *sp)
{
	__u32 n = sp->state->n_stats, i;
	unsigned char *used = calloc(n + 1, 1);
	const struct ndpx_slot *slot;
	__u64 at = 0;

	if (!used)
		return -ENOMEM;
	while ((slot = table_next(&sp->table, &at)))
		used[slot->stats < n ? slot->stats : 0] = 1;
	for (i = n; i-- > 1;) {
		if (!used[i])
			space_stats_retire(sp, i);
	}
	space_grace_period(sp);
	sp->state->free_stats = 0;
	for (i = n; i-- > 1;) {
		if (!used[i])
			space_stats_gone(sp, i);
	}
	free(used);
	return 0;
}
