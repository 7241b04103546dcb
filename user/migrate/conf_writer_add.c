// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Collecting what goes into the file, and deciding what cannot. Writing is conf_writer.c's. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "migrate/conf_writer.h"
#include "util/names.h"
#include "util/network.h"

#define DRAFT_STDERR ((size_t)-3) /* beside CONF_WRITER_TOP and CONF_WRITER_HEAD: draft->warnings */

/* Takes over item->text; NULL: memory was short for it. */
static void add_item(struct conf_writer *conf, size_t uplink, const struct conf_writer_item *item)
{
	struct conf_writer_items *in = uplink == CONF_WRITER_TOP    ? &conf->top
				       : uplink == CONF_WRITER_HEAD ? &conf->head
				       : uplink == DRAFT_STDERR	    ? &conf->warnings
								    : &conf->uplinks[uplink].in;

	if (item->text && array_push(in->items, in->n, *item))
		return;
	conf->no_memory = true;
	free(item->text);
}

/* NULL: no memory. */
static char *format(struct conf_writer *conf, const char *fmt, va_list ap)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) >= 0)
		return text;
	conf->no_memory = true;
	return NULL;
}

static void add_note(struct conf_writer *conf, size_t uplink, int line, const char *fmt, va_list ap)
{
	struct conf_writer_item item = { .line = line, .text = format(conf, fmt, ap) };

	add_item(conf, uplink, &item);
}

void conf_writer_note(struct conf_writer *conf, size_t uplink, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_note(conf, uplink, line, fmt, ap);
	va_end(ap);
}

void conf_writer_lost(struct conf_writer *conf, size_t uplink, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_note(conf, uplink, line, fmt, ap);
	va_end(ap);
	conf->lost++;
}

