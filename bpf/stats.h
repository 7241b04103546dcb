/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics: one counter per verdict, and the answers of each rule. */
#ifndef NDPX_BPF_STATS_H
#define NDPX_BPF_STATS_H

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

/* What `guest show -s` prints for a rule. */
static __always_inline void remember(struct ndpx_rule *rule, const struct nd_query *q)
{
	if (test_run)
		return;
	__sync_fetch_and_add(&rule->answers, 1);
	rule->last_answer = coarse_now();
	nd_put_addr(rule->last_requester, q->source);
}

#endif
