// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The counters, read from the pinned map without ndpx. */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "wire.h"

int counters_open(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

void counters_read(int fd, __u64 ret[NDPX_COUNTERS])
{
	int cpus = libbpf_num_possible_cpus(), c;
	__u64 values[cpus];
	__u32 slot;

	for (slot = 0; slot < NDPX_COUNTERS; slot++) {
		if (bpf_map_lookup_elem(fd, &slot, values))
			die("counters: %s", strerror(errno));
		for (ret[slot] = 0, c = 0; c < cpus; c++)
			ret[slot] += values[c];
	}
}
