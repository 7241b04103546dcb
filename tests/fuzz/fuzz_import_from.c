// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Any bytes as an ndppd.conf and as an npd6.conf: the result is an ndpx.conf that passes
 * the checks, or an error in a line that exists.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "migrate/conf_writer.h"
#include "migrate/from_ndppd.h"
#include "migrate/from_npd6.h"
#include "fuzz_assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int read_fn(const char *text, size_t len, struct conf_writer *conf, struct error *err);

/* Only too many lengths, VLANs or rules for one file may still be refused. */
static bool too_much(const struct config_errors *errors)
{
	return errors->n && (strstr(errors->items[0].text, "at most") ||
			     strstr(errors->items[0].text, "more than"));
}

static void check_text(struct conf_writer *conf)
{
	struct config_errors errors = { 0 };
	struct model model = { 0 };
	size_t len = 0, uplinks = 0;
	struct error err;
	char *text = NULL;
	FILE *fp = open_memstream(&text, &len);

	fuzz_assert(fp && conf_writer_write(conf, fp, &uplinks) == 0 && fclose(fp) == 0);
	if (!len) {
		free(text); /* the verb itself prints the header */
		return;
	}
	if (config_parse(text, len, &model, &errors, &err))
		fuzz_assert(too_much(&errors));
	else
		fuzz_assert(model.n_uplinks == uplinks);
	config_errors_free(&errors);
	model_free(&model);
	free(text);
}

static void check_reader(read_fn *fn, const char *text, size_t size, size_t lines)
{
	struct conf_writer conf = { 0 };
	struct error err;
	int r = fn(text, size, &conf, &err), line;

	fuzz_assert(!r || r == -EINVAL);
	line = r ? atoi(err.message) : 1;
	fuzz_assert(line >= 1 && (size_t)line <= lines);
	if (!r)
		check_text(&conf);
	conf_writer_free(&conf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	size_t i, lines = 1;

	if (!text)
		return 0;
	for (i = 0; i < size; i++)
		lines += (text[i] = (char)data[i]) == '\n';
	text[size] = '\0';
	check_reader(from_ndppd, text, size, lines);
	check_reader(from_npd6, text, size, lines);
	free(text);
	return 0;
}
