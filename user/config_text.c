// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Words and lines of the text that libconfuse reads, where it does not tell. Pure. */
#include "config_text.h"

#include <ctype.h>
#include <string.h>

/*
 * The start of line `line` (from 1) of our text, or its end. Walks from where the
 * last call ended: a file of a million guests asks for each of them in turn.
 */
static char *line_start(struct config_text *t, int line)
{
	char *p = t->at ? t->at : t->text, *end = t->text + t->len;
	int at = t->at ? t->at_line : 1;

	while (at < line && p < end) {
		if (*p++ == '\n')
			at++;
	}
	while (at > line) {
		for (p--; p > t->text && p[-1] != '\n'; p--)
			;
		at--;
	}
	t->at = p;
	t->at_line = at;
	return p;
}

static bool is_word_char(char c)
{
	return c && !strchr(" \t\r\n={}()+,\"'#", c);
}

/* `word` as a word of its own in [from, end), or NULL. */
static char *find_word(const struct config_text *t, char *from, const char *end, const char *word)
{
	size_t len = strlen(word);
	char *p;

	for (p = from; p + len <= end; p++) {
		if (!memcmp(p, word, len) && (p == t->text || !is_word_char(p[-1])) &&
		    (p + len == end || !is_word_char(p[len])))
			return p;
	}
	return NULL;
}

int config_text_title_line(struct config_text *t, const char *title, int line)
{
	int at;

	for (at = line; at > 0 && at > line - 100; at--) {
		char *from = line_start(t, at);
		char *to = memchr(from, '\n', (size_t)(t->text + t->len - from));

		if (find_word(t, from, to ? to : t->text + t->len, title))
			return at;
	}
	return line;
}

static bool is_comment(const char *p)
{
	return *p == '#' || (*p == '/' && (p[1] == '/' || p[1] == '*'));
}

/* Behind the comment at `p`, its newline not included; NULL when it never ends. */
static char *skip_comment(char *p, char *end)
{
	if (*p == '/' && p[1] == '*') {
		p = memmem(p + 2, (size_t)(end - p - 2), "*/", 2);
		return p ? p + 2 : NULL;
	}
	p = memchr(p, '\n', (size_t)(end - p));
	return p ? p : end;
}

/* Skips blanks; comments are gone: config_text_plain(). */
static char *skip_blank(char *p, const char *end)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	return p;
}

/* Skips one word or quoted string. */
static char *skip_word(char *p, const char *end)
{
	char quote;

	if (p < end && (*p == '"' || *p == '\'')) {
		quote = *p++;
		while (p < end && *p != quote)
			p += *p == '\\' && p + 1 < end ? 2 : 1;
		return p < end ? p + 1 : p;
	}
	while (p < end && is_word_char(*p))
		p++;
	return p;
}

/* Skips a block from its opening brace to behind the closing one. */
static char *skip_block(char *p, const char *end)
{
	int depth = 0;

	while (p < end) {
		p = skip_blank(p, end);
		if (p >= end)
			break;
		if (*p == '{') {
			depth++;
			p++;
		} else if (*p == '}') {
			p++;
			if (--depth == 0)
				break;
		} else {
			char *next = skip_word(p, end);

			p = next > p ? next : p + 1;
		}
	}
	return p;
}

bool config_text_blank(struct config_text *t, const char *word, int line)
{
	char *end = t->text + t->len, *start, *p, *to;

	start = line_start(t, line);
	to = memchr(start, '\n', (size_t)(end - start));
	start = find_word(t, start, to ? to : end, word);
	if (!start)
		return false;
	p = skip_blank(start + strlen(word), end);
	if (p < end && *p == '+')
		p++;
	if (p < end && *p == '=') {
		p = skip_blank(p + 1, end);
		p = p < end && *p == '{' ? skip_block(p, end) : skip_word(p, end);
	} else {
		if (p < end && *p != '{')
			p = skip_blank(skip_word(p, end), end);
		if (p < end && *p == '{')
			p = skip_block(p, end);
	}
	for (; start < p; start++) {
		if (*start != '\n')
			*start = ' ';
	}
	return true;
}

int config_text_open_block(struct config_text *t)
{
	char *p = t->text, *end = t->text + t->len, *next;
	int lines[CONFIG_TEXT_DEPTH], depth = 0, line = 1;
	char *counted = p;

	for (p = skip_blank(p, end); p < end; p = skip_blank(p, end)) {
		for (; counted < p; counted++)
			line += *counted == '\n';
		if (*p == '{') {
			if (depth < CONFIG_TEXT_DEPTH)
				lines[depth] = line;
			depth++;
		} else if (*p == '}' && depth > 0) {
			depth--;
		}
		next = skip_word(p, end);
		p = next > p ? next : p + 1;
	}
	if (depth == 0)
		return 0;
	return lines[depth < CONFIG_TEXT_DEPTH ? depth - 1 : CONFIG_TEXT_DEPTH - 1];
}

int config_text_plain(struct config_text *t, const char **ret_what)
{
	char *p = t->text, *end = t->text + t->len, *next;
	int line = 1;

	for (; p < end; p = next) {
		bool comment = is_comment(p);

		next = comment ? skip_comment(p, end) : p + 1;
		if (!next) {
			*ret_what = "the comment that starts here is not closed";
			return line;
		}
		if (*p == '"' || *p == '\'')
			next = skip_word(p, end);
		for (; p < next; p++) {
			if (*p == '\n') {
				line++;
			} else if (comment) {
				*p = ' ';
			} else if (*p == '$') {
				*ret_what = "'$' has no meaning here: nothing is expanded";
				return line;
			}
		}
	}
	return 0;
}
