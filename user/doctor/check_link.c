// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The device: what hides frames from the program, and whether solicitations get to it. Pure. */
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/dataplane.h"
#include "doctor/doctor.h"
#include "doctor/runs.h"
#include "nd/wire.h"

#define XDP_ONE_PAGE 3498 /* MTU that fits a page with XDP's headroom; more takes xdp.frags */

static bool runs_tc(const struct doctor_uplink *up)
{
	return up->attachment.mode == NDPX_MODE_TCX || up->attachment.mode == NDPX_MODE_CLSACT;
}

static bool runs_xdp(const struct doctor_uplink *up)
{
	return up->attachment.mode == NDPX_MODE_NATIVE || up->attachment.mode == NDPX_MODE_GENERIC;
}

/* P7, as apply decides it. */
static void check_tags(const struct doctor_uplink *up, const struct subject *about,
		       struct findings *ret)
{
	bool veth = !strcmp(up->link->kind, "veth");
	bool foreign_vlans = up->link->master || (up->link->flags & IFF_PROMISC);

	if (!runs_xdp(up) || !up->have_now || !up->strips_vlan)
		return;
	if (!up->now.hidden_tags && (veth || !foreign_vlans))
		return;
	finding_add(ret, DOCTOR_VLAN_HIDDEN, about,
		    "%s XDP, %s, and rxvlan is on: tags may be stripped",
		    up->attachment.mode == NDPX_MODE_NATIVE ? "native" : "generic",
		    up->now.hidden_tags
			    ? "a VLAN in use"
			    : "frames of any VLAN accepted (promiscuous, or in a bridge)");
}

/* `mode = native` in the file, and not in force: why not? */
static void check_native(const struct doctor_uplink *up, const struct subject *about,
			 struct findings *ret)
{
	bool known = false;

	if (!up->file || up->file[0].mode != WANT_NATIVE || up->attachment.mode == NDPX_MODE_NATIVE)
		return;
	if (up->nic.mtu > XDP_ONE_PAGE) {
		known = true;
		finding_add(ret, DOCTOR_XDP_MTU, about,
			    "mode = native is not in effect, and the MTU is %u", up->nic.mtu);
	}
	if (up->lro) {
		known = true;
		finding_add(ret, DOCTOR_XDP_LRO, about,
			    "mode = native is not in effect, and large-receive-offload is on");
	}
	if (!known && up->pins == PINS_WHOLE && up->attachment.mode != NDPX_MODE_NONE)
		finding_add(ret, DOCTOR_NOT_NATIVE, about,
			    "mode = native in the file, but %s is in use",
			    runs_tc(up) ? "tc" : "generic XDP");
}

/* What a newer kernel would do, where something stands that it would mend. */
static void check_kernel(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 struct findings *ret)
{
	if (!snap->kernel)
		return;
	if (snap->kernel < 518 && up->file && up->file[0].mode == WANT_NATIVE &&
	    up->attachment.mode != NDPX_MODE_NATIVE && up->nic.mtu > XDP_ONE_PAGE)
		finding_add(ret, DOCTOR_KERNEL_FEATURE,
			    &(struct subject){ .dev = up->dev, .other = "5.18" },
			    "no xdp.frags before 5.18: native XDP does not support an MTU of %u",
			    up->nic.mtu);
	if (snap->kernel < 606 && up->pins == PINS_WHOLE && up->attachment.mode == NDPX_MODE_NONE &&
	    up->record.mode == NDPX_MODE_CLSACT)
		finding_add(ret, DOCTOR_KERNEL_FEATURE,
			    &(struct subject){ .dev = up->dev, .other = "6.6" },
			    "no TCX before 6.6: whoever replaces the clsact qdisc takes our filter "
			    "along");
}

void doctor_check_before(const struct before *list, size_t n, const struct subject *about,
			 struct findings *ret)
{
	char text[BEFORE_TEXT_LEN];
	size_t i;

	/* XDP has findings of its own: foreign-xdp, never-runs. */
	for (i = 0; i < n; i++) {
		if (list[i].hook != BEFORE_XDP)
			finding_add(ret, DOCTOR_RUNS_BEFORE, about, "%s runs before ours%s",
				    before_text(&list[i], text),
				    list[i].stays ? ", and ours cannot be put before it" : "");
	}
}

