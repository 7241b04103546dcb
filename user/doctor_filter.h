/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Does a packet filter of this host drop Neighbor Discovery on the uplink for sure? The
 * rules of nftables are walked as the kernel would walk them, with the four frames that
 * matter, in a logic of yes, no and maybe: what cannot be told is never a finding.
 */
#ifndef NDPX_DOCTOR_FILTER_H
#define NDPX_DOCTOR_FILTER_H

#include <jansson.h>
#include <stdio.h>

#include "doctor_look.h"

enum tri { NO, MAYBE, YES };

/* A solicitation or an advertisement at one hook. */
struct filter_frame {
	bool in;
	uint8_t type;	 /* ICMPv6: 135, 136 */
	const char *dev; /* that it comes in or goes out on */
};

enum filter_verdict { GO_ON, ACCEPT, DROP, JUMP, GOTO, RETURN, UNKNOWN };

/* What one rule does with the frame. */
struct filter_effect {
	enum tri matches;
	enum filter_verdict verdict;
	const char *chain; /* of JUMP and GOTO */
};

/* A rule's "expr" of `nft -j list ruleset`. */
struct filter_effect filter_effect_of(const json_t *expr, const struct filter_frame *frame);

/* The device of a netdev chain, where nft does not say (1.0.6 does not). */
typedef bool (*filter_on_device)(const void *arg, const char *table, const char *chain,
				 const char *dev);

/*
 * Appends what surely drops one of the frames on an uplink: `dev` is the device, `stack`
 * where the host's stack sees it; `bridged` where it is a port of a bridge. Pure.
 */
int filter_judge(const json_t *ruleset, uint32_t ifindex, const char *dev, const char *stack,
		 bool bridged, filter_on_device on_device, const void *arg,
		 struct doctor_filter **list, size_t *n);

/*
 * Appends what ip6tables-save prints to a ruleset, as family "ip6tables", a rule's handle
 * being its line. *ret_nft is set where its rules are nftables' in truth. -1: unreadable.
 */
int filter_read_save(FILE *fp, json_t *ruleset, bool *ret_nft);

/* Asks nft and ip6tables-save, they are installed, and judges for all uplinks of the snapshot. -ENOMEM. */
int doctor_filters(struct doctor_snapshot *snap, struct error *err);

#endif
