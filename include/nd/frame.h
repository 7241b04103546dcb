/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whole frames outside the data plane: building a solicitation and an unsolicited
 * advertisement, taking an advertisement apart. Native only: its loops are not written
 * for a verifier.
 */
#ifndef ND_FRAME_H
#define ND_FRAME_H

#include "nd/reply.h"

#define ND_FRAME_MAX  (ND_NA_FRAME + ND_TAG_LEN) /* of what is written here, bytes */
#define ND_LLADDR_LEN 8				 /* of an option with a MAC, RFC 4861 4.6.1 */

/* Everything before the ICMPv6 message. */
struct nd_head {
	nd_mac dst_mac, src_mac;
	struct nd_addr src, dst;
	__u16 vlan; /* VID, 0: untagged */
};

/* The Ethernet address of an IPv6 group, RFC 2464 7. */
ND_INLINE nd_mac nd_group_mac(struct nd_addr group)
{
	__u8 mac[6] = { 0x33, 0x33 };

	nd_put32(mac + 2, ND_BE32((__u32)ND_BE64(group.lo)));
	return nd_get_mac(mac);
}

/* Sum of bytes for nd_fold(); an odd one counts as if a zero followed it (RFC 1071 4.1). */
ND_INLINE __u64 nd_sum_bytes(const void *p, __u32 len)
{
	const __u8 *b = p;
	__u8 rest[8] = { 0 };
	__u64 sum = 0;
	__u32 i;

	for (i = 0; i + 8 <= len; i += 8)
		sum += nd_sum64(nd_get64(b + i));
	__builtin_memcpy(rest, b + i, len - i);
	return sum + nd_sum64(nd_get64(rest));
}

/*
 * RFC 4443 2.3: addresses, length, next header and message, folded. 0xffff where the
 * checksum in the message is right; if that is 0, the complement of the right one.
 */
ND_INLINE __u16 nd_message_sum(struct nd_addr src, struct nd_addr dst, const void *m, __u32 len)
{
	return nd_fold(nd_sum_addr(src) + nd_sum_addr(dst) + nd_sum_bytes(m, len) + ND_BE32(len) +
		       ND_BE32((__u32)ND_NEXT_ICMPV6));
}

/* Ethernet header and tag; returns the bytes before the IPv6 header. */
ND_INLINE __u32 nd_put_l2(__u8 *frame, nd_mac dst, nd_mac src, __u16 vlan)
{
	__u32 len = ND_ETH_LEN;

	nd_put_macs(frame, dst, src);
	if (vlan) {
		nd_put16(frame + 12, ND_BE16(ND_ETHERTYPE_8021Q));
		nd_put16(frame + 14, ND_BE16(vlan));
		len += ND_TAG_LEN;
	}
	nd_put16(frame + len - 2, ND_BE16(ND_ETHERTYPE_IPV6));
	return len;
}

/*
 * The message of a solicitation, with the checksum's place 0: ND_NS_LEN bytes, or
 * ND_LLADDR_LEN more with an SLLAO where `sll` is not 0. Returns the length.
 */
ND_INLINE __u32 nd_put_ns(__u8 *m, struct nd_addr target, nd_mac sll)
{
	nd_put32(m, ND_BE32((__u32)ND_TYPE_NS << 24));
	nd_put32(m + 4, 0);
	nd_put_addr(m + 8, target);
	if (!sll)
		return ND_NS_LEN;
	nd_put64(m + ND_NS_LEN, nd_lladdr_option(ND_OPT_SLLAO, sll));
	return ND_NS_LEN + ND_LLADDR_LEN;
}

/* A solicitation, checksum and all; `sll` as in nd_put_ns(). Returns its length. */
ND_INLINE __u32 nd_write_ns(__u8 frame[ND_FRAME_MAX], const struct nd_head *h,
			    struct nd_addr target, nd_mac sll)
{
	__u8 *ip6 = frame + nd_put_l2(frame, h->dst_mac, h->src_mac, h->vlan);
	__u8 *m = ip6 + ND_IP6_LEN;
	__u32 len = nd_put_ns(m, target, sll);

	nd_put32(ip6, ND_BE32(0x60000000u));
	nd_put32(ip6 + 4, ND_BE32(len << 16 | ND_NEXT_ICMPV6 << 8 | 255));
	nd_put_addr(ip6 + 8, h->src);
	nd_put_addr(ip6 + 24, h->dst);
	nd_put16(m + 2, (__u16)~nd_message_sum(h->src, h->dst, m, len));
	return (__u32)(m - frame) + len;
}

/*
 * The unsolicited advertisement of RFC 4861 7.2.6 for `addr`, answered for by this rule: to
 * all nodes, S = 0, O = 1, so that neighbour entries take the new MAC at once. That is the
 * answer to duplicate detection with the Override flag, and it is written as such. Source,
 * R flag and TLLAO are those of an answer. `vlan` 0: untagged. Returns its length.
 */