/* Who gets the frames first, and whether any get to us. */
static void check_chain(const struct doctor_uplink *up, const struct subject *about,
			struct findings *ret)
{
	const char *what = up->attachment.mode == NDPX_MODE_NATIVE    ? "native XDP"
			   : up->attachment.mode == NDPX_MODE_GENERIC ? "generic XDP"
								      : "tc";

	/* Who says mode = tc may have said so because of it. */
	if (runs_tc(up) && up->nic.xdp_id && up->record.want != WANT_TC)
		finding_add(ret, DOCTOR_FOREIGN_XDP, about,
			    "XDP program '%s' (id %u) sees frames before our TC program does",
			    up->xdp_name, up->nic.xdp_id);
	doctor_check_before(up->before, up->n_before, about, ret);
	if (up->runs.looked && up->runs.received >= DOCTOR_MANY_FRAMES && !up->runs.ran)
		finding_add(ret, DOCTOR_NEVER_RUNS, about,
			    "%llu frames arrived during the check, but the program (%s) did not "
			    "run once",
			    (unsigned long long)up->runs.received, what);
}

void doctor_check_nic(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		      struct findings *ret)
{
	const struct subject about = { .dev = up->dev };

	if (!(up->link->flags & IFF_UP))
		finding_add(ret, DOCTOR_LINK_DOWN, &about, "the interface is down");
	else if (!(up->link->flags & IFF_RUNNING))
		finding_add(ret, DOCTOR_LINK_DOWN, &about, "the interface has no carrier");
	check_kernel(snap, up, ret);
	check_tags(up, &about, ret);
	check_native(up, &about, ret);
	if (up->attachment.mode == NDPX_MODE_NATIVE && !strcmp(up->link->kind, "veth") &&
	    up->have_peer && !up->peer.xdp_native)
		finding_add(ret, DOCTOR_PEER_WITHOUT_XDP, &about,
			    "the other end of this veth, %s, runs no XDP program: answers are lost",
			    up->peer.name);
	check_chain(up, &about, ret);
}

int doctor_member_compare(const void *a, const void *b)
{
	const struct nl_member *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return memcmp(&x->group, &y->group, sizeof(x->group));
}

int doctor_mdb_compare(const void *a, const void *b)
{
	const struct nl_mdb *x = a, *y = b;

	if (x->bridge != y->bridge)
		return x->bridge < y->bridge ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return memcmp(&x->group, &y->group, sizeof(x->group));
}

/* The group in which solicitations for `addr` are sent. */
static struct in6_addr group_of(const struct in6_addr *addr)
{
	struct in6_addr group;

	nd_put_addr(&group, nd_solicited_node(nd_get_addr(addr)));
	return group;
}

static bool is_member(const struct doctor_snapshot *snap, uint32_t ifindex,
		      const struct in6_addr *addr)
{
	struct nl_member key = { .ifindex = ifindex, .group = group_of(addr) };

	return snap->n_members && bsearch(&key, snap->members, snap->n_members, sizeof(key),
					  doctor_member_compare) != NULL;
}

static const struct doctor_l3_dev *l3_dev_at(const struct doctor_uplink *up, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < up->n_l3_devs; i++) {
		if (up->l3_devs[i].ifindex == ifindex)
			return &up->l3_devs[i];
	}
	return NULL;
}

/* Is the kernel answering for entries that are there for their groups alone? */
static bool check_proxy(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			struct findings *ret)
{
	struct several joined = { 0 };
	const char *where = NULL;
	size_t i;

	for (i = 0; i < snap->n_proxies; i++) {
		const struct nl_proxy *p = &snap->proxies[i];
		const struct doctor_l3_dev *l3_dev = l3_dev_at(up, p->ifindex);
		struct ndpx_key key = { .bits = 128 };

		if (p->protocol != GROUPS_PROTOCOL || !l3_dev)
			continue;
		if (snap->proxy_all <= 0 && l3_dev->proxy_ndp <= 0)
			continue;
		if (!where)
			where = snap->proxy_all > 0 ? "all" : l3_dev->name;
		memcpy(key.addr, &p->addr, sizeof(key.addr));
		several_add(&joined, &key);
	}
	if (joined.n)
		finding_add(ret, DOCTOR_PROXY_NDP,
			    &(struct subject){ .dev = up->dev, .other = where },
			    "proxy_ndp of %s is on: the kernel also answers for %s, joined by ndpx",
			    where, several_text(&joined));
	return joined.n > 0;
}

