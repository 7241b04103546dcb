// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A tokenizer for libconfuse's syntax, and a walk that tells names of statements
 * from values and titles. Pure; judges no word.
 */
#include "array.h"
#include "config_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_check.h"

enum token { END, WORD, EQUALS, OPEN, CLOSE, OTHER };

struct scan {
	const char *p, *end;
	int line;	   /* of `p` */
	const char *start; /* of the token last read */
	const char *word;  /* of a WORD, without its quotes; `len` bytes */
	size_t len;
	int token_line; /* in which the token ends, as libconfuse counts */
};

static bool is_word_char(char c)
{
	return c && !strchr(" \t\r\n={}()+,\"'#*", c);
}

static void skip_to(struct scan *s, const char *to)
{
	for (; s->p < to; s->p++)
		s->line += *s->p == '\n';
}

static enum token read_quoted(struct scan *s)
{
	const char *p = s->p + 1;

	while (p < s->end && *p != *s->p)
		p += *p == '\\' && p + 1 < s->end ? 2 : 1;
	s->word = s->p + 1;
	s->len = (size_t)(p - s->word);
	skip_to(s, p < s->end ? p + 1 : p);
	s->token_line = s->line;
	return WORD;
}

/* The next token; comments are blank by now. */
static enum token read_token(struct scan *s)
{
	const char *p;

	while (s->p < s->end && isspace((unsigned char)*s->p))
		skip_to(s, s->p + 1);
	s->start = s->p;
	s->token_line = s->line;
	if (s->p == s->end)
		return END;
	if (*s->p == '"' || *s->p == '\'')
		return read_quoted(s);
	for (p = s->p; p < s->end && is_word_char(*p); p++)
		;
	if (p > s->p) {
		s->word = s->p;
		s->len = (size_t)(p - s->p);
		s->p = p;
		return WORD;
	}
	switch (*s->p++) {
	case '=':
		return EQUALS;
	case '+':
		return s->p < s->end && *s->p == '=' ? (s->p++, EQUALS) : OTHER;
	case '{':
		return OPEN;
	case '}':
		return CLOSE;
	default:
		return OTHER;
	}
}

/* What the walk tells of: the name of a statement, or the title of the block it starts. */
enum event { NAME, TITLE };

/* Returns true to end the walk; `s` is at the token then. */
typedef bool (*on_event)(void *arg, enum event event, const struct scan *s, int depth);

/* Goes through the statements; a syntax error is libconfuse's to find, here it just goes on. */
static bool walk(const struct config_text *t, struct scan *s, on_event on, void *arg)
{
	enum { WANT_NAME, NAMED, TITLED, WANT_VALUE, IN_LIST } state = WANT_NAME;
	enum token token;
	int depth = 0;

	*s = (struct scan){ .p = t->text, .end = t->text + t->len, .line = 1 };
	while ((token = read_token(s)) != END) {
		if (state == IN_LIST) {
			if (token == CLOSE)
				state = WANT_NAME;
		} else if (state == WANT_VALUE) {
			state = token == OPEN ? IN_LIST : WANT_NAME;
		} else if (token == OPEN) {
			depth++;
			state = WANT_NAME;
		} else if (token == CLOSE) {
			depth -= depth > 0;
			state = WANT_NAME;
		} else if (token == EQUALS) {
			state = WANT_VALUE;
		} else if (token == WORD) {
			enum event event = state == NAMED ? TITLE : NAME;

			if (on(arg, event, s, depth))
				return true;
			state = event == TITLE ? TITLED : NAMED;
		}
	}
	return false;
}

