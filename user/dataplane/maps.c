// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The maps of an instance: their names, pins and sizes; and the error of a system call on any
 * of it.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "dataplane/internal.h"

/* The oldest kernel that tests/matrix has shown to work whole. */
#define OLDEST_MAJOR 5
#define OLDEST_MINOR 10

#define KERNEL_ENOTSUPP 524 /* not for user space, and yet it comes out of bpf() */

const char *const dataplane_map_names[MAP_COUNT] = {
	[MAP_RULES] = NDPX_MAP_RULES,	[MAP_RULE_STATS] = NDPX_MAP_RULE_STATS,
	[MAP_FILTER] = NDPX_MAP_FILTER, [MAP_HOT_STATS] = NDPX_MAP_HOT_STATS,
	[MAP_EVENTS] = NDPX_MAP_EVENTS, [MAP_LISTENERS] = NDPX_MAP_LISTENERS,
	[MAP_STATE] = NDPX_MAP_STATE,	[MAP_COUNTERS] = NDPX_MAP_COUNTERS,
	[MAP_RATES] = NDPX_MAP_RATES,	[MAP_CONFIG] = NDPX_MAP_CONFIG,
	[MAP_PORTS] = NDPX_MAP_PORTS,	[MAP_SECTIONS] = NDPX_MAP_SECTIONS,
	[MAP_LINKS] = NDPX_MAP_LINKS,	[MAP_RECORD] = NDPX_MAP_RECORD,
};

const char *dataplane_kernel_hint(int code)
{
	static char text[160];
	struct utsname name;
	int major, minor;

	if (code == ENOSYS)
		return ": this kernel has no BPF (CONFIG_BPF_SYSCALL)";
	/* What a kernel says to words that it does not know, and its verifier to such code. */
	if (code != EINVAL && code != E2BIG && code != EOPNOTSUPP && code != EACCES &&
	    code != KERNEL_ENOTSUPP)
		return "";
	if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2 ||
	    major > OLDEST_MAJOR || (major == OLDEST_MAJOR && minor >= OLDEST_MINOR))
		return "";
	snprintf(text, sizeof(text),
		 ": this is kernel %d.%d, and ndpx needs %d.%d (settings mapped into a program "
		 "came with 5.5, XDP links with 5.9)",
		 major, minor, OLDEST_MAJOR, OLDEST_MINOR);
	return text;
}

int dataplane_fail(struct error *err, int code, const char *what)
{
	return error_set(err, EXIT_KERNEL, code, "%s: %s%s", what, strerror(code),
			 code == EPERM || code == EACCES
				 ? ": ndpx needs root (CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN)"
				 : dataplane_kernel_hint(code));
}

