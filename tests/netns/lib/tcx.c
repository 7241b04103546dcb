// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A foreign TCX program, kernel 6.6: attached as long as this process lives. */
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tcx.h"

#define TCX_INGRESS  46 /* BPF_TCX_INGRESS */
#define MPROG_BEFORE (1u << 3)

static int load(int returns)
{
	/* r0 = returns; exit */
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = returns },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SCHED_CLS,
		.insn_cnt = 2,
		.insns = (uintptr_t)insns,
		.license = (uintptr_t) "GPL",
		.prog_name = "foreign_tcx",
	};

	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* The id of a link's program. */
static uint32_t link_prog(int link)
{
	struct bpf_link_info info = { 0 };
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)link,
					  .info_len = sizeof(info),
					  .info = (uintptr_t)&info } };

	return syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) ? 0 : info.prog_id;
}

int tcx_hold(const char *dev, const char *what)
{
	struct {
		uint32_t prog_fd, ifindex, type, flags;
		uint32_t relative_fd, pad;
		uint64_t revision;
	} create = { .ifindex = if_nametoindex(dev), .type = TCX_INGRESS, .flags = MPROG_BEFORE };
	/* TCX_NEXT, TCX_PASS, TCX_DROP */
	int link, prog = load(!strcmp(what, "next") ? -1 : !strcmp(what, "drop") ? 2 : 0);

	create.prog_fd = (uint32_t)prog;
	link = prog < 0 ? -1 : (int)syscall(SYS_bpf, BPF_LINK_CREATE, &create, sizeof(create));
	if (link < 0) {
		fprintf(stderr, "ndtool: TCX on %s: %s\n", dev, strerror(errno));
		return errno == EINVAL ? 77 : 1;
	}
	printf("attached %u\n", link_prog(link));
	fflush(stdout);
	pause();
	return 0;
}
