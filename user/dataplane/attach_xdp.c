// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* XDP: the attachment itself, who else is there, and why a driver may refuse. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/internal.h"

uint32_t hook_xdp_there(uint32_t ifindex)
{
	struct nl_xdp xdp;

	if (nl_xdp_read(ifindex, -1, &xdp))
		return 0;
	return xdp.native_id ? xdp.native_id : xdp.generic_id ? xdp.generic_id : xdp.prog_id;
}

static int foreign_xdp(const struct hook *h, uint32_t id, struct error *err)
{
	char name[BPF_OBJ_NAME_LEN] = "?";

	if (!id)
		return error_set(err, EXIT_KERNEL, EBUSY, "%s: XDP is busy: try again", h->dev);
	dataplane_program_name(id, name);
	return error_set(err, EXIT_KERNEL, EBUSY,
			 "%s: another XDP program, '%s' (id %u), is attached: set "
			 "mode = tc, or detach it",
			 h->dev, name, id);
}

/* Drivers say their reasons to the kernel's log only: what they usually are. */
static const char *refusal(int code)
{
	const char *hint = dataplane_kernel_hint(code);

	if (hint[0])
		return hint;
	switch (code) {
	case EOPNOTSUPP:
		return ": the driver does not support it, or an offload (LRO, GRO_HW) is in the "
		       "way";
	case EINVAL:
	case ERANGE:
	case EMSGSIZE:
		return ": usually the MTU is too large";
	case ENOMEM:
	case ENOSPC:
		return ": usually the NIC has too few queues";
	default:
		return "";
	}
}

int hook_attach_xdp(const struct hook *h, int prog, enum ndpx_mode mode, uint32_t gone,
		    struct error *err)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = mode == NDPX_MODE_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	int i, fd = -1, code = 0, r;
	uint32_t there = 0;

	/* 5.10 releases a link asynchronously: our own may hold the hook for a moment yet. */
	for (i = 0; i < 20; i++) {
		fd = bpf_link_create(prog, (int)h->ifindex, BPF_XDP, &opts);
		code = fd < 0 ? errno : 0;
		if (code != EBUSY && code != EEXIST)
			break;
		there = hook_xdp_there(h->ifindex);
		if (there && there != gone)
			break;
		usleep(10000);
	}
	if (code == EBUSY || code == EEXIST)
		return foreign_xdp(h, there, err);
	if (fd < 0)
		return error_set(err, EXIT_KERNEL, code, "%s: %s XDP refused: %s%s", h->dev,
				 mode == NDPX_MODE_NATIVE ? "native" : "generic", strerror(code),
				 mode == NDPX_MODE_NATIVE ? refusal(code)
							  : dataplane_kernel_hint(code));
	r = hook_pin(h, fd, err);
	close(fd);
	return r;
}
