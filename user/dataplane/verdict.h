/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names and sentences of the verdicts, all from the one table in ndpx_abi.h. */
#ifndef NDPX_VERDICT_H
#define NDPX_VERDICT_H

#include "ndpx_abi.h"

/* "answered"; "none" for NDPX_V_NONE. Never NULL. */
const char *verdict_name(enum ndpx_verdict verdict);
/* What it means, a clause without a full stop. Never NULL. */
const char *verdict_text(enum ndpx_verdict verdict);

#endif
