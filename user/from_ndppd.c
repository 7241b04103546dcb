// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What ndppd 0.2.5 makes of its file, as read in its sources: words stand one a line,
 * unknown ones are ignored there and mistakes here, of several proxies on one interface
 * the last counts, and of all rules that cover an address one that is `static` decides.
 */
#include "array.h"
#include "from_ndppd.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ndppd_text.h"

enum method { METHOD_NONE, METHOD_STATIC, METHOD_AUTO, METHOD_IFACE };

struct proxy_rule {
	struct rule rule; /* as written, host bits and all; rule.line as well */
	enum method method;
	char iface[IFNAMSIZ];
};

struct proxy {
	char dev[IFNAMSIZ];
	int line;
	bool router;
	bool seen_router;
	struct proxy_rule *rules; /* owned */
	size_t n_rules;
};

struct file {
	struct ndppd_text text;
	struct draft *draft;
	struct config_mistakes *mistakes;
	struct proxy *proxies; /* owned */
	size_t n_proxies;
	bool no_memory;
};

/* Words of 0.2.5 and of its later development that ndpx does without, and why. */
static const struct {
	const char *word;
	enum { IN_FILE, IN_PROXY, IN_RULE } where;
	bool number; /* else yes or no */
	const char *why;
} without[] = {
	{ "route-ttl", IN_FILE, true, "ndpx asks the kernel's routing table each time" },
	{ "address-ttl", IN_FILE, true, "'ndpx apply' reads the host's addresses" },
	{ "timeout", IN_PROXY, true, "ndpx waits for nobody" },
	{ "ttl", IN_PROXY, true, "ndpx keeps no sessions" },
	{ "deadtime", IN_PROXY, true, "ndpx keeps no sessions" },
	{ "retries", IN_PROXY, true, "ndpx asks no guest" },
	{ "keepalive", IN_PROXY, false, "ndpx asks no guest" },
	{ "promiscuous", IN_PROXY, false, "'groups' is how ndpx hears solicitations" },
	{ "autowire", IN_PROXY, false, "ndpx sets no routes" },
	{ "autovia", IN_RULE, false, "ndpx sets no routes" },
};

static void *grow(struct file *f, void *items, size_t n, size_t size)
{
	items = array_room(items, n, size);
	if (!items)
		f->no_memory = true;
	return items;
}

/* ndppd takes whatever is no number for 0, and whatever is not yes or true for no. */
static void check_value(struct file *f, bool number, const struct ndppd_word *w)
{
	static const char *const words[] = { "yes", "no", "true", "false" };
	unsigned long value;
	struct error err;
	size_t i;

	if (number) {
		if (parse_number(w->value, 2147483647, &value, &err))
			config_mistake(f->mistakes, w->line, "%s: %s", w->word, err.message);
		return;
	}
	for (i = 0; i < 4; i++) {
		if (!strcasecmp(w->value, words[i]))
			return;
	}
	config_mistake(f->mistakes, w->line, "%s: '%s' is none of yes, no, true, false", w->word,
		       w->value);
}

/* A word that has no equivalent: a comment. False for an unknown one. */
static bool note_without(struct file *f, size_t uplink, int where, const struct ndppd_word *w)
{
	size_t i;

	for (i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		if ((int)without[i].where != where || strcmp(without[i].word, w->word) != 0)
			continue;
		check_value(f, without[i].number, w);
		draft_note(f->draft, uplink, w->line, "%s %s: no equivalent: %s", w->word, w->value,
			   without[i].why);
		return true;
	}
	return false;
}

static void unknown(struct file *f, const struct ndppd_word *w, const char *where)
{
	config_mistake(f->mistakes, w->line, "'%s' is no word of ndppd %s", w->word, where);
}

