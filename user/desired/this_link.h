/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What "this link" is for one VLAN of a device: the one answer that the data plane, the
 * host's own addresses, gateways, `explain`, `announce` and `doctor` share. Pure.
 */
#ifndef NDPX_THIS_LINK_H
#define NDPX_THIS_LINK_H

#include "config/model.h"
#include "netlink/netlink.h"
#include "desired/plan.h"

struct this_link {
	uint32_t *members; /* owned; ifindexes, sorted: what leaves by one stays on this link */
	size_t n;
	const struct nl_link *l3_dev; /* where this host's stack sees it; its MAC is H */
	const struct nl_link *vrf;    /* that `l3_dev` is in, NULL: none */
};

/* The interfaces of a state in orders that make the closure quick; for many VLANs. */
struct this_link_index {
	const struct nl_state *state;
	const struct nl_link **by_lower, **by_master; /* owned */
	uint8_t *worth; /* owned; how much of IP lives on each of state->links */
};

/* -ENOMEM. this_link_index_free() after success; `state` must outlive it. */
int this_link_index(const struct nl_state *state, struct this_link_index *ret);
void this_link_index_free(struct this_link_index *index);

/*
 * The closure over "lower" and "master" from frames of `vlan` (0: untagged) on `dev`, a
 * link of the index's state. -ENOMEM. this_link_free() after success.
 */
int this_link_find(const struct this_link_index *index, const struct nl_link *dev, uint16_t vlan,
		   struct this_link *ret);
bool this_link_has(const struct this_link *link, uint32_t ifindex);
void this_link_free(struct this_link *link);

/* The VRF an interface is in, by its own master or by its bridge's; NULL: none. */
const struct nl_link *this_link_vrf(const struct this_link_index *index,
				    const struct nl_link *link);

/*
 * P15, P40: could this interface of the host itself ask on the link, by a wire that no
 * master or lower device tells of?
 */
bool this_link_may_ask(const struct this_link_index *index, const struct this_link *link,
		       const struct nl_link *other);

/*
 * "vif7.1" means VLAN 1 of vif7 unless an interface of that very name exists that is not
 * such a VLAN device: then it means that interface, untagged. Returns whether it does.
 */
bool this_link_rename(const struct nl_state *state, struct place *place);
/* The same for all uplinks of a file. */
void this_link_rename_uplinks(const struct nl_state *state, struct model *model);
/*
 * A file that is kept while interfaces come and go, with the names of today: *ret shares its
 * rules with `file`, and only ret->uplinks is to be freed, after success. -ENOMEM, -EEXIST.
 */
int this_link_resolve(const struct nl_state *state, const struct model *file, struct model *ret,
		      struct error *err);

#endif
