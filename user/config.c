// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libconfuse reads the syntax; every value comes to us through a callback while
 * its line is known, is parsed by the model's own words, and a mistake is kept
 * rather than returned, so that one run finds them all. An unknown word would
 * end the parse: it is noted, blanked in our copy of the text, and the text is
 * parsed again. What the file means as a whole is config_check.c's.
 */
#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_check.h"
#include "config_text.h"
#include "text_file.h"

#define MAX_UNKNOWN 50 /* unknown words before we stop: each costs a parse of the file */

/* libconfuse's callbacks carry no pointer of ours, and its lexer is global anyway. */
static struct parse {
	struct config_text text; /* our copy, unknown words blanked */
	struct model model;
	struct uplink uplink;	      /* the one being read */
	struct rule guest;	      /* the one being read */
	struct ports_section section; /* the one being read */
	/* Lines of the titles, for libconfuse keeps them to itself; `at` is the next block's. */
	struct {
		int *lines;
		size_t n, at;
	} uplinks, guests, ports;
	bool have_vlan; /* the uplink being read has the key */
	unsigned long seen_uplink, seen_guest,
		seen_ports; /* keys given, by place in the option table */
	struct config_mistakes mistakes;
	bool complained; /* libconfuse said something in this pass */
	bool unknown;	 /* and it was that it does not know a word */
	int unknown_line;
	char unknown_word[256];
	bool no_memory;
} * P;

static int on_uplink_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result);
static int on_guest_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result);
static int on_deny(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result);
static int on_ports_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result);
static int on_ports_list(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result);
static int on_guest_end(cfg_t *cfg, cfg_opt_t *opt);
static int on_uplink_end(cfg_t *cfg, cfg_opt_t *opt);

#define VALUE(name, cb) CFG_STR_CB(name, NULL, CFGF_NODEFAULT, cb)

static cfg_opt_t guest_opts[] = {
	VALUE("port", on_guest_value),
	VALUE("lladdr", on_guest_value),
	VALUE("router", on_guest_value),
	VALUE("override", on_guest_value),
	VALUE("dad", on_guest_value),
	VALUE("answer", on_guest_value),
	VALUE("paused", on_guest_value),
	VALUE("wide", on_guest_value),
	CFG_END(),
};

static cfg_opt_t uplink_opts[] = {
	VALUE("mode", on_uplink_value),
	VALUE("vlan", on_uplink_value),
	VALUE("source", on_uplink_value),
	VALUE("groups", on_uplink_value),
	VALUE("rate", on_uplink_value),
	VALUE("strict_lladdr", on_uplink_value),
	VALUE("wide", on_uplink_value),
	CFG_STR_LIST_CB("deny", NULL, CFGF_NODEFAULT, on_deny),
	CFG_SEC("guest", guest_opts, CFGF_MULTI | CFGF_TITLE),
	CFG_END(),
};

static cfg_opt_t ports_opts[] = {
	CFG_STR_LIST_CB("gateway", NULL, CFGF_NODEFAULT, on_ports_list),
	CFG_STR_LIST_CB("onlink", NULL, CFGF_NODEFAULT, on_ports_list),
	VALUE("wide", on_ports_value),
	CFG_END(),
};

static cfg_opt_t root_opts[] = {
	CFG_SEC("uplink", uplink_opts, CFGF_MULTI | CFGF_TITLE),
	CFG_SEC("ports", ports_opts, CFGF_MULTI | CFGF_TITLE),
	CFG_END(),
};

void config_mistake(struct config_mistakes *mistakes, int line, const char *fmt, ...)
{
	struct config_mistake *items;
	char text[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	items = realloc(mistakes->items, (mistakes->n + 1) * sizeof(*items));
	if (!items) {
		mistakes->lost = true;
		return;
	}
	mistakes->items = items;
	items[mistakes->n].line = line;
	items[mistakes->n].text = strdup(text);
	if (items[mistakes->n].text)
		mistakes->n++;
	else
		mistakes->lost = true;
}

void config_mistakes_free(struct config_mistakes *mistakes)
{
	size_t i;

	for (i = 0; i < mistakes->n; i++)
		free(mistakes->items[i].text);
	free(mistakes->items);
	memset(mistakes, 0, sizeof(*mistakes));
}

/* libconfuse's own complaints: syntax, and words it does not know. */
static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	static const char unknown[] = "no such option '";
	char text[256], *end;

	P->complained = true;
	vsnprintf(text, sizeof(text), fmt, ap);
	if (strncmp(text, unknown, strlen(unknown)) != 0) {
		config_mistake(&P->mistakes, cfg->line, "%s", text);
		return;
	}
	P->unknown = true;
	P->unknown_line = cfg->line;
	snprintf(P->unknown_word, sizeof(P->unknown_word), "%s", text + strlen(unknown));
	end = strrchr(P->unknown_word, '\'');
	if (end)
		*end = '\0';
}

