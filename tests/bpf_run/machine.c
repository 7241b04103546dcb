// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The machine the program runs on: a private network namespace with a port that
 * solicitations come in on, one with a guest behind it, and one on top of the first. Goes
 * away with the process.
 */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "prog.h"

struct prog_ports prog_ports = { .in = 1, .guest = 1, .upper = 1 };

const char *prog_path(void)
{
	const char *path = getenv("NDPX_BPF_OBJECT");

	return path ? path : "build/bpf/ndpx.bpf.o";
}

__u32 prog_flags(void)
{
	return getenv("NDPX_STRICT_ALIGN") ? BPF_F_STRICT_ALIGNMENT : 0;
}

int prog_sh(const char *command)
{
	return system(command) == 0 ? 0 : -1;
}

static int load_pass(__u32 flags)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = flags);

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass, 2, &opts);
}

static int has_frags(void)
{
	int fd = load_pass(BPF_F_XDP_HAS_FRAGS);

	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}

/* Can this kernel's TEST_RUN be given a port? 5.14 for XDP, 5.9 for TC. */
static int takes_port(__u32 ifindex)
{
	__u8 frame[64] = { 0 };
	struct xdp_md md = { .data_end = sizeof(frame), .ingress_ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .ctx_in = &md, .ctx_size_in = sizeof(md));
	int fd = load_pass(0), err;

	if (fd < 0)
		return 0;
	err = bpf_prog_test_run_opts(fd, &opts);
	close(fd);
	return err == 0;
}

static const char *make_ports(void)
{
	static const char *const commands[] = {
		"ip link set lo up",
		"ip link add up0 type veth peer name up0p",
		"ip link add vif0 type veth peer name vif0p",
		"ip link add over0 type veth peer name over0p",
		"for d in up0 up0p vif0 vif0p over0 over0p; do ip link set $d up; done",
		"echo 1 > /proc/sys/net/ipv6/conf/all/forwarding",
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (prog_sh(commands[i]))
			return commands[i];
	}
	return NULL;
}

const char *prog_machine(void)
{
	static char why[160];
	const char *failed;
	int fd;

	if (geteuid() != 0)
		return "needs root";
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "probe", 4, 4, 1, NULL);
	if (fd < 0) {
		snprintf(why, sizeof(why), "bpf(2) does not work here: %s", strerror(errno));
		return why;
	}
	close(fd);
	if (unshare(CLONE_NEWNET)) {
		snprintf(why, sizeof(why), "no network namespace: %s", strerror(errno));
		return why;
	}
	prog_ports.frags = has_frags();
	failed = make_ports();
	if (failed) {
		printf("# the ports could not be made (%s): all rows run on loopback\n", failed);
		return NULL;
	}
	if (!takes_port(if_nametoindex("up0"))) {
		printf("# this kernel's TEST_RUN takes no port: all rows run on loopback\n");
		return NULL;
	}
	prog_ports.in = if_nametoindex("up0");
	prog_ports.guest = if_nametoindex("vif0");
	prog_ports.upper = if_nametoindex("over0");
	prog_ports.given = 1;
	return NULL;
}

__u32 prog_ifindex(enum row_port port)
{
	/* Without real ports, any number other than loopback's is another port. */
	if (port == ROW_PORT_OTHER)
		return prog_ports.given ? prog_ports.guest : 4711;
	return port == ROW_PORT_IN ? prog_ports.in : 0;
}
