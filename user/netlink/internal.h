/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by the files of netlink/ alone. */
#ifndef NDPX_NETLINK_INTERNAL_H
#define NDPX_NETLINK_INTERNAL_H

#include <libmnl/libmnl.h>

#include "netlink/netlink.h"

/* A growing array of what a dump brings. */
struct nl_list {
	void *items;
	size_t n, cap, size;
	bool no_memory;
};

/* A zeroed item behind the last, or NULL with no_memory set. */
void *nl_list_add(struct nl_list *list);

/* Append a link, an address, a route of a message to a struct nl_list; for dumps and events alike. */
int nl_on_link(const struct nlmsghdr *nlh, void *data);
int nl_on_address(const struct nlmsghdr *nlh, void *data);
/* One struct nl_route for each next hop that is not dead. */
int nl_on_route(const struct nlmsghdr *nlh, void *data);

/* ETH_FLAG_* of ethtool that are on; 0 where the driver does not say. */
uint32_t nl_ethtool_flags(const char *dev);

/* Fills the header of a request about one link; `netns` as in struct nl_link, -1: this one. */
struct ifinfomsg;
struct ifinfomsg *nl_link_request(struct nlmsghdr *nlh, uint16_t type, uint32_t ifindex,
				  int32_t netns);

/* Sends one request and reads its answer to the end; 0 or -errno with *err set. */
int nl_talk(struct nlmsghdr *nlh, mnl_cb_t cb, void *data, const char *what, struct error *err);

/* How long a dump has been tried for. Starts zeroed. */
struct nl_patience {
	uint64_t until;	    /* CLOCK_MONOTONIC, us; 0: no try yet */
	unsigned int pause; /* us, before the next try */
};

/* After a dump that ended with `r`: pauses and returns true if it is to be read again. */
bool nl_again(struct nl_patience *patience, int r);
/* `r`, or -EBUSY with *err saying that the table never came to rest. */
int nl_check_quiet(int r, const char *what, struct error *err);

/* A table of the kernel: what is asked for, and how its items are read. */
struct nl_table {
	uint16_t type; /* RTM_GET* */
	uint8_t family;
	uint8_t ndm_flags;	       /* of RTM_GETNEIGH */
	uint32_t ifindex, parent;      /* of RTM_GETTFILTER */
	mnl_cb_t cb;		       /* adds items to a struct nl_list */
	size_t size;		       /* of an item */
	void (*free_item)(void *item); /* what an item owns; NULL: nothing */
	const char *what;	       /* for errors */
};

/*
 * Dumps a table into an array, the caller's to free; again, for seconds, while the table changes
 * under the dump. 0, or -errno with *err set.
 */
int nl_dump(const struct nl_table *table, void **ret, size_t *ret_n, struct error *err);

/* The orders of nl_link_by_index() and nl_next_address(). by_index.c. -ENOMEM. */
int nl_state_sort(struct nl_state *state);

/*
 * Fills state->gateways, sorted by interface, each once, and state->nets; sets `routed` of the
 * links. 0, or -errno with *err set.
 */
int nl_gateways_read(struct nl_state *state, struct error *err);

#endif
