// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What hangs on guest ports: a pinned TCX link each, or a clsact filter. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "dataplane/internal.h"

/* The hook of one port; `dp` is NULL where nothing will be attached. */
static int port_clsact(void *arg, uint32_t ifindex, bool ours, struct error *err)
{
	struct dataplane *dp = arg;
	struct ndpx_port port;

	if (bpf_map_lookup_elem(dp->fds[MAP_PORTS], &ifindex, &port))
		return dataplane_fail(err, errno, "ports");
	if (ours == !!(port.flags & NDPX_R_CLSACT))
		return 1;
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

/* Before anything is done to a port: what there may be to undo. */
static int note_port(struct dataplane *dp, uint32_t ifindex, const char *dev, struct error *err)
{
	struct ndpx_port fresh = { 0 };

	snprintf(fresh.dev, sizeof(fresh.dev), "%s", dev);
	if (bpf_map_update_elem(dp->fds[MAP_PORTS], &ifindex, &fresh, BPF_NOEXIST) &&
	    errno != EEXIST)
		return dataplane_fail(err, errno, "ports");
	return 0;
}

#define FEW_PORTS 16 /* to attach at once: as many grace periods take 0.2 s */

static struct attach_report look(struct dataplane *dp, const struct guest_port *port)
{
	struct hook h = port_hook(dp->dir, port->ifindex, port->dev, dp);
	struct attach_report rep = { 0 };
	bool behind;

	hook_finish_rename(&h);
	hook_look(&h, &rep.now, &behind);
	rep.attached = rep.now.mode == NDPX_MODE_NONE;
	rep.swapped =
		!rep.attached && (behind || dp->record.object_hash != dataplane_object_hash());
	return rep;
}

void dataplane_ports_look(struct dataplane *dp, const struct guest_port *ports, size_t n,
			  struct attach_report *ret)
{
	struct error ignored;
	size_t i, fresh = 0;

	for (i = 0; i < n; i++) {
		ret[i] = look(dp, &ports[i]);
		fresh += ret[i].attached;
	}
	dp->many_ports = fresh > FEW_PORTS;
	for (i = 0; i < n && dp->many_ports; i++) {
		struct hook h = port_hook(dp->dir, ports[i].ifindex, ports[i].dev, dp);

		h.many = true;
		/* Whatever goes wrong here does so again, and is told of, when it is attached. */
		if (ret[i].attached && hook_wants_filter(&h) &&
		    !note_port(dp, ports[i].ifindex, ports[i].dev, &ignored))
			hook_make_clsact(&h, &ignored);
	}
}

int dataplane_port_attach(struct dataplane *dp, const struct guest_port *port,
			  struct attach_report *rep, struct error *err)
{
	struct hook h = port_hook(dp->dir, port->ifindex, port->dev, dp);
	enum ndpx_mode mode;
	int prog, r;

	if (!rep->attached && !rep->swapped)
		return 0;
	h.many = dp->many_ports;
	r = note_port(dp, port->ifindex, port->dev, err);
	prog = r ? r : port_program(dp, err);
	if (prog < 0)
		return prog;
	r = rep->attached ? hook_attach_tc(&h, prog, &mode, err)
			  : hook_swap(&h, &rep->now, prog, err);
	if (r)
		return r;
	hook_look(&h, &rep->now, NULL);
	return 0;
}

void dataplane_port_attachment(const struct dataplane *dp, struct port_state *port)
{
	const struct hook h = port_hook(dp->dir, port->ifindex, "", NULL);

	hook_look(&h, &port->attachment, NULL);
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

void dataplane_ports_forget(struct dataplane *dp, const uint32_t *ifindexes, size_t n)
{
	size_t i;

	/* A program may still read an entry, which since kernel 6.1 is another's at once. */
	if (n)
		space_grace_period(dp->space);
	for (i = 0; i < n; i++)
		bpf_map_delete_elem(dp->fds[MAP_PORTS], &ifindexes[i]);
}
