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

/* Does IFLA_INFO_DATA of a link of this kind say external? */
bool nl_kind_external(const char *kind, const struct nlattr *data);
/* The bus of a device from sysfs, for kernels before 5.14, which do not say it with the link. */
void nl_bus_read(struct nl_link *link);

/* ETH_FLAG_* of ethtool that are on; 0 where the driver does not say. */
uint32_t nl_ethtool_flags(const char *dev);

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

/*
 * Dumps `type` for `family` into an array of items of `size` bytes, which `cb` adds to
 * a struct nl_list; again, for seconds, while the table changes under the dump.
 */
int nl_dump(uint16_t type, uint8_t family, uint8_t ndm_flags, mnl_cb_t cb, size_t size, void **ret,
	    size_t *ret_n, const char *what, struct error *err);

/*
 * Sets `routed` of the links, and takes out of the gateways those without an address, which
 * stand for a route alone. 0 or -ENOMEM.
 */
int nl_mark_routed(struct nl_state *state);
/* Fills state->gateways, sorted by interface, each once, and state->nets. */
int nl_gateways_read(struct nl_state *state, struct error *err);

#endif
