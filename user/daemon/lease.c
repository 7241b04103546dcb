// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A third of the lease: one refresh may come late, and the next is still in time. */
#include "daemon/lease.h"
#include "dataplane/dataplane.h"

void lease_set(struct lease *lease, const struct model *model)
{
	uint32_t shortest = 0;
	size_t i;

	for (i = 0; i < model->n_uplinks; i++) {
		const uint32_t one = model->uplinks[i].lease;

		if (one && (!shortest || one < shortest))
			shortest = one;
	}
	lease->period = (int64_t)shortest * 1000000 / 3;
	lease->next = 0;
}

int64_t lease_work(struct lease *lease, const char *bpffs, int64_t now)
{
	if (!lease->period)
		return -1;
	if (now >= lease->next) {
		/* Where that fails the data plane goes silent: status and doctor say so. */
		(void)dataplane_refresh_lease(bpffs);
		lease->next = now + lease->period;
	}
	return lease->next;
}
