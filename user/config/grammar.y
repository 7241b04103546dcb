/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Words to statements and blocks. Mistyped marks have productions of their own, so that
 * each is reported where it stands and the rest of the file is still read; bison's own
 * recovery is left with what follows an operator.
 */
%define api.prefix {config_yy}
%define api.pure full
%define api.location.type {struct position}
%define parse.error custom
%define parse.lac full
%locations
%lex-param {void *scanner}
%parse-param {void *scanner} {struct syntax *s}
%initial-action { @$ = s->at; }

%code requires {
#include "config/syntax.h"
#define YYLLOC_DEFAULT(Current, Rhs, N) ((Current) = YYRHSLOC(Rhs, (N) ? 1 : 0))
}
%code provides {
int config_yylex(CONFIG_YYSTYPE *value, CONFIG_YYLTYPE *location, void *scanner);
}
%code {
#include <stdio.h>

static void config_yyerror(struct position *at, void *scanner, struct syntax *s,
			   const char *message);
}

%union { struct word word; }
%token <word> WORD "a word"
%token APPEND "'+='" '{' "'{'" '}' "'}'" '=' "'='" ',' "','" ';' "';'"
%token END 0 "the end of the file"

%%

file:
	body
|	file '}'	{ syntax_stray_close(s, @2); } body
;

body:	statements | statements words	{ syntax_statement(s, OP_NONE, s->at); };

statements:
	%empty
|	statements statement
;

statement:
	words '=' value		{ syntax_statement(s, OP_SET, @2); }
|	words APPEND value	{ syntax_statement(s, OP_APPEND, @2); }
|	words ';'		{ syntax_statement(s, OP_NONE, @2); s->events->semicolon(s->arg, @2); }
|	words block
|	';'			{ s->events->semicolon(s->arg, @1); }
|	','			{ syntax_error(s, @1, "unexpected ','"); }
|	'=' value		{ if (!YYRECOVERING()) syntax_error(s, @1, "missing key before '='"); }
|	APPEND value		{ if (!YYRECOVERING()) syntax_error(s, @1, "missing key before '+='"); }
|	{ s->n_words = 0; } block
|	words '=' error
|	words APPEND error
|	error
;

words:
	WORD		{ syntax_add_word(s, &$1, true); }
|	words WORD	{ syntax_add_word(s, &$2, false); }
|	words ','	{ syntax_error(s, @2, "unexpected ','"); }
;

block:	'{'		{ if (!syntax_open(s, @1)) YYABORT; }
	body '}'	{ syntax_close(s); }
;

value:
	WORD			{ syntax_add_value(s, &$1, true); s->list = false; }
|	'{' '}'			{ s->n_values = 0; s->list = true; }
|	'{' items comma '}'	{ s->list = true; }
|	'{' error '}'		{ s->n_values = 0; s->list = true; s->skip = true; }
;

items:
	WORD		{ syntax_add_value(s, &$1, true); }
|	items ',' WORD	{ syntax_add_value(s, &$3, false); }
;

comma:	%empty | ',';

%%

/* "unexpected '{' (expected ',' or '}')" */
static int yyreport_syntax_error(const yypcontext_t *ctx, void *scanner, struct syntax *s)
{
	enum { MAX = 4 };
	yysymbol_kind_t token = yypcontext_token(ctx), expected[MAX];
	int n = yypcontext_expected_tokens(ctx, expected, MAX), i;
	char list[128] = "";
	size_t at = 0;

	(void)scanner;
	if (token == YYSYMBOL_YYEOF && s->cut)
		return 0;
	if (token == YYSYMBOL_YYEOF && s->depth) {
		syntax_error(s, s->open[s->depth - 1], "the block that starts here is never closed");
		return 0;
	}
	for (i = 0; i < n; i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s",
				       i == 0 ? "" : i + 1 < n ? ", " : " or ",
				       yysymbol_name(expected[i]));
	if (token == YYSYMBOL_WORD)
		syntax_error(s, s->last.at, "unexpected '%.*s' (expected %s)", (int)s->last.len,
			     s->last.text, list);
	else
		syntax_error(s, *yypcontext_location(ctx), "unexpected %s (expected %s)",
			     yysymbol_name(token), list);
	return 0;
}

static void config_yyerror(struct position *at, void *scanner, struct syntax *s,
			   const char *message)
{
	(void)scanner;
	syntax_error(s, *at, "%s", message);
}
