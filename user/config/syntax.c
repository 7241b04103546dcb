// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What scanner and parser share: words, escapes, the statement being read, errors. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "config/syntax.h"

void syntax_error(struct syntax *s, struct position at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->events->error(s->arg, at, text);
}

static void step(struct position *at, char c)
{
	at->column++;
	if (c == '\n') {
		at->line++;
		at->column = 1;
	}
}

void syntax_advance(struct syntax *s, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		step(&s->at, text[i]);
}

struct word syntax_bare(struct syntax *s, char *text, size_t len, struct position at)
{
	struct word word = { .text = text, .len = (unsigned int)len, .at = at };

	if (len > SYNTAX_MAX_WORD) {
		syntax_error(s, at, "value of %zu bytes is too long (at most %d)", len,
			     SYNTAX_MAX_WORD);
		word.bad = true;
		word.len = 0;
	}
	s->last = word;
	return word;
}

static int digit_of(char c, int base)
{
	int digit = c >= '0' && c <= '9'		     ? c - '0'
		    : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
							     : base;

	return digit < base ? digit : -1;
}

/* Digits of `base` at `p`, at most `max` of them; *ret_n says how many there are. */
static unsigned int digits(const char *p, size_t len, int base, size_t max, size_t *ret_n)
{
	unsigned int value = 0;
	size_t n;

	for (n = 0; n < len && n < max && digit_of(p[n], base) >= 0; n++)
		value = value * (unsigned int)base + (unsigned int)digit_of(p[n], base);
	*ret_n = n;
	return value;
}

/*
 * The escape at `p`, after its backslash, in double quotes: C's, as libconfuse read them,
 * which files were written for. Returns the length it takes, 0 for one that has no meaning;
 * *ret -1: nothing (a line goes on).
 */
static size_t escape(const char *p, size_t len, int *ret)
{
	static const char names[] = "nrbfaetv", values[] = "\n\r\b\f\a\033\t\v";
	const char *name;
	size_t n, all;

	if (*p == '\n') {
		*ret = -1;
		return 1;
	}
	if (*p >= '0' && *p <= '9') {
		*ret = (int)digits(p, len, 8, 3, &n);
		digits(p, len, 10, len, &all);
		return all > n || *ret > 0xff || *ret == 0 ? 0 : n;
	}
	if (*p == 'x' && len > 1 && digit_of(p[1], 16) >= 0) {
		*ret = (int)digits(p + 1, len - 1, 16, 2, &n);
		return *ret ? n + 1 : 0;
	}
	name = strchr(names, *p);
	*ret = name && *p ? values[name - names] : (unsigned char)*p;
	return 1;
}

/* In single quotes only \\, \' and a line that goes on are escapes. */
static size_t escape_single(const char *p, int *ret)
{
	*ret = *p == '\n' ? -1 : (unsigned char)*p;
	return *p == '\n' || *p == '\\' || *p == '\'' ? 1 : 0;
}

struct word syntax_quoted(struct syntax *s, char *text, size_t len, struct position at)
{
	const char *p = text + 1, *end = text + len - 1;
	struct position here = { at.line, at.column + 1 };
	char *to = text + 1;
	bool bad = false;
	struct word word;

	while (p < end) {
		const char *from = p++;
		int c = (unsigned char)*from;

		if (*from == '\\' && p < end) {
			size_t n = *text == '"' ? escape(p, (size_t)(end - p), &c)
						: escape_single(p, &c);

			if (n == 0 && *text == '"') {
				syntax_error(s, here, "invalid escape sequence '\\%c'", *p);
				bad = true;
				n = 1;
				c = '?';
			} else if (n == 0) {
				c = '\\';
			}
			p += n;
		} else if (*from == '$') {
			syntax_error(s, here,
				     "'$' has no meaning here: variables are not expanded");
			bad = true;
		}
		if (c == '\0') {
			syntax_error(s, here, "NUL byte: not a text file");
			bad = true;
		}
		for (; from < p; from++)
			step(&here, *from);
		if (c >= 0)
			*to++ = (char)c;
	}
	word = syntax_bare(s, text + 1, (size_t)(to - text - 1), at);
	word.bad |= bad;
	return word;
}

void syntax_add_word(struct syntax *s, const struct word *word, bool first)
{
	if (first)
		s->n_words = 0;
	if (s->n_words < SYNTAX_MAX_WORDS)
		s->words[s->n_words] = *word;
	else if (s->n_words == SYNTAX_MAX_WORDS)
		syntax_error(s, word->at, "too many words without an operator");
	s->n_words++;
}

void syntax_add_value(struct syntax *s, const struct word *word, bool first)
{
	if (first)
		s->n_values = 0;
	s->no_memory |= !array_push(s->values, s->n_values, *word);
}

static bool make(const struct syntax *s, enum operator op, struct position end,
		 struct statement *ret)
{
	*ret = (struct statement){
		.words = s->words,
		.n_words = s->n_words < SYNTAX_MAX_WORDS ? s->n_words : SYNTAX_MAX_WORDS,
		.op = op,
		.end = end,
	};
	if (op != OP_NONE) {
		ret->values = s->values;
		ret->n_values = s->n_values;
		ret->list = s->list;
	}
	return s->n_words <= SYNTAX_MAX_WORDS;
}

void syntax_statement(struct syntax *s, enum operator op, struct position end)
{
	struct statement statement;

	if (make(s, op, end, &statement) && !s->skip)
		s->events->statement(s->arg, &statement);
	s->skip = false;
}

bool syntax_open(struct syntax *s, struct position at)
{
	struct statement statement;

	if (s->depth == SYNTAX_MAX_DEPTH) {
		syntax_error(s, at, "blocks nested more than %d deep", SYNTAX_MAX_DEPTH);
		return false;
	}
	s->open[s->depth++] = at;
	if (!s->n_words)
		syntax_error(s, at, "missing name before this block");
	make(s, OP_NONE, at, &statement);
	s->events->open(s->arg, &statement);
	return true;
}

void syntax_close(struct syntax *s)
{
	s->depth--;
	s->events->close(s->arg);
}

void syntax_stray_close(struct syntax *s, struct position at)
{
	if (!s->cut)
		syntax_error(s, at, "unmatched '}'");
}
