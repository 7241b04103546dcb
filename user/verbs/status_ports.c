// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What `status` says of guest ports: the sections, as their rules tell, and the interfaces. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/before.h"
#include "verbs/status_ports.h"
#include "dataplane/dataplane.h"

int ports_count(const struct dataplane *dp, struct ports_count *ret, struct error *err)
{
	struct ports_count count = { 0 };
	struct port_state *list;
	char name[IFNAMSIZ];
	size_t n, i;
	int r = dataplane_ports_read(dp, &list, &n, err);

	if (r)
		return r;
	for (i = 0; i < n; i++) {
		/* A guest that is shut down takes its port along: nothing is wrong with that. */
		if (!list[i].at.l3_dev || !if_indextoname(list[i].ifindex, name))
			continue;
		dataplane_port_attachment(dp, &list[i]);
		count.ports++;
		count.detached += list[i].attachment.mode == NDPX_MODE_NONE;
		if (list[i].attachment.mode != NDPX_MODE_NONE) {
			count.mode = list[i].attachment.mode;
			count.prog_id = list[i].attachment.prog_id;
		}
	}
	free(list);
	*ret = count;
	return 0;
}

/* What the sections are printed from. */
struct pinned_ports {
	struct ndpx_sections sections;
	struct entry *entries; /* owned, as `ports` */
	struct port_state *ports;
	size_t n_entries, n_ports;
};

static void print_marked(const struct pinned_ports *pinned, __u16 group, __u8 mark, const char *key,
			 struct output *out)
{
	char text[RULE_TEXT_LEN];
	bool first = true;
	size_t i;

	out_array(out, key);
	for (i = 0; i < pinned->n_entries; i++) {
		const struct entry *e = &pinned->entries[i];

		if ((e->key.vlan != group && e->key.vlan != NDPX_ALL_SECTIONS) ||
		    e->policy.action != NDPX_ACT_ANSWER || !(e->policy.flags & mark))
			continue;
		if (first)
			out_text(out, " %s ", key);
		out_string(out, NULL, first ? "%s" : ", %s",
			   target_text((const struct in6_addr *)e->key.addr, e->key.bits, text));
		first = false;
	}
	out_close(out, ']');
}

static void print_port(const struct port_state *port, struct output *out)
{
	struct before before[DATAPLANE_BEFORE];
	char name[IFNAMSIZ], mac[18];

	if (!if_indextoname(port->ifindex, name))
		return;
	out_object(out, NULL);
	out_string(out, "dev", "        %s", name);
	out_number(out, "ifindex", NULL, port->ifindex);
	out_bool(out, "attached", NULL, port->attachment.mode != NDPX_MODE_NONE);
	out_string(out, "hook", ": %s",
		   port->attachment.mode == NDPX_MODE_TCX      ? "tcx"
		   : port->attachment.mode == NDPX_MODE_CLSACT ? "clsact"
							       : "not attached");
	out_string(out, "lladdr", ", lladdr %s\n", mac_text(port->at.mac, mac));
	before_print(before, attachment_before(port->ifindex, &port->attachment, before),
		     "            ", out);
	out_close(out, '}');
}

static void print_section(const struct dataplane *dp, const struct pinned_ports *pinned,
			  __u16 group, struct output *out)
{
	struct port_state *ports = pinned->ports;
	size_t i;

	out_object(out, NULL);
	out_string(out, "pattern", "    \"%s\"", pinned->sections.pattern[group]);
	print_marked(pinned, group, NDPX_F_GATEWAY, "gateway", out);
	print_marked(pinned, group, NDPX_F_ONLINK, "onlink", out);
	out_text(out, "\n");
	out_array(out, "devices");
	for (i = 0; i < pinned->n_ports; i++) {
		if (!ports[i].at.l3_dev || ports[i].at.group != group)
			continue;
		dataplane_port_attachment(dp, &ports[i]);
		print_port(&ports[i], out);
	}
	out_close(out, ']');
	out_close(out, '}');
}

static int print_sections(struct dataplane *dp, struct output *out, struct error *err)
{
	struct pinned_ports pinned = { 0 };
	__u32 i;
	int r = dataplane_sections(dp, &pinned.sections, err);

	if (!r)
		r = dataplane_read(dp, &pinned.entries, NULL, &pinned.n_entries, err);
	if (!r)
		r = dataplane_ports_read(dp, &pinned.ports, &pinned.n_ports, err);
	out_array(out, "sections");
	for (i = 0; i < pinned.sections.n && i < NDPX_MAX_SECTIONS && !r; i++)
		print_section(dp, &pinned, (__u16)i, out);
	out_close(out, ']');
	free(pinned.entries);
	free(pinned.ports);
	return r;
}

static int print_ports(struct dataplane *dp, struct output *out, bool *ret_ok, struct error *err)
{
	struct ndpx_record *record = dataplane_record(dp);
	struct ports_count count;
	struct ndpx_counts counts;
	char since[32];
	int r = ports_count(dp, &count, err);

	if (!r)
		r = rule_counts_read(dp, &counts, err);
	if (r)
		return r;
	*ret_ok = !count.detached;
	out_bool(out, "attached", NULL, !count.detached);
	out_string(out, "mode", ": %s", count.ports > count.detached ? "tc" : "none");
	if (count.prog_id)
		out_number(out, "prog_id", ", prog %llu", count.prog_id);
	out_string(out, "since", ", since %s", time_text((double)record->attached_at, since));
	out_string(out, "release", ", by ndpx %s", record->release);
	out_bool(out, "paused", ", paused", dataplane_settings(dp)->flags & NDPX_S_PAUSED);
	out_text(out, "\n");
	r = print_sections(dp, out, err);
	out_number(out, "guests", "    guests %llu", counts.guests);
	out_number(out, "prefixes", ", prefixes %llu", counts.prefixes);
	out_number(out, "denies", ", denies %llu", counts.denies);
	out_number(out, "own_addresses", ", own addresses %llu\n", counts.own);
	return r;
}

int status_ports(const struct command *cmd, struct output *out, bool *ret_there, bool *ret_ok,
		 struct error *err)
{
	struct dataplane *dp = NULL;
	int r = dataplane_open(cmd->bpffs, DATAPLANE_PORTS, &dp, err);

	*ret_there = r == 0 || r == -EPROTO;
	*ret_ok = true;
	if (r == -ENOENT && dataplane_ports_pinned(cmd->bpffs)) {
		*ret_ok = false;
		out_object(out, "ports");
		out_bool(out, "attached", NULL, false);
		out_text(out, "ports: pinned but not attached: run 'ndpx apply' to attach them "
			      "again, 'ndpx down' to remove them\n");
		out_close(out, '}');
	}
	if (r == -ENOENT)
		return 0;
	if (r && r != -EPROTO)
		return r;
	out_object(out, "ports");
	out_text(out, "ports");
	if (r) {
		out_bool(out, "attached", NULL, true);
		out_text(out, ": by another version of ndpx: run 'ndpx apply' to replace it\n");
		r = 0;
	} else {
		r = print_ports(dp, out, ret_ok, err);
	}
	out_close(out, '}');
	dataplane_close(dp);
	return r;
}
