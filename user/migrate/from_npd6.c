// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What npd6 1.1.0 makes of its file, as read in its sources: KEY = VALUE a line, the
 * n-th prefix goes with the n-th interface, one list of exceptions for all of them.
 */
#include "util/array.h"
#include "migrate/from_npd6.h"
#include "util/network.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE 126 /* fgets() of 128 bytes: npd6 takes the rest for a line of its own */

enum list { LIST_NONE, LIST_BLACK, LIST_WHITE };

struct listed {
	struct in6_addr addr;
	int line;
	bool used; /* some prefix covers it */
};

struct named {
	char dev[DEV_NAME_LEN];
	int line;
};

struct expression {
	char text[MAX_LINE + 1];
	int line;
};

struct file {
	struct conf_writer *conf;
	struct rule *prefixes; /* owned, as the arrays below */
	size_t n_prefixes;
	struct named *interfaces;
	size_t n_interfaces;
	struct listed *addresses;
	size_t n_addresses;
	enum list list;
	bool no_router;
	struct expression *expressions;
	size_t n_expressions;
	int unclear; /* the first line that may keep something out, but is not understood */
	bool no_memory;
};

static void unclear(struct file *f, int line)
{
	if (!f->unclear)
		f->unclear = line;
}

/*
 * A prefix in npd6's spelling: groups of hexadecimal digits with a colon behind each
 * but the eighth, and one colon more or not. Its length is that of the groups there
 * are, unless /LEN follows.
 */
static bool parse_prefix(const char *text, struct rule *rule)
{
	const char *p = text;
	unsigned int groups = 0;
	unsigned long bits;
	struct error err;

	memset(&rule->addr, 0, sizeof(rule->addr));
	while (groups < 8 && isxdigit((unsigned char)*p)) {
		unsigned int value = 0, digits;

		for (digits = 0; digits < 4 && isxdigit((unsigned char)*p); digits++, p++)
			value = value << 4 |
				(unsigned int)(isdigit((unsigned char)*p) ? *p - '0'
									  : (*p | 0x20) - 'a' + 10);
		rule->addr.s6_addr[2 * groups] = (uint8_t)(value >> 8);
		rule->addr.s6_addr[2 * groups + 1] = (uint8_t)value;
		groups++;
		if (*p == ':')
			p++;
		else if (groups < 8)
			return false;
	}
	if (groups && groups < 8 && *p == ':')
		p++;
	bits = 16 * groups;
	if (*p == '/' && parse_number(p + 1, 128, &bits, &err))
		return false;
	rule->bits = (uint8_t)bits;
	return groups && (!*p || *p == '/');
}

static void on_prefix(struct file *f, int line, const char *value)
{
	struct rule rule = { .action = NDPX_ACT_ANSWER, .line = line };

	if (!parse_prefix(value, &rule)) {
		conf_writer_lost(f->conf, CONF_WRITER_TOP, line,
				 "prefix: '%s': expected 2001:db8:1:2: or 2001:db8:1:2::/64",
				 value);
		rule.line = -line; /* keeps its place among the pairs */
	}
	f->no_memory |= !array_push(f->prefixes, f->n_prefixes, rule);
}

static void on_interface(struct file *f, int line, const char *value)
{
	struct named named = { .line = line };
	struct error err;

	if (parse_ifname(value, named.dev, &err)) {
		conf_writer_lost(f->conf, CONF_WRITER_TOP, line, "interface: %s", err.message);
		named.dev[0] = '\0'; /* keeps its place among the pairs */
	}
	f->no_memory |= !array_push(f->interfaces, f->n_interfaces, named);
}

static void on_address(struct file *f, int line, const char *value)
{
	struct listed listed = { .line = line };
	struct error err;

	if (parse_address(value, &listed.addr, &err)) {
		conf_writer_lost(f->conf, CONF_WRITER_TOP, line, "addrlist: %s", err.message);
		unclear(f, line);
		return;
	}
	f->no_memory |= !array_push(f->addresses, f->n_addresses, listed);
}

static void on_expression(struct file *f, int line, const char *value)
{
	struct expression expression = { .line = line };

	unclear(f, line);
	snprintf(expression.text, sizeof(expression.text), "%s", value);
	f->no_memory |= !array_push(f->expressions, f->n_expressions, expression);
}

