// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `explain`: what the attached program does with a solicitation, and why. It collects; explain_print.c says it. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "verbs/explain_story.h"

/* One argument, or with its value two: returns how many, 0: not known; -errno. */
static int parse_arg(const char *arg, const char *value, struct explain_args *w, struct error *err)
{
	if (!strcmp(arg, "dad"))
		return w->dad = 1;
	if (!strcmp(arg, "probe"))
		return w->probe = 1;
	if (!strcmp(arg, "frame")) {
		w->frame = value;
		return 2;
	}
	if (!strcmp(arg, "from")) {
		if (inet_pton(AF_INET6, value, &w->solicitation.source) != 1)
			return error_set(err, EXIT_USAGE, EINVAL, "from '%s': not an IPv6 address",
					 value);
		w->have_from = true;
		return 2;
	}
	if (!w->have_target && inet_pton(AF_INET6, arg, &w->target) == 1)
		return w->have_target = 1;
	return 0;
}

static int check_words(const struct explain_args *w, bool have_dev, struct error *err)
{
	if (!have_dev)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "explain: 'dev DEV' is missing: on which uplink?");
	if (w->have_target == !!w->frame)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "explain: expected one address, or 'frame HEX'");
	if (w->frame && (w->dad || w->probe || w->have_from))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "explain: 'frame' excludes dad, probe and from");
	if (w->dad && (w->probe || w->have_from))
		return error_set(err, EXIT_USAGE, EINVAL, "explain: 'dad' excludes probe and from");
	return 0;
}

/* `argv` is left with the words that say where, for command_parse_dev(). */
static int parse_args(int argc, char **argv, struct explain_args *w, struct error *err)
{
	bool have_dev = false;
	int i, n, left = 0, r;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < argc; i += n) {
		bool where = !strcmp(argv[i], "dev") || !strcmp(argv[i], "vlan");
		bool takes = where || !strcmp(argv[i], "from") || !strcmp(argv[i], "frame");

		if (takes && i + 1 == argc)
			return error_set(err, EXIT_USAGE, EINVAL, "explain: '%s' needs a value",
					 argv[i]);
		n = where ? 2 : parse_arg(argv[i], takes ? argv[i + 1] : NULL, w, err);
		if (n < 0)
			return n;
		if (!n)
			return error_set(err, EXIT_USAGE, EINVAL,
					 w->have_target ? "explain: unknown argument '%s'"
							: "explain: '%s' is not an IPv6 address",
					 argv[i]);
		if (where) {
			argv[left++] = argv[i];
			argv[left++] = argv[i + 1];
		}
	}
	r = command_parse_dev(left, argv, &w->place, &have_dev, err);
	if (!r)
		r = check_words(w, have_dev, err);
	w->solicitation.kind = w->dad	  ? SOLICITATION_DAD
			       : w->probe ? SOLICITATION_PROBE
					  : SOLICITATION_MULTICAST;
	return r;
}

static int make_frame(struct dataplane *dp, struct story *s, struct error *err)
{
	struct solicitation *q = &s->args.solicitation;
	struct in6_addr from;
	int n, r;

	if (s->args.frame) {
		n = frame_from_hex(s->args.frame, s->frame);
		if (n < 0)
			return error_set(err, EXIT_USAGE, EINVAL,
					 "frame: expected up to %d bytes in hex, as tcpdump -xx "
					 "prints it",
					 FRAME_ROOM);
		s->len = (size_t)n;
		return 0;
	}
	if (s->is_port) {
		memcpy(q->port_mac, s->port.at.mac, sizeof(q->port_mac));
	} else {
		r = command_choose_vlan(dataplane_record(dp), &s->args.place, &s->vlan, err);
		if (r)
			return r;
		q->vlan = s->vlan;
		memcpy(q->port_mac, ndpx_link_of(dataplane_settings(dp), s->vlan)->mac,
		       sizeof(q->port_mac));
	}
	q->target = s->args.target;
	from = q->source;
	solicitation_requester(q);
	if (s->args.have_from)
		q->source = from;
	s->len = solicitation_build(q, s->frame);
	return 0;
}

static unsigned int common_bits(const uint8_t *a, const uint8_t *b)
{
	unsigned int i;

	for (i = 0; i < 128; i++) {
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8))
			break;
	}
	return i;
}

