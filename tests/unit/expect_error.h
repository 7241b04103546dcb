/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Checks the result of a parser of config/model.h; include after cmocka.h. */
#ifndef TESTS_EXPECT_ERROR_H
#define TESTS_EXPECT_ERROR_H

#include <string.h>

#include "util/error.h"

/* `bad` NULL: accepted; else refused as a usage error whose message contains `bad`. */
static inline void expect_error(const char *text, int r, const char *bad, const struct error *err)
{
	if (!bad && r)
		fail_msg("'%s' refused: %s", text, err->message);
	if (!bad)
		return;
	if (!r)
		fail_msg("'%s' taken, expected: %s", text, bad);
	if (!strstr(err->message, bad))
		fail_msg("'%s' says \"%s\", expected: %s", text, err->message, bad);
	assert_int_equal(err->code, -r);
	assert_int_equal(err->status, EXIT_USAGE);
}

#endif
