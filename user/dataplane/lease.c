// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The lease: `run` writes the time into the state of its network namespace, and programs whose
 * uplink has a lease go silent when that is too old. No lock: it is a single store.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dataplane/internal.h"
#include "util/clock.h"

static int store(int fd, uint64_t now)
{
	struct ndpx_state *state =
		mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	int r = 0;

	if (state == MAP_FAILED)
		return -errno;
	/* Another version may have something else there. */
	if (state->abi == NDPX_ABI_VERSION)
		__atomic_store_n(&state->refreshed, now, __ATOMIC_RELEASE);
	else
		r = -EPROTO;
	munmap(state, sizeof(*state));
	return r;
}

int dataplane_refresh_lease(const char *bpffs)
{
	char dir[PATH_MAX], path[PATH_MAX];
	/* Opened each time: `down` and `apply` may have made another one. */
	int fd = bpf_obj_get(dataplane_path(dataplane_netns_dir(bpffs, dir), NDPX_MAP_STATE, path));
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = dataplane_map_fits(fd, MAP_STATE) ? store(fd, (uint64_t)clock_us() * 1000) : -EPROTO;
	close(fd);
	return r;
}

bool dataplane_lease_is_over(const struct dataplane *dp)
{
	const uint64_t lease = dataplane_settings(dp)->lease * 1000000000ull;
	const uint64_t refreshed = __atomic_load_n(&dp->space->state->refreshed, __ATOMIC_ACQUIRE);

	return lease && (uint64_t)clock_us() * 1000 > refreshed + lease;
}
