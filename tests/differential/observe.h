/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What crosses from observe.bpf.c to test_pass.c.
 */
#ifndef OBSERVE_H
#define OBSERVE_H

#include <linux/types.h>

#define OBSERVE_BYTES  2048
#define OBSERVE_MARKER 0x88b5 /* ethertype for experiments, IEEE 802: "all before it is done" */
#define OBSERVE_MARK   0x6e640000u /* upper half of skb->mark, over the frame's number */

enum observe_kind {
	OBSERVE_FRAME, /* came after the hook */
	OBSERVE_DROP,  /* the kernel freed it and said why */
	OBSERVE_DONE,  /* the marker came after the hook */
};

struct observe_event {
	__u32 kind;
	__u32 number;		 /* of the frame, 16 bits */
	__u32 len;		 /* of the frame; `bytes` holds at most OBSERVE_BYTES of it */
	__u32 reason;		 /* enum skb_drop_reason of the running kernel */
	__u32 tagged;		 /* 1: the kernel took a tag out */
	__u16 tag_type, tag_tci; /* host order */
	__u8 bytes[OBSERVE_BYTES];
};

#endif
