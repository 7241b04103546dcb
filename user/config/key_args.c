// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Finding keys by name, and the command line's words by their rows. Pure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/keys.h"

const struct key *key_find(enum key_scope scope, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < n_keys; i++) {
		if ((keys[i].where & 1u << scope) && !strncmp(keys[i].name, name, len) &&
		    !keys[i].name[len])
			return &keys[i];
	}
	return NULL;
}

/* Insertions, deletions, changes and swaps of neighbours from `a` to `b`; 9 for long words. */
static int distance(const char *a, const char *b)
{
	enum { MAX = 20 };
	int rows[3][MAX + 1], *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	int la = (int)strlen(a), lb = (int)strlen(b), i, j;

	if (la > MAX || lb > MAX)
		return 9;
	for (j = 0; j <= lb; j++)
		last[j] = before[j] = j;
	for (i = 1; i <= la; i++) {
		now[0] = i;
		for (j = 1; j <= lb; j++) {
			int least = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (least > last[j] + 1)
				least = last[j] + 1;
			if (least > now[j - 1] + 1)
				least = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    least > before[j - 2] + 1)
				least = before[j - 2] + 1;
			now[j] = least;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[lb];
}

/* A block that has `key`, for one that was put elsewhere. */
static const struct key *home_of(const struct key *key)
{
	size_t i;

	for (i = 0; i < n_keys; i++) {
		if (keys[i].opens && (key->where & 1u << keys[i].opens))
			return &keys[i];
	}
	return NULL;
}

int key_unknown(enum key_scope scope, const char *kind, const char *name, struct error *err)
{
	const struct key *near = NULL;
	int least = 3, d; /* two slips at most */
	size_t i;

	for (i = 0; i < n_keys; i++) {
		const struct key *home = home_of(&keys[i]);

		if (!(keys[i].where & 1u << scope)) {
			if (scope <= SCOPE_PORTS && home && !strcmp(keys[i].name, name))
				return error_set(err, EXIT_USAGE, ENOENT,
						 "'%s' belongs inside '%s'", name, home->name);
			continue;
		}
		d = distance(name, keys[i].name);
		if (d < least && 2 * d < (int)strlen(name)) {
			least = d;
			near = &keys[i];
		}
	}
	if (near)
		return error_set(err, EXIT_USAGE, ENOENT, "unknown %s '%s' (did you mean '%s'?)",
				 kind, name, near->name);
	return error_set(err, EXIT_USAGE, ENOENT, "unknown %s '%s'", kind, name);
}

const char *keys_usage(enum key_scope scope, const char *separator, char *buf, size_t size)
{
	size_t i, at = 0, width = 0, w;

	buf[0] = '\0';
	for (i = 0; i < n_keys && at < size; i++) {
		const struct key *key = &keys[i];
		const char *const *choice = key->choices;
		char values[KEY_TEXT_LEN];

		/* `dev` is not optional: usage has it by hand. */
		if (!(key->where & 1u << scope) || key->parse == NULL || !strcmp(key->name, "dev"))
			continue;
		snprintf(values, sizeof(values), "%s", choice ? choice[0] : key->values);
		while (choice && *++choice)
			snprintf(values + strlen(values), sizeof(values) - strlen(values), "|%s",
				 *choice);
		w = strlen(key->name) + strlen(values) + 4;
		at += (size_t)snprintf(buf + at, size - at, "%s[%s %s]",
				       at == 0		? ""
				       : width + w > 62 ? separator
							: " ",
				       key->name, values);
		width = at == 0 || width + w > 62 ? w : width + w;
	}
	return buf;
}

bool key_is_switch(const struct key *key)
{
	return key->choices == off_on_names || key->choices == paused_names;
}

static int parse_pair(enum key_scope scope, char *const args[], int i, int n, struct guest_args *w,
		      struct error *err)
{
	const struct key *key = key_find(scope, args[i], strlen(args[i]));
	struct error why;
	int j, r;

	if (!key && key_find(SCOPE_ARGS, args[i], strlen(args[i])))
		return error_set(
			err, EXIT_USAGE, EINVAL,
			"'%s' is not valid with 'del': address, dev and vlan identify a rule",
			args[i]);
	if (!key)
		return key_unknown(scope, "argument", args[i], err);
	for (j = 1; j < i; j += 2) {
		if (!strcmp(args[i], args[j]))
			return error_set(err, EXIT_USAGE, EINVAL, "'%s' is given twice", args[i]);
	}
	if (i + 1 == n)
		return error_set(err, EXIT_USAGE, EINVAL, "'%s' needs a value", args[i]);
	r = key->parse(key, scope, args[i + 1], w, &why);
	if (r)
		return error_set(err, EXIT_USAGE, -r, "%s: %s", args[i], why.message);
	return 0;
}

int key_args_parse(enum key_scope scope, int n, char *const args[], struct guest_args *ret,
		   int *ret_at, struct error *err)
{
	struct guest_args w = { .rule = { .bits = 128, .action = NDPX_ACT_ANSWER } };
	int i, r;

	*ret_at = 0;
	if (n < 1)
		return error_set(err, EXIT_USAGE, EINVAL, "the guest's address is missing");
	r = parse_target(args[0], &w.rule, err);
	for (i = 1; i < n && !r; i += 2) {
		r = parse_pair(scope, args, i, n, &w, err);
		if (r) {
			*ret_at = i;
			return r;
		}
	}
	if (r)
		return r;
	*ret_at = n;
	if (!w.place.dev[0])
		return error_set(err, EXIT_USAGE, EINVAL, "'dev DEV' is missing: on which uplink?");
	*ret_at = 0;
	r = scope == SCOPE_DEL ? 0 : rule_check(&w.rule, err);
	if (r)
		return r;
	w.rule.vlan = w.place.vlan;
	*ret = w;
	return 0;
}
