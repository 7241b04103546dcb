// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Any bytes as a frame through parse, check, rule and reply. The input is one byte of
 * circumstances, then the frame. fuzz_nd_oracle.h, which shares no code with bpf/, checks
 * both the answer and that the solicitation deserved one. The mutator repairs lengths and
 * checksums half of the time: blind bytes would never pass.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz_nd_oracle.h"
#include "nd/reply.h"
#include "fast_path.h"

#define IFINDEX 3

/* Bits of the first byte. */
#define CASE_SOURCE    0x03 /* enum ndpx_source, 3 as 0 */
#define CASE_STRICT    0x04
#define CASE_PAUSED    0x08
#define CASE_TAG       0x10 /* the kernel took a tag out */
#define CASE_TAG_AD    0x20 /* and it was 802.1ad */
#define CASE_NONLINEAR 0x40 /* the last bytes are in no linear part */

/* One 2001:db8:1::xx each, and one prefix: 2001:db8:2::/64. */
static const struct {
	__u8 last, action, flags, port;
	__u16 vlan;
} rules[] = {
	{ 0x34, NDPX_ACT_ANSWER, 0, 0, 0 },
	{ 0x35, NDPX_ACT_ANSWER, NDPX_F_ROUTER | NDPX_F_OVERRIDE | NDPX_F_LLADDR, 0, 0 },
	{ 0x36, NDPX_ACT_ANSWER, NDPX_F_DAD_IGNORE, 5, 0 },
	{ 0x37, NDPX_ACT_ANSWER, NDPX_F_PAUSED, 0, 0 },
	{ 0x38, NDPX_ACT_ANSWER, 0, IFINDEX, 0 },
	{ 0x39, NDPX_ACT_DENY, 0, 0, 0 },
	{ 0x03, NDPX_ACT_OWN, 0, 0, 0 },
	{ 0x40, NDPX_ACT_NONE, 0, 0, 0 },
	{ 0x34, NDPX_ACT_ANSWER, NDPX_F_ROUTER, 0, 88 },
};

static const __u8 net1[8] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1 };
static const __u8 net2[8] = { 0x20, 0x01, 0x0d, 0xb8, 0, 2 };

size_t LLVMFuzzerMutate(__u8 *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(__u8 *data, size_t size, size_t max_size, unsigned int seed);
int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

/* Looks up the rule; say->action stays NDPX_ACT_NONE if there is none. */
static void look_up(const struct nd_query *q, struct ndpx_policy *ret, int *ret_anycast)
{
	__u8 t[16];
	size_t i;

	memset(ret, 0, sizeof(*ret));
	*ret_anycast = 0;
	nd_put_addr(t, q->target);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (memcmp(t, net1, 8) || memcmp(t + 8, "\0\0\0\0\0\0\x12", 7) ||
		    t[15] != rules[i].last || q->vlan != rules[i].vlan)
			continue;
		ret->action = rules[i].action;
		ret->flags = rules[i].flags;
		ret->port = rules[i].port;
		memcpy(ret->lladdr, oracle_lladdr, 6);
		return;
	}
	if (memcmp(t, net2, 8))
		return;
	ret->action = NDPX_ACT_ANSWER;
	*ret_anycast = !memcmp(t + 8, "\0\0\0\0\0\0\0", 8);
}

static void settings(__u8 circumstances, struct ndpx_settings *ret)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->mac, oracle_mac, 6);
	memcpy(ret->link_local, oracle_link_local, 16);
	memcpy(ret->source, oracle_link_local, 16);
	if ((circumstances & CASE_SOURCE) < 3)
		ret->source_mode = circumstances & CASE_SOURCE;
	if (circumstances & CASE_STRICT)
		ret->flags |= NDPX_S_STRICT_LLADDR;
	if (circumstances & CASE_PAUSED)
		ret->flags |= NDPX_S_PAUSED;
}

static int lease_is_over(__u32 lease)
{
	return lease > 1;
}

/* The stages of bpf/decide.h, as far as they need no kernel. */
static enum ndpx_verdict decide(const struct nd_frame *frame, const struct ndpx_settings *set,
				struct nd_ns *ns, struct nd_query *q, struct ndpx_policy *policy)
{
	struct nd_port port = {
		.mac = nd_get_mac(set->mac),
		.link_local = nd_get_addr(set->link_local),
		.strict_lladdr = set->flags & NDPX_S_STRICT_LLADDR,
	};
	enum ndpx_verdict v;
	int is_anycast;

