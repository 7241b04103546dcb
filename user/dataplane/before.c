// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who gets a frame before our program does, and could keep it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"

static void add(struct before *list, size_t *n, const struct before *b)
{
	if (*n == DATAPLANE_BEFORE)
		return;
	list[*n] = *b;
	if (b->prog_id)
		dataplane_program_name(b->prog_id, list[*n].name);
	(*n)++;
}

static void add_tcx(uint32_t ifindex, const struct attachment *at, struct before *list, size_t *n)
{
	struct tcx_list tcx;
	uint32_t i;

	hook_tcx_list(ifindex, &tcx);
	for (i = 0; i < tcx.n; i++) {
		if (at->link_id && tcx.link_ids[i] == at->link_id)
			return;
		/* Of a filter of ours all run first; apply gets ahead of them with a link. */
		add(list, n, &(struct before){ .hook = BEFORE_TCX, .prog_id = tcx.prog_ids[i] });
	}
}

static void add_filters(uint32_t ifindex, const struct attachment *at, struct before *list,
			size_t *n)
{
	struct nl_filter *filters;
	struct error ignored;
	size_t n_filters, i;

	if (nl_filters_read(ifindex, &filters, &n_filters, &ignored))
		return;
	for (i = 0; i < n_filters && filters[i].prog_id != at->prog_id; i++) {
		const struct nl_filter *f = &filters[i];
		struct before b = { .hook = BEFORE_CLSACT,
				    .prog_id = f->prog_id,
				    .priority = f->priority,
				    .stays = filters[0].priority <= 1 };

		if (!hook_sees_nd(f))
			continue;
		snprintf(b.name, sizeof(b.name), "%s", f->kind);
		add(list, n, &b);
	}
	free(filters);
}

size_t attachment_before(uint32_t ifindex, const struct attachment *at,
			 struct before ret[DATAPLANE_BEFORE])
{
	uint32_t xdp = 0;
	size_t n = 0;

	if (at->mode != NDPX_MODE_TCX && at->mode != NDPX_MODE_CLSACT)
		return 0;
	xdp = hook_xdp_there(ifindex);
	if (xdp)
		add(ret, &n, &(struct before){ .hook = BEFORE_XDP, .prog_id = xdp, .stays = true });
	add_tcx(ifindex, at, ret, &n);
	if (at->mode == NDPX_MODE_CLSACT)
		add_filters(ifindex, at, ret, &n);
	return n;
}