static bool is_word(const struct scan *s, const char *word)
{
	return s->len == strlen(word) && !memcmp(s->word, word, s->len);
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

/* A mark outside of quotes that libconfuse would drop, or that ends the reading. */
static bool check_mark(const char *p, bool quoted, int line, struct config_mistakes *mistakes)
{
	if (*p == '\0')
		config_mistake(mistakes, line, "a NUL byte: this is no text");
	else if (*p == '$')
		config_mistake(mistakes, line, "'$' has no meaning here: nothing is expanded");
	else if (!quoted && (*p == '*' || (*p == '+' && p[1] != '=')))
		config_mistake(mistakes, line, "'%c' outside of quotes would be lost", *p);
	return *p == '\0' || *p == '$';
}

bool config_text_plain(struct config_text *t, struct config_mistakes *mistakes)
{
	char *p = t->text, *end = t->text + t->len, *next;
	char quote = 0;
	int line = 1;

	for (; p < end; p = next) {
		next = p + 1;
		if (!quote && is_comment(p)) {
			next = skip_comment(p, end);
			if (!next) {
				config_mistake(mistakes, line,
					       "the comment that starts here is not closed");
				return false;
			}
			for (; p < next; p++) {
				if (*p == '\n')
					line++;
				else
					*p = ' ';
			}
			continue;
		}
		if (check_mark(p, quote, line, mistakes))
			return false;
		if (quote && *p == '\\' && next < end)
			next++;
		else if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? 0 : *p;
		for (; p < next; p++)
			line += *p == '\n';
	}
	return true;
}

struct titles {
	const char *name;
	int depth;
	bool here; /* the last name was ours */
	int *lines;
	size_t n;
	bool no_memory;
};

static bool on_title(void *arg, enum event event, const struct scan *s, int depth)
{
	struct titles *t = arg;
	int *lines;

	if (event == NAME) {
		t->here = depth == t->depth && is_word(s, t->name);
		return false;
	}
	if (!t->here)
		return false;
	lines = array_room(t->lines, t->n, sizeof(*lines));
	if (!lines) {
		t->no_memory = true;
		return true;
	}
	t->lines = lines;
	t->lines[t->n++] = s->token_line;
	return false;
}

int config_text_titles(const struct config_text *t, const char *name, int depth, int **ret,
		       size_t *ret_n)
{
	struct titles titles = { .name = name, .depth = depth };
	struct scan s;

	walk(t, &s, on_title, &titles);
	if (titles.no_memory) {
		free(titles.lines);
		return -ENOMEM;
	}
	*ret = titles.lines;
	*ret_n = titles.n;
	return 0;
}

struct wanted_name {
	const char *word;
	int line;
};

static bool on_name(void *arg, enum event event, const struct scan *s, int depth)
{
	const struct wanted_name *w = arg;

	(void)depth;
	return event == NAME && s->token_line == w->line && is_word(s, w->word);
}

/* Behind the block whose opening brace was just read. */
static void skip_block(struct scan *s)
{
	enum token token;
	int depth = 1;

	while (depth > 0 && (token = read_token(s)) != END)
		depth += (token == OPEN) - (token == CLOSE);
}

bool config_text_blank(struct config_text *t, const char *word, int line)
{
	struct wanted_name w = { word, line };
	struct scan s, before;
	enum token token;
	char *p;

	if (!walk(t, &s, on_name, &w))
		return false;
	p = t->text + (s.start - t->text);
	before = s;
	token = read_token(&s);
	if (token == EQUALS || token == WORD) {
		before = s;
		token = read_token(&s);
		if (token == WORD)
			before = s;
	}
	if (token == OPEN)
		skip_block(&s);
	else
		s = before; /* what follows is the next statement's */
	for (; p < s.p; p++) {
		if (*p != '\n')
			*p = ' ';
	}
	return true;
}

int config_text_open_block(const struct config_text *t)
{
	struct scan s = { .p = t->text, .end = t->text + t->len, .line = 1 };
	int lines[CONFIG_TEXT_DEPTH], depth = 0;
	enum token token;

	while ((token = read_token(&s)) != END) {
		if (token == OPEN && depth++ < CONFIG_TEXT_DEPTH)
			lines[depth - 1] = s.token_line;
		else if (token == CLOSE && depth > 0)
			depth--;
	}
	if (depth == 0)
		return 0;
	return lines[depth < CONFIG_TEXT_DEPTH ? depth - 1 : CONFIG_TEXT_DEPTH - 1];
}
