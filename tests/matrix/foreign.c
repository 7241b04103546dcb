// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A foreign TCX program, for a guest whose tc and bpftool are older than TCX: `foreign attach
 * DEV PIN` attaches it, `foreign runs PIN` prints how often it ran (kernel.bpf_stats_enabled)
 * and fails if it is no longer attached.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define ATTACH_TCX_INGRESS ((enum bpf_attach_type)46) /* kernel 6.6 */

static int fail(const char *what)
{
	fprintf(stderr, "foreign: %s: %s\n", what, strerror(errno));
	return 1;
}

static int attach(const char *dev, const char *pin)
{
	/* r0 = TCX_NEXT; exit */
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "foreign", "GPL", insns, 2, NULL), link;

	if (prog < 0)
		return fail("load");
	link = bpf_link_create(prog, (int)if_nametoindex(dev), ATTACH_TCX_INGRESS, NULL);
	if (link < 0)
		return fail(dev);
	return bpf_obj_pin(link, pin) ? fail(pin) : 0;
}

static int runs(const char *pin)
{
	struct bpf_link_info link = { 0 };
	struct bpf_prog_info prog = { 0 };
	__u32 len = sizeof(link);
	int fd = bpf_obj_get(pin);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &link, &len))
		return fail(pin);
	/* As in an XDP link, the ifindex comes first; 0: detached. */
	if (!link.xdp.ifindex) {
		errno = ENODEV;
		return fail(pin);
	}
	len = sizeof(prog);
	fd = bpf_prog_get_fd_by_id(link.prog_id);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &prog, &len))
		return fail("program");
	printf("%llu\n", (unsigned long long)prog.run_cnt);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "attach"))
		return attach(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "runs"))
		return runs(argv[2]);
	fputs("usage: foreign attach DEV PIN | runs PIN\n", stderr);
	return 2;
}
