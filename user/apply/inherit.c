// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A device that was created again (a VM's restart, a NIC plugged again) has a new ifindex and
 * with it a new instance; so has an upgrade to another ABI. What commands made is carried over:
 * nobody but the operator deletes it.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "apply/inherit.h"

void inherit_free(struct inheritance *in)
{
	free(in->rules);
	free(in->stats);
	free(in->shadows);
	memset(in, 0, sizeof(*in));
}

/* One whose device is another's now, or that has another name, is not the one before. */
static bool is_before(struct dataplane *dp, uint32_t ifindex, const char *dev)
{
	const struct ndpx_record *record = dataplane_record(dp);
	char name[IFNAMSIZ];

	return !if_indextoname(ifindex, name) && !strncmp(record->dev, dev, sizeof(record->dev));
}

/* The last that was attached of those whose device is gone; NULL: none. */
static int find_gone(const char *bpffs, const char *dev, struct dataplane **ret, struct error *err)
{
	struct dataplane *found = NULL, *dp;
	uint32_t *list = NULL;
	size_t n = 0, i;
	int r = dataplane_list(bpffs, &list, &n, err);

	for (i = 0; i < n && !r; i++) {
		if (dataplane_open_old(bpffs, list[i], &dp))
			continue;
		if (is_before(dp, list[i], dev) &&
		    (!found ||
		     dataplane_record(found)->attached_at <= dataplane_record(dp)->attached_at)) {
			dataplane_close(found);
			found = dp;
		} else {
			dataplane_close(dp);
		}
	}
	free(list);
	*ret = found;
	return r;
}

int inherit_read(const char *bpffs, uint32_t ifindex, const char *dev, struct inheritance *ret,
		 struct error *err)
{
	struct dataplane *dp = NULL;
	int r = dataplane_open_old(bpffs, ifindex, &dp);

	if (r == -EPROTO)
		ret->unread = true;
	r = r == -ENOENT && ifindex != DATAPLANE_PORTS ? find_gone(bpffs, dev, &dp, err) : 0;
	if (r || !dp)
		return r;
	r = dataplane_read(dp, &ret->rules, &ret->stats, &ret->n_rules, err);
	if (!r && ifindex != DATAPLANE_PORTS)
		r = dataplane_read_shadows(dp, &ret->shadows, &ret->n_shadows, err);
	ret->paused = dataplane_settings(dp)->flags & NDPX_S_PAUSED;
	dataplane_close(dp);
	return r;
}

bool inherit_waits(struct dataplane *dp)
{
	struct entry *rules = NULL, *shadows = NULL;
	size_t n = 0, n_shadows = 0, i;
	struct error ignored;
	bool waits = dataplane_settings(dp)->flags & NDPX_S_PAUSED;

	if (!dataplane_read(dp, &rules, NULL, &n, &ignored)) {
		for (i = 0; i < n; i++)
			waits |= rules[i].policy.origin == NDPX_ORIGIN_COMMAND;
	}
	if (!dataplane_read_shadows(dp, &shadows, &n_shadows, &ignored))
		waits |= n_shadows > 0;
	free(rules);
	free(shadows);
	return waits;
}