/* A callback must give libconfuse some string, or it ends the parse. */
static int accept_value(const char *value, void *result)
{
	*(const char **)result = value;
	return 0;
}

/* Notes a key given twice in one block. `table` is where opt's siblings start. */
static bool seen_twice(cfg_t *cfg, cfg_opt_t *opt, unsigned long *seen)
{
	unsigned long bit = 1ul << (opt - cfg->opts);

	if (*seen & bit) {
		config_mistake(&P->mistakes, cfg->line, "%s: given twice", opt->name);
		return true;
	}
	*seen |= bit;
	return false;
}

static int on_uplink_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct error err;

	if (!strcmp(opt->name, "vlan"))
		P->have_vlan = true;
	if (!seen_twice(cfg, opt, &P->seen_uplink) &&
	    uplink_set(&P->uplink, opt->name, value, &err))
		config_mistake(&P->mistakes, cfg->line, "%s: %s", opt->name, err.message);
	return accept_value(value, result);
}

static int on_guest_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct error err;

	if (!seen_twice(cfg, opt, &P->seen_guest) && rule_set(&P->guest, opt->name, value, &err))
		config_mistake(&P->mistakes, cfg->line, "%s: %s", opt->name, err.message);
	return accept_value(value, result);
}

static void add_rule(const char *title, struct rule *rule)
{
	struct error err;

	if (parse_target(title, rule, &err))
		config_mistake(&P->mistakes, rule->line, "%s", err.message);
	else if (uplink_add(&P->uplink, rule))
		P->no_memory = true;
}

static int on_deny(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct rule rule = { .action = NDPX_ACT_DENY, .line = cfg->line };

	(void)opt;
	add_rule(value, &rule);
	return accept_value(value, result);
}

static int on_ports_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct error err;

	if (!seen_twice(cfg, opt, &P->seen_ports) && parse_on_off(value, &P->section.wide, &err))
		config_mistake(&P->mistakes, cfg->line, "%s: %s", opt->name, err.message);
	return accept_value(value, result);
}

static int on_ports_list(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct error err;
	int r = ports_add(&P->section, opt->name, value, cfg->line, &err);

	if (r == -ENOMEM)
		P->no_memory = true;
	else if (r)
		config_mistake(&P->mistakes, cfg->line, "%s: %s", opt->name, err.message);
	return accept_value(value, result);
}

/* Takes the section out of libconfuse at once: it would search all of them for each new title. */
static int on_guest_end(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);

	P->guest.action = NDPX_ACT_ANSWER;
	P->guest.line = P->guests.at < P->guests.n ? P->guests.lines[P->guests.at++] : cfg->line;
	if (section)
		add_rule(cfg_title(section), &P->guest);
	memset(&P->guest, 0, sizeof(P->guest));
	P->seen_guest = 0;
	cfg_free_value(opt);
	return 0;
}

static int on_uplink_end(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	const char *title = section ? cfg_title(section) : "";
	struct uplink *uplinks, *u = &P->uplink;
	struct place place = { 0 };
	struct error err;

	u->line = P->uplinks.at < P->uplinks.n ? P->uplinks.lines[P->uplinks.at++] : cfg->line;
	if (parse_dev(title, &place, &err))
		config_mistake(&P->mistakes, u->line, "uplink: %s", err.message);
	memcpy(u->dev, place.dev, sizeof(u->dev));
	if (place.have_vlan) {
		if (P->have_vlan && u->vlan != place.vlan)
			config_mistake(&P->mistakes, u->line,
				       "vlan = %u contradicts the name %s, which says VLAN %u",
				       u->vlan, title, place.vlan);
		u->vlan = place.vlan;
		u->dotted = place.dotted && !P->have_vlan;
	}
	uplinks = realloc(P->model.uplinks, (P->model.n_uplinks + 1) * sizeof(*uplinks));
	if (uplinks) {
		P->model.uplinks = uplinks;
		uplinks[P->model.n_uplinks++] = *u;
	} else {
		free(u->rules);
		P->no_memory = true;
	}
	memset(u, 0, sizeof(*u));
	P->have_vlan = false;
	P->seen_uplink = 0;
	cfg_free_value(opt);
	return 0;
}

static int on_ports_end(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	struct ports_section *ports, *s = &P->section;
	struct error err;

	s->line = P->ports.at < P->ports.n ? P->ports.lines[P->ports.at++] : cfg->line;
	if (parse_pattern(section ? cfg_title(section) : "", s->pattern, &err))
		config_mistake(&P->mistakes, s->line, "ports: %s", err.message);
	ports = realloc(P->model.ports, (P->model.n_ports + 1) * sizeof(*ports));
	if (ports) {
		P->model.ports = ports;
		ports[P->model.n_ports++] = *s;
	} else {
		free(s->rules);
		P->no_memory = true;
	}
	memset(s, 0, sizeof(*s));
	P->seen_ports = 0;
	cfg_free_value(opt);
	return 0;
}

