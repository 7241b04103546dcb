// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "doctor_ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wanted_ports.h"

/* What a file would say that holds these sections and uplinks, as far as names go. */
static int model_of(struct dataplane *dp, const struct doctor_snapshot *snap, struct model *ret,
		    struct error *err)
{
	struct ndpx_sections sections;
	size_t i;
	int r = dataplane_sections(dp, &sections, err);

	memset(ret, 0, sizeof(*ret));
	if (r)
		return r;
	ret->uplinks = calloc(snap->n_uplinks + 1, sizeof(*ret->uplinks));
	ret->ports = calloc(sections.n + 1u, sizeof(*ret->ports));
	if (!ret->uplinks || !ret->ports)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < snap->n_uplinks; i++)
		memcpy(ret->uplinks[i].dev, snap->uplinks[i].dev, sizeof(ret->uplinks[i].dev));
	ret->n_uplinks = snap->n_uplinks;
	for (i = 0; i < sections.n; i++)
		memcpy(ret->ports[i].pattern, sections.pattern[i], sizeof(ret->ports[i].pattern));
	ret->n_ports = sections.n;
	return 0;
}

/* An XDP program on a guest port is its owner's affair; what ends TC's chain is ours. */
static void judge_chain(const struct port_state *have, const struct subject *about,
			struct findings *ret)
{
	struct before before[DATAPLANE_BEFORE];
	size_t n = attachment_before(have->ifindex, &have->attachment, before);

	doctor_check_before(before, n, about, ret);
}

static void judge(const struct guest_port *want, const struct port_state *have,
		  struct findings *ret)
{
	const struct subject about = { .dev = want->dev };

	if (!have)
		finding_add(ret, DOCTOR_GUEST_PORT_MISSING, &about,
			    "it has the name of a guest port, and nothing answers on it");
	else if (have->attachment.mode == NDPX_MODE_NONE)
		finding_add(ret, DOCTOR_GUEST_PORT_DETACHED, &about,
			    "the program is gone from the port");
	else if (memcmp(&have->at, &want->at, sizeof(want->at)) != 0)
		finding_add(ret, DOCTOR_GUEST_PORT_CHANGED, &about,
			    "MAC, link-local address or master are not what they were");
	if (have)
		judge_chain(have, &about, ret);
}

int doctor_ports(struct dataplane *dp, const struct doctor_snapshot *snap, const char *dev,
		 struct findings *ret, struct error *err)
{
	struct wanted_ports wanted = { 0 };
	struct port_state *list = NULL;
	struct model model = { 0 };
	size_t n = 0, i, j;
	int r = model_of(dp, snap, &model, err);

	if (!r)
		r = wanted_ports_build(&model, &snap->state, NULL, 0, &wanted, err);
	if (!r)
		r = dataplane_ports_read(dp, &list, &n, err);
	for (i = 0; i < wanted.n_ports && !r; i++) {
		const struct guest_port *want = &wanted.ports[i];
		const struct port_state *have = NULL;

		for (j = 0; j < n && !have; j++) {
			if (list[j].ifindex == want->ifindex)
				have = &list[j];
		}
		if (!dev || !strcmp(dev, want->dev))
			judge(want, have, ret);
	}
	free(list);
	wanted_ports_free(&wanted);
	model_free(&model);
	return r;
}
