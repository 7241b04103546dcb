// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names and texts of the verdicts, from the table in ndpx_abi.h. Pure. */
#include "dataplane/verdict.h"

static const char *const names[NDPX_V_END] = { [NDPX_V_NONE] = "none",
#define X(number, id, name, text) [number] = #name,
					       NDPX_VERDICTS(X)
#undef X
};

static const char *const texts[NDPX_V_END] = { [NDPX_V_NONE] = "not a Neighbor Solicitation",
#define X(number, id, name, text) [number] = text,
					       NDPX_VERDICTS(X)
#undef X
};

const char *verdict_name(enum ndpx_verdict verdict)
{
	return verdict < NDPX_V_END ? names[verdict] : "none";
}

const char *verdict_text(enum ndpx_verdict verdict)
{
	return verdict < NDPX_V_END ? texts[verdict] : "?";
}
