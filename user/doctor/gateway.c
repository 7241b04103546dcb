// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The kernel resolves the gateways; we only watch its neighbour cache. */
#include <errno.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/array.h"
#include "doctor/gateway.h"

#define POLL_MS	     20
#define MAX_GATEWAYS 64 /* of all uplinks: each is probed, and a wait is shared */

static bool is_known(const struct doctor_snapshot *snap, const struct nl_address *gw)
{
	size_t i;

	for (i = 0; i < snap->n_asked; i++) {
		if (snap->asked[i].ifindex == gw->ifindex &&
		    !memcmp(&snap->asked[i].addr, &gw->addr, sizeof(gw->addr)))
			return true;
	}
	return false;
}

static int collect(struct doctor_snapshot *snap)
{
	size_t i, j, k;

	for (i = 0; i < snap->n_uplinks; i++) {
		const struct doctor_uplink *up = &snap->uplinks[i];

		/* Without a carrier nothing is resolved: link-down says so. */
		for (j = 0; up->link && (up->link->flags & IFF_RUNNING) && j < up->n_l3_devs; j++) {
			for (k = 0; k < snap->state.n_gateways; k++) {
				const struct nl_address *gw = &snap->state.gateways[k];
				struct doctor_gateway *more;

				if (gw->ifindex != up->l3_devs[j].ifindex || is_known(snap, gw) ||
				    snap->n_asked == MAX_GATEWAYS)
					continue;
				more = array_room(snap->asked, snap->n_asked, sizeof(*more));
				if (!more)
					return -ENOMEM;
				snap->asked = more;
				more[snap->n_asked++] =
					(struct doctor_gateway){ .uplink = i,
								 .l3_dev = j,
								 .ifindex = gw->ifindex,
								 .addr = gw->addr };
			}
		}
	}
	return 0;
}

/* Reads the states; how many are not resolved (yet)? */
static size_t unresolved(struct doctor_snapshot *snap)
{
	size_t i, n = 0;

	for (i = 0; i < snap->n_asked; i++) {
		struct doctor_gateway *gw = &snap->asked[i];

		gw->state = nl_neigh_state(gw->ifindex, &gw->addr);
		n += !(gw->state & (NUD_REACHABLE | NUD_PERMANENT | NUD_NOARP));
	}
	return n;
}

int doctor_gateways(struct doctor_snapshot *snap, bool probe, struct error *err)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int left, r = collect(snap);
	size_t i;

	if (r)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	unresolved(snap);
	for (i = 0; probe && i < snap->n_asked; i++)
		nl_neigh_probe(snap->asked[i].ifindex, &snap->asked[i].addr, snap->asked[i].state);
	for (left = DOCTOR_GATEWAY_MS; probe && left > 0 && unresolved(snap); left -= POLL_MS)
		nanosleep(&pause, NULL);
	/* Seen only now and then, STALE is the rule: not probed, it proves nothing. */
	for (i = 0; i < snap->n_asked; i++)
		snap->asked[i].resolved =
			!(snap->asked[i].state & (probe ? NUD_INCOMPLETE | NUD_FAILED | NUD_PROBE
							: NUD_INCOMPLETE | NUD_FAILED)) &&
			(!probe || snap->asked[i].state);
	return nl_chains_read(&snap->chains, &snap->n_chains, err);
}
