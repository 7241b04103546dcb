// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `guest show`: the rules, one a line as `guest import` reads them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "verbs/guest_print.h"

struct filter {
	bool has_target;
	struct rule target;
	bool has_dev;
	struct place place;
	enum ndpx_origin origin; /* NDPX_ORIGIN_NONE: all */
};

static int parse_filter(int argc, char **argv, struct filter *ret, struct error *err)
{
	struct error why;
	int i, r;

	memset(ret, 0, sizeof(*ret));
	if (argc && strcmp(argv[0], "dev") != 0 && strcmp(argv[0], "origin") != 0 &&
	    strcmp(argv[0], "vlan") != 0) {
		r = parse_target(argv[0], &ret->target, err);
		if (r)
			return r;
		ret->has_target = true;
		argc--;
		argv++;
	}
	/* The rest is pairs; that of "origin" is taken out before the others are read. */
	for (i = 0; i < argc; i += 2) {
		if (strcmp(argv[i], "origin") != 0)
			continue;
		if (i + 1 == argc)
			return error_set(err, EXIT_USAGE, EINVAL, "'origin' needs a value");
		if (ret->origin)
			return error_set(err, EXIT_USAGE, EINVAL, "'origin' is given twice");
		r = parse_origin(argv[i + 1], &ret->origin, &why);
		if (r)
			return error_set(err, EXIT_USAGE, -r, "origin: %s", why.message);
		memmove(argv + i, argv + i + 2, (size_t)(argc - i - 2) * sizeof(*argv));
		argc -= 2;
		i -= 2;
	}
	return command_parse_dev(argc, argv, &ret->place, &ret->has_dev, err);
}

static bool passes(const struct filter *f, const struct entry *e)
{
	if (e->policy.action != NDPX_ACT_ANSWER)
		return false;
	if (f->origin && e->policy.origin != f->origin)
		return false;
	if (f->place.have_vlan && e->key.vlan != f->place.vlan)
		return false;
	return !f->has_target || (e->key.bits == f->target.bits &&
				  !memcmp(e->key.addr, &f->target.addr, sizeof(e->key.addr)));
}

static int show_instance(const struct command *cmd, const struct instance *in,
			 const struct filter *f, struct output *out, struct error *err)
{
	struct entry_stats *stats = NULL;
	struct timespec mono, real;
	struct entry *entries;
	size_t n, i;
	int r;

	r = dataplane_read(in->dp, &entries, cmd->stats ? &stats : NULL, &n, err);
	if (r)
		return r;
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	for (i = 0; i < n; i++) {
		if (passes(f, &entries[i]))
			guest_print(out, in->dev, &entries[i], stats ? &stats[i] : NULL,
				    (uint64_t)mono.tv_sec * 1000000000u + (uint64_t)mono.tv_nsec,
				    (double)real.tv_sec + (double)real.tv_nsec / 1e9);
	}
	free(entries);
	free(stats);
	return 0;
}

int guest_show(struct command *cmd)
{
	struct instance *instances = NULL;
	struct filter filter;
	struct output out;
	struct error err;
	size_t n = 0, i, shown = 0;
	int r;

	r = parse_filter(cmd->argc, cmd->argv, &filter, &err);
	if (!r)
		r = dataplane_instances(cmd->bpffs, filter.has_dev ? filter.place.dev : NULL,
					&instances, &n, &err);
	if (!r) {
		for (i = 0; i < n; i++)
			shown += instances[i].dp != NULL;
		if (!shown)
			r = error_set(&err, EXIT_NOT_ATTACHED, ENOENT, "%s: not attached",
				      filter.has_dev ? filter.place.dev : "no uplink");
	}
	if (r) {
		dataplane_close_instances(instances, n);
		return command_fail(cmd, &err);
	}
	out_start(&out, stdout, cmd->json, cmd->pretty);
	out_array(&out, "guests");
	for (i = 0; i < n && !r; i++) {
		if (instances[i].dp)
			r = show_instance(cmd, &instances[i], &filter, &out, &err);
	}
	out_close(&out, ']');
	dataplane_close_instances(instances, n);
	return r ? command_fail(cmd, &err) : command_finish(cmd, &out, EXIT_DONE);
}
