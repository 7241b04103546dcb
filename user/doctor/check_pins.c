// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is pinned against what the host is today. Pure. */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#include "doctor/doctor.h"

static void check_absent(const struct doctor_uplink *up, const struct subject *about,
			 struct findings *ret)
{
	switch (up->pins) {
	case PINS_PARTIAL:
		finding_add(ret, DOCTOR_PINS_INCOMPLETE, about, "pins are incomplete");
		break;
	case PINS_OTHER_ABI:
		finding_add(ret, DOCTOR_OTHER_ABI, about, "%s by another version of ndpx",
			    up->attachment.mode == NDPX_MODE_NONE ? "pinned" : "attached");
		break;
	default:
		finding_add(ret, DOCTOR_NOT_ATTACHED, about,
			    up->link ? "nothing is attached" : "no such interface");
		break;
	}
}

void doctor_check_attachment(const struct doctor_uplink *up, struct findings *ret)
{
	const struct subject about = { .dev = up->dev };
	const struct inspection *program = &up->program;

	if (up->pins != PINS_WHOLE) {
		check_absent(up, &about, ret);
		return;
	}
	if (!up->link && up->named) {
		finding_add(ret, DOCTOR_IFINDEX_CHANGED, &about,
			    "%s is interface %u now, but was %u when it was attached",
			    up->named->name, up->named->ifindex, up->ifindex);
		return;
	}
	if (!up->link) {
		finding_add(ret, DOCTOR_INTERFACE_GONE, &about,
			    "the interface no longer exists, but its pins remain");
		return;
	}
	if (up->lease_over)
		finding_add(ret, DOCTOR_LEASE_OVER, &about,
			    "the lease of %u s has run out, so nothing is answered",
			    up->settings.lease);
	if (strcmp(up->record.dev, up->link->name) != 0)
		finding_add(ret, DOCTOR_RENAMED, &about, "was attached as %s", up->record.dev);
	if (program->other_device)
		finding_add(ret, DOCTOR_PROGRAM_REPLACED, &about,
			    "the link pinned for this device is attached to interface %u",
			    program->other_device);
	else if (up->attachment.mode == NDPX_MODE_NONE)
		finding_add(ret, DOCTOR_DETACHED, &about,
			    "%zu rules are pinned, but the program is not attached", up->n_pinned);
	else if (!program->ours)
		finding_add(ret, DOCTOR_PROGRAM_REPLACED, &about,
			    "program '%s' (id %u) does not use the pinned rules", program->name,
			    up->attachment.prog_id);
	else if (!program->current)
		finding_add(ret, DOCTOR_OTHER_RELEASE, &about,
			    "attached by ndpx %s, which is another build", up->record.release);
}

void doctor_check_settings(const struct doctor_uplink *up, struct findings *ret)
{
	const struct ndpx_settings *have = &up->settings, *now = &up->now.settings;
	char one[INET6_ADDRSTRLEN], two[INET6_ADDRSTRLEN];
	const struct subject about = { .dev = up->dev };
	bool moved = up->links_differ;
	size_t i;

	for (i = 0; i < up->now.n_l3_devs; i++) {
		const uint16_t vlan = up->now.l3_devs[i].vlan;
		const struct ndpx_link *a = ndpx_link_of(have, vlan), *b = ndpx_link_of(now, vlan);
		const struct subject of = { .dev = up->dev, .vlan = vlan };

		if (memcmp(a->mac, b->mac, sizeof(a->mac)) != 0)
			finding_add(ret, DOCTOR_MAC_CHANGED, &of,
				    "answers carry %s, but the device has %s",
				    mac_text(a->mac, one), mac_text(b->mac, two));
		if (memcmp(a->link_local, b->link_local, sizeof(a->link_local)) != 0)
			finding_add(ret, DOCTOR_LINK_LOCAL_CHANGED, &of,
				    "the program uses %s, but the device has %s",
				    inet_ntop(AF_INET6, a->link_local, one, sizeof(one)),
				    inet_ntop(AF_INET6, b->link_local, two, sizeof(two)));
	}
	for (i = 0; i < up->now.n_l3_devs && i < up->record.n_vlans && i < NDPX_MAX_VLANS; i++)
		moved |= up->record.l3_devs[i] != up->now.l3_devs[i].ifindex;
	if (moved)
		finding_add(ret, DOCTOR_LINK_MOVED, &about,
			    "a VLAN device or a master was added or removed after apply");
}

