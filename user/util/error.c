// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The error object; knows nothing of what failed and prints nothing. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/error.h"

int error_set(struct error *err, enum exit_status status, int code, const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	err->status = status;
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	return -code;
}

const char *error_name(int code)
{
	const char *name = strerrorname_np(code);

	return name ? name : "EIO";
}
