// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of interfaces that look like DEV.VLAN. */
#include "desired/this_link_internal.h"

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
