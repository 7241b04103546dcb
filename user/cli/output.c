// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A streaming writer: a million guests must not become a tree in memory first. */
#include "cli/output.h"

#include <errno.h>
#include <stdarg.h>

/* The formats come from the callers' literals, one argument each. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* Bytes of the UTF-8 character at `s`, 0 if it is none (RFC 3629): JSON holds nothing else. */
static int utf8_len(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;
	int n = u[0] < 0x80   ? 1
		: u[0] < 0xc2 ? 0
		: u[0] < 0xe0 ? 2
		: u[0] < 0xf0 ? 3
		: u[0] < 0xf5 ? 4
			      : 0;
	int i;

	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
	    (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
		return 0;
	return n;
}

static void write_string(FILE *fp, const char *s)
{
	fputc('"', fp);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		int n = utf8_len(s);

		if (n != 1) {
			fprintf(fp, "%.*s", n ? n : 6, n ? s : "\\ufffd");
			s += n ? n - 1 : 0;
			continue;
		}
		if (c == '"' || c == '\\')
			fprintf(fp, "\\%c", c);
		else if (c < 0x20)
			fprintf(fp, "\\u%04x", c);
		else
			fputc(c, fp);
	}
	fputc('"', fp);
}

static void write_indent(struct output *out)
{
	int i;

	if (!out->pretty)
		return;
	fputc('\n', out->fp);
	for (i = 0; i < out->depth; i++)
		fputs("    ", out->fp);
}

/* What comes before any value: comma, indentation, key. */
static void write_key(struct output *out, const char *key)
{
	if (out->need_comma)
		fputc(',', out->fp);
	if (out->depth)
		write_indent(out);
	out->need_comma = true;
	if (key) {
		write_string(out->fp, key);
		fputs(out->pretty ? ": " : ":", out->fp);
	}
}

static void open_bracket(struct output *out, const char *key, char bracket)
{
	if (!out->json)
		return;
	write_key(out, key);
	fputc(bracket, out->fp);
	out->depth++;
	if (bracket == '[')
		out->arrays |= 1u << out->depth;
	else
		out->arrays &= ~(1u << out->depth);
	out->need_comma = false;
}

/* Does this value belong into the JSON? It has a key, or stands in an array. */
static bool for_json(const struct output *out, const char *key)
{
	return out->json && (key || (out->arrays >> out->depth & 1));
}

void out_start(struct output *out, FILE *fp, bool json, bool pretty)
{
	*out = (struct output){ .fp = fp, .json = json, .pretty = pretty };
	out_object(out, NULL);
	out_number(out, "version", NULL, 1);
}

int out_finish(struct output *out)
{
	out_close(out, '}');
	if (out->json)
		fputc('\n', out->fp);
	errno = 0;
	if (fflush(out->fp) || ferror(out->fp))
		return errno ? -errno : -EIO;
	return 0;
}

void out_object(struct output *out, const char *key)
{
	open_bracket(out, key, '{');
}

void out_array(struct output *out, const char *key)
{
	open_bracket(out, key, '[');
}

void out_close(struct output *out, char bracket)
{
	bool empty = !out->need_comma;

	if (!out->json)
		return;
	out->depth--;
	if (!empty)
		write_indent(out);
	fputc(bracket, out->fp);
	out->need_comma = true;
}

void out_string(struct output *out, const char *key, const char *fmt, const char *value)
{
	if (for_json(out, key)) {
		write_key(out, key);
		write_string(out->fp, value);
	} else if (!out->json && fmt) {
		fprintf(out->fp, fmt, value);
	}
}

void out_number(struct output *out, const char *key, const char *fmt, uint64_t value)
{
	if (for_json(out, key)) {
		write_key(out, key);
		fprintf(out->fp, "%llu", (unsigned long long)value);
	} else if (!out->json && fmt) {
		fprintf(out->fp, fmt, (unsigned long long)value);
	}
}

void out_real(struct output *out, const char *key, const char *fmt, double value)
{
	if (for_json(out, key)) {
		write_key(out, key);
		fprintf(out->fp, "%.3f", value);
	} else if (!out->json && fmt) {
		fprintf(out->fp, fmt, value);
	}
}

void out_bool(struct output *out, const char *key, const char *text, bool value)
{
	if (for_json(out, key)) {
		write_key(out, key);
		fputs(value ? "true" : "false", out->fp);
	} else if (!out->json && text && value) {
		fputs(text, out->fp);
	}
}

void out_null(struct output *out, const char *key)
{
	if (!for_json(out, key))
		return;
	write_key(out, key);
	fputs("null", out->fp);
}

void out_text(struct output *out, const char *fmt, ...)
{
	va_list ap;

	if (out->json)
		return;
	va_start(ap, fmt);
	vfprintf(out->fp, fmt, ap);
	va_end(ap);
}
