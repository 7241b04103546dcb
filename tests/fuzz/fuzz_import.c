// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Any bytes as the input of `guest import`, lines or JSON: the result is complete, valid
 * rules, or at least one error.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_assert.h"
#include "config/import_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_item(const struct import_item *item, const struct import_item *before,
		       size_t lines, bool json)
{
	const struct rule *r = &item->rule;
	struct error err;

	fuzz_assert(r->action == NDPX_ACT_ANSWER && r->bits <= 128);
	fuzz_assert(rule_check(r, &err) == 0);
	fuzz_assert(r->vlan <= 4094 && r->vlan == item->place.vlan);
	fuzz_assert(item->place.dev[0] && memchr(item->place.dev, '\0', DEV_NAME_LEN));
	fuzz_assert(!r->port || (r->port[0] && strlen(r->port) < DEV_NAME_LEN));
	fuzz_assert(!(r->flags & NDPX_F_LLADDR) || !(r->lladdr[0] & 1));
	fuzz_assert(r->line > (before ? before->rule.line : 0));
	fuzz_assert(json || (size_t)r->line <= lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_errors errors = { 0 };
	struct import import = { 0 };
	size_t i, lines = 1;
	char *text = malloc(size + 1);
	int r;

	if (!text)
		return 0;
	for (i = 0; i < size; i++)
		lines += (text[i] = (char)data[i]) == '\n';
	text[size] = '\0';
	r = import_read(text, size, &import, &errors);
	free(text);
	if (r)
		fuzz_assert(r == -EINVAL && errors.n >= 1 && !import.items);
	else
		fuzz_assert(errors.n == 0);
	for (i = 0; i < errors.n; i++)
		fuzz_assert(errors.items[i].line >= 1 && errors.items[i].text[0]);
	for (i = 0; i < import.n; i++)
		check_item(&import.items[i], i ? &import.items[i - 1] : NULL, lines, import.json);
	config_errors_free(&errors);
	import_free(&import);
	return 0;
}
