// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The guest ports of their instance: a link pin and an entry of `ports` each. The entry
 * is made before anything is attached and goes after everything is undone, so it always
 * says what there may be to undo; what the program makes of it goes by the generation.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/internal.h"

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

/* All ifindexes in a map of ports; they are few, so one by one. -errno. */
static int read_keys(int fd, uint32_t **ret, size_t *ret_n)
{
	uint32_t *keys = NULL, *more, key, *before = NULL;
	size_t n = 0;

	while (!bpf_map_get_next_key(fd, before, &key)) {
		more = realloc(keys, (n + 1) * sizeof(*keys));
		/* More than fit: the map changed under us, which the lock forbids. */
		if (!more || n > NDPX_MAX_PORTS) {
			free(more ? more : keys);
			return more ? -EBUSY : -ENOMEM;
		}
		keys = more;
		keys[n] = key;
		before = &keys[n++];
	}
	if (n)
		qsort(keys, n, sizeof(*keys), by_ifindex);
	*ret = keys;
	*ret_n = n;
	return 0;
}

/* The hook of one port; `dp` is NULL where nothing will be attached. */
static int port_clsact(void *arg, uint32_t ifindex, bool ours, struct error *err)
{
	struct dataplane *dp = arg;
	struct ndpx_port port;

	if (bpf_map_lookup_elem(dp->fds[MAP_PORTS], &ifindex, &port))
		return dataplane_fail(err, errno, "ports");
	port.flags = ours ? port.flags | NDPX_R_CLSACT : port.flags & ~NDPX_R_CLSACT;
	if (bpf_map_update_elem(dp->fds[MAP_PORTS], &ifindex, &port, BPF_EXIST))
		return dataplane_fail(err, errno, "ports");
	return 0;
}

static struct hook port_hook(const char *dir, uint32_t ifindex, const char *dev,
			     struct dataplane *dp)
{
	struct hook h = {
		.dir = dir,
		.ifindex = ifindex,
		.dev = dev,
		.program = "ndpx_port",
		.clsact = port_clsact,
		.arg = dp,
	};

	snprintf(h.pin, sizeof(h.pin), DATAPLANE_LINK_PIN "_%u", ifindex);
	return h;
}

int dataplane_ports_read(const struct dataplane *dp, struct port_state **ret, size_t *ret_n,
			 struct error *err)
{
	__u64 generation = space_generation(dp->space);
	struct port_state *list = NULL;
	uint32_t *keys = NULL;
	size_t n = 0, i;
	int r = read_keys(dp->fds[MAP_PORTS], &keys, &n);

	if (!r)
		list = calloc(n + 1, sizeof(*list));
	if (!r && !list)
		r = -ENOMEM;
	if (r) {
		free(keys);
		return dataplane_fail(err, -r, "reading the ports");
	}
	*ret_n = 0;
	for (i = 0; i < n; i++) {
		struct hook h = port_hook(dp->dir, keys[i], "", NULL);
		struct port_state *p = &list[*ret_n];
		struct ndpx_port port;

		if (bpf_map_lookup_elem(dp->fds[MAP_PORTS], &keys[i], &port))
			continue;
		p->ifindex = keys[i];
		p->flags = port.flags;
		snprintf(p->dev, sizeof(p->dev), "%.*s", (int)sizeof(port.dev) - 1, port.dev);
		p->at = *state_of(&port, generation);
		hook_attachment(&h, &p->attachment);
		(*ret_n)++;
	}
	free(keys);
	*ret = list;
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

int dataplane_ports_list(const char *bpffs, struct port_state **ret, size_t *ret_n,
			 struct error *err)
{
	char dir[PATH_MAX], path[PATH_MAX];
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	struct port_state *list = NULL;
	unsigned char *value = NULL;
	uint32_t *keys = NULL;
	size_t n = 0, i;
	int r = 0, fd;

	*ret = NULL;
	*ret_n = 0;
	dataplane_instance_dir(bpffs, DATAPLANE_PORTS, dir);
	fd = bpf_obj_get(dataplane_path(dir, NDPX_MAP_PORTS, path));
	if (fd < 0)
		return errno == ENOENT ? 0 : dataplane_fail(err, errno, path);
	if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.key_size == sizeof(*keys) &&
	    info.value_size >= sizeof(list->flags)) {
		r = read_keys(fd, &keys, &n);
		list = calloc(n + 1, sizeof(*list));
		value = malloc(info.value_size);
		if (!r && (!list || !value))
			r = -ENOMEM;
	}
	for (i = 0; i < n && !r; i++) {
		list[i].ifindex = keys[i];
		if (bpf_map_lookup_elem(fd, &keys[i], value))
			continue;
		memcpy(&list[i].flags, value, sizeof(list[i].flags));
		if (info.value_size == sizeof(struct ndpx_port))
			snprintf(list[i].dev, sizeof(list[i].dev), "%.*s",
				 (int)sizeof(list[i].dev) - 1,
				 (char *)value + offsetof(struct ndpx_port, dev));
	}
	close(fd);
	free(keys);
	free(value);
	if (r) {
		free(list);
		return dataplane_fail(err, -r, "reading the ports");
	}
	*ret = list;
	*ret_n = n;
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
	struct ndpx_port port;
	uint32_t *keys = NULL;
	size_t n = 0, i, there = 0;
	bool differ;

