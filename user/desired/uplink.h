/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the model and what the kernel knows of its links to what an instance should
 * hold. Pure: both sides are data, the result is data.
 */
#ifndef NDPX_DESIRED_H
#define NDPX_DESIRED_H

#include "config/model.h"
#include "netlink/netlink.h"
#include "desired/plan.h"
#include "desired/this_link.h"
#include "util/notes.h"

#define DESIRED_NO_VLAN 0xffff

/* The interface on which this host's own stack sees an uplink's link. */
struct l3_dev {
	uint16_t vlan;
	uint32_t ifindex;
};

struct desired {
	struct entry *entries; /* owned; sorted, each key once */
	size_t n_entries;
	struct ndpx_settings settings; /* without the prefix lengths */
	struct l3_dev l3_devs[NDPX_MAX_VLANS];
	size_t n_l3_devs;
	struct ndpx_link_key *links; /* owned; sorted by link_key_compare(), without an epoch */
	size_t n_links;
	bool hidden_tags; /* VLAN devices or VLANs are there, so tags must be seen (P7) */
	struct notes notes;
};

/*
 * `uplinks` are the `n` uplinks of one device, which is `link` of `state`. 0, or
 * -ENOMEM or -E2BIG with *err set. desired_free() after success.
 */
int desired_build(const struct uplink *uplinks, size_t n, const struct nl_link *link,
		  const struct nl_state *state, struct desired *ret, struct error *err);
void desired_free(struct desired *desired);

/* The interface whose MAC a link speaks with: its bond, team or bridge, else itself. */
const struct nl_link *desired_mac_dev(const struct nl_link *link, const struct nl_state *state);
/* The link-local address of an interface, NULL if it has none. */
const struct in6_addr *desired_link_local(uint32_t ifindex, const struct nl_state *state);

/* P76: what a guest is more where it is an address of this host as well, by `host` if at all. */
void desired_host_guest(struct ndpx_policy *guest, const struct ndpx_policy *host);

/* P76: an address of the host on another interface, of this VRF, where no guest has it. */
struct ndpx_policy desired_host_here(void);

/* A rule of the file as the maps hold it; `port` is its resolved ifindex or 0. */
void desired_entry(const struct rule *rule, uint32_t port, struct entry *ret);

#endif
