/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The wire: layouts and constants of Ethernet, IPv6 and Neighbor Discovery, and
 * loads and stores that work at any alignment. Compiled for BPF and natively. Must
 * not know maps, helpers or rules.
 */
#ifndef ND_WIRE_H
#define ND_WIRE_H

#include <linux/types.h>

#define ND_INLINE static inline __attribute__((always_inline))

#define ND_ETH_LEN  14
#define ND_TAG_LEN  4
#define ND_IP6_LEN  40
#define ND_NS_LEN   24					  /* RFC 4861 4.3, without options */
#define ND_NA_LEN   32					  /* RFC 4861 4.4, with a TLLAO */
#define ND_OPTS_MAX 64					  /* bound of the option walk: row P71 */
#define ND_NA_FRAME (ND_ETH_LEN + ND_IP6_LEN + ND_NA_LEN) /* 86, untagged */

#define ND_ETHERTYPE_IPV6   0x86dd
#define ND_ETHERTYPE_8021Q  0x8100
#define ND_ETHERTYPE_8021AD 0x88a8
#define ND_VID_MASK	    0x0fff

#define ND_NEXT_HOPOPTS	 0
#define ND_NEXT_FRAGMENT 44
#define ND_NEXT_ICMPV6	 58
#define ND_NEXT_DSTOPTS	 60

#define ND_TYPE_NS 135
#define ND_TYPE_NA 136

#define ND_OPT_SLLAO	 1
#define ND_OPT_TLLAO	 2
#define ND_OPT_CGA	 11 /* RFC 3971 5.1 */
#define ND_OPT_RSA	 12
#define ND_OPT_TIMESTAMP 13

/* First byte of the flags word of an NA. */
#define ND_NA_ROUTER	0x80
#define ND_NA_SOLICITED 0x40
#define ND_NA_OVERRIDE	0x20

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ND_BE16(x)	 ((__u16)((((x)&0xffu) << 8) | (((x) >> 8) & 0xffu)))
#define ND_BE32(x)	 ((__u32)__builtin_bswap32(x))
#define ND_BE64(x)	 ((__u64)__builtin_bswap64(x))
#define ND_MAC_GROUP	 0x01ull
#define ND_MAC_ALL_NODES 0x010000003333ull /* 33:33:00:00:00:01 */
#else
#define ND_BE16(x)	 ((__u16)(x))
#define ND_BE32(x)	 ((__u32)(x))
#define ND_BE64(x)	 ((__u64)(x))
#define ND_MAC_GROUP	 0x01000000ull
#define ND_MAC_ALL_NODES 0x000133330000ull
#endif

/*
 * Where the processor loads at any alignment, so does BPF, and clang would split the load of a
 * packed member into bytes. Elsewhere (ND_STRICT_ALIGN: riscv64, mips, sparc) the verifier
 * allows only aligned accesses: everything in a frame is at an even offset, and NET_IP_ALIGN is
 * 2 there, so clang is told to go by halves. Natively the compiler must be told as well.
 */