const char *dataplane_path(const char *dir, const char *name, char buf[PATH_MAX])
{
	if (snprintf(buf, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		buf[0] = '\0'; /* no such file: every use fails with ENOENT */
	return buf;
}

const char *dataplane_netns_dir(const char *bpffs, char dir[PATH_MAX])
{
	/* The namespace is chosen once, before anything else happens (--netns). */
	static uint64_t cookie;
	char number[24];

	if (!cookie)
		cookie = nl_netns_cookie();
	snprintf(number, sizeof(number), "%llu", (unsigned long long)cookie);
	return dataplane_path(bpffs, number, dir);
}

const char *dataplane_instance_dir(const char *bpffs, uint32_t ifindex, char dir[PATH_MAX])
{
	char here[PATH_MAX], number[16];

	snprintf(number, sizeof(number), "%u", ifindex);
	return dataplane_path(dataplane_netns_dir(bpffs, here),
			      ifindex == DATAPLANE_PORTS ? DATAPLANE_PORTS_DIR : number, dir);
}

bool dataplane_ports_pinned(const char *bpffs)
{
	char dir[PATH_MAX];

	return access(dataplane_instance_dir(bpffs, DATAPLANE_PORTS, dir), F_OK) == 0;
}

bool dataplane_has_map(const struct dataplane *dp, enum map_id id)
{
	if (id == MAP_LINKS)
		return dp->ifindex != DATAPLANE_PORTS;
	return (id != MAP_PORTS && id != MAP_SECTIONS) || dp->ifindex == DATAPLANE_PORTS;
}

bool dataplane_map_fits(int fd, enum map_id id)
{
	static const struct {
		__u32 type, key, value, entries;
	} shapes[MAP_COUNT] = {
		[MAP_RULES] = { BPF_MAP_TYPE_ARRAY_OF_MAPS, sizeof(__u32), sizeof(__u32),
				NDPX_MAX_SEGMENTS },
		[MAP_RULE_STATS] = { BPF_MAP_TYPE_ARRAY_OF_MAPS, sizeof(__u32), sizeof(__u32),
				     NDPX_MAX_STATS_SEGMENTS },
		[MAP_FILTER] = { BPF_MAP_TYPE_ARRAY, sizeof(__u32), NDPX_FILTER_SIZE, 1 },
		[MAP_HOT_STATS] = { BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(__u32),
				    sizeof(struct ndpx_hot_stats), NDPX_HOT_STATS },
		[MAP_EVENTS] = { BPF_MAP_TYPE_RINGBUF, 0, 0, NDPX_EVENTS_SIZE },
		[MAP_LISTENERS] = { BPF_MAP_TYPE_PERF_EVENT_ARRAY, sizeof(__u32), sizeof(__u32),
				    NDPX_LISTENERS * NDPX_LISTENER_CPUS },
		[MAP_STATE] = { BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct ndpx_state), 1 },
		[MAP_COUNTERS] = { BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(__u32), sizeof(__u64),
				   NDPX_COUNTERS },
		[MAP_RATES] = { BPF_MAP_TYPE_LRU_HASH, sizeof(struct ndpx_requester_key),
				sizeof(struct ndpx_requester), NDPX_MAX_REQUESTERS },
		[MAP_CONFIG] = { BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct ndpx_config), 1 },
		[MAP_LINKS] = { BPF_MAP_TYPE_HASH, sizeof(struct ndpx_link_key), sizeof(__u32),
				NDPX_MAX_LINKS },
		[MAP_PORTS] = { BPF_MAP_TYPE_HASH, sizeof(__u32), sizeof(struct ndpx_port),
				NDPX_MAX_PORTS },
		[MAP_SECTIONS] = { BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct ndpx_sections),
				   2 },
		[MAP_RECORD] = { BPF_MAP_TYPE_ARRAY, sizeof(__u32), sizeof(struct ndpx_record), 1 },
	};
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &len) && info.type == shapes[id].type &&
	       info.key_size == shapes[id].key && info.value_size == shapes[id].value &&
	       info.max_entries == shapes[id].entries;
}

void dataplane_unpin_all(const char *dir, const char *last)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *stream = opendir(dir);

	while (stream && (entry = readdir(stream))) {
		if (strcmp(entry->d_name, last) != 0)
			unlink(dataplane_path(dir, entry->d_name, path));
	}
	if (stream)
		closedir(stream);
	unlink(dataplane_path(dir, last, path));
}

int dataplane_read_frozen(int fd, struct ndpx_record *ret)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info), zero = 0;
	unsigned char *value = NULL;
	int r = -EPROTO;

	memset(ret, 0, sizeof(*ret));
	if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.key_size == sizeof(zero) &&
	    info.type == BPF_MAP_TYPE_ARRAY && info.value_size >= NDPX_RECORD_FROZEN)
		value = malloc(info.value_size);
	if (value && !bpf_map_lookup_elem(fd, &zero, value)) {
		memcpy(ret, value, NDPX_RECORD_FROZEN);
		r = ret->magic == NDPX_ABI_MAGIC ? 0 : -EPROTO;
	}
	free(value);
	return r;
}
