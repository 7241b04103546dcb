// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Takes the snapshot: pins, netlink, /proc. Judges nothing. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "doctor/snapshot.h"
#include "doctor/processes.h"
#include "netlink/netlink.h"

static int no_memory(struct error *err)
{
	return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
}

static unsigned int kernel_version(void)
{
	unsigned int major, minor;
	struct utsname uts;

	if (uname(&uts) || sscanf(uts.release, "%3u.%3u", &major, &minor) != 2 || minor > 99)
		return 0;
	return major * 100 + minor;
}

int doctor_look(struct doctor_snapshot *snap, struct error *err)
{
	struct error ignored;
	int r;

	memset(snap, 0, sizeof(*snap));
	r = nl_state_read(&snap->state, err);
	if (!r)
		r = nl_members_read(&snap->members, &snap->n_members, err);
	if (!r)
		r = nl_proxy_read(&snap->proxies, &snap->n_proxies, err);
	if (!r)
		r = nl_routes_read(&snap->routes, &snap->n_routes, err);
	if (!r)
		r = nl_neighbours_read(&snap->neighbours, &snap->n_neighbours, err);
	if (!r)
		r = doctor_processes(&snap->processes, &snap->n_processes, err);
	if (r)
		return r;
	/* A kernel without bridges refuses. */
	if (nl_mdb_read(&snap->mdb, &snap->n_mdb, &ignored))
		snap->n_mdb = 0;
	if (snap->n_mdb)
		qsort(snap->mdb, snap->n_mdb, sizeof(*snap->mdb), doctor_mdb_compare);
	if (snap->n_members)
		qsort(snap->members, snap->n_members, sizeof(*snap->members),
		      doctor_member_compare);
	snap->forwarding_all = sysctl_ipv6("all", "forwarding");
	snap->kernel = kernel_version();
	snap->proxy_all = sysctl_ipv6("all", "proxy_ndp");
	return 0;
}

int doctor_uplinks_of(const struct ndpx_record *record, const struct ndpx_settings *settings,
		      const char *dev, struct uplink **ret, size_t *ret_n)
{
	size_t i, n = record->n_vlans < NDPX_MAX_VLANS ? record->n_vlans : NDPX_MAX_VLANS;
	struct uplink *uplinks = calloc(n + 1, sizeof(*uplinks));

	if (!uplinks)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		struct uplink *u = &uplinks[i];

		snprintf(u->dev, sizeof(u->dev), "%.15s", dev);
		u->vlan = record->vlans[i];
		u->mode = (enum want_mode)record->want;
		u->groups = (enum want_groups)record->groups;
		u->source_mode = (enum ndpx_source)settings->source_mode;
		memcpy(&u->source, settings->source, sizeof(u->source));
		u->rate = settings->rate;
		u->lease = settings->lease;
		u->strict_lladdr = settings->flags & NDPX_S_STRICT_LLADDR;
	}
	*ret = uplinks;
	*ret_n = n;
	return 0;
}

/* What is pinned, and what its settings would be today. */
static int look_at_pins(struct doctor_snapshot *snap, struct doctor_uplink *up,
			const struct doctor_pin *pin, struct error *err)
{
	struct uplink *uplinks;
	struct error ignored;
	size_t n;
	int r;

	up->ifindex = pin->ifindex;
	up->attachment = pin->attachment;
	up->pins = pin->dp ? PINS_WHOLE : pin->foreign ? PINS_OTHER_ABI : PINS_PARTIAL;
	up->link = nl_link_by_index(&snap->state, up->ifindex);
	if (!pin->dp)
		return 0;
	up->record = *dataplane_record(pin->dp);
	up->settings = *dataplane_settings(pin->dp);
	up->lease_over = dataplane_lease_is_over(pin->dp);
	up->named = nl_link_by_name(&snap->state, up->record.dev);
	dataplane_inspect(pin->dp, &pin->attachment, &up->program);
	r = dataplane_read(pin->dp, &up->pinned, NULL, &up->n_pinned, err);
	if (r || !up->link)
		return r;
	if (doctor_uplinks_of(&up->record, &up->settings, up->dev, &uplinks, &n))
		return no_memory(err);
	/* It fails where VLANs have come to differ; then apply has to say so. */
	up->have_now = !desired_build(uplinks, n, up->link, &snap->state, &up->now, &ignored);
	free(uplinks);
	up->links_differ =
		up->have_now && dataplane_members_differ(pin->dp, up->now.links, up->now.n_links);
	return 0;
}

