// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of interfaces that look like DEV.VLAN. */
#include "desired/this_link_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool this_link_rename(const struct nl_state *state, struct place *place)
{
	const struct nl_link *link, *lower;
	char name[DEV_NAME_LEN + 8];

	if (!place->dotted)
		return false;
	snprintf(name, sizeof(name), "%s.%u", place->dev, place->vlan);
	link = nl_link_by_name(state, name);
	if (!link)
		return false;
	lower = link->lower_netns < 0 ? nl_link_by_index(state, link->lower) : NULL;
	if (this_link_is_vlan(link) && link->vlan == place->vlan && lower &&
	    lower == nl_link_by_name(state, place->dev))
		return false;
	memcpy(place->dev, link->name, sizeof(link->name));
	place->vlan = 0;
	place->have_vlan = place->dotted = false;
	return true;
}

void this_link_rename_uplinks(const struct nl_state *state, struct model *model)
{
	size_t i, j;

	for (i = 0; i < model->n_uplinks; i++) {
		struct uplink *u = &model->uplinks[i];
		struct place place = { .vlan = u->vlan, .dotted = u->dotted };

		memcpy(place.dev, u->dev, sizeof(place.dev));
		if (!this_link_rename(state, &place))
			continue;
		memcpy(u->dev, place.dev, sizeof(u->dev));
		u->vlan = 0;
		u->dotted = false;
		for (j = 0; j < u->n_rules; j++)
			u->rules[j].vlan = 0;
	}
	if (model->n_uplinks)
		qsort(model->uplinks, model->n_uplinks, sizeof(*model->uplinks), uplink_compare);
}

int this_link_resolve(const struct nl_state *state, const struct model *file, struct model *ret,
		      struct error *err)
{
	struct model now = *file;
	size_t i, j;
	int r;

	now.uplinks = calloc(file->n_uplinks + 1, sizeof(*now.uplinks));
	if (!now.uplinks)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < now.n_uplinks; i++) {
		now.uplinks[i] = file->uplinks[i];
		/* An earlier call may have read "vif7.1" otherwise. */
		for (j = 0; j < now.uplinks[i].n_rules; j++)
			now.uplinks[i].rules[j].vlan = now.uplinks[i].vlan;
	}
	this_link_rename_uplinks(state, &now);
	for (i = 0; i < now.n_uplinks; i++) {
		const struct nl_link *link = nl_link_by_name(state, now.uplinks[i].dev);

		if (link)
			memcpy(now.uplinks[i].dev, link->name, sizeof(link->name));
	}
	r = model_sort_uplinks(&now, err);
	if (r)
		free(now.uplinks);
	else
		*ret = now;
	return r;
}
