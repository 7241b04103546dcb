// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads ndppd.conf as the sources of 0.2.5 and 1.x do, but leniently: keywords stand one a line,
 * and in 0.2 a semicolon belongs to the value before it. What it means is ndppd_conf.c's.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "migrate/from_ndppd.h"
#include "migrate/ndppd_file.h"

/* WORD [=] [VALUE] [{ ... }] */
struct keyword {
	char word[64], value[256]; /* cut; longer than any that is valid */
	int line;
	bool block;	/* its keywords come next, up to the brace that closes it */
	bool semicolon; /* directly after an unquoted value */
};

struct text {
	const char *p, *end;
	int line;
	size_t at; /* the uplink whose proxy is being read, for comments */
	struct conf_writer *conf;
	struct ndppd_file file;
};

/* Keywords of 0.2.5, of its later development and of 1.x that ndpx does without, and why. */
static const struct conf_writer_option options[] = {
	{ "route-ttl", "ndpx consults the kernel's routing table each time" },
	{ "address-ttl", "'ndpx apply' reads the host's addresses" },
	{ "timeout", "ndpx does not wait for guests" },
	{ "ttl", "ndpx keeps no sessions" },
	{ "deadtime", "ndpx keeps no sessions" },
	{ "retries", "ndpx does not ask guests" },
	{ "keepalive", "ndpx does not ask guests" },
	{ "promiscuous", "'groups' is how ndpx hears solicitations" },
	{ "autowire", "ndpx sets no routes" },
	{ "autovia", "ndpx sets no routes" },
	{ "promisc", "'groups' is how ndpx hears solicitations" },
	{ "valid-ttl", "ndpx keeps no sessions" },
	{ "invalid-ttl", "ndpx keeps no sessions" },
	{ "stale-ttl", "ndpx keeps no sessions" },
	{ "renew", "ndpx keeps no sessions" },
	{ "retrans-limit", "ndpx does not ask guests" },
	{ "retrans-time", "ndpx does not ask guests" },
	{ "table", "the kernel's routing rules select the table" },
	{ "rewrite", "ndpx does not ask guests, and answers for the address as solicited" },
	{ NULL, NULL },
};

/* Keywords that 0.2 does not have. */
static bool is_of_1x(const char *word)
{
	static const char *const words[] = { "promisc",	     "valid-ttl", "invalid-ttl",
					     "stale-ttl",    "renew",	  "retrans-limit",
					     "retrans-time", "table",	  "rewrite",
					     "target" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i], word))
			return true;
	}
	return false;
}

/* --- the syntax --- */

/* The character `ahead` of the place, 0 past the end. */
static char peek(const struct text *f, size_t ahead)
{
	return (size_t)(f->end - f->p) > ahead ? f->p[ahead] : '\0';
}

static void step(struct text *f)
{
	f->line += *f->p++ == '\n';
}

static void skip_comment(struct text *f)
{
	int line = f->line;

	if (peek(f, 1) != '*' || peek(f, 0) != '/') {
		while (f->p < f->end && *f->p != '\n')
			step(f);
		return;
	}
	for (step(f), step(f); f->p < f->end; step(f)) {
		if (peek(f, 0) == '*' && peek(f, 1) == '/')
			break;
	}
	if (f->p == f->end) {
		conf_writer_note(f->conf, f->at, line, "this comment is not closed");
		return;
	}
	step(f);
	step(f);
}