/* An unknown word may have meant a black list: the prefixes are paused then. */
static void on_listtype(struct file *f, int line, const char *value)
{
	f->list = !strcmp(value, "none")    ? LIST_NONE
		  : !strcmp(value, "white") ? LIST_WHITE
					    : LIST_BLACK;
	if (f->list != LIST_BLACK || !strcmp(value, "black"))
		return;
	conf_writer_lost(f->conf, CONF_WRITER_TOP, line,
			 "listtype: '%s': expected none, black or white", value);
	unclear(f, line);
}

/* What npd6 does and ndpx does otherwise, or not at all. */
static const struct conf_writer_option options[] = {
	{ "linkOption", "answers always carry the option" },
	{ "ignoreLocal",
	  "unicast probes are answered, and the host's own addresses on this link never" },
	{ "listlogging", "'ndpx stats' counts 'denied'" },
	{ "ralogging", "ndpx does not read Router Advertisements" },
	{ "maxHops", "the hop limit is 255: others are ignored" },
	{ "collectTargets", "'ndpx guest show -s' tells what was answered" },
	{ "pollErrorLimit", "ndpx does not poll" },
	{ NULL, NULL },
};

static void read_key(struct file *f, int line, const char *key, const char *value)
{
	if (!strcmp(key, "prefix")) {
		on_prefix(f, line, value);
	} else if (!strcmp(key, "interface")) {
		on_interface(f, line, value);
	} else if (!strcmp(key, "listtype")) {
		on_listtype(f, line, value);
	} else if (!strcmp(key, "addrlist")) {
		on_address(f, line, value);
	} else if (!strcmp(key, "routerNA")) {
		f->no_router = !strcmp(value, "false");
		if (!f->no_router && strcmp(value, "true") != 0)
			conf_writer_note(f->conf, CONF_WRITER_TOP, line,
					 "routerNA: '%s': expected true or false", value);
	} else if (!strcmp(key, "exprlist")) {
		on_expression(f, line, value);
	} else {
		conf_writer_without(f->conf, CONF_WRITER_TOP, line, options, key, value);
	}
}

/* Takes the blanks out, as npd6 does, wherever they are. */
static void strip(char *line)
{
	char *to = line;

	for (; *line; line++) {
		if (!isspace((unsigned char)*line))
			*to++ = *line;
	}
	*to = '\0';
}

static void read_line(struct file *f, int line, const char *text, size_t len)
{
	char buf[MAX_LINE + 1], *value;

	if (len > MAX_LINE) {
		conf_writer_lost(f->conf, CONF_WRITER_TOP, line,
				 "not converted: npd6 cuts lines at %d characters", MAX_LINE);
		unclear(f, line);
		return;
	}
	memcpy(buf, text, len);
	buf[len] = '\0';
	strip(buf);
	value = strchr(buf, '=');
	if (!value || value == buf || !value[1]) {
		conf_writer_note(f->conf, CONF_WRITER_TOP, line,
				 "'%s': expected KEY = VALUE: ignored", buf);
		return;
	}
	*value++ = '\0';
	read_key(f, line, buf, value);
}

/* Whatever is not a key is noise to npd6; these are the signs of a comment. */
static bool is_comment(const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	return !len || *text == '#' || *text == ';' ||
	       (len > 1 && text[0] == '/' && text[1] == '/');
}

static void read_lines(struct file *f, const char *text, size_t len)
{
	const char *end = text + len, *stop;
	int line;

	for (line = 1; text < end; line++, text = stop + 1) {
		stop = memchr(text, '\n', (size_t)(end - text));
		if (!stop)
			stop = end;
		if (!is_comment(text, (size_t)(stop - text)))
			read_line(f, line, text, (size_t)(stop - text));
	}
}

/* npd6 pairs them in order, and does not start with one left over. */
static size_t pairs(struct file *f)
{
	size_t n = f->n_prefixes < f->n_interfaces ? f->n_prefixes : f->n_interfaces, i;

	for (i = n; i < f->n_prefixes; i++)
		conf_writer_lost(
			f->conf, CONF_WRITER_TOP, abs(f->prefixes[i].line),
			"not converted: prefix without an interface: npd6 pairs them in order");
	for (i = n; i < f->n_interfaces; i++)
		conf_writer_lost(
			f->conf, CONF_WRITER_TOP, f->interfaces[i].line,
			"not converted: interface without a prefix: npd6 pairs them in order");
	return n;
}

static bool covers(const struct rule *prefix, const struct in6_addr *addr)
{
	struct in6_addr a = network_of(&prefix->addr, prefix->bits);
	struct in6_addr b = network_of(addr, prefix->bits);

	return !memcmp(&a, &b, sizeof(a));
}

