/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The error object that library code fills and only verbs print. A function that
 * can fail returns 0 or -errno and takes one of these last.
 */
#ifndef NDPX_ERROR_H
#define NDPX_ERROR_H

/* Exit status of the command, by who is to blame. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_USAGE = 1,	       /* usage or configuration */
	EXIT_KERNEL = 2,       /* the kernel refused */
	EXIT_NOT_ATTACHED = 3, /* or doctor found something */
};

struct error {
	int code; /* errno, positive */
	enum exit_status status;
	char message[1024]; /* "what: why", no newline, no program name */
};

/* Fills *err and returns -code. `err` may not be NULL; `code` is a positive errno. */
int error_set(struct error *err, enum exit_status status, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The errno's symbol, "ENODEV"; never NULL. */
const char *error_name(int code);

#endif
