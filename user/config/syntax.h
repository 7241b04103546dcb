/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The syntax of a configuration file as events: statements and blocks, each word with its
 * position. Knows no key; config.c reads ndpx.conf with it, and ndppd.conf has the same
 * shape (`KEY VALUE;` comes as a statement without an operator).
 */
#ifndef NDPX_CONFIG_SYNTAX_H
#define NDPX_CONFIG_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

/* In lines and bytes, both from 1; line 0: none. */
struct position {
	int line, column;
};

struct word {
	const char *text; /* into the caller's text; `len` bytes, no NUL behind them */
	unsigned int len;
	struct position at;
	bool bad; /* reported already: say nothing more about it */
};

enum operator{ OP_NONE, OP_SET, OP_APPEND };

/*
 * WORD... [= | += WORD | { WORD, ... }]. A line end separates words like any blank: where
 * it ends a statement (ndppd.conf), the words' positions tell which were in one line.
 */
struct statement {
	const struct word *words;
	size_t n_words; /* 0: the operator has nothing before it, which is reported */
	enum operator op;
	const struct word *values;
	size_t n_values;
	bool list;	     /* in braces */
	struct position end; /* of what follows the words */
};

/* What is met, in the order of the text; no pointer outlives the call. */
struct syntax_events {
	void (*statement)(void *arg, const struct statement *s);
	/* WORD... { ; what comes until its close is inside. */
	void (*open)(void *arg, const struct statement *s);
	void (*close)(void *arg);
	void (*semicolon)(void *arg, struct position at);
	void (*error)(void *arg, struct position at, const char *message);
};

#define SYNTAX_MAX_WORD	 255 /* bytes; the longest that any key takes is a pattern of 63 */
#define SYNTAX_MAX_WORDS 8   /* before an operator or a block; ndppd.conf has 3 at most */
#define SYNTAX_MAX_DEPTH 16  /* blocks in blocks; no file known has more than 3 */

/*
 * Reads `len` bytes of `text`, which must have two NUL bytes after them and is changed:
 * escapes are resolved in place. Every error goes to events->error, and reading goes on
 * after it where that makes sense. -ENOMEM.
 */
int syntax_read(char *text, size_t len, const struct syntax_events *events, void *arg);

/* --- between scanner, parser and syntax.c --- */

struct syntax {
	const struct syntax_events *events;
	void *arg;
	struct position at; /* of the scanner */
	struct word last;   /* that it found */
	struct word words[SYNTAX_MAX_WORDS];
	size_t n_words;
	struct word *values; /* owned */
	size_t n_values;
	bool list, skip, no_memory;
	struct position open[SYNTAX_MAX_DEPTH]; /* where each open block began */
	size_t depth;
	bool cut; /* the text ends for the scanner before its end, or a quote is missing */
};

void syntax_error(struct syntax *s, struct position at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The scanner passed over text with line ends in it. */
void syntax_advance(struct syntax *s, const char *text, size_t len);
/* The word without its quotes, its escapes resolved in place; errors are reported. */
struct word syntax_bare(struct syntax *s, char *text, size_t len, struct position at);
struct word syntax_quoted(struct syntax *s, char *text, size_t len, struct position at);
/* Parts of the statement being read. */
void syntax_add_word(struct syntax *s, const struct word *word, bool first);
void syntax_add_value(struct syntax *s, const struct word *word, bool first);
void syntax_statement(struct syntax *s, enum operator op, struct position end);
/* False: nested too deeply, reading ends. */
bool syntax_open(struct syntax *s, struct position at);
void syntax_close(struct syntax *s);
/* A '}' that closes nothing; its '{' may be what a missing quote took along. */
void syntax_stray_close(struct syntax *s, struct position at);

#endif