/* The exceptions inside a prefix: denied by a black list, all there is with a white one. */
static void write_listed(struct file *f, size_t uplink, const struct rule *prefix)
{
	struct rule rule = *prefix;
	size_t i;

	rule.bits = 128;
	if (f->list == LIST_BLACK) {
		rule.action = NDPX_ACT_DENY;
		rule.flags = 0;
	}
	for (i = 0; i < f->n_addresses; i++) {
		struct listed *listed = &f->addresses[i];

		if (!covers(prefix, &listed->addr))
			continue;
		listed->used = true;
		rule.addr = listed->addr;
		rule.line = listed->line;
		conf_writer_rule(f->conf, uplink, &rule, "addrlist");
	}
}

static void write_pair(struct file *f, const struct rule *prefix, const struct named *interface)
{
	size_t uplink = conf_writer_uplink(f->conf, interface->dev, interface->line);
	struct rule rule = *prefix;
	char text[RULE_TEXT_LEN];

	rule.flags = NDPX_F_DAD_IGNORE | (f->no_router ? 0 : NDPX_F_ROUTER);
	target_text(&rule.addr, rule.bits, text);
	if (f->list == LIST_WHITE) {
		conf_writer_note(f->conf, uplink, rule.line,
				 "prefix %s: listtype = white answers only for listed addresses",
				 text);
	} else if (f->list == LIST_BLACK && f->unclear) {
		/* Answering for what was kept out may take somebody's address from him. */
		rule.flags |= NDPX_F_PAUSED;
		conf_writer_rule(f->conf, uplink, &rule,
				 "paused until 'deny' lists what line %d excludes", f->unclear);
		rule.flags &= (uint8_t)~NDPX_F_PAUSED;
	} else {
		conf_writer_rule(f->conf, uplink, &rule, "%s", "");
	}
	if (f->list != LIST_NONE)
		write_listed(f, uplink, &rule);
}

static void write_expression(struct file *f, const struct expression *e)
{
	if (f->list == LIST_NONE)
		conf_writer_note(f->conf, CONF_WRITER_TOP, e->line,
				 "exprlist = %s: no effect: listtype is none", e->text);
	else
		conf_writer_lost(
			f->conf, CONF_WRITER_TOP, e->line,
			"exprlist = %s: no equivalent: write a '%s' for each address or prefix "
			"that it stands for",
			e->text, f->list == LIST_BLACK ? "deny" : "guest");
}

static void write_file(struct file *f)
{
	char text[RULE_TEXT_LEN];
	size_t n = pairs(f), i;

	conf_writer_note(f->conf, CONF_WRITER_HEAD, 0,
			 "npd6 leaves duplicate address detection alone: dad = ignore.");
	conf_writer_note(f->conf, CONF_WRITER_HEAD, 0,
			 "A prefix's first address (subnet-router anycast) is answered for only if "
			 "named.");
	for (i = 0; i < f->n_expressions; i++)
		write_expression(f, &f->expressions[i]);
	/* One socket of npd6 a pair, so these are few. */
	for (i = 0; i < n; i++) {
		if (f->prefixes[i].line > 0 && f->interfaces[i].dev[0])
			write_pair(f, &f->prefixes[i], &f->interfaces[i]);
	}
	for (i = 0; i < f->n_addresses; i++) {
		const struct listed *listed = &f->addresses[i];

		target_text(&listed->addr, 128, text);
		if (f->list == LIST_NONE)
			conf_writer_note(f->conf, CONF_WRITER_TOP, listed->line,
					 "addrlist %s: no effect: listtype is none", text);
		else if (!listed->used)
			conf_writer_note(f->conf, CONF_WRITER_TOP, listed->line,
					 "addrlist %s: no effect: no prefix covers it", text);
	}
}

int from_npd6(const char *text, size_t len, struct conf_writer *conf, struct error *err)
{
	struct file f = { .conf = conf };
	int r = conf_writer_check_text(text, len, err);

	if (r)
		return r;
	read_lines(&f, text, len);
	write_file(&f);
	if (!f.n_prefixes || !f.n_interfaces)
		r = error_set(err, EXIT_USAGE, EINVAL, "1: expected 'prefix' and 'interface'");
	if (f.no_memory)
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	free(f.prefixes);
	free(f.interfaces);
	free(f.addresses);
	free(f.expressions);
	return r;
}