void conf_writer_warn(struct conf_writer *conf, size_t uplink, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_note(conf, DRAFT_STDERR, line, fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	add_note(conf, uplink, line, fmt, ap);
	va_end(ap);
}

void conf_writer_without(struct conf_writer *conf, size_t uplink, int line,
			 const struct conf_writer_option *options, const char *key,
			 const char *value)
{
	for (; options->key; options++) {
		if (strcmp(options->key, key) != 0)
			continue;
		conf_writer_note(conf, uplink, line, "%s %s: no equivalent: %s", key, value,
				 options->why);
		return;
	}
	conf_writer_note(conf, uplink, line, "%s %s: unknown keyword: ignored", key, value);
}

int conf_writer_check_text(const char *text, size_t len, struct error *err)
{
	const char *nul = memchr(text, '\0', len);
	int line = 1;

	if (!nul)
		return 0;
	for (; text < nul; text++)
		line += *text == '\n';
	return error_set(err, EXIT_USAGE, EINVAL, "%d: NUL byte: not a text file", line);
}

/* Can the name stand in ndpx.conf? Not all that the kernel takes can. */
static bool writable(const char *name)
{
	return name[0] && !strpbrk(name, "\"'\\$*?[]") &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789._-:@+%,=~!#&(){}<>|;^")] == '\0';
}

/* The name of an uplink as ndpx.conf has it; false with the reason in `why`. */
static bool find_title(const struct nl_state *state, const char *name, char title[DRAFT_TITLE_LEN],
		       char why[256])
{
	const struct nl_link *link = state ? nl_link_by_name(state, name) : NULL;
	const struct nl_link *lower = NULL;
	struct place place = { 0 };
	struct error err;

	snprintf(title, DRAFT_TITLE_LEN, "%s", name);
	if (!writable(name)) {
		snprintf(why, 256, "the name is not valid in ndpx.conf");
		return false;
	}
	if (link && link->vlan) {
		if (link->lower && link->lower_netns < 0)
			lower = nl_link_by_index(state, link->lower);
		if (!lower) {
			snprintf(why, 256,
				 "the device below this VLAN is in another network namespace: "
				 "run ndpx there");
			return false;
		}
		if (lower->vlan) {
			snprintf(why, 256, "two VLAN tags: ndpx supports one");
			return false;
		}
		snprintf(title, DRAFT_TITLE_LEN, "%s.%u", lower->name, link->vlan);
		link = lower;
		if (!writable(title)) {
			snprintf(why, 256, "the name %s is not valid in ndpx.conf", lower->name);
			return false;
		}
	} else if (link && !parse_dev(name, &place, &err) && place.have_vlan) {
		snprintf(why, 256, "in ndpx.conf this name would mean VLAN %u on %s", place.vlan,
			 place.dev);
		return false;
	}
	if (link && !link->is_ethernet) {
		snprintf(why, 256, "%s is not an Ethernet interface", link->name);
		return false;
	}
	if (parse_dev(title, &place, &err)) {
		snprintf(why, 256, "%.200s", err.message);
		return false;
	}
	/* As it is understood: eth1.088 is eth1.88, and one uplink with it. */
	if (place.have_vlan)
		snprintf(title, DRAFT_TITLE_LEN, "%s.%u", place.dev, place.vlan);
	return true;
}

size_t conf_writer_uplink(struct conf_writer *conf, const char *name, int line)
{
	struct conf_writer_uplink made = { .line = line }, *u;
	char why[256] = "";
	bool ok = find_title(conf->state, name, made.title, why);
	size_t i;

	for (i = 0; i < conf->n_uplinks; i++) {
		u = &conf->uplinks[i];
		if (!strcmp(u->name, name) || (ok && !u->refused && !strcmp(u->title, made.title)))
			return i;
	}
	snprintf(made.name, sizeof(made.name), "%s", name);
	if (!array_push(conf->uplinks, conf->n_uplinks, made)) {
		conf->no_memory = true;
		return CONF_WRITER_TOP;
	}
	if (!ok)
		conf_writer_refuse(conf, i, "%s", why);
	return i;
}

void conf_writer_refuse(struct conf_writer *conf, size_t uplink, const char *fmt, ...)
{
	va_list ap;

	if (uplink == CONF_WRITER_TOP || conf->uplinks[uplink].refused)
		return;
	va_start(ap, fmt);
	conf->uplinks[uplink].refused = format(conf, fmt, ap);
	va_end(ap);
}

/* Joins two reasons to one comment; frees the first. */
static char *join(struct conf_writer *conf, char *first, const char *second)
{
	char *both = NULL;

	if (first && !second[0])
		return first;
	if (!first || asprintf(&both, "%s%s%s", first, first[0] ? "; " : "", second) < 0) {
		conf->no_memory = true;
		both = NULL;
	}
	free(first);
	return both;
}

/* FIELD B: what was answered by the one before for the host's own addresses, and what ndpx does. */
static void note_own(struct conf_writer *conf, size_t uplink, const struct rule *rule)
{
	const struct nl_state *state = conf->state;
	const struct nl_link *up, *dev;
	char text[RULE_TEXT_LEN];
	size_t i;

	up = state ? nl_link_by_name(state, conf->uplinks[uplink].name) : NULL;
	for (i = 0; state && rule->action == NDPX_ACT_ANSWER && i < state->n_addresses; i++) {
		const struct nl_address *a = &state->addresses[i];
		struct in6_addr net = network_of(&a->addr, rule->bits);

		if (IN6_IS_ADDR_LINKLOCAL(&a->addr) || IN6_IS_ADDR_LOOPBACK(&a->addr) ||
		    memcmp(&net, &rule->addr, sizeof(net)) != 0)
			continue;
		dev = nl_link_by_index(state, a->ifindex);
		target_text(&a->addr, 128, text);
		if (up && (a->ifindex == up->ifindex || a->ifindex == up->master))
			conf_writer_note(
				conf, uplink, rule->line,
				"%s is this host's, on %s: ndpx never answers for it, the kernel "
				"does",
				text, dev ? dev->name : "the uplink");
		else
			conf_writer_note(conf, uplink, rule->line,
					 "%s is this host's, on %s: ndpx answers for it with R = 1",
					 text, dev ? dev->name : "another interface");
	}
}

void conf_writer_rule(struct conf_writer *conf, size_t uplink, const struct rule *rule,
		      const char *fmt, ...)
{
	char text[RULE_TEXT_LEN], was[RULE_TEXT_LEN], extra[256] = "";
	struct rule fixed = *rule, ignored;
	struct conf_writer_item item;
	struct error err;
	char *comment;
	va_list ap;

	if (uplink == CONF_WRITER_TOP) /* memory was short */
		return;
	va_start(ap, fmt);
	comment = format(conf, fmt, ap);
	va_end(ap);
	fixed.addr = network_of(&rule->addr, rule->bits);
	target_text(&fixed.addr, fixed.bits, text);
	if (memcmp(&fixed.addr, &rule->addr, sizeof(fixed.addr)) != 0)
		snprintf(extra, sizeof(extra), "%s had host bits set",
			 target_text(&rule->addr, rule->bits, was));
	comment = join(conf, comment, extra);
	if (parse_target(text, &ignored, &err)) {
		conf_writer_lost(conf, uplink, rule->line, "%s%s%s: not converted: %s",
				 comment ? comment : "", comment && comment[0] ? ": " : "", text,
				 err.message);
		free(comment);
		return;
	}
	if (fixed.action == NDPX_ACT_ANSWER && fixed.bits < MODEL_WIDE_BITS)
		fixed.wide = true;
	if (fixed.answer != NDPX_ANSWER_ALWAYS && IN6_IS_ADDR_LINKLOCAL(&fixed.addr)) {
		fixed.answer = NDPX_ANSWER_ALWAYS;
		comment = join(
			conf, comment,
			"answered always, because the kernel does not route link-local addresses");
	}
	if (fixed.port && fixed.port[0] && !writable(fixed.port)) {
		fixed.port = NULL;
		comment = join(conf, comment, "the port's name is not valid in ndpx.conf");
	}
	/* The caller's copy goes first; an empty one has a comment already. */
	fixed.port = fixed.port && fixed.port[0] ? name_keep(fixed.port) : NULL;
	item = (struct conf_writer_item){
		.is_rule = true, .rule = fixed, .line = rule->line, .text = comment
	};
	add_item(conf, uplink, &item);
	note_own(conf, uplink, &fixed);
}

static void free_items(struct conf_writer_items *in)
{
	size_t i;

	for (i = 0; i < in->n; i++)
		free(in->items[i].text);
	free(in->items);
}

void conf_writer_free(struct conf_writer *conf)
{
	size_t i;

	free_items(&conf->head);
	free_items(&conf->top);
	free_items(&conf->warnings);
	for (i = 0; i < conf->n_uplinks; i++) {
		free_items(&conf->uplinks[i].in);
		free(conf->uplinks[i].refused);
	}
	free(conf->uplinks);
	memset(conf, 0, sizeof(*conf));
}