	v = nd_parse(frame, ns);
	if (v == NDPX_V_END) {
		v = nd_check(frame, ns, &port, q);
		fuzz_assert(fast_path_agrees(frame, ns, &port, v, q));
	}
	if (v != NDPX_V_END)
		return v;
	look_up(q, policy, &is_anycast);
	if (is_anycast && policy->action == NDPX_ACT_ANSWER)
		return NDPX_V_NO_GUEST;
	if (nd_is_astray(policy, q, port.mac))
		return NDPX_V_NOT_FOR_US;
	return nd_apply_rule(policy, q, set, IFINDEX, lease_is_over);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	size_t len = size - 1, linear, out_len;
	struct ndpx_settings set;
	struct ndpx_policy policy = { 0 };
	struct nd_frame frame = { 0 };
	struct nd_query q = { 0 };
	struct nd_ns ns = { 0 };
	enum ndpx_verdict v;
	__u8 *in, *out;

	if (size < 1)
		return 0;
	linear = (data[0] & CASE_NONLINEAR) && len > 8 ? len - 8 : len;
	settings(data[0], &set);
	/* Allocated to its exact size, so that reading one byte too far is caught. */
	in = malloc(linear);
	if (linear && !in)
		return 0;
	if (linear)
		memcpy(in, data + 1, linear);
	frame.data = in;
	frame.data_end = in + linear;
	frame.len = (__u32)len;
	if (data[0] & CASE_TAG) {
		frame.meta_type = data[0] & CASE_TAG_AD ? ND_ETHERTYPE_8021AD : ND_ETHERTYPE_8021Q;
		frame.meta_tci = 0x2000 | 88;
	}
	v = decide(&frame, &set, &ns, &q, &policy);
	fuzz_assert((int)v >= 0 && v <= NDPX_V_END);
	/* Whatever is passed on must be what came in. */
	fuzz_assert(!linear || !memcmp(in, data + 1, linear));
	if (v == NDPX_V_END) {
		/* Only bytes after the message may be non-linear. */
		oracle_solicitation(in, linear, ns.l2_len);
		out_len = ns.l2_len + ND_IP6_LEN + ND_NA_LEN;
		out = malloc(out_len);
		if (out) {
			/* What a resize appends is undefined: here never zero. */
			memset(out, 0xaa, out_len);
			memcpy(out, in, linear < out_len ? linear : out_len);
			nd_write(out, ns.l2_len, &q, &policy, &set);
			oracle_answer(in, linear, ns.l2_len, out, out_len);
			free(out);
		}
	}
	free(in);
	return 0;
}

/* Makes a frame look like a solicitation, to the degree chosen by `how`. */
static void mend(__u8 *f, size_t len, unsigned int how)
{
	static const __u8 snm[13] = { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff };
	size_t l2 = len >= 18 && f[12] == 0x81 && f[13] == 0 ? 18 : 14;
	__u8 *ip6 = f + l2, *icmp = ip6 + 40;
	size_t plen = len - l2 - 40;
	unsigned int sum;

	if (len < l2 + 64)
		return;
	f[l2 - 2] = 0x86;
	f[l2 - 1] = 0xdd;
	ip6[0] = (__u8)(0x60 | (ip6[0] & 0x0f));
	if (how & 1)
		plen &= ~(size_t)7; /* and what is left over is behind it */
	ip6[4] = (__u8)(plen >> 8);
	ip6[5] = (__u8)plen;
	ip6[6] = 58;
	if (how & 2)
		ip6[7] = 255;
	icmp[0] = 135;
	if (how & 4)
		icmp[1] = 0;
	if (how & 8) { /* a target of ours */
		memset(icmp + 8, 0, 16);
		memcpy(icmp + 8, how & 0x100 ? net2 : net1, 8);
		icmp[22] = 0x12;
		icmp[23] = (__u8)(0x34 + (how >> 9) % 8);
	}
	if (how & 16) {
		memcpy(ip6 + 24, snm, 13);
		memcpy(ip6 + 37, icmp + 21, 3);
	} else if (how & 32) {
		memcpy(ip6 + 24, icmp + 8, 16);
	}
	if (how & 64) {
		memcpy(f, how & 128 ? (const __u8 *)"\x33\x33\xff\0\x12\x34" : oracle_mac, 6);
		f[6] &= 0xfe;
	} else if (how & 128) {
		memcpy(f, oracle_lladdr, 6); /* P12 */
	}
	icmp[2] = icmp[3] = 0;
	sum = 0xffff - oracle_sum(ip6, plen);
	icmp[2] = (__u8)(sum >> 8);
	icmp[3] = (__u8)sum;
}

size_t LLVMFuzzerCustomMutator(__u8 *data, size_t size, size_t max_size, unsigned int seed)
{
	/* A fresh random number for each use: the generator's low bits are poor. */
	seed = seed * 1103515245 + 12345;
	size = LLVMFuzzerMutate(data, size, max_size);
	if (size > 1 && (seed >> 16 & 1))
		mend(data + 1, size - 1, (seed >> 17) | ((seed * 2654435761u) & 0xff6));
	return size;
}
