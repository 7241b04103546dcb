// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Findings about guest ports; what fixes them is apply/. Prints nothing. */
#include "apply/apply.h"
#include "doctor/check_ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/ways.h"
#include "netlink/netlink.h"
#include "desired/ports.h"

#define MAX_WAYS_OUT 256 /* ports whose way out is asked for; the rest will be like them */

/* What a file would say that holds these sections, as far as names go; without uplinks. */
static int model_of(struct dataplane *dp, size_t n_uplinks, struct model *ret, struct error *err)
{
	struct ndpx_sections sections;
	size_t i;
	int r = dataplane_sections(dp, &sections, err);

	memset(ret, 0, sizeof(*ret));
	if (r)
		return r;
	ret->uplinks = calloc(n_uplinks + 1, sizeof(*ret->uplinks));
	ret->ports = calloc(sections.n + 1u, sizeof(*ret->ports));
	if (!ret->uplinks || !ret->ports)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < sections.n; i++)
		memcpy(ret->ports[i].pattern, sections.pattern[i], sizeof(ret->ports[i].pattern));
	ret->n_ports = sections.n;
	return 0;
}

/* An XDP program on a guest port is its owner's affair; what ends TC's chain is ours. */
static void check_tc_chain(const struct port_state *have, const struct subject *about,
			   struct findings *ret)
{
	struct before before[DATAPLANE_BEFORE];
	size_t n = attachment_before(have->ifindex, &have->attachment, before);

	doctor_check_before(before, n, about, ret);
}

/*
 * A link-local address that came after `apply` is not a fault: the hook of a guest's start runs
 * before there is a carrier, and answers do not carry it.
 */
static bool has_changed(const struct ndpx_port_at *have, const struct ndpx_port_at *want)
{
	static const uint8_t none[16];
	struct ndpx_port_at then = *have;

	if (!memcmp(then.link_local, none, sizeof(none)))
		memcpy(then.link_local, want->link_local, sizeof(then.link_local));
	return memcmp(&then, want, sizeof(then)) != 0;
}

static void judge(const struct guest_port *want, const struct port_state *have,
		  struct findings *ret)
{
	const struct subject about = { .dev = want->dev };

	if (!have)
		finding_add(ret, DOCTOR_GUEST_PORT_MISSING, &about,
			    "it matches a ports pattern, but nothing answers on it");
	else if (have->attachment.mode == NDPX_MODE_NONE)
		finding_add(ret, DOCTOR_GUEST_PORT_DETACHED, &about,
			    "the program is no longer attached");
	else if (has_changed(&have->at, &want->at))
		finding_add(ret, DOCTOR_GUEST_PORT_CHANGED, &about,
			    "its MAC, link-local address, master or isolation changed");
	if (have)
		check_tc_chain(have, &about, ret);
}

/* bpf_fib_lookup() goes by the device's own switch, and then has no route to say. */
static void check_forwarding(const struct doctor_snapshot *snap, const struct guest_port *port,
			     struct findings *ret)
{
	const struct nl_link *l3_dev = nl_link_by_index(&snap->state, port->at.l3_dev);

	if (l3_dev && snap->forwarding_all > 0 && sysctl_ipv6(l3_dev->name, "forwarding") == 0)
		finding_add(ret, DOCTOR_FORWARDING_OFF,
			    &(struct subject){ .dev = port->dev, .other = l3_dev->name },
			    "net.ipv6.conf.%s.forwarding is 0: answers that depend on routes stay "
			    "out",
			    l3_dev->name);
}

int doctor_ports(struct dataplane *dp, const struct doctor_snapshot *snap, const char *dev,
		 struct findings *ret, struct error *err)
{
	struct desired_ports desired = { 0 };
	struct port_state *list = NULL;
	struct model model = { 0 };
	size_t n = 0, i, j;
	int r = model_of(dp, snap->n_uplinks, &model, err);

	for (i = 0; model.uplinks && i < snap->n_uplinks && !r; i++)
		memcpy(model.uplinks[model.n_uplinks++].dev, snap->uplinks[i].dev, IFNAMSIZ);
	if (!r)
		r = desired_ports_build(&model, &snap->state, NULL, 0, &desired, err);
	if (!r)
		r = dataplane_ports_read(dp, &list, &n, err);
	for (i = 0; i < desired.n_ports && !r; i++) {
		const struct guest_port *want = &desired.ports[i];
		struct port_state *have = NULL;

		if (dev && strcmp(dev, want->dev) != 0)
			continue;
		for (j = 0; j < n && !have; j++) {
			if (list[j].ifindex == want->ifindex)
				have = &list[j];
		}
		if (have)
			dataplane_port_attachment(dp, have);
		judge(want, have, ret);
		doctor_way_device(&snap->state, want->at.l3_dev, ret);
		check_forwarding(snap, want, ret);
		if (i < MAX_WAYS_OUT)
			r = doctor_way_out(&snap->state, want->at.l3_dev, ret, err);
	}
	if (!r && !dev &&
	    memcmp(desired.nets, dataplane_settings(dp)->nets, sizeof(desired.nets)) != 0)
		finding_add(ret, DOCTOR_NETS_CHANGED, &(struct subject){ .dev = "ports" },
			    "a local network (AnyIP) came or went since apply");
	for (i = 0; i < desired.n_unclear && !r; i++) {
		const struct unclear_port *u = &desired.unclear[i];

		if (!dev || !strcmp(dev, u->dev))
			finding_add(ret, DOCTOR_GUEST_PORT_UNCLEAR,
				    &(struct subject){ .dev = u->dev, .other = u->bridge },
				    "%s has no IPv6: cannot tell which device routes "
				    "for it: skipped",
				    u->bridge);
	}
	free(list);
	desired_ports_free(&desired);
	model_free(&model);
	return r;
}

int doctor_ports_fix(struct dataplane *dp, const struct nl_state *state,
		     char (*const uplinks)[IFNAMSIZ], size_t n_uplinks, struct error *err)
{
	struct model model = { 0 };
	int r = dataplane_recover(dp, err);

	if (!r)
		r = model_of(dp, n_uplinks, &model, err);
	for (; model.uplinks && model.n_uplinks < n_uplinks && !r; model.n_uplinks++)
		memcpy(model.uplinks[model.n_uplinks].dev, uplinks[model.n_uplinks], IFNAMSIZ);
	if (!r)
		r = apply_ports_pinned(dp, &model, state, err);
	model_free(&model);
	return r;
}