/* The rules that answer on this VLAN and share most of the address, the closest first. */
static int find_nearest(struct dataplane *dp, struct story *s, struct error *err)
{
	unsigned int bits[EXPLAIN_NEAREST] = { 0 }, b;
	struct entry *entries, *best;
	size_t n, i, at;
	int r = dataplane_read(dp, &entries, NULL, &n, err);

	if (r)
		return r;
	best = calloc(EXPLAIN_NEAREST + 1, sizeof(*best));
	for (i = 0; best && i < n; i++) {
		if (entries[i].policy.action != NDPX_ACT_ANSWER ||
		    (entries[i].key.vlan != s->vlan &&
		     !(s->is_port && entries[i].key.vlan == NDPX_ALL_SECTIONS)))
			continue;
		b = common_bits(entries[i].key.addr, s->args.target.s6_addr);
		for (at = s->n_nearest; at > 0 && bits[at - 1] < b; at--) {
			best[at] = best[at - 1];
			if (at < EXPLAIN_NEAREST)
				bits[at] = bits[at - 1];
		}
		if (at == EXPLAIN_NEAREST)
			continue;
		best[at] = entries[i];
		bits[at] = b;
		s->n_nearest += s->n_nearest < EXPLAIN_NEAREST;
	}
	free(entries);
	s->nearest = best;
	return best ? 0 : error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
}

static int find_out(struct dataplane *dp, struct story *s, struct error *err)
{
	int r = make_frame(dp, s, err);

	if (!r)
		r = s->is_port ? dataplane_test_run_port(dp, &s->port, s->frame, s->len,
							 &s->test_run, err)
			       : dataplane_test_run(dp, s->frame, s->len, &s->test_run, err);
	if (!r && !s->args.frame)
		r = match_rule(dp, s->vlan, &s->args.target, &s->rule, err);
	if (!r && !s->args.frame && s->test_run.verdict == NDPX_V_NO_GUEST)
		r = find_nearest(dp, s, err);
	return r ? r : explain_obstacles(dp, s, err);
}

/* The instance of a guest port, and the port. -ENOENT, *err untouched: it is none. */
static int open_port(struct command *cmd, struct story *s, struct dataplane **ret,
		     struct error *err)
{
	uint32_t ifindex = if_nametoindex(s->args.place.dev);
	struct port_state *list = NULL;
	size_t n = 0, i;
	int r;

	if (!dataplane_is_port(cmd->bpffs, s->args.place.dev))
		return -ENOENT;
	r = dataplane_open(cmd->bpffs, DATAPLANE_PORTS, ret, err);
	if (r)
		return -ENOENT;
	r = dataplane_ports_read(*ret, &list, &n, err);
	for (i = 0; i < n && !r; i++) {
		if (list[i].ifindex != ifindex || !list[i].at.l3_dev)
			continue;
		dataplane_port_attachment(*ret, &list[i]);
		s->is_port = true;
		s->port = list[i];
		s->vlan = list[i].at.group;
	}
	free(list);
	if (!r && !s->is_port)
		r = -ENOENT;
	if (!r && s->args.place.have_vlan)
		r = error_set(err, EXIT_USAGE, EINVAL,
			      "%s: a guest port: tagged frames are not answered there",
			      s->args.place.dev);
	if (r) {
		dataplane_close(*ret);
		*ret = NULL;
	}
	return r;
}

/* The instance that answers on the device named, under the lock. */
static int open_device(struct command *cmd, struct story *s, struct dataplane **ret, int *ret_lock,
		       struct error *err)
{
	struct attachment at = { 0 };
	int r = 0;

	*ret_lock = -1;
	if (dataplane_is_port(cmd->bpffs, s->args.place.dev)) {
		r = dataplane_lock(cmd->bpffs, false, ret_lock, err);
		if (r)
			return r;
		r = open_port(cmd, s, ret, err);
		if (r && r != -ENOENT)
			return r;
		if (!r) {
			r = dataplane_recover(*ret, err);
			at = s->port.attachment;
		} else {
			dataplane_unlock(*ret_lock);
			*ret_lock = -1;
		}
	}
	if (!s->is_port) {
		r = command_open(cmd, s->args.place.dev, ret, ret_lock, err);
		if (!r)
			dataplane_attachment(*ret, &at);
	}
	if (!r && at.mode == NDPX_MODE_NONE)
		r = error_set(err, EXIT_NOT_ATTACHED, ENOENT,
			      "%s: pinned but not attached: run 'ndpx apply'", s->args.place.dev);
	return r;
}

int verb_explain(struct command *cmd)
{
	struct dataplane *dp = NULL;
	struct output out;
	struct story s = { 0 };
	struct error err;
	int lock = -1, r;

	r = parse_args(cmd->argc, cmd->argv, &s.args, &err);
	if (!r)
		r = open_device(cmd, &s, &dp, &lock, &err);
	if (!r)
		r = find_out(dp, &s, &err);
	if (lock >= 0)
		dataplane_unlock(lock);
	if (!r) {
		out_start(&out, stdout, cmd->json, cmd->pretty);
		out_object(&out, "explain");
		explain_print(&s, &out);
		out_close(&out, '}');
		r = command_finish(cmd, &out, EXIT_DONE);
	} else {
		r = command_fail(cmd, &err);
	}
	dataplane_close(dp);
	free(s.nearest);
	return r;
}
