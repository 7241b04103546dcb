// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Prints a rule as a line of `guest import` or as JSON; changes nothing. */
#include "verbs/guest_print.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "config/keys.h"
#include "desired/uplink.h"
#include "util/names.h"

static void print_stats(struct output *out, const struct entry_stats *stats, uint64_t now_monotonic,
			double now_real)
{
	char text[INET6_ADDRSTRLEN], when[32];
	double age = 0;

	if (now_monotonic > stats->last_answer)
		age = (double)(now_monotonic - stats->last_answer) / 1e9;
	out_number(out, "answers", "    answers %llu", stats->answers);
	if (!stats->last_answer) {
		out_null(out, "last_answer");
		out_null(out, "last_asker");
		out_text(out, "\n");
		return;
	}
	inet_ntop(AF_INET6, stats->last_requester, text, sizeof(text));
	out_string(out, "last_answer", NULL, time_text(now_real - age, when));
	out_text(out, "  last %.1f s ago", age);
	out_string(out, "last_asker", "  asker %s\n", text);
}

/* The words that would make this entry. */
static void args_of(const char *dev, const struct entry *entry, struct guest_args *ret)
{
	const struct ndpx_policy *policy = &entry->policy;
	struct rule *rule = &ret->rule;
	char port[IFNAMSIZ];

	memset(ret, 0, sizeof(*ret));
	memcpy(&rule->addr, entry->key.addr, sizeof(rule->addr));
	rule->bits = (uint8_t)entry->key.bits;
	rule->flags = (uint8_t)policy->flags;
	rule->answer = policy->answer;
	rule->more = policy->more;
	rule->wide = rule->bits < MODEL_WIDE_BITS;
	memcpy(rule->lladdr, policy->lladdr, sizeof(rule->lladdr));
	if (policy->port && if_indextoname(policy->port, port))
		rule->port = name_keep(port);
	snprintf(ret->place.dev, sizeof(ret->place.dev), "%s", dev);
	ret->place.vlan = entry->key.vlan;
}

/* In text what has its default is left out. */
static void print_key(struct output *out, const struct key *key, const struct guest_args *args)
{
	char buf[KEY_TEXT_LEN], format[KEY_TEXT_LEN];
	const char *value = key->print(key, args, buf);
	bool is_default = value && key->by_default && !strcmp(value, key->by_default);

	if (!value || (key->set_only && is_default))
		return;
	snprintf(format, sizeof(format), " %s %s", key->name,
		 key_is_switch(key) ? value
		 : key->number	    ? "%llu"
				    : "%s");
	if (key_is_switch(key) && value && strcmp(value, "off") != 0 && strcmp(value, "on") != 0)
		out_string(out, key->name, format, value);
	else if (key_is_switch(key))
		out_bool(out, key->name, format, !is_default);
	else if (key->number)
		out_number(out, key->name, is_default ? NULL : format, strtoul(value, NULL, 10));
	else
		out_string(out, key->name, is_default ? NULL : format, value);
}

void guest_print(struct output *out, const char *dev, const struct entry *entry,
		 const struct entry_stats *stats, uint64_t now_monotonic, double now_real)
{
	struct guest_args args;
	char text[RULE_TEXT_LEN];
	size_t i;

	args_of(dev, entry, &args);
	out_object(out, NULL);
	out_string(out, "address", "%s", target_text(&args.rule.addr, args.rule.bits, text));
	for (i = 0; i < n_keys; i++) {
		if (keys[i].print)
			print_key(out, &keys[i], &args);
	}
	/* Behind a #, so that `guest import` reads the line. */
	out_string(out, "origin", "  # origin %s\n",
		   origin_name((enum ndpx_origin)entry->policy.origin));
	if (stats)
		print_stats(out, stats, now_monotonic, now_real);
	out_close(out, '}');
}

int guest_entry(const struct rule *rule, struct entry *ret, struct error *err)
{
	uint32_t port = 0;

	if (rule->port) {
		port = nl_index_of(rule->port);
		if (!port)
			return error_set(err, EXIT_USAGE, ENODEV, "port %s: no such interface",
					 rule->port);
	}
	desired_entry(rule, port, ret);
	ret->policy.origin = NDPX_ORIGIN_COMMAND;
	return 0;
}

void guest_over(const struct ndpx_policy *before, struct ndpx_policy *after)
{
	const struct ndpx_policy here = desired_host_here();
	bool guest = before->action == NDPX_ACT_ANSWER && (before->flags & NDPX_F_HOST);

	if (after->action == NDPX_ACT_ANSWER)
		desired_host_guest(after, guest ? &here : before);
	else if (guest && after->action == NDPX_ACT_NONE)
		*after = here;
}

int guest_below(const struct ndpx_policy *now, const struct ndpx_key *key, struct plan *plan)
{
	const struct ndpx_policy none = { 0 };
	struct ndpx_policy waits = *now;
	struct ndpx_key below = *key;

	below.origin = now->origin;
	waits.flags &= (__u8)~NDPX_F_HOST; /* P76: for today's addresses to add */
	return plan_add(plan, &below, &none, &waits);
}
