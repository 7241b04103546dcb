// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "guest_words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "command.h"
#include "wanted.h"

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
	inet_ntop(AF_INET6, stats->last_asker, text, sizeof(text));
	out_string(out, "last_answer", NULL, time_text(now_real - age, when));
	out_text(out, "  last %.1f s ago", age);
	out_string(out, "last_asker", "  asker %s\n", text);
}

void guest_print(struct output *out, const char *dev, const struct entry *entry,
		 const struct entry_stats *stats, uint64_t now_monotonic, double now_real)
{
	const struct ndpx_say *say = &entry->say;
	char text[RULE_TEXT_LEN], port[IFNAMSIZ], mac[18];

	out_object(out, NULL);
	out_string(out, "address", "%s",
		   target_text((const struct in6_addr *)entry->key.addr, entry->key.bits, text));
	out_string(out, "dev", " dev %s", dev);
	out_number(out, "vlan", entry->key.vlan ? " vlan %llu" : NULL, entry->key.vlan);
	if (say->port && if_indextoname(say->port, port))
		out_string(out, "port", " port %s", port);
	if (say->flags & NDPX_F_LLADDR) {
		out_string(out, "lladdr", " lladdr %s", mac_text(say->lladdr, mac));
	}
	out_bool(out, "router", " router on", say->flags & NDPX_F_ROUTER);
	out_bool(out, "override", " override on", say->flags & NDPX_F_OVERRIDE);
	out_string(out, "dad", say->flags & NDPX_F_DAD_IGNORE ? " dad %s" : NULL,
		   say->flags & NDPX_F_DAD_IGNORE ? "ignore" : "defend");
	out_string(out, "answer", say->answer ? " answer %s" : NULL,
		   answer_mode_word((enum ndpx_answer_mode)say->answer));
	out_bool(out, "paused", " paused on", say->flags & NDPX_F_PAUSED);
	if (entry->key.bits < MODEL_WIDE_BITS)
		out_bool(out, "wide", " wide on", true);
	/* Behind a #, so that `guest import` reads the line. */
	out_string(out, "origin", "  # origin %s\n", origin_word((enum ndpx_origin)say->origin));
	if (stats)
		print_stats(out, stats, now_monotonic, now_real);
	out_close(out, '}');
}

int guest_entry(const struct rule *rule, struct entry *ret, struct error *err)
{
	uint32_t port = 0;

	if (rule->port[0]) {
		port = if_nametoindex(rule->port);
		if (!port)
			return error_set(err, EXIT_USAGE, ENODEV, "port %s: no such interface",
					 rule->port);
	}
	wanted_entry(rule, port, ret);
	ret->say.origin = NDPX_ORIGIN_COMMAND;
	return 0;
}

void guest_over(const struct ndpx_say *before, struct ndpx_say *after)
{
	const struct ndpx_say here = { .action = NDPX_ACT_HOST,
				       .origin = NDPX_ORIGIN_HOST,
				       .flags = NDPX_F_ROUTER | NDPX_F_HOST };
	bool guest = before->action == NDPX_ACT_ANSWER && (before->flags & NDPX_F_HOST);

	if (after->action == NDPX_ACT_ANSWER)
		wanted_host_guest(after, guest ? &here : before);
	else if (guest && after->action == NDPX_ACT_NONE)
		*after = here;
}
