// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The words of a `ports` section. No kernel, no files. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

int parse_pattern(const char *text, char ret[NDPX_PATTERN_LEN], struct error *err)
{
	size_t len = strlen(text);

	if (len == 0 || len >= NDPX_PATTERN_LEN)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "'%s' is no name or pattern of interfaces (1 to %d characters)",
				 text, NDPX_PATTERN_LEN - 1);
	/* What no interface's name holds; "/" and the like would match nothing for ever. */
	if (strpbrk(text, "/: \t\n"))
		return error_set(err, EXIT_USAGE, EINVAL, "'%s' matches no interface's name", text);
	if (!strpbrk(text, "*?[") && len >= IFNAMSIZ)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "'%s' is no interface name (1 to 15 characters)", text);
	memset(ret, 0, NDPX_PATTERN_LEN);
	memcpy(ret, text, len + 1);
	return 0;
}

bool ports_match(const char *pattern, const char *dev)
{
	return fnmatch(pattern, dev, 0) == 0;
}

static int parse_gateway(const char *value, struct rule *rule, struct error *err)
{
	int r = parse_target(value, rule, err);

	if (!r && rule->bits < 128)
		r = error_set(err, EXIT_USAGE, EINVAL, "'%s' is a prefix: a gateway is an address",
			      value);
	rule->flags = NDPX_F_GATEWAY;
	return r;
}

static int parse_onlink(const char *value, struct rule *rule, struct error *err)
{
	int r = parse_target(value, rule, err);

	/* Prefixes of them are refused for all rules. */
	if (!r && IN6_IS_ADDR_LINKLOCAL(&rule->addr))
		r = error_set(err, EXIT_USAGE, EINVAL,
			      "'%s' is link-local: the host cannot route there", value);
	rule->flags = NDPX_F_ONLINK;
	return r;
}

int ports_add(struct ports_section *ports, const char *key, const char *value, int line,
	      struct error *err)
{
	struct rule rule = { .action = NDPX_ACT_ANSWER, .line = line }, *rules;
	int r = !strcmp(key, "gateway") ? parse_gateway(value, &rule, err)
					: parse_onlink(value, &rule, err);

	if (r)
		return r;
	rules = realloc(ports->rules, (ports->n_rules + 1) * sizeof(*rules));
	if (!rules)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	ports->rules = rules;
	rules[ports->n_rules++] = rule;
	return 0;
}
