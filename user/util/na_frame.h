/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The unsolicited Neighbor Advertisement that `announce` sends, as bytes. Pure. */
#ifndef NDPX_NA_FRAME_H
#define NDPX_NA_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "ndpx_abi.h"

#define NA_FRAME_MOST 90 /* with a tag */

/*
 * RFC 4861 7.2.6: to all nodes, S = 0, O = 1, so that a neighbour entry takes the new
 * MAC at once. All else is as in an answer for this rule: source, R flag, target
 * link-layer address. `addr` in network order, `vlan` 0 is untagged. Returns the length.
 */
size_t na_frame_build(const struct ndpx_settings *set, uint16_t vlan, const uint8_t addr[16],
		      const struct ndpx_say *say, uint8_t ret[NA_FRAME_MOST]);

#endif