/* Blanks, semicolons and comments; line ends too if asked. */
static void skip_blanks(struct text *f, bool lines)
{
	while (f->p < f->end) {
		char c = *f->p;

		if (c == '#' || (c == '/' && (peek(f, 1) == '/' || peek(f, 1) == '*')))
			skip_comment(f);
		else if (c == ';' || (isspace((unsigned char)c) && (c != '\n' || lines)))
			step(f);
		else
			break;
	}
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static void put(struct text *f, char *buf, size_t size, size_t *at)
{
	if (*at + 1 < size)
		buf[(*at)++] = *f->p;
	step(f);
}

static void read_value(struct text *f, struct keyword *w)
{
	char quote = peek(f, 0);
	size_t n = 0;

	if (quote == '"' || quote == '\'') {
		step(f);
		while (f->p < f->end && *f->p != quote && *f->p != '\n')
			put(f, w->value, sizeof(w->value), &n);
		if (peek(f, 0) == quote)
			step(f);
		else
			conf_writer_note(f->conf, f->at, w->line, "the quote is not closed");
		return;
	}
	while (f->p < f->end && isgraph((unsigned char)*f->p) && !strchr("{};", *f->p))
		put(f, w->value, sizeof(w->value), &n);
	w->semicolon = peek(f, 0) == ';';
}

/* To the next place at which a keyword starts; false at the end of the block. */
static bool find_keyword(struct text *f, int opened)
{
	for (;;) {
		skip_blanks(f, true);
		if (f->p == f->end) {
			if (opened)
				conf_writer_note(f->conf, f->at, opened,
						 "the block that starts here is not closed");
			return false;
		}
		if (is_word(*f->p))
			return true;
		if (*f->p == '}') {
			step(f);
			if (opened)
				return false;
			conf_writer_note(f->conf, f->at, f->line, "'}' closes no block");
			continue;
		}
		conf_writer_note(f->conf, f->at, f->line,
				 "cannot parse from '%c' to the end of the line", *f->p);
		while (f->p < f->end && *f->p != '\n')
			step(f);
	}
}

/* The next keyword of the block that was opened in line `opened`, 0: of the file. */
static bool next(struct text *f, int opened, struct keyword *ret)
{
	size_t n = 0;

	memset(ret, 0, sizeof(*ret));
	if (!find_keyword(f, opened))
		return false;
	ret->line = f->line;
	while (f->p < f->end && is_word(*f->p))
		put(f, ret->word, sizeof(ret->word), &n);
	f->file.is_1x |= is_of_1x(ret->word);
	skip_blanks(f, false);
	if (peek(f, 0) == '=') {
		step(f);
		skip_blanks(f, false);
	}
	read_value(f, ret);
	skip_blanks(f, true);
	if (peek(f, 0) == '{') {
		if (f->line != ret->line)
			conf_writer_warn(
				f->conf, f->at, ret->line,
				"ndppd ignores the block of '%s %s': its '{' is on another "
				"line; converted nevertheless",
				ret->word, ret->value);
		step(f);
		ret->block = true;
	}
	return true;
}

/* A keyword without a meaning of its own here: a comment, and its block is passed over. */
static void other(struct text *f, const struct keyword *w)
{
	int depth = 1;

	conf_writer_without(f->conf, f->at, w->line, options, w->word, w->value);
	if (!w->block)
		return;
	conf_writer_note(f->conf, f->at, w->line, "'%s' takes no block: ignored", w->word);
	for (skip_blanks(f, true); f->p < f->end && depth; skip_blanks(f, true)) {
		depth += *f->p == '{' ? 1 : *f->p == '}' ? -1 : 0;
		step(f);
	}
}

/* --- the blocks --- */

/* ADDR[/LEN] as ndppd takes it: host bits do not matter, and no IPv4 inside. */
static bool parse_prefix(struct text *f, const struct keyword *w, struct rule *rule)
{
	char text[INET6_ADDRSTRLEN];
	size_t len = strcspn(w->value, "/");
	unsigned long bits = 128;
	struct error err;

	rule->line = w->line;
	snprintf(text, sizeof(text), "%.*s", (int)(len < sizeof(text) ? len : sizeof(text) - 1),
		 w->value);
	if (len < sizeof(text) && !parse_address(text, &rule->addr, &err) &&
	    (!w->value[len] || !parse_number(w->value + len + 1, 128, &bits, &err))) {
		rule->bits = (uint8_t)bits;
		return true;
	}
	conf_writer_lost(f->conf, f->at, w->line,
			 "rule '%s': not converted: expected an IPv6 address or prefix", w->value);
	return false;
}

static void set_method(struct text *f, struct ndppd_rule *r, enum method method,
		       const struct keyword *w)
{
	struct error err;

	r->method = r->method == METHOD_NONE ? method : METHOD_SEVERAL;
	if (method != METHOD_IFACE && w->value[0])
		conf_writer_note(f->conf, f->at, w->line,
				 "'%s' after '%s': ndppd sees one keyword a line", w->value,
				 w->word);
	else if (method == METHOD_IFACE && parse_ifname(w->value, r->iface, &err))
		conf_writer_note(f->conf, f->at, w->line, "iface: %s", err.message);
}

static bool read_target(struct text *f, const struct keyword *w, uint8_t mac[6])
{
	struct error err;

	if (!parse_mac(w->value, mac, &err))
		return true;
	conf_writer_note(f->conf, f->at, w->line, "target: %s", err.message);
	return false;
}

static void read_rule(struct text *f, struct ndppd_proxy *p, const struct keyword *title)
{
	struct ndppd_rule rule = { .rule = { .action = NDPX_ACT_ANSWER } };
	bool ok = parse_prefix(f, title, &rule.rule);
	struct keyword w;

	while (title->block && next(f, title->line, &w)) {
		if (!strcmp(w.word, "static"))
			set_method(f, &rule, METHOD_STATIC, &w);
		else if (!strcmp(w.word, "auto"))
			set_method(f, &rule, METHOD_AUTO, &w);
		else if (!strcmp(w.word, "iface"))
			set_method(f, &rule, METHOD_IFACE, &w);
		else if (!strcmp(w.word, "target"))
			rule.rule.flags |= read_target(f, &w, rule.rule.lladdr) ? NDPX_F_LLADDR : 0;
		else
			other(f, &w);
	}
	if (ok)
		f->file.no_memory |= !array_push(p->rules, p->n_rules, rule);
}

static void read_router(struct text *f, struct ndppd_proxy *p, const struct keyword *w)
{
	bool on = !strcasecmp(w->value, "yes") || !strcasecmp(w->value, "true");

	if (p->router != ROUTER_DEFAULT) {
		conf_writer_note(f->conf, f->at, w->line, "router: only the first one counts");
		return;
	}
	p->router = !w->value[0] ? ROUTER_BARE : on && !w->semicolon ? ROUTER_ON : ROUTER_OFF;
	if (on && w->semicolon)
		conf_writer_note(
			f->conf, f->at, w->line,
			"router %s;: ndppd reads the semicolon as part of the value, so the R "
			"flag was off",
			w->value);
	else if (p->router == ROUTER_OFF && strcasecmp(w->value, "no") != 0 &&
		 strcasecmp(w->value, "false") != 0)
		conf_writer_note(f->conf, f->at, w->line,
				 "router %s: anything but yes and true means no", w->value);
}

static void read_proxy(struct text *f, const struct keyword *title)
{
	struct ndppd_proxy proxy = { .line = title->line };
	struct keyword w;
	struct error err;

	f->at = CONF_WRITER_TOP;
	if (parse_ifname(title->value, proxy.dev, &err))
		conf_writer_lost(f->conf, CONF_WRITER_TOP, title->line, "proxy: not converted: %s",
				 err.message);
	else
		f->at = conf_writer_uplink(f->conf, proxy.dev, title->line);
	while (title->block && next(f, title->line, &w)) {
		if (!strcmp(w.word, "rule"))
			read_rule(f, &proxy, &w);
		else if (!strcmp(w.word, "router"))
			read_router(f, &proxy, &w);
		else if (!strcmp(w.word, "target"))
			proxy.has_lladdr = read_target(f, &w, proxy.lladdr);
		else
			other(f, &w);
	}
	f->at = CONF_WRITER_TOP;
	if (proxy.dev[0] && array_push(f->file.proxies, f->file.n_proxies, proxy))
		return;
	f->file.no_memory |= proxy.dev[0] != '\0';
	free(proxy.rules);
}

static void read_file(struct text *f)
{
	struct keyword w;

	while (next(f, 0, &w)) {
		if (!strcmp(w.word, "proxy"))
			read_proxy(f, &w);
		else
			other(f, &w);
	}
}

int from_ndppd(const char *text, size_t len, struct conf_writer *conf, struct error *err)
{
	struct text f = {
		.p = text, .end = text + len, .line = 1, .at = CONF_WRITER_TOP, .conf = conf
	};
	int r = conf_writer_check_text(text, len, err);
	size_t i;

	if (r)
		return r;
	read_file(&f);
	ndppd_conf(&f.file, conf);
	if (!f.file.n_proxies)
		r = error_set(err, EXIT_USAGE, EINVAL,
			      "1: no 'proxy' with an interface: ndppd would answer nothing");
	if (f.file.no_memory)
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < f.file.n_proxies; i++)
		free(f.file.proxies[i].rules);
	free(f.file.proxies);
	return r;
}