/* ADDR[/LEN] as ndppd takes it: host bits do not matter, and no IPv4 inside. */
static bool parse_prefix(struct file *f, const struct ndppd_word *w, struct rule *rule)
{
	char text[INET6_ADDRSTRLEN];
	const char *slash = strchr(w->value, '/');
	size_t len = slash ? (size_t)(slash - w->value) : strlen(w->value);
	unsigned long bits = 128;
	struct error err;

	rule->line = w->line;
	if (!len) {
		config_mistake(f->mistakes, w->line, "rule: the address is missing");
		return false;
	}
	snprintf(text, sizeof(text), "%.*s", (int)(len < sizeof(text) ? len : sizeof(text) - 1),
		 w->value);
	if (len >= sizeof(text) || parse_address(text, &rule->addr, &err) ||
	    (slash && parse_number(slash + 1, 128, &bits, &err))) {
		config_mistake(f->mistakes, w->line, "rule: '%s' is no IPv6 address or prefix",
			       w->value);
		return false;
	}
	rule->bits = (uint8_t)bits;
	return true;
}

static void set_method(struct file *f, struct proxy_rule *r, enum method method,
		       const struct ndppd_word *w)
{
	struct error err;

	if (r->method != METHOD_NONE) {
		config_mistake(f->mistakes, w->line, "only one of iface, auto and static");
		return;
	}
	r->method = method;
	if (method != METHOD_IFACE && w->value[0])
		config_mistake(f->mistakes, w->line,
			       "'%s' behind '%s': ndppd does not see a second word in a line",
			       w->value, w->word);
	else if (method == METHOD_IFACE && parse_ifname(w->value, r->iface, &err))
		config_mistake(f->mistakes, w->line, "iface: %s", err.message);
}

static void read_rule(struct file *f, struct proxy *p, size_t uplink,
		      const struct ndppd_word *title)
{
	struct proxy_rule rule = { .rule = { .action = NDPX_ACT_ANSWER } }, *rules;
	bool ok = parse_prefix(f, title, &rule.rule);
	size_t before = f->mistakes->n;
	struct ndppd_word w;

	while (title->block && ndppd_next(&f->text, title->line, &w)) {
		if (!strcmp(w.word, "static"))
			set_method(f, &rule, METHOD_STATIC, &w);
		else if (!strcmp(w.word, "auto"))
			set_method(f, &rule, METHOD_AUTO, &w);
		else if (!strcmp(w.word, "iface"))
			set_method(f, &rule, METHOD_IFACE, &w);
		else if (!note_without(f, uplink, IN_RULE, &w))
			unknown(f, &w, "in a rule");
		if (w.block)
			ndppd_skip(&f->text, &w);
	}
	if (rule.method == METHOD_NONE && f->mistakes->n == before)
		config_mistake(f->mistakes, title->line,
			       "rule %s: one of iface, auto and static is missing", title->value);
	if (!ok)
		return;
	rules = grow(f, p->rules, p->n_rules, sizeof(*rules));
	if (!rules)
		return;
	p->rules = rules;
	rules[p->n_rules++] = rule;
}

static void read_router(struct file *f, struct proxy *p, const struct ndppd_word *w)
{
	if (p->seen_router)
		config_mistake(f->mistakes, w->line, "router: given twice");
	else
		check_value(f, false, w);
	p->seen_router = true;
	p->router = !strcasecmp(w->value, "yes") || !strcasecmp(w->value, "true");
}

