// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Repair is apply, asked for one device, with what its pins say as the wish. */
#include <errno.h>
#include <stdlib.h>

#include "apply/apply.h"
#include "doctor/fix.h"
#include "doctor/snapshot.h"

int doctor_fix(struct dataplane *dp, const struct nl_link *link, const struct nl_state *state,
	       struct error *err)
{
	struct uplink *uplinks;
	size_t n;
	int r;

	if (doctor_uplinks_of(dataplane_record(dp), dataplane_settings(dp), link->name, &uplinks,
			      &n))
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	r = apply_pinned(dp, uplinks, n, link, state, err);
	free(uplinks);
	return r;
}
