/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics: one counter per verdict, and the answers of each rule. */
#ifndef NDPX_BPF_STATS_H
#define NDPX_BPF_STATS_H

#include "nd/table.h"
#include "state.h"

static __always_inline void count(enum ndpx_verdict verdict)
{
	__u32 slot = verdict;
	__u64 *counter;

	if (test_run)
		return;
	counter = bpf_map_lookup_elem(&counters, &slot);
	if (counter)
		(*counter)++;
}

static __always_inline struct ndpx_rule_stats *stats_at(__u32 place)
{
	return in_segment(&rule_stats, place, NDPX_STATS_BITS);
}

/* Makes this CPU's element another rule's; what it holds goes to its rule, if that still lives. */
GLOBAL int take_over(__u64 id)
{
	__u32 i = (__u32)id & (NDPX_HOT_STATS - 1);
	struct ndpx_hot_stats *hot = bpf_map_lookup_elem(&hot_stats, &i);
	struct ndpx_rule_stats *stats;
	__u64 was, answers;

	if (!hot)
		return 0;
	was = hot->id;
	answers = hot->stats.answers;
	hot->id = id;
	hot->stats.answers = 0;
	stats = was ? stats_at((__u32)was) : NULL;
	/* User space waits for us between a new serial and another rule's use of the place. */
	if (!stats || NDPX_SERIAL(nd_load(&stats->answers)) != (__u16)(was >> 32))
		return 0;
	__sync_fetch_and_add(&stats->answers, answers);
	if (stats->last_answer < hot->stats.last_answer) {
		stats->last_answer = hot->stats.last_answer;
		nd_put_addr(stats->last_requester, nd_get_addr(hot->stats.last_requester));
	}
	return 0;
}

/* What `guest show -s` prints for a rule, NDPX_HOT_ID() of its statistics. */
static __always_inline void remember(__u64 id, const struct nd_query *q)
{
	__u32 i = (__u32)id & (NDPX_HOT_STATS - 1);
	struct ndpx_hot_stats *hot;

	if (test_run)
		return;
	hot = bpf_map_lookup_elem(&hot_stats, &i);
	if (!hot)
		return;
	if (hot->id != id)
		take_over(id);
	hot->stats.answers++;
	hot->stats.last_answer = coarse_now();
	nd_put_addr(hot->stats.last_requester, q->source);
}

#endif