/* Does the bridge send a guest's group towards us? A near one shows its table. */
static bool bridge_sends(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 const struct entry *rule)
{
	const struct in6_addr *addr = (const struct in6_addr *)rule->key.addr;
	struct nl_mdb key = { .bridge = up->bridge.ifindex,
			      .port = up->bridge_port ? up->bridge_port : up->bridge.ifindex,
			      .group = group_of(addr) };
	size_t i;

	if (rule->key.bits != 128)
		return false;
	if (!up->bridge_near) {
		/* Who is a member reports it, and the bridge believes reports. */
		for (i = 0; i < up->n_l3_devs; i++) {
			if (up->l3_devs[i].vlan == rule->key.vlan)
				return is_member(snap, up->l3_devs[i].ifindex, addr);
		}
		return true;
	}
	return snap->n_mdb &&
	       bsearch(&key, snap->mdb, snap->n_mdb, sizeof(key), doctor_mdb_compare) != NULL;
}

static void check_snooping(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			   struct findings *ret)
{
	struct several lost = { 0 };
	size_t i;

	/* Without a querier a bridge floods what nobody reported. */
	if (!up->have_bridge || !up->bridge.mcast_snooping || !up->bridge.mcast_querier ||
	    up->peer.mcast_router == 2)
		return;
	/* A bridge that is allmulticast itself gets all groups, though its ports do not. */
	if (!up->bridge_port && (up->nic.flags & (IFF_ALLMULTI | IFF_PROMISC)))
		return;
	for (i = 0; i < up->n_pinned; i++) {
		const struct entry *e = &up->pinned[i];

		if (e->policy.action == NDPX_ACT_ANSWER && !bridge_sends(snap, up, e))
			several_add(&lost, &e->key);
	}
	if (lost.n)
		finding_add(ret, DOCTOR_MLD_SNOOPING,
			    &(struct subject){ .dev = up->dev, .other = up->bridge.name },
			    "bridge %s snoops MLD and does not forward solicitations here for %s",
			    up->bridge.name, several_text(&lost));
}

void doctor_check_hearing(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			  struct findings *ret)
{
	bool hears_all = (up->nic.flags & IFF_ALLMULTI) || up->nic.promiscuity || up->nic.allmulti;
	const struct subject about = { .dev = up->dev };
	struct several lost = { 0 }, prefixes = { 0 };
	bool proxied;
	size_t i;

	check_snooping(snap, up, ret);
	if (up->record.groups == GROUPS_NONE)
		return;
	proxied = check_proxy(snap, up, ret);
	/* auto is content with either; join is asked for where a switch must be told. */
	for (i = 0; i < up->groups.n; i++) {
		const struct nl_proxy *m = &up->groups.members[i];
		struct ndpx_key key = { .bits = 128 };

		memcpy(key.addr, &m->addr, sizeof(key.addr));
		if (!is_member(snap, m->ifindex, &m->addr) &&
		    !(up->record.groups == GROUPS_AUTO && (up->nic.flags & IFF_ALLMULTI)))
			several_add(&lost, &key);
	}
	if (lost.n)
		finding_add(ret, DOCTOR_GROUPS_LOST, &about,
			    "the solicited-node group of %s is not joined", several_text(&lost));
	/* As apply has it: the flag that stays, not a hold that another process has for a moment. */
	if (up->groups.allmulti && !(up->nic.flags & IFF_ALLMULTI) && !proxied)
		finding_add(ret, DOCTOR_ALLMULTI_OFF, &about,
			    "the rules need allmulticast, and it is off");
	for (i = 0; i < up->n_pinned && up->record.groups == GROUPS_JOIN && !hears_all; i++) {
		if (up->pinned[i].policy.action == NDPX_ACT_ANSWER && up->pinned[i].key.bits < 128)
			several_add(&prefixes, &up->pinned[i].key);
	}
	if (prefixes.n)
		finding_add(ret, DOCTOR_PREFIX_UNHEARD, &about,
			    "groups = join cannot hear solicitations for prefix %s",
			    several_text(&prefixes));
}
