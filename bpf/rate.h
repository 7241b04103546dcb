/* SPDX-License-Identifier: GPL-2.0-only */
/* P85: the rate of one requester. */
#ifndef NDPX_BPF_RATE_H
#define NDPX_BPF_RATE_H

#include "state.h"

/*
 * Generic cell rate algorithm, one word per requester. Two CPUs may race for it: the price is
 * one answer too many now and then, where a lock would slow down every answer.
 */
GLOBAL int over_rate(__u64 word, __u64 mac, __u32 vlan)
{
	const struct ndpx_settings *set = settings_of(word);
	struct ndpx_requester_key key = { .vlan = (__u16)vlan };
	__u64 now = bpf_ktime_get_ns(), due;
	struct ndpx_requester *requester, fresh;

	nd_put_mac(key.mac, mac);
	requester = bpf_map_lookup_elem(&rates, &key);
	if (!requester) {
		if (test_run)
			return 0;
		fresh.due = now + set->rate_cost;
		bpf_map_update_elem(&rates, &key, &fresh, BPF_ANY);
		return 0;
	}
	due = requester->due;
	if (due > now + set->rate_burst)
		return 1;
	if (test_run)
		return 0;
	requester->due = (due > now ? due : now) + set->rate_cost;
	return 0;
}

#endif
