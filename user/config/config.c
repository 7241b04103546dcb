// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The meaning of an ndpx.conf: statements and blocks come from syntax.h, the table of keys
 * says what each may be, and its values go into the model. Every error is noted and the
 * rest read. What the file means as a whole is check.c's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "config/config.h"
#include "config/keys.h"
#include "config/syntax.h"
#include "util/text_file.h"

/* A block being read; the file itself is the first. */
struct frame {
	enum key_scope scope;
	struct position given[MAX_KEYS]; /* where its keys have their values, by their rows */
};

struct load {
	struct config_errors *errors;
	struct model model;
	struct frame frames[3]; /* file, uplink or ports, guest */
	size_t depth;
	size_t ignored; /* blocks open inside a block that is not known */
	struct uplink uplink;
	struct place place; /* the name of `uplink` */
	struct ports_section section;
	struct rule guest;
	bool guest_bad;
	bool no_memory;
};

#define AT(position) (position).line, (position).column

/* A word as a C string. */
static const char *text_of(const struct word *w, char buf[SYNTAX_MAX_WORD + 1])
{
	memcpy(buf, w->text, w->len);
	buf[w->len] = '\0';
	return buf;
}

static void *object_of(struct load *l, enum key_scope scope)
{
	return scope == SCOPE_UPLINK  ? (void *)&l->uplink
	       : scope == SCOPE_PORTS ? (void *)&l->section
				      : (void *)&l->guest;
}

/* The key that a statement or block starts with; NULL: reported, or nothing to report. */
static const struct key *find(struct load *l, const struct statement *s)
{
	enum key_scope scope = l->frames[l->depth].scope;
	char name[SYNTAX_MAX_WORD + 1];
	const struct key *key;
	struct error err;

	if (!s->n_words || s->words[0].bad)
		return NULL;
	key = key_find(scope, s->words[0].text, s->words[0].len);
	if (!key) {
		key_unknown(scope, "key", text_of(&s->words[0], name), &err);
		config_error_at(l->errors, AT(s->words[0].at), "%s", err.message);
	}
	return key;
}

/* What should stand after the first `n_right` words: at the next one, or at the end. */
static void expected(struct load *l, const struct statement *s, size_t n_right, const char *what)
{
	struct position at = s->n_words > n_right ? s->words[n_right].at : s->end;
	char first[SYNTAX_MAX_WORD + 1], second[SYNTAX_MAX_WORD + 2] = "";
	size_t i;

	for (i = 0; i < s->n_words && i <= n_right; i++) {
		if (s->words[i].bad)
			return;
	}
	text_of(&s->words[0], first);
	if (n_right > 1) {
		second[0] = ' ';
		text_of(&s->words[1], second + 1);
	}
	config_error_at(l->errors, AT(at), "expected %s after '%s%s'", what, first, second);
}

static void at_last_name(struct uplink *u, struct position at)
{
	u->follow[u->n_follow - 1].line = at.line;
	u->follow[u->n_follow - 1].column = at.column;
}

static void set_value(struct load *l, const struct key *key, const struct word *w)
{
	struct rule rule = { .action = NDPX_ACT_ANSWER,
			     .line = w->at.line,
			     .column = w->at.column };
	enum key_scope scope = l->frames[l->depth].scope;
	char text[SYNTAX_MAX_WORD + 1];
	struct error err;

	if (w->bad)
		return;
	if (key->parse(key, scope, text_of(w, text),
		       key->list && !key->names ? &rule : object_of(l, scope), &err))
		config_error_at(l->errors, AT(w->at), "%s: %s", key->name, err.message);
	else if (key->names)
		at_last_name(&l->uplink, w->at);
	else if (key->list && scope == SCOPE_UPLINK)
		l->no_memory |= !array_push(l->uplink.rules, l->uplink.n_rules, rule);
	else if (key->list)
		l->no_memory |= !array_push(l->section.rules, l->section.n_rules, rule);
}

/* KEY = VALUE or a list, for a key that takes one. */
static void assign(struct load *l, const struct key *key, const struct statement *s)
{
	struct position *given = &l->frames[l->depth].given[key - keys];
	size_t i;

	if (!key->list && s->op == OP_APPEND) {
		config_error_at(l->errors, AT(s->end), "%s: '+=' is only valid for lists",
				key->name);
	} else if (!key->list && s->list) {
		config_error_at(l->errors, AT(s->n_values ? s->values[0].at : s->end),
				"%s: expected a single value, not a list", key->name);
	} else if (!key->list && given->line) {
		config_error_at(l->errors, AT(s->words[0].at), "%s: given twice, first in line %d",
				key->name, given->line);
	} else {
		for (i = 0; i < s->n_values; i++)
			set_value(l, key, &s->values[i]);
	}
	*given = s->n_values ? s->values[0].at : s->end;
}

static void on_statement(void *arg, const struct statement *s)
{
	struct load *l = arg;
	const struct key *key = l->ignored ? NULL : find(l, s);
	char what[64];

	if (!key)
		return;
	if (key->opens) {
		snprintf(what, sizeof(what), s->n_words > 1 ? "'{'" : "%s and a block",
			 key->values);
		expected(l, s, s->n_words > 1 ? 2 : 1, what);
	} else if (s->n_words > 1 || s->op == OP_NONE) {
		expected(l, s, 1, "'='");
	} else {
		assign(l, key, s);
	}
}

