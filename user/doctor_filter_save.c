// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What ip6tables-save prints, in the words of `nft -j list ruleset`, so that one judge
 * serves both. An option that is not known here makes its rule a maybe.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_filter.h"

#define FAMILY	   "ip6tables"
#define MOST_WORDS 64

static bool is_among(const char *word, const char *const *list)
{
	for (; *list; list++) {
		if (!strcmp(word, *list))
			return true;
	}
	return false;
}

/* Splits in place; words may stand in double quotes. */
static size_t split(char *line, char *words[MOST_WORDS])
{
	size_t n = 0;
	char *to;

	for (;;) {
		line += strspn(line, " \t\n");
		if (!*line || n == MOST_WORDS)
			return n;
		if (*line != '"') {
			words[n++] = line;
			line += strcspn(line, " \t\n");
			if (*line)
				*line++ = '\0';
			continue;
		}
		words[n++] = to = ++line;
		while (*line && *line != '"') {
			if (*line == '\\' && line[1])
				line++;
			*to++ = *line++;
		}
		if (*line)
			line++;
		*to = '\0';
	}
}

static json_t *maybe(void)
{
	return json_pack("{s:n}", "xt");
}

static json_t *match(const char *what, const char *key, const char *op, json_t *right)
{
	json_t *j = json_pack("{s:{s:s, s:{s:{s:s}}, s:o}}", "match", "op", op, "left", what, "key",
			      key, "right", right);

	/* Not for want of memory only: a name that is no UTF-8 cannot be said in JSON. */
	return j ? j : maybe();
}

/* "eth+" is nft's "eth*". */
static json_t *match_device(const char *key, const char *op, char *dev)
{
	size_t len = strlen(dev);

	if (len && dev[len - 1] == '+')
		dev[len - 1] = '*';
	return match("meta", key, op, json_string(dev));
}

static json_t *match_type(const char *op, const char *value)
{
	char *end;
	long type = strtol(value, &end, 10);

	/* With a code: ours is 0. */
	if (end == value || (*end && strcmp(end, "/0") != 0))
		return maybe();
	return json_pack("{s:{s:s, s:{s:{s:s, s:s}}, s:i}}", "match", "op", op, "left", "payload",
			 "protocol", "icmpv6", "field", "type", "right", (int)type);
}

static json_t *match_state(const char *op, char *states)
{
	json_t *list = json_array();
	char *word, *save = NULL, *c;

	for (word = strtok_r(states, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		for (c = word; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		json_array_append_new(list, json_string(word));
	}
	return match("ct", "state", op, list);
}

static json_t *verdict(const char *target)
{
	static const char *const passing[] = { "LOG",	   "NFLOG",   "ULOG",	  "MARK",
					       "CONNMARK", "CT",      "TRACE",	  "HL",
					       "TCPMSS",   "NOTRACK", "DSCP",	  "AUDIT",
					       "SET",	   "TEE",     "CLASSIFY", NULL };
	json_t *one;

	if (!strcmp(target, "ACCEPT"))
		return json_pack("{s:n}", "accept");
	if (!strcmp(target, "DROP") || !strcmp(target, "REJECT"))
		return json_pack("{s:n}", "drop");
	if (!strcmp(target, "RETURN"))
		return json_pack("{s:n}", "return");
	if (is_among(target, passing))
		return json_pack("{s:n}", "log");
	one = json_pack("{s:{s:s}}", "jump", "target", target);
	return one ? one : json_pack("{s:n}", "queue");
}

/* The words behind "-A CHAIN"; what is behind the target is the target's own. */
static json_t *expression(char *words[], size_t n)
{
	static const char *const modules[] = { "icmp6", "comment", "conntrack", "state",
					       "tcp",	"udp",	   NULL };
	json_t *expr = json_array(), *one;
	const char *op = "==";
	bool done = false;
	size_t i;

	for (i = 0; i < n && !done; i++) {
		char *word = words[i], *value = i + 1 < n ? words[i + 1] : NULL;

		if (!strcmp(word, "!")) {
			op = "!=";
			continue;
		}
		one = NULL;
		if (!value) {
			one = maybe();
		} else if (!strcmp(word, "-i") || !strcmp(word, "-o")) {
			one = match_device(word[1] == 'i' ? "iifname" : "oifname", op, value);
		} else if (!strcmp(word, "-p")) {
			if (strcmp(value, "all") != 0)
				one = match("meta", "l4proto", op,
					    json_string(!strcmp(value, "58") ? "icmpv6" : value));
		} else if (!strcmp(word, "--icmpv6-type")) {
			one = match_type(op, value);
		} else if (!strcmp(word, "--ctstate") || !strcmp(word, "--state")) {
			one = match_state(op, value);
		} else if (!strcmp(word, "-m")) {
			one = is_among(value, modules) ? NULL : maybe();
		} else if (!strcmp(word, "-j")) {
			one = verdict(value);
			done = true;
		} else if (!strcmp(word, "-g")) {
			one = json_pack("{s:{s:s}}", "goto", "target", value);
			done = true;
		} else if (strcmp(word, "--comment") != 0) {
			one = maybe();
			i--; /* how many words it takes is not known */
		}
		i++;
		op = "==";
		if (one)
			json_array_append_new(expr, one);
	}
	return expr;
}

static const char *hook_of(const char *chain)
{
	static const struct {
		const char *chain, *hook;
	} hooks[] = { { "PREROUTING", "prerouting" },
		      { "INPUT", "input" },
		      { "FORWARD", "forward" },
		      { "OUTPUT", "output" },
		      { "POSTROUTING", "postrouting" } };
	size_t i;

	for (i = 0; i < sizeof(hooks) / sizeof(*hooks); i++) {
		if (!strcmp(hooks[i].chain, chain))
			return hooks[i].hook;
	}
	return "";
}

static void read_line(json_t *list, char table[64], char *line, long number)
{
	char *words[MOST_WORDS];
	size_t n;

	if (line[0] == '*') {
		snprintf(table, 64, "%.*s", (int)strcspn(line + 1, " \n"), line + 1);
		return;
	}
	n = split(line, words);
	if (n >= 2 && words[0][0] == ':')
		json_array_append_new(
			list, json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:s}}", "chain", "family",
					FAMILY, "table", table, "name", words[0] + 1, "type",
					!strcmp(table, "nat") ? "nat" : "filter", "hook",
					hook_of(words[0] + 1), "policy",
					!strcmp(words[1], "DROP") ? "drop" : "accept"));
	if (n >= 2 && !strcmp(words[0], "-A"))
		json_array_append_new(list, json_pack("{s:{s:s, s:s, s:s, s:I, s:o}}", "rule",
						      "family", FAMILY, "table", table, "chain",
						      words[1], "handle", (json_int_t)number,
						      "expr", expression(words + 2, n - 2)));
}

int filter_read_save(FILE *fp, json_t *ruleset, bool *ret_nft)
{
	json_t *list = json_object_get(ruleset, "nftables");
	char table[64] = "", *line = NULL;
	size_t size = 0;
	long number = 0;

	while (getline(&line, &size, fp) > 0) {
		if (line[0] == '#' && strstr(line, "(nf_tables)"))
			*ret_nft = true;
		if (line[0] != '#')
			read_line(list, table, line, ++number);
	}
	free(line);
	return ferror(fp) ? -1 : 0;
}
