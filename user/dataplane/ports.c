// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The guest ports of their instance: an entry of `ports` each. It is made before anything is
 * attached and goes after everything is undone, so it always says what there may be to undo;
 * what the program makes of it goes by the generation. ports_attach.c has what hangs on them.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/internal.h"
#include "util/array.h"

static const struct ndpx_port_at nowhere;

/* The data plane's nd_port_state(), as user space must read it. */
static const struct ndpx_port_at *state_of(const struct ndpx_port *port, __u64 generation)
{
	return &port->at[generation >= port->since];
}

static int by_ifindex(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}
_Static_assert(offsetof(struct port_state, ifindex) == 0 &&
		       offsetof(struct guest_port, ifindex) == 0,
	       "by_ifindex() reads it at the start");

/* A port as the map has it. */
struct known {
	uint32_t ifindex;
	struct ndpx_port port;
};
_Static_assert(offsetof(struct known, ifindex) == 0, "by_ifindex() reads it at the start");

struct known_list {
	struct known *items; /* owned */
	size_t n;
};

static int add_known(void *arg, const void *key, const void *value)
{
	struct known_list *list = arg;
	struct known known;

	memcpy(&known.ifindex, key, sizeof(known.ifindex));
	memcpy(&known.port, value, sizeof(known.port));
	return array_push(list->items, list->n, known) ? 0 : -ENOMEM;
}

/* Those of an instance of this version, by ifindex. The array is the caller's. */
static int read_ports(const struct dataplane *dp, struct known **ret, size_t *ret_n)
{
	struct known_list list = { 0 };
	int r = dataplane_each(dp->fds[MAP_PORTS], sizeof(list.items->ifindex),
			       sizeof(list.items->port), add_known, &list);

	if (r) {
		free(list.items);
		return r;
	}
	if (list.n)
		qsort(list.items, list.n, sizeof(*list.items), by_ifindex);
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}

int dataplane_ports_read(const struct dataplane *dp, struct port_state **ret, size_t *ret_n,
			 struct error *err)
{
	__u64 generation = space_generation(dp->space);
	struct port_state *list = NULL;
	struct known *known = NULL;
	size_t n = 0, i;
	int r = read_ports(dp, &known, &n);

	if (!r)
		list = calloc(n + 1, sizeof(*list));
	if (!list) {
		free(known);
		return dataplane_fail(err, r ? -r : ENOMEM, "reading the ports");
	}
	for (i = 0; i < n; i++) {
		list[i].ifindex = known[i].ifindex;
		list[i].flags = known[i].port.flags;
		snprintf(list[i].dev, sizeof(list[i].dev), "%.*s", (int)sizeof(list->dev) - 1,
			 known[i].port.dev);
		list[i].at = *state_of(&known[i].port, generation);
	}
	free(known);
	*ret = list;
	*ret_n = n;
	return 0;
}

int dataplane_port_get(const struct dataplane *dp, uint32_t ifindex, struct ndpx_port_at *ret,
		       struct error *err)
{
	struct ndpx_port port;

	if (bpf_map_lookup_elem(dp->fds[MAP_PORTS], &ifindex, &port))
		return errno == ENOENT ? -ENOENT : dataplane_fail(err, errno, "reading a port");
	*ret = *state_of(&port, space_generation(dp->space));
	return 0;
}

struct any_list {
	struct port_state *items; /* owned */
	size_t n;
	size_t size; /* of a value */
};

/* What of a port's entry every version has alike, and the name where it is of this one. */
static int add_any(void *arg, const void *key, const void *value)
{
	struct any_list *list = arg;
	struct port_state state = { 0 };

	memcpy(&state.ifindex, key, sizeof(state.ifindex));
	memcpy(&state.flags, value, sizeof(state.flags));
	if (list->size == sizeof(struct ndpx_port))
		snprintf(state.dev, sizeof(state.dev), "%.*s", (int)sizeof(state.dev) - 1,
			 (const char *)value + offsetof(struct ndpx_port, dev));
	return array_push(list->items, list->n, state) ? 0 : -ENOMEM;
}

int dataplane_ports_list(const char *bpffs, struct port_state **ret, size_t *ret_n,
			 struct error *err)
{
	char dir[PATH_MAX], path[PATH_MAX];
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	struct any_list list = { 0 };
	int r = 0, fd;

	*ret = NULL;
	*ret_n = 0;
	dataplane_instance_dir(bpffs, DATAPLANE_PORTS, dir);
	fd = bpf_obj_get(dataplane_path(dir, NDPX_MAP_PORTS, path));
	if (fd < 0)
		return errno == ENOENT ? 0 : dataplane_fail(err, errno, path);
	if (!bpf_obj_get_info_by_fd(fd, &info, &len) &&
	    info.key_size == sizeof(list.items->ifindex) &&
	    info.value_size >= sizeof(list.items->flags)) {
		list.size = info.value_size;
		r = dataplane_each(fd, info.key_size, info.value_size, add_any, &list);
	}
	close(fd);
	if (r) {
		free(list.items);
		return dataplane_fail(err, -r, "reading the ports");
	}
	if (list.n)
		qsort(list.items, list.n, sizeof(*list.items), by_ifindex);
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}