static bool covers(const struct ndpx_key *prefix, const struct ndpx_key *key)
{
	unsigned int bytes = prefix->bits / 8, rest = prefix->bits % 8;

	if (prefix->vlan != key->vlan || memcmp(prefix->addr, key->addr, bytes) != 0)
		return false;
	return !rest || !((prefix->addr[bytes] ^ key->addr[bytes]) >> (8 - rest));
}

/* What the prefixes say about an address that has no rule of its own. */
static enum ndpx_action covered_by(const struct doctor_uplink *up, const struct ndpx_key *key)
{
	const struct entry *best = NULL;
	size_t i;

	/* As the data plane: a prefix answers for no link-local target. */
	if (IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)key->addr))
		return NDPX_ACT_NONE;
	for (i = 0; i < up->n_pinned; i++) {
		const struct entry *e = &up->pinned[i];

		if (e->key.bits < 128 && (!best || e->key.bits > best->key.bits) &&
		    covers(&e->key, key))
			best = e;
	}
	return best ? (enum ndpx_action)best->policy.action : NDPX_ACT_NONE;
}

/* Addresses of the host, sorted by what is wrong with what the map says of them. */
struct own {
	struct several missing, guests, elsewhere; /* of today */
	struct several stale, gone;		   /* of the map */
};

static void look_at_today(const struct doctor_uplink *up, struct own *own)
{
	size_t i;

	for (i = 0; i < up->now.n_entries; i++) {
		const struct entry *now = &up->now.entries[i];
		const struct entry *have = entry_find(up->pinned, up->n_pinned, now);
		bool covered = covered_by(up, &now->key) == NDPX_ACT_ANSWER;

		if (now->policy.action == NDPX_ACT_HOST) {
			if (!have && covered)
				several_add(&own->elsewhere, &now->key);
		} else if (have && have->policy.action == NDPX_ACT_ANSWER) {
			several_add(&own->guests, &now->key);
		} else if ((!have || have->policy.action == NDPX_ACT_HOST) && covered) {
			several_add(&own->missing, &now->key);
		}
	}
}

static void look_at_map(const struct doctor_uplink *up, struct own *own)
{
	size_t i;

	for (i = 0; i < up->n_pinned; i++) {
		const struct entry *have = &up->pinned[i];
		const struct entry *want = entry_find(up->want.entries, up->want.n_entries, have);
		const struct entry *now = entry_find(up->now.entries, up->now.n_entries, have);

		if (have->policy.action == NDPX_ACT_HOST && !now &&
		    covered_by(up, &have->key) == NDPX_ACT_ANSWER)
			several_add(&own->gone, &have->key);
		if (have->policy.action != NDPX_ACT_OWN ||
		    (now && now->policy.action == NDPX_ACT_OWN))
			continue;
		if (covered_by(up, &have->key) == NDPX_ACT_ANSWER ||
		    (want && want->policy.action == NDPX_ACT_ANSWER))
			several_add(&own->stale, &have->key);
	}
}

/*
 * P75, P76: the host's addresses and gateways of today against those in the map. One that
 * no rule covers is not answered for in either case, and so not worth a word.
 */
void doctor_check_own(const struct doctor_uplink *up, struct findings *ret)
{
	const struct subject here = { .dev = up->dev };
	struct own own = { 0 };

	look_at_today(up, &own);
	look_at_map(up, &own);
	if (own.guests.n)
		finding_add(ret, DOCTOR_GUEST_OWN_ADDRESS,
			    &(struct subject){ .dev = up->dev, .addr = own.guests.first },
			    "guest %s: an address or gateway of this host itself",
			    several_text(&own.guests));
	if (own.missing.n)
		finding_add(ret, DOCTOR_OWN_ADDRESS_MISSING, &here,
			    "a prefix rule answers for %s, an address or gateway of this host",
			    several_text(&own.missing));
	if (own.elsewhere.n)
		finding_add(ret, DOCTOR_OWN_ADDRESS_MISSING, &here,
			    "%s is this host's on another interface, and a prefix rule answers for "
			    "it as for a guest",
			    several_text(&own.elsewhere));
	if (own.gone.n)
		finding_add(ret, DOCTOR_OWN_ADDRESS_STALE, &here,
			    "%s is no longer this host's, but is answered for as if it were",
			    several_text(&own.gone));
	if (own.stale.n)
		finding_add(ret, DOCTOR_OWN_ADDRESS_STALE, &here,
			    "%s is no longer this host's on this link, but is still excluded from "
			    "answering",
			    several_text(&own.stale));
}