ND_INLINE __u32 nd_write_unsolicited(__u8 frame[ND_FRAME_MAX], const struct ndpx_settings *set,
				     __u16 vlan, struct nd_addr addr,
				     const struct ndpx_policy *policy)
{
	struct nd_query q = { .target = addr,
			      .mac = nd_get_mac(ndpx_link_of(set, vlan)->mac),
			      .kind = ND_KIND_DAD };
	struct ndpx_policy overriding = *policy;
	__u32 l2_len = nd_put_l2(frame, 0, 0, vlan);

	overriding.flags |= NDPX_F_DAD_OVERRIDE;
	nd_write(frame, l2_len, &q, &overriding, set);
	return l2_len + ND_IP6_LEN + ND_NA_LEN;
}

/*
 * The same to all routers, RFC 9131: one that has no entry for `addr` makes one of it, where its
 * kernel does that (Linux: accept_untracked_na).
 */
ND_INLINE __u32 nd_write_to_routers(__u8 frame[ND_FRAME_MAX], const struct ndpx_settings *set,
				    __u16 vlan, struct nd_addr addr,
				    const struct ndpx_policy *policy)
{
	const struct nd_addr routers = { ND_BE64(0xff02ull << 48), ND_BE64(2) };
	__u32 len = nd_write_unsolicited(frame, set, vlan, addr, policy);
	__u8 *m = frame + len - ND_NA_LEN, *ip6 = m - ND_IP6_LEN;

	nd_put_mac(frame, nd_group_mac(routers));
	nd_put_addr(ip6 + 24, routers);
	nd_put16(m + 2, 0);
	nd_put16(m + 2, (__u16)~nd_message_sum(nd_get_addr(ip6 + 8), routers, m, (__u32)ND_NA_LEN));
	return len;
}

/*
 * RFC 4861 7.2.3: a solicitation for a router from `addr`, as if the guest behind us asked.
 * Every router makes an entry of it, which an unsolicited advertisement never does.
 */
ND_INLINE __u32 nd_write_as_guest(__u8 frame[ND_FRAME_MAX], const struct ndpx_settings *set,
				  __u16 vlan, struct nd_addr addr, const struct ndpx_policy *policy,
				  struct nd_addr router)
{
	struct nd_head h = { .src = addr, .dst = nd_solicited_node(router), .vlan = vlan };
	nd_mac sll;

	h.src_mac = nd_get_mac(ndpx_link_of(set, vlan)->mac);
	h.dst_mac = nd_group_mac(h.dst);
	sll = policy->flags & NDPX_F_LLADDR ? nd_get_mac(policy->lladdr) : h.src_mac;
	return nd_write_ns(frame, &h, router, sll);
}

/*
 * The MAC in the first option of this type, RFC 4861 4.6.1; 0: none. `options`: what follows
 * the fixed part of a message, of `len` bytes.
 */
ND_INLINE nd_mac nd_find_lladdr(const __u8 *options, __u32 len, __u8 type)
{
	__u32 units;

	for (; len >= 8 && (units = options[1]) && units * 8 <= len; len -= units * 8) {
		if (options[0] == type && units == 1)
			return nd_get_mac(options + 2);
		options += units * 8;
	}
	return 0;
}

/* A Neighbor Advertisement taken apart. */
struct nd_advert {
	struct nd_head head;
	struct nd_addr target;
	nd_mac lladdr; /* of the TLLAO, 0: none */
	__u8 hop_limit;
	__u8 flags; /* ND_NA_* */
	__u8 checksum_ok;
};

/* 0 where the frame, with at most one 802.1Q tag, is not an advertisement; *ret is then undefined. */
ND_INLINE int nd_read_na(const __u8 *frame, __u32 len, struct nd_advert *ret)
{
	const __u8 *ip6 = frame + ND_ETH_LEN, *m;
	__u32 plen, l2_len = ND_ETH_LEN;

	ret->head.vlan = 0;
	if (len >= ND_ETH_LEN + ND_TAG_LEN && nd_get16(frame + 12) == ND_BE16(ND_ETHERTYPE_8021Q)) {
		ret->head.vlan = ND_BE16(nd_get16(frame + 14)) & ND_VID_MASK;
		ip6 += ND_TAG_LEN;
		l2_len += ND_TAG_LEN;
	}
	m = ip6 + ND_IP6_LEN;
	if (len < l2_len + ND_IP6_LEN + ND_NS_LEN ||
	    nd_get16(ip6 - 2) != ND_BE16(ND_ETHERTYPE_IPV6) || ip6[6] != ND_NEXT_ICMPV6 ||
	    m[0] != ND_TYPE_NA)
		return 0;
	plen = ND_BE16(nd_get16(ip6 + 4));
	if (plen < ND_NS_LEN || l2_len + ND_IP6_LEN + plen > len)
		return 0;
	ret->head.dst_mac = nd_get_mac(frame);
	ret->head.src_mac = nd_get_mac(frame + 6);
	ret->head.src = nd_get_addr(ip6 + 8);
	ret->head.dst = nd_get_addr(ip6 + 24);
	ret->hop_limit = ip6[7];
	ret->flags = m[4];
	ret->target = nd_get_addr(m + 8);
	ret->checksum_ok = nd_message_sum(ret->head.src, ret->head.dst, m, plen) == 0xffff;
	ret->lladdr = nd_find_lladdr(m + ND_NS_LEN, plen - ND_NS_LEN, ND_OPT_TLLAO);
	return 1;
}

#endif
