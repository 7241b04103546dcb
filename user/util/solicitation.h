/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The frames `explain` runs: a solicitation from its parts, or a frame given in hex. Pure. */
#ifndef NDPX_SOLICITATION_H
#define NDPX_SOLICITATION_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_ROOM 1536 /* room for a frame given in hex */

enum solicitation_kind {
	SOLICITATION_MULTICAST, /* to the solicited-node group, with an SLLAO */
	SOLICITATION_PROBE,	/* to the target itself, without options: RFC 4861 7.3.3 */
	SOLICITATION_DAD,	/* from ::, RFC 4862 5.4.2 */
};

/* A Neighbor Solicitation to build. Addresses and MACs in network order. */
struct solicitation {
	enum solicitation_kind kind;
	struct in6_addr source; /* unused for DAD */
	struct in6_addr target;
	uint16_t vlan;	     /* 0: untagged */
	uint8_t mac[6];	     /* of the requester */
	uint8_t port_mac[6]; /* of the port, for a probe */
};

/* Sets `mac` and `source` to those of nobody: made up, locally administered and link-local. */
void solicitation_requester(struct solicitation *q);

/* Writes the frame, checksum and all; returns its length, at most 90 bytes. */
size_t solicitation_build(const struct solicitation *q, uint8_t frame[FRAME_ROOM]);

/*
 * What the beginning of a frame says: MAC, VLAN and source, and the target where it is a
 * solicitation without extension headers; what is not there is 0.
 */
void solicitation_read(const uint8_t *frame, size_t len, struct solicitation *ret);

/* Hex digits; blanks and colons between bytes and tcpdump's "0x0010:" are skipped. The number of bytes, or -EINVAL. */
int frame_from_hex(const char *text, uint8_t frame[FRAME_ROOM]);

#endif
