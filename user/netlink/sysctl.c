// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* /proc/sys/net is that of whoever opens it: after setns() it is the other namespace's. */
#include "netlink/sysctl.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int sysctl_ipv6(const char *dev, const char *key)
{
	char path[160], text[16];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", dev, key);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	return (int)strtol(text, NULL, 10);
}
