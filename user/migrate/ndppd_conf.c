// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What ndppd does with its file, as a draft: of several proxies on one interface the last counts,
 * and of all rules that cover an address one that is `static` decides.
 */
#include <stdlib.h>
#include <string.h>

#include "migrate/ndppd_file.h"
#include "util/network.h"

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

static bool collect_statics(const struct ndppd_proxy *p, struct statics *ret)
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

static void write_one(struct conf_writer *conf, size_t uplink, const struct ndppd_proxy *p,
		      const struct ndppd_rule *r, const struct statics *statics, bool router)
{
	const struct rule *cover = r->method == METHOD_STATIC ? NULL : covering(statics, &r->rule);
	char text[RULE_TEXT_LEN];
	struct rule rule = r->rule;

	target_text(&rule.addr, rule.bits, text);
	if (cover) {
		conf_writer_note(
			conf, uplink, rule.line,
			"rule %s: the static rule in line %d covers it and answers at once", text,
			cover->line);
		return;
	}
	if (r->method == METHOD_IFACE && !strcmp(r->iface, p->dev)) {
		conf_writer_lost(
			conf, uplink, rule.line,
			"rule %s: not converted: iface %s is the uplink itself, and ndpx lets "
			"nodes on its link answer for themselves",
			text, r->iface);
		return;
	}
	if (r->method == METHOD_NONE || r->method == METHOD_SEVERAL) {
		conf_writer_lost(
			conf, uplink, rule.line,
			"rule %s: not converted: ndppd wants exactly one of iface, auto and "
			"static",
			text);
		return;
	}
	rule.flags |= NDPX_F_DAD_IGNORE | (router ? NDPX_F_ROUTER : 0);
	if (p->has_lladdr && !(rule.flags & NDPX_F_LLADDR)) {
		memcpy(rule.lladdr, p->lladdr, sizeof(rule.lladdr));
		rule.flags |= NDPX_F_LLADDR;
	}
	if (r->method == METHOD_STATIC) {
		conf_writer_rule(conf, uplink, &rule, "static");
		return;
	}
	rule.answer = NDPX_ANSWER_ROUTED;
	if (r->method == METHOD_IFACE)
		rule.port = r->iface;
	conf_writer_rule(conf, uplink, &rule, "%s%s", r->method == METHOD_AUTO ? "auto" : "iface ",
			 r->iface);
}

static void write_proxy(struct ndppd_file *f, struct conf_writer *conf, const struct ndppd_proxy *p)
{
	/* 0.2: on unless said otherwise; 1.x: off, and the bare word is yes. */
	bool router =
		p->router == ROUTER_ON || p->router == (f->is_1x ? ROUTER_BARE : ROUTER_DEFAULT);
	size_t uplink = conf_writer_uplink(conf, p->dev, p->line), i;
	struct statics statics;

	if (!collect_statics(p, &statics)) {
		f->no_memory = true;
		return;
	}
	for (i = 0; i < p->n_rules; i++)
		write_one(conf, uplink, p, &p->rules[i], &statics, router);
	free(statics.rules);
}

/* The proxy that ndppd obeys on this interface: the last one. */
static const struct ndppd_proxy *obeyed(const struct ndppd_file *f, const struct ndppd_proxy *p)
{
	const struct ndppd_proxy *last = p, *q;

	for (q = p; q < f->proxies + f->n_proxies; q++) {
		if (!strcmp(q->dev, p->dev))
			last = q;
	}
	return last;
}

static void note_differences(const struct ndppd_file *f, struct conf_writer *conf)
{
	bool asks = false, prefixes = false;
	size_t i, j;

	for (i = 0; i < f->n_proxies; i++) {
		for (j = 0; j < f->proxies[i].n_rules; j++) {
			asks |= f->proxies[i].rules[j].method != METHOD_STATIC;
			prefixes |= f->proxies[i].rules[j].rule.bits < 128;
		}
	}
	conf_writer_note(
		conf, CONF_WRITER_HEAD, 0,
		"ndppd answers duplicate address detection to ::1, where no node hears it: dad "
		"= ignore.");
	if (f->is_1x)
		conf_writer_note(conf, CONF_WRITER_HEAD, 0,
				 "Read as ndppd 1.x, where 'router' is off unless it is written.");
	if (asks) {
		conf_writer_note(
			conf, CONF_WRITER_HEAD, 0,
			"For 'auto' and 'iface' ndppd asks the guest before it answers. ndpx asks "
			"the kernel:");
		conf_writer_note(
			conf, CONF_WRITER_HEAD, 0,
			"answer = routed wants a route that leaves by another interface, and "
			"forwarding on.");
		conf_writer_note(
			conf, CONF_WRITER_HEAD, 0,
			"answer = alive also wants a neighbour entry; a silent guest has none.");
	}
	if (prefixes)
		conf_writer_note(
			conf, CONF_WRITER_HEAD, 0,
			"A prefix's first address (subnet-router anycast) is answered for only if "
			"named.");
}

void ndppd_conf(struct ndppd_file *f, struct conf_writer *conf)
{
	size_t i, j;

	note_differences(f, conf);
	for (i = 0; i < f->n_proxies; i++) {
		const struct ndppd_proxy *p = &f->proxies[i], *last = obeyed(f, p);
		size_t uplink = conf_writer_uplink(conf, p->dev, p->line);
		char text[RULE_TEXT_LEN];

		if (p == last) {
			write_proxy(f, conf, p);
			continue;
		}
		conf_writer_warn(conf, uplink, p->line,
				 "proxy %s: no effect: of proxies on one interface ndppd obeys the "
				 "last, in line %d",
				 p->dev, last->line);
		for (j = 0; j < p->n_rules; j++)
			conf_writer_note(
				conf, uplink, p->rules[j].rule.line,
				"rule %s: no effect, as its proxy",
				target_text(&p->rules[j].rule.addr, p->rules[j].rule.bits, text));
	}
}
