// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A draft as the text of an ndpx.conf. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/keys.h"
#include "migrate/conf_writer.h"

/* Order by target, a deny before a guest, then as they came: of each target the first stays. */
static int by_target(const void *a, const void *b)
{
	const struct conf_writer_item *x = *(struct conf_writer_item *const *)a;
	const struct conf_writer_item *y = *(struct conf_writer_item *const *)b;
	int c = rule_compare(&x->rule, &y->rule);

	if (!c)
		c = (int)y->rule.action - (int)x->rule.action;
	return c ? c : (x > y) - (x < y);
}
_Static_assert(NDPX_ACT_DENY > NDPX_ACT_ANSWER, "by_target() sorts by action");

/* Makes comments of the rules whose target another has. */
static void drop_duplicates(struct conf_writer *conf, struct conf_writer_items *in)
{
	struct conf_writer_item **sorted = calloc(in->n + 1, sizeof(struct conf_writer_item *));
	char text[RULE_TEXT_LEN], where[32] = "given twice", *comment;
	struct conf_writer_item *kept = NULL;
	size_t i, n = 0;

	if (!sorted) {
		conf->no_memory = true;
		return;
	}
	for (i = 0; i < in->n; i++) {
		if (in->items[i].is_rule)
			sorted[n++] = &in->items[i];
	}
	qsort(sorted, n, sizeof(struct conf_writer_item *), by_target);
	for (i = 0; i < n; i++) {
		struct conf_writer_item *item = sorted[i];

		if (!kept || rule_compare(&kept->rule, &item->rule) != 0) {
			kept = item;
			continue;
		}
		if (kept->line)
			snprintf(where, sizeof(where), "%s line %d",
				 kept->rule.action == item->rule.action ? "already in"
									: "denied by",
				 kept->line);
		target_text(&item->rule.addr, item->rule.bits, text);
		if (asprintf(&comment, "%s: %s%s%s", text, where, item->text[0] ? "; " : "",
			     item->text) < 0) {
			conf->no_memory = true;
			break;
		}
		/* Behind several ports it is behind no one. */
		if (!kept->rule.port || !item->rule.port ||
		    strcmp(kept->rule.port, item->rule.port) != 0)
			kept->rule.port = NULL;
		free(item->text);
		item->text = comment;
		item->is_rule = false;
	}
	free(sorted);
}

/* Text of others in a comment of ours: nothing in it may end the comment. */
static void put_clean(FILE *fp, const char *text)
{
	const unsigned char *p;

	for (p = (const unsigned char *)text; *p; p++)
		fputc(*p < 0x20 || *p == 0x7f ? '?' : *p, fp);
}

static void put_comment(FILE *fp, int line, const char *text)
{
	fputs("#", fp);
	if (line)
		fprintf(fp, " line %d%s", line, text[0] ? ":" : "");
	if (text[0])
		fputc(' ', fp);
	put_clean(fp, text);
}

/* A name as a word, in quotes where the syntax needs them. */
static void put_name(FILE *fp, const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-:";

	fprintf(fp, name[strspn(name, plain)] ? "\"%s\"" : "%s", name);
}

static void put_rule(FILE *fp, const struct rule *rule)
{
	const struct guest_args words = { .rule = *rule };
	char text[RULE_TEXT_LEN], buf[KEY_TEXT_LEN];
	size_t i;

	target_text(&rule->addr, rule->bits, text);
	if (rule->action == NDPX_ACT_DENY) {
		fprintf(fp, "deny = { %s }", text);
		return;
	}
	fprintf(fp, "guest %s {", text);
	for (i = 0; i < n_keys; i++) {
		const struct key *key = &keys[i];
		const char *value = NULL;

		if (key->print && (key->where & 1u << SCOPE_GUEST))
			value = key->print(key, &words, buf);
		if (!value || (key->by_default && !strcmp(value, key->by_default)))
			continue;
		fprintf(fp, " %s = ", key->name);
		put_name(fp, value);
	}
	fputs(" }", fp);
}

static void put_item(FILE *fp, const struct conf_writer_item *item, const char *indent, bool dead)
{
	fputs(indent, fp);
	if (item->is_rule) {
		if (dead)
			fputs("# ", fp);
		put_rule(fp, &item->rule);
		if (!item->text[0] && !item->line) {
			fputc('\n', fp);
			return;
		}
		fputs("   ", fp);
	}
	put_comment(fp, item->line, item->text);
	fputc('\n', fp);
}

static void put_uplink(FILE *fp, const struct conf_writer_uplink *u)
{
	size_t i;

	fputc('\n', fp);
	if (u->refused) {
		put_comment(fp, u->line, u->name);
		fputs(": not converted: ", fp);
		put_clean(fp, u->refused);
		fputc('\n', fp);
	} else {
		fputs("uplink ", fp);
		put_name(fp, u->title);
		fputs(" {", fp);
		if (u->line || strcmp(u->name, u->title) != 0) {
			fputs("   ", fp);
			put_comment(fp, u->line, strcmp(u->name, u->title) ? u->name : "");
		}
		fputc('\n', fp);
	}
	for (i = 0; i < u->in.n; i++)
		put_item(fp, &u->in.items[i], u->refused ? "#   " : "    ", u->refused);
	if (!u->refused)
		fputs("}\n", fp);
}

static bool has_rule(const struct conf_writer_items *in)
{
	size_t i;

	for (i = 0; i < in->n; i++) {
		if (in->items[i].is_rule)
			return true;
	}
	return false;
}

int conf_writer_write(struct conf_writer *conf, FILE *fp, size_t *ret_uplinks)
{
	size_t i, j, n = 0;

	for (i = 0; i < conf->n_uplinks; i++) {
		struct conf_writer_uplink *u = &conf->uplinks[i];

		drop_duplicates(conf, &u->in);
		if (!has_rule(&u->in))
			conf_writer_refuse(conf, i, "nothing to answer for here");
		for (j = 0; u->refused && j < u->in.n; j++)
			conf->lost += u->in.items[j].is_rule;
		n += !u->refused;
	}
	if (conf->no_memory)
		return -ENOMEM;
	for (i = 0; i < conf->head.n; i++)
		put_item(fp, &conf->head.items[i], "", false);
	if (conf->top.n)
		fputc('\n', fp);
	for (i = 0; i < conf->top.n; i++)
		put_item(fp, &conf->top.items[i], "", false);
	for (i = 0; i < conf->n_uplinks; i++)
		put_uplink(fp, &conf->uplinks[i]);
	*ret_uplinks = n;
	return 0;
}
