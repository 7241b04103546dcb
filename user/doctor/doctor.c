// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The order in which the checks run, and in which findings are shown. */
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"

static int by_device(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int c = strcmp(x->dev, y->dev);

	if (!c)
		c = (int)x->vlan - (int)y->vlan;
	return c ? c : (int)x->code - (int)y->code;
}

static void check_uplink(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 struct findings *ret)
{
	doctor_check_attachment(up, ret);
	/* Of a device that is not there nothing else can be said. */
	if (!up->link)
		return;
	if (up->have_now) {
		doctor_check_settings(up, ret);
		doctor_check_own(up, ret);
		doctor_check_hearing(snap, up, ret);
	}
	doctor_check_config(snap, up, ret);
	doctor_check_nic(snap, up, ret);
	doctor_check_routes(snap, up, ret);
	doctor_check_nets(snap, up, ret);
	doctor_check_tables(snap, up, ret);
	doctor_check_neighbours(snap, up, ret);
	doctor_check_host(snap, up, ret);
}

void doctor_check(const struct doctor_snapshot *snap, struct findings *ret)
{
	size_t i;

	for (i = 0; i < snap->n_uplinks; i++)
		check_uplink(snap, &snap->uplinks[i], ret);
	doctor_check_responders(snap, ret);
	doctor_check_filter(snap, ret);
	if (ret->n)
		qsort(ret->items, ret->n, sizeof(*ret->items), by_device);
}