static void read_proxy(struct file *f, const struct ndppd_word *title)
{
	struct proxy proxy = { .line = title->line, .router = true }, *proxies;
	struct ndppd_word w;
	struct error err;
	size_t uplink = DRAFT_TOP;

	if (!title->value[0])
		config_mistake(f->mistakes, title->line, "proxy: the interface is missing");
	else if (parse_ifname(title->value, proxy.dev, &err))
		config_mistake(f->mistakes, title->line, "proxy: %s", err.message);
	else
		uplink = draft_uplink(f->draft, proxy.dev, title->line);
	while (title->block && ndppd_next(&f->text, title->line, &w)) {
		if (!strcmp(w.word, "rule")) {
			read_rule(f, &proxy, uplink, &w);
			continue;
		}
		if (!strcmp(w.word, "router"))
			read_router(f, &proxy, &w);
		else if (!note_without(f, uplink, IN_PROXY, &w))
			unknown(f, &w, "in a proxy");
		if (w.block)
			ndppd_skip(&f->text, &w);
	}
	proxies = grow(f, f->proxies, f->n_proxies, sizeof(*proxies));
	if (!proxies) {
		free(proxy.rules);
		return;
	}
	f->proxies = proxies;
	proxies[f->n_proxies++] = proxy;
}

static void read_file(struct file *f)
{
	struct ndppd_word w;

	while (ndppd_next(&f->text, 0, &w)) {
		if (!strcmp(w.word, "proxy")) {
			read_proxy(f, &w);
			continue;
		}
		if (!note_without(f, DRAFT_TOP, IN_FILE, &w))
			unknown(f, &w, "outside a proxy");
		if (w.block)
			ndppd_skip(&f->text, &w);
	}
}

static int by_rule(const void *a, const void *b)
{
	return rule_compare(a, b);
}

/* The targets of a proxy's static rules, sorted, and which lengths they have. */
struct statics {
	struct rule *rules; /* owned */
	size_t n;
	bool bits[129];
};

static bool collect_statics(const struct proxy *p, struct statics *ret)
{
	size_t i;

	memset(ret, 0, sizeof(*ret));
	ret->rules = calloc(p->n_rules + 1, sizeof(*ret->rules));
	if (!ret->rules)
		return false;
	for (i = 0; i < p->n_rules; i++) {
		struct rule *rule = &ret->rules[ret->n];

		if (p->rules[i].method != METHOD_STATIC)
			continue;
		*rule = p->rules[i].rule;
		rule->addr = network_of(&rule->addr, rule->bits);
		ret->bits[rule->bits] = true;
		ret->n++;
	}
	qsort(ret->rules, ret->n, sizeof(*ret->rules), by_rule);
	return true;
}

/* The static rule that covers all of `rule`, NULL if there is none. */
static const struct rule *covering(const struct statics *s, const struct rule *rule)
{
	const struct rule *found = NULL;
	struct rule key = { 0 };
	unsigned int bits;

	for (bits = 0; bits <= rule->bits && !found; bits++) {
		if (!s->bits[bits])
			continue;
		key.bits = (uint8_t)bits;
		key.addr = network_of(&rule->addr, bits);
		found = bsearch(&key, s->rules, s->n, sizeof(key), by_rule);
	}
	return found;
}

static void draft_one(struct draft *draft, size_t uplink, const struct proxy *p,
		      const struct proxy_rule *r, const struct statics *statics)
{
	const struct rule *cover = r->method == METHOD_STATIC ? NULL : covering(statics, &r->rule);
	char text[RULE_TEXT_LEN];
	struct rule rule = r->rule;

	target_text(&rule.addr, rule.bits, text);
	if (cover) {
		draft_note(draft, uplink, rule.line,
			   "rule %s: the static rule in line %d covers it and answers at once",
			   text, cover->line);
		return;
	}
	if (r->method == METHOD_IFACE && !strcmp(r->iface, p->dev)) {
		draft_lost(
			draft, uplink, rule.line,
			"rule %s: not taken over: iface %s is the uplink itself, and ndpx leaves "
			"what is on its link to answer for itself",
			text, r->iface);
		return;
	}
	rule.flags = NDPX_F_DAD_IGNORE | (p->router ? NDPX_F_ROUTER : 0);
	if (r->method == METHOD_STATIC) {
		draft_rule(draft, uplink, &rule, "static");
		return;
	}
	rule.answer = NDPX_ANSWER_ROUTED;
	if (r->method == METHOD_IFACE)
		memcpy(rule.port, r->iface, sizeof(rule.port));
	draft_rule(draft, uplink, &rule, "%s%s", r->method == METHOD_AUTO ? "auto" : "iface ",
		   r->iface);
}

