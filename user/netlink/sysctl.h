/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers from /proc/sys/net, of the network namespace this process is in. */
#ifndef NDPX_SYSCTL_H
#define NDPX_SYSCTL_H

/* net.ipv6.conf.DEV.KEY; -1 where this kernel or device has none. */
int sysctl_ipv6(const char *dev, const char *key);

#endif