/* The title of a block that just opened, into what it is about. */
static void set_title(struct load *l, const struct key *key, const struct word *w)
{
	char text[SYNTAX_MAX_WORD + 1];
	struct error err;
	int r = 0;

	if (key->opens == SCOPE_UPLINK) {
		l->uplink = (struct uplink){ .line = w->at.line, .column = w->at.column };
		l->place = (struct place){ 0 };
	} else if (key->opens == SCOPE_PORTS) {
		l->section = (struct ports_section){ .line = w->at.line, .column = w->at.column };
	} else {
		l->guest = (struct rule){ .action = NDPX_ACT_ANSWER,
					  .line = w->at.line,
					  .column = w->at.column };
	}
	l->guest_bad = w->bad;
	if (w->bad)
		return;
	text_of(w, text);
	if (key->opens == SCOPE_UPLINK) {
		r = parse_dev(text, &l->place, &err);
		memcpy(l->uplink.dev, l->place.dev, sizeof(l->uplink.dev));
	} else if (key->opens == SCOPE_PORTS) {
		r = parse_pattern(text, l->section.pattern, &err);
	} else {
		r = parse_target(text, &l->guest, &err);
		l->guest_bad = r;
	}
	if (r)
		config_error_at(l->errors, AT(w->at), "%s: %s", key->name, err.message);
}

static void on_open(void *arg, const struct statement *s)
{
	struct load *l = arg;
	struct word none = { .at = s->end, .bad = true };
	const struct key *key = l->ignored ? NULL : find(l, s);

	if (key && !key->opens)
		expected(l, s, 1, "'='");
	if (!key || !key->opens) {
		l->ignored++;
		return;
	}
	if (s->n_words == 1)
		expected(l, s, 1, key->values);
	else if (s->n_words > 2)
		expected(l, s, 2, "'{'");
	l->depth++;
	memset(&l->frames[l->depth], 0, sizeof(l->frames[l->depth]));
	l->frames[l->depth].scope = key->opens;
	set_title(l, key, s->n_words > 1 ? &s->words[1] : &none);
}

static void end_uplink(struct load *l)
{
	const struct key *vlan = key_find(SCOPE_UPLINK, "vlan", 4);
	struct position at = l->frames[l->depth].given[vlan - keys];
	struct uplink *u = &l->uplink;

	if (l->place.have_vlan && at.line && u->vlan != l->place.vlan)
		config_error_at(l->errors, AT(at),
				"vlan = %u contradicts the name %s.%u, which says VLAN %u", u->vlan,
				u->dev, l->place.vlan, l->place.vlan);
	if (l->place.have_vlan)
		u->vlan = l->place.vlan;
	u->dotted = l->place.dotted && !at.line;
	if (!array_push(l->model.uplinks, l->model.n_uplinks, *u)) {
		free(u->rules);
		free(u->follow);
		l->no_memory = true;
	}
	u->rules = NULL;
	u->follow = NULL;
}

static void end_section(struct load *l)
{
	if (!array_push(l->model.ports, l->model.n_ports, l->section)) {
		free(l->section.rules);
		l->no_memory = true;
	}
	l->section.rules = NULL;
}

static void on_close(void *arg)
{
	struct load *l = arg;

	if (l->ignored) {
		l->ignored--;
		return;
	}
	if (l->frames[l->depth].scope == SCOPE_UPLINK)
		end_uplink(l);
	else if (l->frames[l->depth].scope == SCOPE_PORTS)
		end_section(l);
	else if (!l->guest_bad)
		l->no_memory |= !array_push(l->uplink.rules, l->uplink.n_rules, l->guest);
	l->depth--;
}

static void on_semicolon(void *arg, struct position at)
{
	struct load *l = arg;

	config_error_at(
		l->errors, AT(at),
		"unexpected ';': statements take no terminator; quote names that contain one");
}

static void on_error(void *arg, struct position at, const char *message)
{
	struct load *l = arg;

	config_error_at(l->errors, AT(at), "%s", message);
}

/* The text into l->model, as far as it can be followed. */
static void read_text(struct load *l, const char *text, size_t len)
{
	static const struct syntax_events events = { on_statement, on_open, on_close, on_semicolon,
						     on_error };
	char *copy = malloc(len + 2);

	if (!copy) {
		l->no_memory = true;
		return;
	}
	memcpy(copy, text, len);
	copy[len] = copy[len + 1] = '\0';
	/* A file without uplinks is a wish; one without a byte is an accident. */
	if (!len)
		config_error_at(l->errors, 1, 1,
				"the file is empty: use 'ndpx down' to remove all uplinks");
	if (syntax_read(copy, len, &events, l))
		l->no_memory = true;
	free(copy);
	/* Of blocks that never end. */
	free(l->uplink.rules);
	free(l->uplink.follow);
	free(l->section.rules);
}

int config_parse(const char *text, size_t len, struct model *ret, struct config_errors *ret_errors,
		 struct error *err)
{
	struct config_errors all = { 0 };
	struct load l = { .errors = &all };
	int r = 0;

	read_text(&l, text, len);
	if (!l.no_memory)
		config_check(&l.model, &all);
	if (l.no_memory || all.lost) {
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	} else if (all.n) {
		config_errors_sort(&all);
		config_errors_limit(&all, CONFIG_MAX_ERRORS);
		*ret_errors = all;
		memset(&all, 0, sizeof(all));
		r = error_set(err, EXIT_USAGE, EINVAL, "%zu errors",
			      ret_errors->n + ret_errors->more);
	} else {
		*ret = l.model;
		memset(&l.model, 0, sizeof(l.model));
	}
	model_free(&l.model);
	config_errors_free(&all);
	return r;
}

int config_load(const char *path, struct model *ret, struct config_errors *ret_errors,
		struct error *err)
{
	char *text;
	size_t len;
	int r = text_file_read(path, &text, &len, err);

	if (r)
		return r;
	r = config_parse(text, len, ret, ret_errors, err);
	free(text);
	return r;
}
