// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How many rules of each kind an instance has: kept with every commit, never counted again. */
#include "dataplane/internal.h"

void counts_add(struct ndpx_counts *counts, const struct ndpx_key *key,
		const struct ndpx_policy *policy, __u32 n)
{
	if (policy->action == NDPX_ACT_NONE)
		return;
	if (key->origin) {
		counts->overridden += n;
		return;
	}
	if (policy->action == NDPX_ACT_OWN || policy->action == NDPX_ACT_HOST)
		counts->own += n;
	else if (policy->action == NDPX_ACT_DENY)
		counts->denies += n;
	else if (key->bits == 128)
		counts->guests += n;
	else
		counts->prefixes += n;
	if (policy->origin == NDPX_ORIGIN_COMMAND)
		counts->command += n;
	if (key->bits < 128)
		counts->bits[key->bits] += n;
}

void dataplane_count_rules(struct dataplane *dp)
{
	__u64 at = 0, generation = space_generation(dp->space);
	const struct ndpx_slot *slot;

	while ((slot = table_next(&dp->space->table, &at))) {
		const struct ndpx_key key = slot_key(slot);

		if (slot_is_of(slot, dp->ifindex, generation))
			counts_add(&dp->config->counts[0], &key, &slot->policy, 1);
	}
}
