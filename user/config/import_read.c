// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Text or JSON to rules, by the table of keys. Pure: no kernel, no files. */
#include "util/array.h"
#include "config/import_read.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "config/keys.h"

#define MAX_ARGS  40  /* all of `guest add`'s words are 24 */
#define MAX_SHOWN 100 /* errors; more would scroll the first away */

static int import_add(struct import *import, const struct guest_args *args, int line)
{
	struct import_item item = { .rule = args->rule, .place = args->place };

	item.rule.line = line;
	return array_push(import->items, import->n, item) ? 0 : -ENOMEM;
}

void import_free(struct import *import)
{
	free(import->items);
	memset(import, 0, sizeof(*import));
}

/* Cuts a line into words; -1 for too many. A word that starts with # ends the line. */
static int split(char *line, char *args[MAX_ARGS])
{
	int n = 0;

	for (;;) {
		while (isspace((unsigned char)*line))
			line++;
		if (!*line || *line == '#')
			return n;
		if (n == MAX_ARGS)
			return -1;
		args[n++] = line;
		while (*line && !isspace((unsigned char)*line))
			line++;
		if (*line)
			*line++ = '\0';
	}
}

static int read_lines(char *text, size_t len, struct import *import, struct config_errors *errors)
{
	char *args[MAX_ARGS], *end = text + len, *next;
	struct guest_args guest;
	struct error err;
	int line = 0, n, at;

	for (; text < end; text = next) {
		char *stop = memchr(text, '\n', (size_t)(end - text));

		next = stop ? stop + 1 : end;
		if (stop)
			*stop = '\0';
		line++;
		if (errors->n >= MAX_SHOWN)
			return 0;
		if (strlen(text) < (size_t)((stop ? stop : end) - text)) {
			config_error_at(errors, line, (int)strlen(text) + 1,
					"NUL byte: not a text file");
			continue;
		}
		n = split(text, args);
		if (n == 0)
			continue;
		if (n < 0) {
			config_error(errors, line, "too many words");
			continue;
		}
		if (key_args_parse(SCOPE_ARGS, n, args, &guest, &at, &err)) {
			const char *arg = at < n ? args[at] : strchr(args[n - 1], '\0');

			config_error_at(errors, line, (int)(arg - text) + 1, "%s", err.message);
			continue;
		}
		if (import_add(import, &guest, line))
			return -ENOMEM;
	}
	return 0;
}

/* A JSON value as the word `guest add` would have; NULL for a type that is none. */
static const char *value_arg(const json_t *value, char buf[32])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_boolean(value))
		return json_is_true(value) ? "on" : "off";
	if (json_is_integer(value)) {
		snprintf(buf, 32, "%lld", (long long)json_integer_value(value));
		return buf;
	}
	return NULL;
}

/* Keys of `guest show -s` that are not part of a rule. */
static bool is_statistic(const char *key)
{
	return !strcmp(key, "origin") || !strcmp(key, "answers") || !strcmp(key, "last_answer") ||
	       !strcmp(key, "last_asker");
}

static int read_object(json_t *object, int at, struct import *import, struct config_errors *errors)
{
	char *args[MAX_ARGS], numbers[MAX_ARGS][32];
	const char *key, *address;
	struct guest_args guest;
	struct error err;
	json_t *value;
	int n = 1, arg_at;

	address = json_string_value(json_object_get(object, "address"));
	if (!address) {
		config_error(errors, at, "'address' is missing or not a string");
		return 0;
	}
	args[0] = (char *)address;
	json_object_foreach(object, key, value) {
		const char *arg;

		if (!strcmp(key, "address") || is_statistic(key))
			continue;
		if (n + 2 > MAX_ARGS) {
			config_error(errors, at, "too many keys");
			return 0;
		}
		arg = value_arg(value, numbers[n]);
		if (!arg) {
			config_error(errors, at, "%s: expected a string, a number or a boolean",
				     key);
			return 0;
		}
		args[n++] = (char *)key;
		args[n++] = (char *)arg;
	}
	if (key_args_parse(SCOPE_ARGS, n, args, &guest, &arg_at, &err)) {
		config_error(errors, at, "%s", err.message);
		return 0;
	}
	return import_add(import, &guest, at);
}

static int read_json(const char *text, size_t len, struct import *import,
		     struct config_errors *errors)
{
	json_t *root, *guests, *object;
	json_error_t why;
	size_t i;
	int r = 0;

	import->json = true;
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!root) {
		config_error_at(errors, why.line, why.column, "JSON: %s", why.text);
		return 0;
	}
	guests = json_is_array(root) ? root : json_object_get(root, "guests");
	if (!json_is_array(guests)) {
		config_error(errors, 1, "JSON has no \"guests\" array");
	} else {
		json_array_foreach(guests, i, object) {
			if (errors->n >= MAX_SHOWN)
				break;
			if (!json_is_object(object)) {
				config_error(errors, (int)i + 1, "not an object");
				continue;
			}
			r = read_object(object, (int)i + 1, import, errors);
			if (r)
				break;
		}
	}
	json_decref(root);
	return r;
}

int import_read(char *text, size_t len, struct import *ret, struct config_errors *errors)
{
	struct import import = { 0 };
	const char *p = text;
	int r;

	while (isspace((unsigned char)*p))
		p++;
	if (*p == '{' || *p == '[')
		r = read_json(text, len, &import, errors);
	else
		r = read_lines(text, len, &import, errors);
	if (!r && errors->n)
		r = -EINVAL;
	if (errors->lost)
		r = -ENOMEM;
	if (r)
		import_free(&import);
	else
		*ret = import;
	return r;
}
