// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Test runs: what the attached program does with a frame, by an instance of the same build. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <unistd.h>

#include "dataplane/internal.h"

#define ROOM_TO_GROW 512 /* an answer may be longer than its solicitation */

#define ACTION(retval) ((retval)&0xff) /* XDP_* or TC_ACT_*; the verdict is above it */

/* What is not ND returns the plain action, TC_ACT_UNSPEC being -1. */
static enum ndpx_verdict verdict_of(__u32 retval)
{
	return retval == (__u32)TC_ACT_UNSPEC ? NDPX_V_NONE : (enum ndpx_verdict)(retval >> 8);
}

static enum test_run_act act_of(bool xdp, __u32 action)
{
	if (action == (xdp ? (__u32)XDP_TX : (__u32)TC_ACT_REDIRECT))
		return TEST_RUN_ANSWER;
	if (action == (xdp ? (__u32)XDP_DROP : (__u32)TC_ACT_SHOT))
		return TEST_RUN_DROP;
	return TEST_RUN_PASS;
}

/* The program that an instance of this kind runs right now. */
static enum program program_of(struct dataplane *dp)
{
	struct attachment at;

	if (dp->ifindex == DATAPLANE_PORTS)
		return PROGRAM_PORT;
	dataplane_attachment(dp, &at);
	return at.mode == NDPX_MODE_NATIVE || at.mode == NDPX_MODE_GENERIC ? PROGRAM_XDP
									   : PROGRAM_TC;
}

static int run(struct dataplane *dp, uint32_t ifindex, const uint8_t *frame, size_t len,
	       struct test_run *ret, struct error *err)
{
	const enum program program = program_of(dp);
	const bool xdp = program == PROGRAM_XDP;
	struct __sk_buff skb = { .ifindex = ifindex };
	struct xdp_md md = { .data_end = (__u32)len, .ingress_ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (__u32)len,
		    .data_out = ret->frame, .data_size_out = sizeof(ret->frame));
	int fd, r;

	if (len < 14 || len + ROOM_TO_GROW > sizeof(ret->frame))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "a frame must have 14 to %zu bytes, not %zu",
				 sizeof(ret->frame) - ROOM_TO_GROW, len);
	fd = dataplane_load_test_run(dp, program, err);
	if (fd < 0)
		return fd;
	opts.ctx_in = xdp ? (void *)&md : (void *)&skb;
	opts.ctx_size_in = xdp ? sizeof(md) : sizeof(skb);
	r = bpf_prog_test_run_opts(fd, &opts) ? -errno : 0;
	if (r == -EINVAL && xdp) {
		/* Before kernel 5.14 an XDP test run takes no interface. */
		opts.ctx_in = NULL;
		opts.ctx_size_in = 0;
		opts.data_size_out = sizeof(ret->frame);
		r = bpf_prog_test_run_opts(fd, &opts) ? -errno : 0;
	}
	close(fd);
	if (r)
		return dataplane_fail(err, -r, "running the program");
	ret->verdict = verdict_of(opts.retval);
	ret->act = act_of(xdp, ACTION(opts.retval));
	ret->len = opts.data_size_out;
	return 0;
}

int dataplane_test_run(struct dataplane *dp, const uint8_t *frame, size_t len, struct test_run *ret,
		       struct error *err)
{
	return run(dp, dp->ifindex, frame, len, ret, err);
}

int dataplane_test_run_port(struct dataplane *dp, const struct port_state *port,
			    const uint8_t *frame, size_t len, struct test_run *ret,
			    struct error *err)
{
	return run(dp, port->ifindex, frame, len, ret, err);
}