static bool has_ra(uint32_t ifindex)
{
	struct nl_detail detail;
	struct error ignored;

	return !nl_detail_read(ifindex, -1, &detail, &ignored) && detail.ra_received;
}

static void look_at_l3_devs(const struct doctor_snapshot *snap, struct doctor_uplink *up)
{
	const struct desired *w = up->have_now ? &up->now : up->have_want ? &up->want : NULL;
	size_t i;

	for (i = 0; w && i < w->n_l3_devs; i++) {
		const struct nl_link *link = nl_link_by_index(&snap->state, w->l3_devs[i].ifindex);
		struct doctor_l3_dev *l3_dev = &up->l3_devs[up->n_l3_devs];

		if (!link)
			continue;
		l3_dev->vlan = w->l3_devs[i].vlan;
		l3_dev->ifindex = link->ifindex;
		snprintf(l3_dev->name, sizeof(l3_dev->name), "%s", link->name);
		l3_dev->proxy_ndp = sysctl_ipv6(link->name, "proxy_ndp");
		l3_dev->forwarding = sysctl_ipv6(link->name, "forwarding");
		l3_dev->force_forwarding = sysctl_ipv6(link->name, "force_forwarding");
		l3_dev->accept_ra = sysctl_ipv6(link->name, "accept_ra");
		l3_dev->ra_received = has_ra(link->ifindex);
		up->n_l3_devs++;
	}
}

/*
 * Who could snoop what goes to the uplink: the uplink itself, where it is a bridge, or
 * the bridge that a veth's other end is a port of.
 */
static void look_at_bridge(struct doctor_uplink *up)
{
	const struct nl_link *link = up->link;
	struct error ignored;

	if (!strcmp(link->kind, "bridge")) {
		up->bridge = up->nic;
		up->have_bridge = up->bridge_near = true;
		return;
	}
	if (strcmp(link->kind, "veth") != 0 || !link->lower)
		return;
	up->have_peer = !nl_detail_read(link->lower, link->lower_netns, &up->peer, &ignored);
	if (!up->have_peer || !up->peer.master)
		return;
	up->have_bridge =
		!nl_detail_read(up->peer.master, link->lower_netns, &up->bridge, &ignored) &&
		!strcmp(up->bridge.kind, "bridge");
	up->bridge_port = up->peer.ifindex;
	up->bridge_near = link->lower_netns < 0;
}

static int look_at_link(const struct doctor_snapshot *snap, struct doctor_uplink *up,
			struct error *err)
{
	struct l3_dev l3_devs[NDPX_MAX_VLANS];
	struct groups_uplink groups;
	size_t i;
	int r = nl_detail_read(up->link->ifindex, -1, &up->nic, err);

	if (r)
		return r;
	up->strips_vlan = nl_strips_vlan(up->link->name);
	up->lro = nl_has_lro(up->link->name);
	up->forwarding_dev = sysctl_ipv6(up->link->name, "forwarding");
	if (up->nic.xdp_id)
		dataplane_program_name(up->nic.xdp_id, up->xdp_name);
	up->n_before = attachment_before(up->ifindex, &up->attachment, up->before);
	look_at_bridge(up);
	look_at_l3_devs(snap, up);
	for (i = 0; i < up->n_l3_devs; i++) {
		l3_devs[i].vlan = up->l3_devs[i].vlan;
		l3_devs[i].ifindex = up->l3_devs[i].ifindex;
	}
	groups = (struct groups_uplink){
		.want = (enum want_groups)up->record.groups,
		.dev = up->dev,
		.ifindex = up->ifindex,
		.l3_devs = l3_devs,
		.n_l3_devs = up->n_l3_devs,
		.entries = up->pinned,
		.n_entries = up->n_pinned,
	};
	return up->have_now ? groups_find_desired(&groups, &up->groups, err) : 0;
}

/* The address whose route stands for a rule: in a prefix not the first, which is anycast. */
static struct in6_addr address_for(const struct ndpx_key *key)
{
	struct in6_addr addr;