#if defined(__bpf__) && defined(ND_STRICT_ALIGN)
#define ND_ACCESS(bits)                                                                            \
	typedef __u##bits __attribute__((aligned(2))) nd_even##bits;                               \
	ND_INLINE __u##bits nd_get##bits(const void *p)                                            \
	{                                                                                          \
		return *(const nd_even##bits *)p;                                                  \
	}                                                                                          \
	ND_INLINE void nd_put##bits(void *p, __u##bits v)                                          \
	{                                                                                          \
		*(nd_even##bits *)p = v;                                                           \
	}
#elif defined(__bpf__)
#define ND_ACCESS(bits)                                                                            \
	ND_INLINE __u##bits nd_get##bits(const void *p)                                            \
	{                                                                                          \
		return *(const __u##bits *)p;                                                      \
	}                                                                                          \
	ND_INLINE void nd_put##bits(void *p, __u##bits v)                                          \
	{                                                                                          \
		*(__u##bits *)p = v;                                                               \
	}
#else
#define ND_ACCESS(bits)                                                                            \
	ND_INLINE __u##bits nd_get##bits(const void *p)                                            \
	{                                                                                          \
		__u##bits v;                                                                       \
		__builtin_memcpy(&v, p, sizeof(v));                                                \
		return v;                                                                          \
	}                                                                                          \
	ND_INLINE void nd_put##bits(void *p, __u##bits v)                                          \
	{                                                                                          \
		__builtin_memcpy(p, &v, sizeof(v));                                                \
	}
#endif
ND_ACCESS(16)
ND_ACCESS(32)
ND_ACCESS(64)

ND_INLINE __u8 nd_get8(const void *p)
{
	return *(const __u8 *)p;
}

/* A MAC: six bytes of memory in a register. To compare and test, not to calculate with. */
typedef __u64 nd_mac;

ND_INLINE nd_mac nd_get_mac(const void *p)
{
	return (__u64)nd_get16((const __u8 *)p + 4) << 32 | nd_get32(p);
}

ND_INLINE void nd_put_mac(void *p, nd_mac mac)
{
	nd_put32(p, (__u32)mac);
	nd_put16((__u8 *)p + 4, (__u16)(mac >> 32));
}

/*
 * The first twelve bytes of a frame, in two stores. Not MAC by MAC: a store of 32 bits at 6 is
 * misaligned, and on its stack the verifier refuses that on every processor.
 */
ND_INLINE void nd_put_macs(void *p, nd_mac dst, nd_mac src)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	nd_put64(p, dst | src << 48);
	nd_put32((__u8 *)p + 8, (__u32)(src >> 16));
#else
	nd_put64(p, dst << 32 | (dst >> 16 & 0xffff0000u) | (src >> 16 & 0xffffu));
	nd_put32((__u8 *)p + 8, (__u32)(src << 16 | src >> 32));
#endif
}

/* An option of eight bytes that holds a MAC (RFC 4861 4.6.1), as a word of memory. */
ND_INLINE __u64 nd_lladdr_option(__u8 type, nd_mac mac)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return mac << 16 | 1u << 8 | type;
#else
	return (__u64)type << 56 | 1ull << 48 | (mac & 0xffffffffull) << 16 | (mac >> 32);
#endif
}

/* IEEE 802: the individual/group bit; broadcast is a group. */
ND_INLINE int nd_mac_is_group(nd_mac mac)
{
	return (mac & ND_MAC_GROUP) != 0;
}

/* An IPv6 address in network order. */
struct nd_addr {
	__u64 hi, lo;
};

ND_INLINE struct nd_addr nd_get_addr(const void *p)
{
	struct nd_addr a = { nd_get64(p), nd_get64((const __u8 *)p + 8) };

	return a;
}

ND_INLINE void nd_put_addr(void *p, struct nd_addr a)
{
	nd_put64(p, a.hi);
	nd_put64((__u8 *)p + 8, a.lo);
}

ND_INLINE int nd_addr_eq(struct nd_addr a, struct nd_addr b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

ND_INLINE int nd_addr_is_multicast(struct nd_addr a)
{
	return (ND_BE64(a.hi) >> 56) == 0xff;
}

ND_INLINE int nd_addr_is_link_local(struct nd_addr a)
{
	return (ND_BE64(a.hi) >> 54) == (0xfe80u >> 6);
}

ND_INLINE int nd_addr_is_unspecified(struct nd_addr a)
{
	return (a.hi | a.lo) == 0;
}

ND_INLINE int nd_addr_is_loopback(struct nd_addr a)
{
	return a.hi == 0 && a.lo == ND_BE64(1ull);
}

/* ::ffff:0:0/96, RFC 4291 2.5.5.2: never on the wire. */
ND_INLINE int nd_addr_is_v4mapped(struct nd_addr a)
{
	return a.hi == 0 && (ND_BE64(a.lo) >> 32) == 0xffffu;
}

/* Solicited-node multicast address, RFC 4291 2.7.1. */
ND_INLINE struct nd_addr nd_solicited_node(struct nd_addr a)
{
	struct nd_addr s = { ND_BE64(0xff02000000000000ull),
			     ND_BE64(0x00000001ff000000ull) | (a.lo & ND_BE64(0xffffffull)) };

	return s;
}

/* ff02::1:ff00:0/104 */
ND_INLINE int nd_addr_is_solicited_node(struct nd_addr a)
{
	return nd_addr_eq(a, nd_solicited_node(a));
}

/* ff02::1, all nodes (low = 1), or ff02::2, all routers (low = 2). */
ND_INLINE struct nd_addr nd_all_nodes(__u64 low)
{
	struct nd_addr a = { ND_BE64(0xff02000000000000ull), ND_BE64(low) };

	return a;
}

/* One's complement sums, RFC 1071: 32 bits at a time into 64, so that no carry is lost. */
ND_INLINE __u64 nd_sum64(__u64 word)
{
	return (word & 0xffffffffull) + (word >> 32);
}

ND_INLINE __u64 nd_sum_addr(struct nd_addr a)
{
	return nd_sum64(a.hi) + nd_sum64(a.lo);
}

/* Folds to 16 bits without inverting: 0xffff for a message whose checksum is right. */
ND_INLINE __u16 nd_fold(__u64 sum)
{
	sum = (sum & 0xffffffffull) + (sum >> 32);
	sum = (sum & 0xffffull) + ((sum >> 16) & 0xffffull) + (sum >> 32);
	sum = (sum & 0xffffull) + (sum >> 16);
	sum = (sum & 0xffffull) + (sum >> 16);
	return (__u16)sum;
}

#endif