int dataplane_ports_inherit(struct dataplane *dp, const char *bpffs, struct error *err)
{
	struct port_state *list;
	size_t n, i;
	int r = dataplane_ports_list(bpffs, &list, &n, err);

	for (i = 0; i < n && !r; i++) {
		struct ndpx_port port = { .flags = list[i].flags };

		memcpy(port.dev, list[i].dev, sizeof(port.dev));
		if (bpf_map_update_elem(dp->fds[MAP_PORTS], &list[i].ifindex, &port, BPF_ANY))
			r = dataplane_fail(err, errno, "ports");
	}
	free(list);
	return r;
}

int dataplane_sections(const struct dataplane *dp, struct ndpx_sections *ret, struct error *err)
{
	__u32 slot = dataplane_which(dp);

	if (bpf_map_lookup_elem(dp->fds[MAP_SECTIONS], &slot, ret))
		return dataplane_fail(err, errno, "sections");
	return 0;
}

/* NULL: not to be a guest port. */
static const struct guest_port *desired(const struct ports_change *change, uint32_t ifindex)
{
	if (!change->n)
		return NULL;
	return bsearch(&ifindex, change->ports, change->n, sizeof(*change->ports), by_ifindex);
}

/* A port keeps its name when it goes: the interface may be gone already. */
static bool is_as_desired(const struct ndpx_port *port, __u64 generation,
			  const struct guest_port *want)
{
	return !memcmp(state_of(port, generation), want ? &want->at : &nowhere, sizeof(nowhere)) &&
	       (!want || !strncmp(port->dev, want->dev, sizeof(port->dev)));
}

bool dataplane_ports_differ(const struct dataplane *dp, const struct ports_change *change)
{
	__u64 generation = space_generation(dp->space);
	struct ndpx_sections now;
	struct error ignored;
	struct known *list = NULL;
	size_t n = 0, i, there = 0;
	bool differ;

	differ = dataplane_sections(dp, &now, &ignored) ||
		 memcmp(&now, change->sections, sizeof(now)) != 0 || read_ports(dp, &list, &n);
	for (i = 0; i < n && !differ; i++) {
		const struct guest_port *want = desired(change, list[i].ifindex);

		differ = !is_as_desired(&list[i].port, generation, want);
		there += want != NULL;
	}
	free(list);
	return differ || there != change->n;
}

/* One port: what holds until `generation`, what from it on. `port`: all zero for a new one. */
static int stage_port(struct dataplane *dp, uint32_t ifindex, struct ndpx_port port,
		      const struct guest_port *want, __u64 generation)
{
	__u64 current = space_generation(dp->space);
	struct ndpx_port_at now = *state_of(&port, current);

	if (is_as_desired(&port, current, want))
		return 0;
	port.at[0] = now;
	port.at[1] = want ? want->at : nowhere;
	if (want)
		memcpy(port.dev, want->dev, sizeof(port.dev));
	port.since = generation;
	return bpf_map_update_elem(dp->fds[MAP_PORTS], &ifindex, &port, BPF_ANY) ? -errno : 0;
}

static int stage_all(struct dataplane *dp, const struct ports_change *change, __u64 generation)
{
	static const struct ndpx_port nothing;
	struct known *list = NULL;
	size_t n = 0, i;
	int r = read_ports(dp, &list, &n);

	for (i = 0; i < n && !r; i++)
		r = stage_port(dp, list[i].ifindex, list[i].port, desired(change, list[i].ifindex),
			       generation);
	for (i = 0; i < change->n && !r; i++) {
		const struct guest_port *want = &change->ports[i];

		if (!n || !bsearch(&want->ifindex, list, n, sizeof(*list), by_ifindex))
			r = stage_port(dp, want->ifindex, nothing, want, generation);
	}
	free(list);
	return r;
}

int dataplane_ports_stage(struct dataplane *dp, const struct ports_change *change, __u64 generation,
			  __u32 which)
{
	struct ndpx_sections now;
	struct error ignored;

	if (!change && dataplane_sections(dp, &now, &ignored))
		return -ignored.code;
	if (bpf_map_update_elem(dp->fds[MAP_SECTIONS], &which, change ? change->sections : &now,
				BPF_ANY))
		return -errno;
	return change ? stage_all(dp, change, generation) : 0;
}

int dataplane_ports_recover(struct dataplane *dp)
{
	__u64 generation = space_generation(dp->space);
	struct known *list = NULL;
	size_t n = 0, i;
	int r = read_ports(dp, &list, &n);

	for (i = 0; i < n && !r; i++) {
		struct ndpx_port *port = &list[i].port;

		if (generation >= port->since)
			continue;
		port->at[1] = port->at[0];
		port->since = generation;
		if (bpf_map_update_elem(dp->fds[MAP_PORTS], &list[i].ifindex, port, BPF_EXIST))
			r = -errno;
	}
	free(list);
	return r;
}
