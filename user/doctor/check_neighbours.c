// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stations on the link itself, whose traffic a rule would draw to this host. Pure. */
#include <string.h>

#include "util/network.h"
#include "doctor/doctor.h"

/* The rule that the program finds, longest first; NULL: none that answers whatever the routes say. */
static const struct entry *answering(const struct doctor_uplink *up, uint16_t vlan,
				     const struct in6_addr *addr)
{
	const struct ndpx_settings *set = &up->settings;
	struct entry like = { .key = { .bits = 128, .vlan = vlan } };
	const struct entry *e;
	struct in6_addr net = *addr;
	__u32 i;

	for (i = 0; i <= set->n_lengths && i <= NDPX_MAX_LENGTHS; i++) {
		if (i) {
			like.key.bits = set->lengths[i - 1].bits;
			net = network_of(addr, like.key.bits);
		}
		memcpy(like.key.addr, &net, sizeof(net));
		e = entry_find(up->pinned, up->n_pinned, &like);
		if (!e || e->policy.action == NDPX_ACT_NONE || e->policy.action == NDPX_ACT_HOST)
			continue;
		/* P81: a subnet's first address is not answered for. */
		if (e->policy.action != NDPX_ACT_ANSWER || e->policy.answer != NDPX_ANSWER_ALWAYS ||
		    (e->policy.flags & NDPX_F_PAUSED) ||
		    (e->key.bits <= 64 && !memcmp(&net, addr, sizeof(net))) ||
		    (e->policy.port && doctor_is_back(up, vlan, e->policy.port)))
			return NULL;
		return e;
	}
	return NULL;
}

static bool is_host_mac(const struct nl_state *state, const uint8_t mac[6])
{
	size_t i;

	for (i = 0; i < state->n_links; i++) {
		if (!memcmp(state->links[i].mac, mac, 6))
			return true;
	}
	return false;
}

/* One finding for a VLAN, however many: the first names its rule. */
static void check_vlan(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		       uint16_t vlan, struct findings *ret)
{
	const struct entry *rule = NULL;
	struct several addrs = { 0 };
	char text[RULE_TEXT_LEN];
	size_t i;

	for (i = 0; i < snap->n_neighbours; i++) {
		const struct nl_neighbour *n = &snap->neighbours[i];
		struct ndpx_key key = { .bits = 128, .vlan = vlan };
		const struct entry *e;

		/* As the program: no prefix speaks for link-local addresses. */
		if (IN6_IS_ADDR_LINKLOCAL(&n->addr) || !doctor_is_back(up, vlan, n->ifindex) ||
		    is_host_mac(&snap->state, n->mac))
			continue;
		e = answering(up, vlan, &n->addr);
		/* The answer carries its own MAC: VRRP, or a guest that is bridged. */
		if (!e ||
		    ((e->policy.flags & NDPX_F_LLADDR) && !memcmp(e->policy.lladdr, n->mac, 6)))
			continue;
		memcpy(key.addr, &n->addr, sizeof(key.addr));
		several_add(&addrs, &key);
		rule = rule ? rule : e;
	}
	if (!rule)
		return;
	target_text((const struct in6_addr *)rule->key.addr, rule->key.bits, text);
	finding_add(ret, DOCTOR_NEIGHBOUR_COVERED,
		    &(struct subject){ .dev = up->dev, .vlan = vlan, .addr = addrs.first },
		    "guest %s answers for a neighbour on this link: %s", text,
		    several_text(&addrs));
}

void doctor_check_neighbours(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			     struct findings *ret)
{
	size_t i;

	if (up->pins != PINS_WHOLE || up->attachment.mode == NDPX_MODE_NONE || !up->n_pinned ||
	    (up->settings.flags & NDPX_S_PAUSED))
		return;
	for (i = 0; i < up->n_l3_devs; i++)
		check_vlan(snap, up, up->l3_devs[i].vlan, ret);
}
