/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef ABI4_H
#define ABI4_H

#include <stdbool.h>
#include <stdint.h>

/* Pins in `directory` what an uplink of ABI 4 has pinned. An exit status. */
int abi4_make(const char *directory, uint64_t netns, uint32_t ifindex, const char *dev,
	      bool paused);

#endif
