// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Running the attached program on a frame that never was on a wire. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/internal.h"

#define ROOM_TO_GROW 512 /* an answer may be longer than its question */

static enum trial_act act_of(bool xdp, __u32 retval)
{
	if (retval == (xdp ? (__u32)XDP_TX : (__u32)TC_ACT_REDIRECT))
		return TRIAL_ANSWER;
	if (retval == (xdp ? (__u32)XDP_DROP : (__u32)TC_ACT_SHOT))
		return TRIAL_DROP;
	return TRIAL_PASS;
}

static int try_at(struct dataplane *dp, uint32_t ifindex, const struct attachment *at,
		  const uint8_t *frame, size_t len, struct trial *ret, struct error *err)
{
	struct __sk_buff skb = { .ifindex = ifindex };
	struct xdp_md md = { .data_end = (__u32)len, .ingress_ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (__u32)len,
		    .data_out = ret->frame, .data_size_out = sizeof(ret->frame));
	struct ndpx_trial *trial = &dp->config->trial;
	__u64 source = 0;
	bool xdp;
	int fd, r;

	if (len < 14 || len + ROOM_TO_GROW > sizeof(ret->frame))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "a frame must have 14 to %zu bytes, not %zu",
				 sizeof(ret->frame) - ROOM_TO_GROW, len);
	xdp = at->mode == NDPX_MODE_NATIVE || at->mode == NDPX_MODE_GENERIC;
	fd = bpf_prog_get_fd_by_id(at->prog_id);
	if (fd < 0)
		return dataplane_fail(err, errno, "the attached program");
	opts.ctx_in = xdp ? (void *)&md : (void *)&skb;
	opts.ctx_size_in = xdp ? sizeof(md) : sizeof(skb);
	memcpy(&source, frame + 6, 6); /* as nd_mac: low bytes first, or high ones */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	source = (source >> 16 & 0xffff) << 32 | source >> 32;
#endif
	trial->verdict = NDPX_V_NONE;
	__atomic_store_n(&trial->source, NDPX_TRIAL(source), __ATOMIC_SEQ_CST);
	r = bpf_prog_test_run_opts(fd, &opts) ? -errno : 0;
	if (r == -EINVAL && xdp) {
		/* Before kernel 5.14 the test run takes no port. */
		opts.ctx_in = NULL;
		opts.ctx_size_in = 0;
		opts.data_size_out = sizeof(ret->frame);
		r = bpf_prog_test_run_opts(fd, &opts) ? -errno : 0;
	}
	__atomic_store_n(&trial->source, 0, __ATOMIC_SEQ_CST);
	close(fd);
	if (r)
		return dataplane_fail(err, -r, "running the program");
	ret->verdict = trial->verdict;
	ret->act = act_of(xdp, opts.retval);
	ret->len = opts.data_size_out;
	return 0;
}

int dataplane_try(struct dataplane *dp, const uint8_t *frame, size_t len, struct trial *ret,
		  struct error *err)
{
	struct attachment at;

	dataplane_attachment(dp, &at);
	return try_at(dp, dp->ifindex, &at, frame, len, ret, err);
}

int dataplane_try_port(struct dataplane *dp, const struct port_state *port, const uint8_t *frame,
		       size_t len, struct trial *ret, struct error *err)
{
	return try_at(dp, port->ifindex, &port->attachment, frame, len, ret, err);
}
