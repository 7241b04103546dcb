// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Cutting an ndppd.conf into words. What ndppd would misread without a word is a mistake here. */
#include "ndppd_text.h"

#include <ctype.h>
#include <string.h>

#define MAX_MISTAKES 100 /* more would scroll the first away */

void ndppd_text_init(struct ndppd_text *t, const char *text, size_t len,
		     struct config_mistakes *mistakes)
{
	*t = (struct ndppd_text){ .p = text, .end = text + len, .line = 1, .mistakes = mistakes };
}

/* The character `ahead` of the place, 0 behind the end. */
static char peek(const struct ndppd_text *t, size_t ahead)
{
	return (size_t)(t->end - t->p) > ahead ? t->p[ahead] : '\0';
}

static bool at_end(const struct ndppd_text *t)
{
	return t->p == t->end;
}

static void step(struct ndppd_text *t)
{
	t->line += *t->p++ == '\n';
}

static void skip_comment(struct ndppd_text *t)
{
	int line = t->line;

	if (peek(t, 0) != '/' || peek(t, 1) != '*') {
		while (!at_end(t) && *t->p != '\n')
			step(t);
		return;
	}
	step(t);
	step(t);
	while (!at_end(t) && (peek(t, 0) != '*' || peek(t, 1) != '/'))
		step(t);
	if (at_end(t)) {
		config_mistake(t->mistakes, line, "the comment that starts here is not closed");
		return;
	}
	step(t);
	step(t);
}

/* Blanks and comments, line ends too if asked. A semicolon means nothing. */
static void skip_blanks(struct ndppd_text *t, bool lines)
{
	while (!at_end(t)) {
		char c = *t->p;

		if (c == '#' || (c == '/' && (peek(t, 1) == '/' || peek(t, 1) == '*')))
			skip_comment(t);
		else if (c == ';' || (isspace((unsigned char)c) && (c != '\n' || lines)))
			step(t);
		else
			break;
	}
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Copies while there is room; the rest is noted as too long. */
static void put(struct ndppd_text *t, char *buf, size_t size, size_t *at, bool *cut)
{
	if (*at + 1 < size)
		buf[(*at)++] = *t->p;
	else
		*cut = true;
	step(t);
}

static void read_value(struct ndppd_text *t, struct ndppd_word *w)
{
	char quote = peek(t, 0);
	bool cut = false;
	size_t n = 0;

	if (quote == '"' || quote == '\'') {
		step(t);
		while (!at_end(t) && *t->p != quote && *t->p != '\n')
			put(t, w->value, sizeof(w->value), &n, &cut);
		if (at_end(t) || *t->p != quote)
			config_mistake(t->mistakes, w->line, "the quote is not closed");
		else
			step(t);
	} else {
		while (!at_end(t) && isgraph((unsigned char)*t->p) && *t->p != '{' &&
		       *t->p != '}' && *t->p != ';')
			put(t, w->value, sizeof(w->value), &n, &cut);
	}
	w->value[n] = '\0';
	if (cut)
		config_mistake(t->mistakes, w->line, "'%s...' is too long", w->value);
	else if (memchr(w->value, '\0', n))
		config_mistake(t->mistakes, w->line, "a NUL byte: this is no text");
}

static void skip_line(struct ndppd_text *t)
{
	while (!at_end(t) && *t->p != '\n')
		step(t);
}

/* A place at which no word starts. */
static void no_word(struct ndppd_text *t)
{
	if (isprint((unsigned char)*t->p))
		config_mistake(t->mistakes, t->line, "'%c' starts no word", *t->p);
	else
		config_mistake(t->mistakes, t->line, "a byte 0x%02x: this is no text",
			       (unsigned char)*t->p);
	skip_line(t);
}

bool ndppd_next(struct ndppd_text *t, int opened, struct ndppd_word *ret)
{
	bool cut = false;
	size_t n = 0;

	memset(ret, 0, sizeof(*ret));
	for (;;) {
		skip_blanks(t, true);
		if (t->mistakes->n >= MAX_MISTAKES)
			return false;
		if (at_end(t)) {
			if (opened)
				config_mistake(t->mistakes, opened,
					       "the block that starts here is not closed");
			return false;
		}
		if (is_word(*t->p))
			break;
		if (*t->p == '}') {
			if (opened) {
				step(t);
				return false;
			}
			config_mistake(t->mistakes, t->line,
				       "'}' closes nothing: ndppd stops reading here");
			step(t);
			continue;
		}
		no_word(t);
	}
	ret->line = t->line;
	while (!at_end(t) && is_word(*t->p))
		put(t, ret->word, sizeof(ret->word), &n, &cut);
	if (cut)
		config_mistake(t->mistakes, ret->line, "'%s...' is too long", ret->word);
	skip_blanks(t, false);
	if (peek(t, 0) == '=') {
		step(t);
		skip_blanks(t, false);
	}
	read_value(t, ret);
	skip_blanks(t, true);
	if (peek(t, 0) == '{') {
		if (t->line != ret->line)
			config_mistake(t->mistakes, t->line,
				       "'{' must stand in the line of '%s': ndppd ignores this "
				       "block",
				       ret->word);
		step(t);
		ret->block = true;
	}
	return true;
}

void ndppd_skip(struct ndppd_text *t, const struct ndppd_word *w)
{
	int depth = 1;

	config_mistake(t->mistakes, w->line, "'%s' takes no block", w->word);
	while (!at_end(t) && depth) {
		skip_blanks(t, true);
		if (at_end(t))
			break;
		depth += *t->p == '{' ? 1 : *t->p == '}' ? -1 : 0;
		step(t);
	}
}
