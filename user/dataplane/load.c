// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The BPF object inside this binary: its maps, its programs, libbpf's messages. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/internal.h"
#include "ndpx.skel.h"

#ifndef BPF_F_XDP_HAS_FRAGS
#define BPF_F_XDP_HAS_FRAGS (1U << 5) /* kernel 5.18 */
#endif

static char last_message[256];
static void (*tell)(const char *line);

static int on_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char line[sizeof(last_message)];

	vsnprintf(line, sizeof(line), fmt, ap);
	line[strcspn(line, "\n")] = '\0';
	if (level == LIBBPF_WARN && line[0])
		memcpy(last_message, line, sizeof(line));
	if (tell && level != LIBBPF_DEBUG)
		tell(line);
	return 0;
}

void dataplane_init(void (*message)(const char *line))
{
	tell = message;
	libbpf_set_print(on_libbpf);
}

const char *dataplane_take_log(void)
{
	static char taken[sizeof(last_message)];

	memcpy(taken, last_message, sizeof(taken));
	last_message[0] = '\0';
	return taken;
}

uint64_t dataplane_object_hash(void)
{
	static uint64_t hash; /* asked for every port */
	const unsigned char *bytes;
	size_t size, i;

	if (hash)
		return hash;
	hash = 0xcbf29ce484222325ull; /* FNV-1a: no secret, just a difference */
	bytes = ndpx_bpf__elf_bytes(&size);
	for (i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	return hash;
}

static struct bpf_map *skeleton_map(const struct ndpx_bpf *skel, enum map_id id)
{
	switch (id) {
	case MAP_RULES:
		return skel->maps.rules;
	case MAP_RULE_STATS:
		return skel->maps.rule_stats;
	case MAP_HOT_STATS:
		return skel->maps.hot_stats;
	case MAP_FILTER:
		return skel->maps.prefix_filter;
	case MAP_EVENTS:
		return skel->maps.events;
	case MAP_LISTENERS:
		return skel->maps.listeners;
	case MAP_STATE:
		return skel->maps.data_state;
	case MAP_COUNTERS:
		return skel->maps.counters;
	case MAP_RATES:
		return skel->maps.rates;
	case MAP_CONFIG:
		return skel->maps.data_config;
	case MAP_LINKS:
		return skel->maps.links;
	case MAP_PORTS:
		return skel->maps.ports;
	case MAP_SECTIONS:
		return skel->maps.sections;
	default:
		return skel->maps.record;
	}
}

/* Does this kernel load an XDP program that says it can take fragments? */
static bool kernel_has_frags(void)
{
	/* r0 = XDP_PASS; exit */
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "ndpx_probe", "GPL", insns, 2, &opts);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static struct ndpx_bpf *open_skeleton(const struct dataplane *dp, struct error *err)
{
	struct ndpx_bpf *skel;
	int i;

	dataplane_take_log();
	skel = ndpx_bpf__open();
	if (!skel) {
		dataplane_fail(err, errno, "BPF object");
		return NULL;
	}
	bpf_program__set_autoload(skel->progs.ndpx_xdp, false);
	bpf_program__set_autoload(skel->progs.ndpx_tc, false);
	bpf_program__set_autoload(skel->progs.ndpx_port, false);
	for (i = 0; i < MAP_COUNT; i++)
		bpf_map__set_autocreate(skeleton_map(skel, (enum map_id)i),
					dataplane_has_map(dp, (enum map_id)i));
	return skel;
}

static int load_fail(int code, const char *what, struct error *err)
{
	const char *log = dataplane_take_log();

	/* EACCES is the verifier's word, not about privilege. */
	if (code == EPERM)
		return dataplane_fail(err, EPERM, what);
	return error_set(err, EXIT_KERNEL, code, "%s: %s%s%s%s%s", what, strerror(code),
			 log[0] ? " (" : "", log, log[0] ? ")" : "", dataplane_kernel_hint(code));
}

int dataplane_make_maps(struct dataplane *dp, struct error *err)
{
	struct ndpx_bpf *skel = open_skeleton(dp, err);
	int i, r = 0;

	if (!skel)
		return -err->code;
	for (i = 0; i < MAP_COUNT && !r; i++) {
		if (dp->fds[i] >= 0)
			r = bpf_map__reuse_fd(skeleton_map(skel, (enum map_id)i), dp->fds[i]);
	}
	if (!r)
		r = ndpx_bpf__load(skel);
	if (r)
		r = load_fail(-r, "creating the maps", err);
	for (i = 0; i < MAP_COUNT && !r; i++) {
		if (!dataplane_has_map(dp, (enum map_id)i) || dp->fds[i] >= 0)
			continue;
		dp->fds[i] =
			fcntl(bpf_map__fd(skeleton_map(skel, (enum map_id)i)), F_DUPFD_CLOEXEC, 3);
		if (dp->fds[i] < 0)
			r = dataplane_fail(err, errno, dataplane_map_names[i]);
	}
	ndpx_bpf__destroy(skel);
	return r;
}

static int load_program(struct dataplane *dp, enum program program, bool test_run,
			struct error *err)
{
	struct ndpx_bpf *skel = open_skeleton(dp, err);
	struct bpf_program *prog;
	int i, fd = -1, r = 0;

	if (!skel)
		return -err->code;
	prog = program == PROGRAM_XDP  ? skel->progs.ndpx_xdp
	       : program == PROGRAM_TC ? skel->progs.ndpx_tc
				       : skel->progs.ndpx_port;
	bpf_program__set_autoload(prog, true);
	skel->rodata->uplink = dp->ifindex;
	skel->rodata->test_run = test_run;
	skel->rodata->have_coarse_clock =
		libbpf_probe_bpf_helper(bpf_program__type(prog), BPF_FUNC_ktime_get_coarse_ns,
					NULL) == 1;
	skel->rodata->have_check_mtu =
		libbpf_probe_bpf_helper(bpf_program__type(prog), BPF_FUNC_check_mtu, NULL) == 1;
	if (program == PROGRAM_XDP && kernel_has_frags()) {
		skel->rodata->have_frags = 1;
		bpf_program__set_flags(prog, BPF_F_XDP_HAS_FRAGS);
	}
	for (i = 0; i < MAP_COUNT && !r; i++) {
		if (dataplane_has_map(dp, (enum map_id)i))
			r = bpf_map__reuse_fd(skeleton_map(skel, (enum map_id)i), dp->fds[i]);
	}
	dataplane_take_log();
	if (!r)
		r = ndpx_bpf__load(skel);
	if (r) {
		r = load_fail(-r, "loading the program", err);
	} else {
		fd = fcntl(bpf_program__fd(prog), F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			r = dataplane_fail(err, errno, "program");
	}
	ndpx_bpf__destroy(skel);
	return r ? r : fd;
}

int dataplane_load(struct dataplane *dp, enum program program, struct error *err)
{
	return load_program(dp, program, false, err);
}

int dataplane_load_test_run(struct dataplane *dp, enum program program, struct error *err)
{
	if (dp->record.object_hash != dataplane_object_hash())
		return error_set(err, EXIT_KERNEL, ESTALE,
				 "another build of ndpx (%.*s) attached the program, and this one "
				 "cannot run that: 'ndpx apply' replaces it",
				 (int)sizeof(dp->record.release), dp->record.release);
	return load_program(dp, program, true, err);
}
