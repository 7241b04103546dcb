/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's own proxy entries to a draft. Pure: what was asked of the kernel comes as data. */
#ifndef NDPX_FROM_KERNEL_H
#define NDPX_FROM_KERNEL_H

#include "migrate/conf_writer.h"

/* A proxy entry, and the interface that the route to its address leaves by (0: none). */
struct proxied {
	struct nl_proxy entry;
	uint32_t out;
};

/* The sysctls that decide whether the kernel answers on a device. */
struct proxy_switch {
	uint32_t ifindex;
	bool proxy_ndp, forwarding;
};

struct kernel_proxies {
	const struct nl_state *state;
	const struct proxied *entries; /* without ndpx's own */
	size_t n_entries;
	const struct proxy_switch *switches; /* of each device that has an entry */
	size_t n_switches;
	bool all_proxy_ndp;
};

/* Fills the draft; memory that was short is conf_writer_write()'s to tell. */
void from_kernel(const struct kernel_proxies *kernel, struct conf_writer *conf);

#endif
