// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `status`: what is attached where, how, since when, with how many rules. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <time.h>

#include "cli/before.h"
#include "cli/command.h"
#include "verbs/status_ports.h"
#include "dataplane/dataplane.h"

static void print_settings(const struct instance *in, struct output *out)
{
	const struct ndpx_settings *set = dataplane_settings(in->dp);
	char text[INET6_ADDRSTRLEN], mac[18];

	out_string(out, "lladdr", "    lladdr %s, ", mac_text(set->mac, mac));
	if (set->source_mode == NDPX_SOURCE_FIXED) {
		inet_ntop(AF_INET6, set->source, text, sizeof(text));
		out_string(out, "source", "source %s", text);
	} else {
		out_string(out, "source", "source %s",
			   source_name((enum ndpx_source)set->source_mode));
	}
	out_number(out, "rate", set->rate ? ", rate %llu" : NULL, set->rate);
	out_number(out, "lease", set->lease ? ", lease %llu" : NULL, set->lease);
	out_bool(out, "lease_over", " (run out: nothing is answered, start 'ndpx run')",
		 dataplane_lease_is_over(in->dp));
	out_bool(out, "strict_lladdr", ", strict_lladdr", set->flags & NDPX_S_STRICT_LLADDR);
	out_bool(out, "paused", ", paused", set->flags & NDPX_S_PAUSED);
	out_text(out, "\n");
}

static void print_rules(const struct ndpx_counts *t, struct output *out)
{
	out_number(out, "guests", "    guests %llu", t->guests);
	out_number(out, "prefixes", ", prefixes %llu", t->prefixes);
	out_number(out, "denies", ", denies %llu", t->denies);
	out_number(out, "own_addresses", ", own addresses %llu\n", t->own);
}

static void print_vlans(const struct ndpx_record *record, struct output *out)
{
	__u32 i;

	out_array(out, "vlans");
	for (i = 0; i < record->n_vlans && i < NDPX_MAX_VLANS; i++) {
		if (record->vlans[i])
			out_number(out, NULL, " vlan %llu", record->vlans[i]);
		else
			out_number(out, NULL, NULL, 0);
	}
	out_close(out, ']');
}

static int print_attached(struct instance *in, struct output *out, struct error *err)
{
	struct ndpx_record *record = dataplane_record(in->dp);
	struct before before[DATAPLANE_BEFORE];
	struct ndpx_counts counts;
	char since[32];
	int r = rule_counts_read(in->dp, &counts, err);

	if (r)
		return r;
	print_vlans(record, out);
	out_string(out, "mode", ": %s", mode_name(in->attachment.mode));
	out_string(out, "hook", " (%s)",
		   in->attachment.mode == NDPX_MODE_TCX	     ? "tcx"
		   : in->attachment.mode == NDPX_MODE_CLSACT ? "clsact"
							     : "xdp");
	out_number(out, "prog_id", ", prog %llu", in->attachment.prog_id);
	if (in->attachment.link_id)
		out_number(out, "link_id", ", link %llu", in->attachment.link_id);
	out_string(out, "since", ", since %s", time_text((double)record->attached_at, since));
	out_string(out, "release", ", by ndpx %s\n", record->release);
	before_print(before, attachment_before(in->ifindex, &in->attachment, before), "    ", out);
	print_settings(in, out);
	print_rules(&counts, out);
	out_string(out, "groups", "    groups %s",
		   want_groups_name((enum want_groups)record->groups));
	out_bool(out, "allmulti", ", allmulticast switched on by ndpx",
		 record->flags & NDPX_R_ALLMULTI);
	out_text(out, "\n");
	return 0;
}

static int print_instance(struct instance *in, struct output *out, struct error *err)
{
	bool attached = in->attachment.mode != NDPX_MODE_NONE;
	int r = 0;

	out_object(out, NULL);
	out_string(out, "dev", "%s", in->dev);
	out_number(out, "ifindex", NULL, in->ifindex);
	out_bool(out, "attached", NULL, attached);
	if (attached && !in->dp) {
		out_string(out, "mode", ": %s", mode_name(in->attachment.mode));
		out_number(out, "prog_id", ", prog %llu", in->attachment.prog_id);
		out_text(out, ", by another version of ndpx: run 'ndpx apply' to replace it\n");
	} else if (attached)
		r = print_attached(in, out, err);
	else
		out_text(out, ": pinned but not attached: run 'ndpx apply' to attach it again, "
			      "'ndpx down' to remove it\n");
	out_close(out, '}');
	return r;
}

int verb_status(struct command *cmd)
{
	size_t n = 0, i, attached = 0;
	struct instance *instances;
	struct place place;
	struct output out;
	struct error err;
	bool named, is_port, ports = false, ports_ok = true;
	uint16_t vlan;
	int r;

	r = command_parse_dev(cmd->argc, cmd->argv, &place, &named, &err);
	if (!r)
		r = dataplane_instances(cmd->bpffs, named ? place.dev : NULL, &instances, &n, &err);
	if (r)
		return command_fail(cmd, &err);
	/* A VLAN that is not an uplink is not attached, whatever else its device carries. */
	if (n && instances[0].dp && place.have_vlan &&
	    command_choose_vlan(dataplane_record(instances[0].dp), &place, &vlan, &err)) {
		dataplane_close_instances(instances, n);
		instances = NULL;
		n = 0;
	}
	out_start(&out, stdout, cmd->json, cmd->pretty);
	out_array(&out, "uplinks");
	for (i = 0; i < n && !r; i++) {
		r = print_instance(&instances[i], &out, &err);
		attached += instances[i].attachment.mode != NDPX_MODE_NONE;
	}
	out_close(&out, ']');
	dataplane_close_instances(instances, n);
	/* A guest port's word is a name, whatever else it would mean: vif1.1. */
	is_port = !n && dataplane_is_port(cmd->bpffs, command_dev_arg(cmd->argc, cmd->argv));
	if (!r && (!named || is_port))
		r = status_ports(cmd, &out, &ports, &ports_ok, &err);
	if (r)
		return command_fail(cmd, &err);
	if (!n && !is_port)
		out_text(&out, "%s: not attached\n", named ? place.dev : "no uplink");
	return command_finish(cmd, &out,
			      attached == n && (n || ports) && ports_ok ? EXIT_DONE
									: EXIT_NOT_ATTACHED);
}