	differ = dataplane_sections(dp, &now, &ignored) ||
		 memcmp(&now, change->sections, sizeof(now)) != 0 ||
		 read_keys(dp->fds[MAP_PORTS], &keys, &n);
	for (i = 0; i < n && !differ; i++) {
		const struct guest_port *want = desired(change, keys[i]);

		differ = bpf_map_lookup_elem(dp->fds[MAP_PORTS], &keys[i], &port) ||
			 !is_as_desired(&port, generation, want);
		there += want != NULL;
	}
	free(keys);
	return differ || there != change->n;
}

/* One port: what holds until `generation`, what from it on. */
static int stage_port(struct dataplane *dp, uint32_t ifindex, const struct guest_port *want,
		      __u64 generation)
{
	__u64 current = space_generation(dp->space);
	struct ndpx_port port = { 0 };
	struct ndpx_port_at now;

	if (bpf_map_lookup_elem(dp->fds[MAP_PORTS], &ifindex, &port) && errno != ENOENT)
		return -errno;
	if (is_as_desired(&port, current, want))
		return 0;
	now = *state_of(&port, current);
	port.at[0] = now;
	port.at[1] = want ? want->at : nowhere;
	if (want)
		memcpy(port.dev, want->dev, sizeof(port.dev));
	port.since = generation;
	return bpf_map_update_elem(dp->fds[MAP_PORTS], &ifindex, &port, BPF_ANY) ? -errno : 0;
}

int dataplane_ports_stage(struct dataplane *dp, const struct ports_change *change, __u64 generation,
			  __u32 which)
{
	struct ndpx_sections now;
	struct error ignored;
	uint32_t *keys = NULL;
	size_t n = 0, i;
	int r = 0;

	if (!change && dataplane_sections(dp, &now, &ignored))
		return -ignored.code;
	if (bpf_map_update_elem(dp->fds[MAP_SECTIONS], &which, change ? change->sections : &now,
				BPF_ANY))
		return -errno;
	if (!change)
		return 0;
	r = read_keys(dp->fds[MAP_PORTS], &keys, &n);
	for (i = 0; i < n && !r; i++)
		r = stage_port(dp, keys[i], desired(change, keys[i]), generation);
	for (i = 0; i < change->n && !r; i++)
		r = stage_port(dp, change->ports[i].ifindex, &change->ports[i], generation);
	free(keys);
	return r;
}

int dataplane_ports_recover(struct dataplane *dp)
{
	__u64 generation = space_generation(dp->space);
	struct ndpx_port port;
	uint32_t *keys = NULL;
	size_t n = 0, i;
	int r = read_keys(dp->fds[MAP_PORTS], &keys, &n);

	for (i = 0; i < n && !r; i++) {
		if (bpf_map_lookup_elem(dp->fds[MAP_PORTS], &keys[i], &port) ||
		    generation >= port.since)
			continue;
		port.at[1] = port.at[0];
		port.since = generation;
		if (bpf_map_update_elem(dp->fds[MAP_PORTS], &keys[i], &port, BPF_EXIST))
			r = -errno;
	}
	free(keys);
	return r;
}

/* The program, loaded once for all ports of a command. */
static int port_program(struct dataplane *dp, struct error *err)
{
	if (dp->port_prog < 0) {
		int fd = dataplane_load(dp, PROGRAM_PORT, err);

		if (fd < 0)
			return fd;
		dp->port_prog = fd;
	}
	return dp->port_prog;
}

int dataplane_port_attach(struct dataplane *dp, uint32_t ifindex, const char *dev,
			  struct attach_report *ret, struct error *err)
{
	struct ndpx_port fresh = { 0 };
	struct hook h = port_hook(dp->dir, ifindex, dev, dp);
	struct attach_report rep = { 0 };
	enum ndpx_mode mode;
	int prog, r;

	hook_finish_rename(&h);
	hook_attachment(&h, &rep.now);
	rep.attached = rep.now.mode == NDPX_MODE_NONE;
	rep.swapped = !rep.attached && (dp->record.object_hash != dataplane_object_hash() ||
					hook_is_behind(&h, &rep.now));
	if (!rep.attached && !rep.swapped) {
		*ret = rep;
		return 0;
	}
	snprintf(fresh.dev, sizeof(fresh.dev), "%s", dev);
	if (bpf_map_update_elem(dp->fds[MAP_PORTS], &ifindex, &fresh, BPF_NOEXIST) &&
	    errno != EEXIST)
		return dataplane_fail(err, errno, "ports");
	prog = port_program(dp, err);
	if (prog < 0)
		return prog;
	r = rep.attached ? hook_attach_tc(&h, prog, &mode, err)
			 : hook_swap(&h, &rep.now, prog, err);
	if (r)
		return r;
	hook_attachment(&h, &rep.now);
	*ret = rep;
	return 0;
}

int dataplane_ports_attached(struct dataplane *dp, struct error *err)
{
	uint64_t hash = dataplane_object_hash();

	if (dp->record.object_hash == hash)
		return 0;
	if (!dp->record.attached_at)
		dp->record.attached_at = (uint64_t)time(NULL);
	dp->record.object_hash = hash;
	snprintf(dp->record.release, sizeof(dp->record.release), "%s", NDPX_VERSION);
	return dataplane_set_record(dp, err);
}

int dataplane_port_detach(const char *bpffs, uint32_t ifindex, struct error *err)
{
	char dir[PATH_MAX];
	struct hook h;

	dataplane_instance_dir(bpffs, DATAPLANE_PORTS, dir);
	h = port_hook(dir, ifindex, "", NULL);
	return hook_detach(&h, err);
}

void dataplane_port_forget(struct dataplane *dp, uint32_t ifindex)
{
	bpf_map_delete_elem(dp->fds[MAP_PORTS], &ifindex);
}
