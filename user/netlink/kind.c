// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What kind of device a link is, beyond its name: an external tunnel, on which bus. */
#include <limits.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netlink/internal.h"

#define GRE_COLLECT_METADATA 18 /* IFLA_*, of linux/if_tunnel.h, which clashes with net/if.h */

/* Ethernet tunnels and the attribute that says external: a flag, or a byte. */
bool nl_kind_external(const char *kind, const struct nlattr *data)
{
	static const struct {
		const char *kind;
		uint16_t attr;
	} tunnels[] = {
		{ "vxlan", IFLA_VXLAN_COLLECT_METADATA },
		{ "geneve", IFLA_GENEVE_COLLECT_METADATA },
		{ "gretap", GRE_COLLECT_METADATA },
		{ "ip6gretap", GRE_COLLECT_METADATA },
		{ "erspan", GRE_COLLECT_METADATA },
		{ "ip6erspan", GRE_COLLECT_METADATA },
	};
	const struct nlattr *attr;
	size_t i;

	for (i = 0; i < sizeof(tunnels) / sizeof(*tunnels); i++) {
		if (strcmp(tunnels[i].kind, kind) != 0)
			continue;
		mnl_attr_for_each_nested(attr, data) {
			if (mnl_attr_get_type(attr) == tunnels[i].attr)
				return !mnl_attr_get_payload_len(attr) || mnl_attr_get_u8(attr);
		}
	}
	return false;
}

void nl_bus_read(struct nl_link *link)
{
	char path[64], target[PATH_MAX];
	const char *name;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/subsystem", link->name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	name = strrchr(target, '/');
	snprintf(link->bus, sizeof(link->bus), "%.15s", name ? name + 1 : target);
}
