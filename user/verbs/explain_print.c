// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `explain`, printed: verdict, rule, answer, and what stands in its way. */
#include <arpa/inet.h>

#include "nd/frame.h"
#include "verbs/explain_story.h"
#include "verbs/guest_print.h"
#include "dataplane/dataplane.h"

static const char *act_name(enum test_run_act act)
{
	switch (act) {
	case TEST_RUN_ANSWER:
		return "answer";
	case TEST_RUN_DROP:
		return "drop";
	default:
		return "pass";
	}
}

static const char *kind_name(enum solicitation_kind kind)
{
	switch (kind) {
	case SOLICITATION_DAD:
		return "dad";
	case SOLICITATION_PROBE:
		return "probe";
	default:
		return "multicast";
	}
}

static const char *action_name(const struct ndpx_policy *policy)
{
	return policy->action == NDPX_ACT_OWN	 ? "own"
	       : policy->action == NDPX_ACT_DENY ? "deny"
						 : "guest";
}

static void print_rule(const struct story *s, struct output *out)
{
	const struct entry *e = &s->rule.entry;
	char text[RULE_TEXT_LEN];

	if (s->args.frame || e->policy.action == NDPX_ACT_NONE) {
		out_null(out, "rule");
		return;
	}
	target_text((const struct in6_addr *)e->key.addr, e->key.bits, text);
	out_object(out, "rule");
	out_string(out, "action", "; rule: %s ", action_name(&e->policy));
	out_string(out, "address", "%s", text);
	out_bool(out, "host", ", an address of this host on another interface",
		 s->rule.host && !s->is_port);
	out_bool(out, "anycast", ", whose first address is the routers' (RFC 4861 7.2.7)",
		 s->rule.anycast);
	out_close(out, '}');
}

static void print_nearest(const struct story *s, const char *dev, struct output *out)
{
	size_t i;

	if (s->test_run.verdict != NDPX_V_NO_GUEST || s->args.frame)
		return;
	out_array(out, "nearest");
	if (!s->n_nearest)
		out_text(out, s->is_port ? "    this port answers for nothing\n"
					 : "    no guest on this VLAN: ndpx guest add\n");
	for (i = 0; i < s->n_nearest; i++) {
		out_text(out, "    nearest: ");
		guest_print(out, dev, &s->nearest[i], NULL, 0, 0);
	}
	out_close(out, ']');
}

static const char *addr_text(const struct in6_addr *addr, char buf[INET6_ADDRSTRLEN])
{
	inet_ntop(AF_INET6, addr, buf, INET6_ADDRSTRLEN);
	return buf;
}

static const char *nd_addr_text(struct nd_addr addr, char buf[INET6_ADDRSTRLEN])
{
	struct in6_addr in6;

	nd_put_addr(&in6, addr);
	return addr_text(&in6, buf);
}

static const char *nd_mac_text(nd_mac mac, char buf[18])
{
	uint8_t bytes[6];

	nd_put_mac(bytes, mac);
	return mac_text(bytes, buf);
}

static void print_na(const struct story *s, struct output *out)
{
	char text[INET6_ADDRSTRLEN], mac[18];
	struct nd_advert na;
	bool router, solicited, override;

	if (s->test_run.act != TEST_RUN_ANSWER ||
	    !nd_read_na(s->test_run.frame, (uint32_t)s->test_run.len, &na)) {
		out_null(out, "na");
		return;
	}
	router = na.flags & ND_NA_ROUTER;
	solicited = na.flags & ND_NA_SOLICITED;
	override = na.flags & ND_NA_OVERRIDE;
	out_object(out, "na");
	out_string(out, "src_mac", "    NA %s", nd_mac_text(na.head.src_mac, mac));
	out_string(out, "dst_mac", " > %s", nd_mac_text(na.head.dst_mac, mac));
	out_number(out, "vlan", na.head.vlan ? ", vlan %llu" : NULL, na.head.vlan);
	out_string(out, "src", ", %s", nd_addr_text(na.head.src, text));
	out_string(out, "dst", " > %s", nd_addr_text(na.head.dst, text));
	out_number(out, "hop_limit", ", hop limit %llu", na.hop_limit);
	out_text(out, ",\n       R%d S%d O%d", router, solicited, override);
	out_bool(out, "router", NULL, router);
	out_bool(out, "solicited", NULL, solicited);
	out_bool(out, "override", NULL, override);
	out_string(out, "target", ", target %s", nd_addr_text(na.target, text));
	if (na.lladdr)
		out_string(out, "lladdr", ", lladdr %s", nd_mac_text(na.lladdr, mac));
	out_bool(out, "checksum_ok", NULL, na.checksum_ok);
	out_text(out, na.checksum_ok ? "\n" : ", checksum WRONG\n");
	out_close(out, '}');
}

static void print_obstacles(const struct story *s, struct output *out)
{
	size_t i;

	out_array(out, "obstacles");
	for (i = 0; i < s->n_obstacles; i++) {
		out_object(out, NULL);
		out_string(out, "code", NULL, s->obstacles[i].code);
		out_string(out, "message", "    but: %s\n", s->obstacles[i].text);
		out_close(out, '}');
	}
	out_close(out, ']');
}

void explain_print(const struct story *s, struct output *out)
{
	const struct explain_args *w = &s->args;
	enum ndpx_verdict v = s->test_run.verdict;
	uint16_t q_vlan = s->is_port ? 0 : s->vlan;
	char text[INET6_ADDRSTRLEN];

	if (w->frame) {
		out_text(out, "frame dev %s", w->place.dev);
	} else {
		out_string(out, "address", "%s", addr_text(&w->target, text));
		out_text(out, " dev %s", w->place.dev);
		out_number(out, "vlan", q_vlan ? " vlan %llu" : NULL, q_vlan);
		out_string(out, "question", " (%s)", kind_name(w->solicitation.kind));
		if (w->solicitation.kind == SOLICITATION_DAD)
			out_string(out, "from", NULL, "::");
		else
			out_string(out, "from", NULL, addr_text(&w->solicitation.source, text));
	}
	out_string(out, "dev", NULL, w->place.dev);
	out_string(out, "verdict", ": %s", verdict_name(v));
	out_string(out, "act", " (%s)", act_name(s->test_run.act));
	out_string(out, "text", ": %s",
		   v == NDPX_V_NONE ? "not a Neighbor Solicitation" : verdict_text(v));
	print_rule(s, out);
	out_text(out, "\n");
	print_nearest(s, w->place.dev, out);
	print_na(s, out);
	print_obstacles(s, out);
}
