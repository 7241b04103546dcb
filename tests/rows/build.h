/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Builders for the table's frames, for rows_*.c only: a solicitation or advertisement is a
 * struct with every field, valid at first and then modified. Written from the RFCs, on
 * purpose independent of bpf/.
 */
#ifndef BUILD_H
#define BUILD_H

#include <stddef.h>
#include <linux/types.h>

#include "env.h"

#define FRAME_MAX 2048
#define AS_IS	  (-1) /* the builder computes the right value */

#define TYPE_IPV6     0x86dd
#define TYPE_8021Q    0x8100
#define TYPE_8021AD   0x88a8
#define NEXT_HOPOPTS  0
#define NEXT_ROUTING  43
#define NEXT_FRAGMENT 44
#define NEXT_ESP      50
#define NEXT_AH	      51
#define NEXT_ICMPV6   58
#define NEXT_DSTOPTS  60

#define OPT_SLLAO 1
#define OPT_TLLAO 2
#define OPT_NONCE 14

#define NA_R 0x80
#define NA_S 0x40
#define NA_O 0x20

struct frame {
	__u8 b[FRAME_MAX];
	size_t len;
};

struct tag {
	__u16 type, tci;
};

/* A solicitation, or whatever a row makes of it. */
struct ask {
	enum env_id env;
	struct mac ed, es;
	struct tag tag[4];
	size_t n_tags;
	__u16 ethertype;
	__u8 version, tclass;
	__u32 flow;
	int plen; /* AS_IS, or what the field says */
	__u8 next, hop_limit;
	struct addr s, d, t;
	__u8 ext[256];		/* between the IPv6 header and the message */
	size_t n_ext, last_ext; /* the latter: where the last header starts */
	__u8 type, code;
	int csum; /* AS_IS, or what the field says */
	__u32 reserved;
	__u8 opts[512];
	size_t n_opts;
	int msg_len;	 /* AS_IS, or where the message is cut */
	size_t trailing; /* bytes after the message */
};

/* An expected answer. */
struct na {
	struct mac ed, es;
	struct tag tag;
	size_t n_tags;
	struct addr s, d, t;
	__u8 flags; /* NA_* */
	struct mac lladdr;
};

/* Valid solicitations by the router of "Vectors" for T, on ENV_TARGET. */
struct ask ask_multicast(void); /* with an SLLAO */
struct ask ask_probe(void);	/* unicast, no option */
struct ask ask_dad(void);

void ask_target(struct ask *ask, const char *target); /* T, and D and ed that follow from it */
void ask_tag(struct ask *ask, __u16 type, __u16 tci); /* after the existing tags */
void ask_dest(struct ask *ask, const char *dest);     /* D, and the ed that follows from it */

void opts_none(struct ask *ask);
void opts_raw(struct ask *ask, const void *bytes, size_t len);
void opts_mac(struct ask *ask, __u8 type, struct mac mac);
void opts_fill(struct ask *ask, __u8 type, __u8 units); /* an option of `units` * 8 bytes */

/* The default answer: source T, R0 S1 O0, S0 for DAD, H in the TLLAO, to `es`. */
struct na na_for(const struct ask *ask);

struct frame ask_frame(const struct ask *ask);
struct frame na_frame(const struct na *na);
struct frame hex_frame(const char *hex);

/* RFC 4443 2.3 by RFC 1071 4.1, two bytes at a time; `msg` has the checksum field at 0. */
__u16 icmp_checksum(const struct addr *s, const struct addr *d, const __u8 *msg, size_t len);

/*
 * Adding to the table. A row that answers takes the expected advertisement, NULL: that of
 * na_for(ask).
 */
__attribute__((format(printf, 4, 5))) void
row_pass(const char *name, const struct ask *ask, enum ndpx_verdict verdict, const char *fmt, ...);
__attribute__((format(printf, 4, 5))) void
row_drop(const char *name, const struct ask *ask, enum ndpx_verdict verdict, const char *fmt, ...);
__attribute__((format(printf, 5, 6))) void row_answer(const char *name, const struct ask *ask,
						      const struct na *na,
						      enum ndpx_verdict verdict, const char *fmt,
						      ...);
/* The same from frames: `answer` is NULL where `act` is not ROW_ANSWER. */
void row_frames(const char *name, enum env_id env, const struct frame *in,
		enum ndpx_verdict verdict, enum row_act act, const struct frame *answer,
		const char *what);

void rows_vectors(void);
void rows_link(void);
void rows_ip(void);
void rows_addr(void);
void rows_icmp(void);
void rows_opts(void);
void rows_target(void);
void rows_ports(void);

#endif
