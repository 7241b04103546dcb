// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Any bytes as a configuration file: the result is a model, sorted and within its limits,
 * or at least one error, each at a position that exists in the file.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "fuzz_assert.h"

static void check_ports(const struct ports_section *p)
{
	size_t i;

	fuzz_assert(p->pattern[0] && strlen(p->pattern) < sizeof(p->pattern) && p->line >= 1);
	fuzz_assert(p->n_rules >= 1);
	for (i = 0; i < p->n_rules; i++) {
		const struct rule *r = &p->rules[i];

		fuzz_assert(r->bits <= 128 && r->vlan == 0 && r->line >= 1);
		fuzz_assert(r->flags == NDPX_F_GATEWAY || r->flags == NDPX_F_ONLINK);
		fuzz_assert(r->flags == NDPX_F_ONLINK || r->bits == 128);
		fuzz_assert(i == 0 || rule_compare(r - 1, r) < 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
	fuzz_assert(memchr(name, '\0', DEV_NAME_LEN) && name[0]);
	fuzz_assert(!strpbrk(name, "/: \t\r\n\v\f"));
}

static void check_uplink(const struct uplink *u)
{
	size_t i;

	check_name(u->dev);
	fuzz_assert(u->vlan <= 4094 && u->line >= 1);
	for (i = 0; i < u->n_rules; i++) {
		const struct rule *r = &u->rules[i];

		fuzz_assert(r->bits <= 128 && r->vlan == u->vlan && r->line >= 1);
		fuzz_assert(r->action == NDPX_ACT_ANSWER || r->action == NDPX_ACT_DENY);
		fuzz_assert(i == 0 || rule_compare(r - 1, r) < 0);
		if (r->port)
			check_name(r->port);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_errors errors = { 0 };
	struct model model = { 0 };
	struct error err = { 0 };
	size_t i, lines = 1, width = 0, longest = 0;
	char *text = malloc(size);
	const char *c;
	int r;

	if (size && !text)
		return 0;
	for (i = 0; i < size; i++) {
		text[i] = (char)data[i];
		width = text[i] == '\n' ? 0 : width + 1;
		longest = width > longest ? width : longest;
		lines += text[i] == '\n';
	}
	r = config_parse(text, size, &model, &errors, &err);
	free(text);
	if (r) {
		fuzz_assert(r == -EINVAL && err.code == EINVAL);
		fuzz_assert(errors.n >= 1 && !model.uplinks && !model.ports);
		fuzz_assert(errors.n <= CONFIG_MAX_ERRORS);
	} else {
		fuzz_assert(errors.n == 0 && !errors.items);
	}
	for (i = 0; i < errors.n; i++) {
		fuzz_assert(errors.items[i].line >= 1);
		fuzz_assert((size_t)errors.items[i].line <= lines);
		fuzz_assert(errors.items[i].column >= 1);
		fuzz_assert((size_t)errors.items[i].column <= longest + 1);
		fuzz_assert(errors.items[i].text[0]);
		for (c = errors.items[i].text; *c; c++)
			fuzz_assert(!iscntrl((unsigned char)*c));
		fuzz_assert(i == 0 || errors.items[i - 1].line <= errors.items[i].line);
	}
	for (i = 0; i < model.n_uplinks; i++)
		check_uplink(&model.uplinks[i]);
	for (i = 0; i < model.n_ports; i++)
		check_ports(&model.ports[i]);
	config_errors_free(&errors);
	model_free(&model);
	return 0;
}
