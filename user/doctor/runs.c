// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Some drivers take an XDP program and never run it (xen-netfront), and whoever runs before
 * ours may keep every frame: received frames grow, and the program's run count stands still.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "doctor/runs.h"
#include "util/clock.h"

#define LOOK_MS	 1000 /* some drivers fetch their counters from the NIC once a second */
#define LOOK_MAX 2    /* a second look confirms what the first one says */

/* The counters as they are. Runs go first at the start and last at the end: never behind. */
static bool count(const struct doctor_uplink *up, bool at_end, struct doctor_runs *ret)
{
	struct nl_detail nic = { 0 };
	struct error ignored;

	if (!at_end && dataplane_run_count(up->attachment.prog_id, &ret->ran))
		return false;
	if (nl_detail_read(up->ifindex, -1, &nic, &ignored))
		return false;
	ret->received = nic.rx_packets;
	return !at_end || !dataplane_run_count(up->attachment.prog_id, &ret->ran);
}

static bool is_deaf(const struct doctor_uplink *up)
{
	return up->runs.looked && up->runs.received >= DOCTOR_MANY_FRAMES && !up->runs.ran;
}

/* One look, of LOOK_MS at least. `again`: only at those that seemed deaf. */
static int look(struct doctor_snapshot *snap, bool again,
		int (*meanwhile)(struct doctor_snapshot *snap, struct error *err),
		struct error *err)
{
	struct doctor_runs *before = calloc(snap->n_uplinks + 1, sizeof(*before)), after;
	long end = clock_ms() + LOOK_MS, left;
	size_t i;
	int r;

	if (!before)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < snap->n_uplinks; i++)
		before[i].looked = count(&snap->uplinks[i], false, &before[i]);
	r = meanwhile ? meanwhile(snap, err) : 0;
	left = end - clock_ms();
	if (left > 0)
		usleep((useconds_t)left * 1000);
	for (i = 0; i < snap->n_uplinks; i++) {
		struct doctor_uplink *up = &snap->uplinks[i];

		if (again && !is_deaf(up))
			continue;
		up->runs.looked = before[i].looked && count(up, true, &after);
		if (!up->runs.looked)
			continue;
		up->runs.received = after.received - before[i].received;
		up->runs.ran = after.ran - before[i].ran;
	}
	free(before);
	return r;
}

int doctor_runs(struct doctor_snapshot *snap,
		int (*meanwhile)(struct doctor_snapshot *snap, struct error *err),
		struct error *err)
{
	bool attached = false, deaf = true;
	int stats, i, r = 0;
	size_t j;

	for (j = 0; j < snap->n_uplinks; j++)
		attached |= snap->uplinks[j].link && snap->uplinks[j].attachment.prog_id;
	stats = attached ? dataplane_run_stats() : -1;
	if (stats < 0)
		return meanwhile(snap, err);
	for (i = 0; i < LOOK_MAX && deaf && !r; i++) {
		r = look(snap, i > 0, i ? NULL : meanwhile, err);
		for (deaf = false, j = 0; j < snap->n_uplinks; j++)
			deaf |= is_deaf(&snap->uplinks[j]);
	}
	close(stats);
	return r;
}