static void draft_proxy(struct file *f, const struct proxy *p)
{
	size_t uplink = draft_uplink(f->draft, p->dev, p->line), i;
	struct statics statics;

	if (!collect_statics(p, &statics)) {
		f->no_memory = true;
		return;
	}
	for (i = 0; i < p->n_rules; i++)
		draft_one(f->draft, uplink, p, &p->rules[i], &statics);
	free(statics.rules);
}

/* The proxy that ndppd obeys on this interface: the last one. */
static const struct proxy *obeyed(const struct file *f, const struct proxy *p)
{
	const struct proxy *last = p, *q;

	for (q = p; q < f->proxies + f->n_proxies; q++) {
		if (!strcmp(q->dev, p->dev))
			last = q;
	}
	return last;
}

static void note_differences(const struct file *f)
{
	bool asks = false, prefixes = false;
	size_t i, j;

	for (i = 0; i < f->n_proxies; i++) {
		for (j = 0; j < f->proxies[i].n_rules; j++) {
			asks |= f->proxies[i].rules[j].method != METHOD_STATIC;
			prefixes |= f->proxies[i].rules[j].rule.bits < 128;
		}
	}
	draft_note(
		f->draft, DRAFT_HEAD, 0,
		"ndppd answers duplicate detection to ::1, where nobody hears it: dad = ignore.");
	if (asks) {
		draft_note(
			f->draft, DRAFT_HEAD, 0,
			"For 'auto' and 'iface' ndppd asks the guest before it answers. ndpx asks "
			"the kernel:");
		draft_note(f->draft, DRAFT_HEAD, 0,
			   "answer = routed wants a route that leaves by another interface, and "
			   "forwarding on.");
		draft_note(f->draft, DRAFT_HEAD, 0,
			   "answer = alive also wants a neighbour entry; a silent guest has none.");
	}
	if (prefixes)
		draft_note(
			f->draft, DRAFT_HEAD, 0,
			"A prefix's first address (subnet-router anycast) is answered for only if "
			"named.");
}

static void draft_file(struct file *f)
{
	size_t i, j;

	note_differences(f);
	for (i = 0; i < f->n_proxies; i++) {
		const struct proxy *p = &f->proxies[i], *last = obeyed(f, p);
		size_t uplink = draft_uplink(f->draft, p->dev, p->line);
		char text[RULE_TEXT_LEN];

		if (p == last) {
			draft_proxy(f, p);
			continue;
		}
		draft_note(f->draft, uplink, p->line,
			   "proxy %s: without effect: of proxies on one interface ndppd obeys the "
			   "last, in line %d",
			   p->dev, last->line);
		for (j = 0; j < p->n_rules; j++)
			draft_note(
				f->draft, uplink, p->rules[j].rule.line,
				"rule %s: without effect, as its proxy",
				target_text(&p->rules[j].rule.addr, p->rules[j].rule.bits, text));
	}
}

int from_ndppd(const char *text, size_t len, struct draft *draft, struct config_mistakes *mistakes)
{
	struct file f = { .draft = draft, .mistakes = mistakes };
	size_t i;
	int r = 0;

	ndppd_text_init(&f.text, text, len, mistakes);
	read_file(&f);
	if (!f.n_proxies && !mistakes->n)
		config_mistake(mistakes, 1, "no 'proxy': ndppd answers nothing with this file");
	config_mistakes_sort(mistakes);
	if (mistakes->n)
		r = -EINVAL;
	else
		draft_file(&f);
	if (f.no_memory || mistakes->lost)
		r = -ENOMEM;
	for (i = 0; i < f.n_proxies; i++)
		free(f.proxies[i].rules);
	free(f.proxies);
	return r;
}
