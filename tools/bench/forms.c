// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every form in which a solicitation is answered, by name: what tests/rows builds, sent by
 * the benchmark's requesters. A form added here is measured once cost.sh and samples.awk name it.
 */
#include <string.h>

#include "bench_user.h"
#include "forms.h"

static const struct form {
	const char *name;
	struct ask (*base)(void);
	__u16 vlan;
	size_t trailing; /* 4: a checksum that the receiver has not cut off */
	int nonce, sllao;
} forms[] = {
	{ .name = "plain", .base = ask_multicast, .sllao = 1 },
	{ .name = "tagged", .base = ask_multicast, .sllao = 1, .vlan = BENCH_VLAN },
	{ .name = "trailing", .base = ask_multicast, .sllao = 1, .trailing = 4 },
	{ .name = "nonce", .base = ask_multicast, .nonce = 1, .sllao = 1 },
	{ .name = "bare", .base = ask_multicast },
	{ .name = "probe", .base = ask_probe, .sllao = 1 },
	{ .name = "probe_bare", .base = ask_probe },
	{ .name = "dad", .base = ask_dad },
	{ .name = "dad_nonce", .base = ask_dad, .nonce = 1 },
};

struct ask form_ask(const char *name, const char *target, unsigned int stream,
		    unsigned int requester)
{
	const struct form *form = NULL;
	struct ask ask;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (!strcmp(name, forms[i].name))
			form = &forms[i];
	}
	if (!form)
		die("%s: not a form of solicitation", name);
	ask = form->base();
	ask_target(&ask, target);
	ask.es.b[3] = (__u8)(requester >> 8);
	ask.es.b[4] = (__u8)requester;
	ask.es.b[5] = (__u8)(1 + stream);
	if (form->base != ask_dad)
		ask.s.b[15] = (__u8)(1 + stream);
	if (form->vlan)
		ask_tag(&ask, TYPE_8021Q, form->vlan);
	ask.trailing = form->trailing;
	opts_none(&ask);
	if (form->nonce)
		opts_fill(&ask, OPT_NONCE, 1);
	if (form->sllao)
		opts_mac(&ask, OPT_SLLAO, ask.es);
	return ask;
}

struct frame form_answer(const struct ask *ask)
{
	const struct na na = na_for(ask);

	return na_frame(&na);
}
