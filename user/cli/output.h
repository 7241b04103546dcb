/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text and JSON from one call, streaming: a call names the JSON key and the text's
 * format; either may be NULL and then that output leaves the value out. Values in
 * an array have no key.
 */
#ifndef NDPX_OUTPUT_H
#define NDPX_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct output {
	FILE *fp;
	bool json, pretty;
	int depth;
	bool need_comma;
	uint32_t arrays; /* bit d: the container at depth d is an array */
};

/* Opens the one whole object with "version": 1; nothing in text. */
void out_start(struct output *out, FILE *fp, bool json, bool pretty);
/* Closes it. 0, or -errno when stdout could not take it all (a full disk, a closed pipe). */
int out_finish(struct output *out);

void out_object(struct output *out, const char *key);
void out_array(struct output *out, const char *key);
void out_close(struct output *out, char bracket);

/* `fmt` takes the value: %s, %llu, %.3f. */
void out_string(struct output *out, const char *key, const char *fmt, const char *value);
void out_number(struct output *out, const char *key, const char *fmt, uint64_t value);
void out_real(struct output *out, const char *key, const char *fmt, double value);
/* Text is printed where the value is true. */
void out_bool(struct output *out, const char *key, const char *text, bool value);
void out_null(struct output *out, const char *key);
/* Text only. */
void out_text(struct output *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