	memcpy(&addr, key->addr, sizeof(addr));
	if (key->bits < 127)
		addr.s6_addr[15] |= 1;
	return addr;
}

/* Where what is for a guest comes in: in a VRF other routes hold than beside it. */
static uint32_t l3_dev_of(const struct doctor_uplink *up, uint16_t vlan)
{
	size_t i;

	for (i = 0; i < up->n_l3_devs; i++) {
		if (up->l3_devs[i].vlan == vlan)
			return up->l3_devs[i].ifindex;
	}
	return up->ifindex;
}

static int look_at_routes(struct doctor_uplink *up, struct error *err)
{
	struct in6_addr *dst = NULL;
	struct nl_hop *hops = NULL;
	size_t i, n = 0, all = 0, step;
	int r = 0;

	for (i = 0; i < up->n_rules; i++)
		all += up->rules[i].policy.action == NDPX_ACT_ANSWER;
	if (!all)
		return 0;
	step = (all + DOCTOR_MAX_HOPS - 1) / DOCTOR_MAX_HOPS;
	up->hops = calloc(all / step + 1, sizeof(*up->hops));
	dst = calloc(all / step + 1, sizeof(*dst));
	hops = calloc(all / step + 1, sizeof(*hops));
	if (!up->hops || !dst || !hops) {
		r = no_memory(err);
		goto out;
	}
	for (i = 0, all = 0; i < up->n_rules; i++) {
		const struct entry *e = &up->rules[i];

		/* A link-local guest is on this link, P76 on this host: no route says so. */
		if (e->policy.action != NDPX_ACT_ANSWER || all++ % step ||
		    (e->policy.flags & NDPX_F_HOST) ||
		    IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)e->key.addr))
			continue;
		up->hops[n].rule = i;
		dst[n++] = address_for(&e->key);
	}
	for (i = 0; i < n && !r; i++) {
		r = nl_hops_read(l3_dev_of(up, up->rules[up->hops[i].rule].key.vlan), &dst[i], 1,
				 &hops[i], err);
		up->hops[i].hop = hops[i];
	}
	if (!r)
		up->n_hops = n;
out:
	free(dst);
	free(hops);
	return r;
}

int doctor_look_uplink(struct doctor_snapshot *snap, const char *dev, const struct doctor_pin *pin,
		       const struct uplink *file, size_t n, struct error *err)
{
	struct doctor_uplink *up;
	struct error ignored;
	int r = 0;

	up = realloc(snap->uplinks, (snap->n_uplinks + 1) * sizeof(*up));
	if (!up)
		return no_memory(err);
	snap->uplinks = up;
	up = memset(&up[snap->n_uplinks++], 0, sizeof(*up));
	snprintf(up->dev, sizeof(up->dev), "%.15s", dev);
	up->file = n ? file : NULL;
	up->n_file = n;
	if (pin) {
		r = look_at_pins(snap, up, pin, err);
	} else {
		up->link = nl_link_by_name(&snap->state, dev);
		up->ifindex = up->link ? up->link->ifindex : 0;
	}
	if (r || !up->link)
		return r;
	if (n)
		up->have_want =
			!desired_build(file, n, up->link, &snap->state, &up->want, &ignored);
	up->rules = up->pins == PINS_WHOLE ? up->pinned : up->want.entries;
	up->n_rules = up->pins == PINS_WHOLE ? up->n_pinned : up->want.n_entries;
	r = look_at_link(snap, up, err);
	return r ? r : look_at_routes(up, err);
}

void doctor_snapshot_free(struct doctor_snapshot *snap)
{
	size_t i;

	for (i = 0; i < snap->n_uplinks; i++) {
		struct doctor_uplink *up = &snap->uplinks[i];

		free(up->pinned);
		desired_free(&up->now);
		desired_free(&up->want);
		free(up->groups.members);
		free(up->hops);
		free(up->claims);
	}
	nl_state_free(&snap->state);
	free(snap->members);
	free(snap->proxies);
	free(snap->routes);
	free(snap->neighbours);
	free(snap->mdb);
	free(snap->processes);
	free(snap->asked);
	free(snap->chains);
	free(snap->uplinks);
	memset(snap, 0, sizeof(*snap));
}