/* One pass of libconfuse over our text. */
static void parse_once(void)
{
	cfg_t *cfg;
	FILE *fp;

	if (config_text_titles(&P->text, "uplink", 0, &P->uplinks.lines, &P->uplinks.n) ||
	    config_text_titles(&P->text, "guest", 1, &P->guests.lines, &P->guests.n) ||
	    config_text_titles(&P->text, "ports", 0, &P->ports.lines, &P->ports.n)) {
		P->no_memory = true;
		return;
	}
	uplink_opts[8].validcb = on_guest_end;
	root_opts[0].validcb = on_uplink_end;
	root_opts[1].validcb = on_ports_end;
	cfg = cfg_init(root_opts, CFGF_NONE);
	fp = fmemopen(P->text.text, P->text.len, "r");
	if (!cfg || !fp) {
		P->no_memory = true;
	} else {
		cfg_set_error_function(cfg, on_error);
		/* A failure without a word of its own still refuses the file. */
		if (cfg_parse_fp(cfg, fp) != CFG_SUCCESS && !P->complained)
			config_mistake(&P->mistakes, cfg->line, "syntax error");
	}
	if (fp)
		fclose(fp);
	if (cfg)
		cfg_free(cfg);
}

static void start_over(void)
{
	free(P->uplink.rules);
	free(P->section.rules);
	memset(&P->section, 0, sizeof(P->section));
	memset(&P->uplink, 0, sizeof(P->uplink));
	memset(&P->guest, 0, sizeof(P->guest));
	P->have_vlan = false;
	free(P->uplinks.lines);
	free(P->guests.lines);
	free(P->ports.lines);
	memset(&P->uplinks, 0, sizeof(P->uplinks));
	memset(&P->guests, 0, sizeof(P->guests));
	memset(&P->ports, 0, sizeof(P->ports));
	P->seen_uplink = P->seen_guest = P->seen_ports = 0;
	P->unknown = false;
	P->complained = false;
	model_free(&P->model);
	config_mistakes_free(&P->mistakes);
}

static const char *unknown_reason(const char *word)
{
	/* In the design, but of a later version: say so rather than "unknown". */
	static const char *const later[] = { "follow" };
	size_t i;

	for (i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		if (!strcmp(word, later[i]))
			return "is not known to this version of ndpx yet";
	}
	return "is not a known word here";
}

/* Moves the mistakes of `from` behind those of `to`. */
static void take_mistakes(struct config_mistakes *to, struct config_mistakes *from)
{
	size_t i;

	for (i = 0; i < from->n; i++)
		config_mistake(to, from->items[i].line, "%s", from->items[i].text);
	to->lost |= from->lost;
	config_mistakes_free(from);
}

int config_parse(const char *text, size_t len, struct model *ret,
		 struct config_mistakes *ret_mistakes, struct error *err)
{
	struct config_mistakes all = { 0 };
	bool readable;
	int line;
	struct parse parse = { 0 };
	int unknown = 0, r = 0;

	parse.text.text = malloc(len + 1);
	if (!parse.text.text)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	memcpy(parse.text.text, text, len);
	parse.text.text[len] = '\0';
	parse.text.len = len;
	P = &parse;
	readable = config_text_plain(&parse.text, &all);
	/* What cannot be read as text is not parsed: its mistakes would be about something else. */
	while (readable && len) {
		start_over();
		parse_once();
		if (!parse.unknown)
			break;
		config_mistake(&all, parse.unknown_line, "'%s' %s", parse.unknown_word,
			       unknown_reason(parse.unknown_word));
		if (++unknown == MAX_UNKNOWN ||
		    !config_text_blank(&parse.text, parse.unknown_word, parse.unknown_line))
			break;
	}
	line = readable ? config_text_open_block(&parse.text) : 0;
	if (line)
		config_mistake(&all, line, "the block that starts here is not closed");
	/* A file without uplinks is a wish; one without a byte is an accident. */
	if (!len)
		config_mistake(&all, 1,
			       "the file is empty: 'ndpx down' is what removes all uplinks");
	if (!parse.no_memory)
		config_check(&parse.model, &parse.mistakes);
	take_mistakes(&all, &parse.mistakes);
	if (parse.no_memory || all.lost) {
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	} else if (all.n) {
		config_mistakes_sort(&all);
		*ret_mistakes = all;
		memset(&all, 0, sizeof(all));
		r = error_set(err, EXIT_USAGE, EINVAL, "%zu mistakes", ret_mistakes->n);
	} else {
		*ret = parse.model;
		memset(&parse.model, 0, sizeof(parse.model));
	}
	start_over();
	config_mistakes_free(&all);
	free(parse.text.text);
	P = NULL;
	return r;
}

int config_load(const char *path, struct model *ret, struct config_mistakes *ret_mistakes,
		struct error *err)
{
	char *text;
	size_t len;
	int r = text_file_read(path, &text, &len, err);

	if (r)
		return r;
	r = config_parse(text, len, ret, ret_mistakes, err);
	free(text);
	return r;
}
