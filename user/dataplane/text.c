// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The words for what the data plane does: verdicts, from the table in ndpx_abi.h, and who gets
 * frames before a program of ours. Pure.
 */
#include <stdio.h>

#include "dataplane/dataplane.h"

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

const char *before_text(const struct before *b, char buf[BEFORE_TEXT_LEN])
{
	static const char *const hooks[] = { [BEFORE_XDP] = "XDP program",
					     [BEFORE_TCX] = "TCX program",
					     [BEFORE_CLSACT] = "clsact filter" };
	int n = snprintf(buf, BEFORE_TEXT_LEN, "%s '%s'", hooks[b->hook], b->name);

	if (b->prog_id)
		n += snprintf(buf + n, (size_t)(BEFORE_TEXT_LEN - n), " (id %u)", b->prog_id);
	if (b->hook == BEFORE_CLSACT)
		snprintf(buf + n, (size_t)(BEFORE_TEXT_LEN - n), ", priority %u", b->priority);
	return buf;
}

const char *before_hook_name(enum before_hook hook)
{
	return hook == BEFORE_XDP ? "xdp" : hook == BEFORE_TCX ? "tcx" : "clsact";
}
