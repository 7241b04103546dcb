/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The configuration file, through libconfuse, to the model. Knows no kernel. */
#ifndef NDPX_CONFIG_H
#define NDPX_CONFIG_H

#include "model.h"

struct config_mistake {
	int line;
	char *text;
};

/* Every mistake of a file, in the order of its lines. */
struct config_mistakes {
	struct config_mistake *items; /* owned */
	size_t n;
	bool lost; /* memory was short for one: the text is refused all the same */
};

/*
 * Reads and checks `path`. 0 with *ret filled and every uplink's rules sorted by
 * rule_compare(); the caller frees it with model_free(). -EINVAL with at least one
 * mistake in *ret_mistakes, which the caller frees; any other -errno with *err set
 * when the file cannot be read.
 */
int config_load(const char *path, struct model *ret, struct config_mistakes *ret_mistakes,
		struct error *err);

/* The same for text in memory of `len` bytes; fuzzers come in here. */
int config_parse(const char *text, size_t len, struct model *ret,
		 struct config_mistakes *ret_mistakes, struct error *err);

void config_mistakes_free(struct config_mistakes *mistakes);

#endif
