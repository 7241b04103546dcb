// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The ring of events, by libbpf's reader. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "dataplane/events.h"
#include "dataplane/internal.h"

struct dataplane_events {
	struct ring_buffer *ring;
	dataplane_event_fn *fn;
	void *arg;
	__u32 id; /* of the map */
};

static int on_record(void *arg, void *record, size_t size)
{
	const struct dataplane_events *events = arg;

	if (size == sizeof(struct ndpx_event))
		events->fn(events->arg, record);
	return 0;
}

/* The pinned map; its id in *ret_id. -errno. */
static int open_pin(const char *bpffs, __u32 *ret_id)
{
	char dir[PATH_MAX], path[PATH_MAX];
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	int fd =
		bpf_obj_get(dataplane_path(dataplane_netns_dir(bpffs, dir), NDPX_MAP_EVENTS, path));

	if (fd < 0)
		return -errno;
	if (!dataplane_map_fits(fd, MAP_EVENTS) || bpf_obj_get_info_by_fd(fd, &info, &len)) {
		close(fd);
		return -EPROTO;
	}
	*ret_id = info.id;
	return fd;
}

int dataplane_events_open(const char *bpffs, dataplane_event_fn *fn, void *arg,
			  struct dataplane_events **ret)
{
	struct dataplane_events *events = calloc(1, sizeof(*events));
	int fd, r;

	if (!events)
		return -ENOMEM;
	fd = open_pin(bpffs, &events->id);
	if (fd < 0) {
		free(events);
		return fd;
	}
	events->fn = fn;
	events->arg = arg;
	events->ring = ring_buffer__new(fd, on_record, events, NULL);
	r = events->ring ? 0 : -errno;
	close(fd);
	if (r)
		free(events);
	else
		*ret = events;
	return r;
}

int dataplane_events_fd(const struct dataplane_events *events)
{
	return ring_buffer__epoll_fd(events->ring);
}

void dataplane_events_read(struct dataplane_events *events)
{
	ring_buffer__consume(events->ring);
}

bool dataplane_events_pinned(const struct dataplane_events *events, const char *bpffs)
{
	__u32 id = 0;
	int fd = open_pin(bpffs, &id);

	if (fd >= 0)
		close(fd);
	return fd >= 0 && id == events->id;
}

void dataplane_events_close(struct dataplane_events *events)
{
	if (!events)
		return;
	ring_buffer__free(events->ring);
	free(events);
}
