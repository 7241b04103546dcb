// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The values of a `ports` section. No kernel, no files. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "config/model.h"

int parse_pattern(const char *text, char ret[NDPX_PATTERN_LEN], struct error *err)
{
	size_t len = strlen(text);

	if (len == 0 || len >= NDPX_PATTERN_LEN)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "'%s': not an interface name or pattern (1 to %d characters)",
				 text, NDPX_PATTERN_LEN - 1);
	/* What no interface's name holds; "/" and the like would match nothing for ever. */
	if (strpbrk(text, "/: \t\n"))
		return error_set(err, EXIT_USAGE, EINVAL, "'%s' cannot match any interface name",
				 text);
	memset(ret, 0, NDPX_PATTERN_LEN);
	memcpy(ret, text, len + 1);
	return 0;
}

bool ports_match(const char *pattern, const char *dev)
{
	return fnmatch(pattern, dev, 0) == 0;
}

int parse_gateway(const char *value, struct rule *rule, struct error *err)
{
	int r = parse_target(value, rule, err);

	if (!r && rule->bits < 128)
		r = error_set(err, EXIT_USAGE, EINVAL, "'%s' is a prefix: a gateway is an address",
			      value);
	rule->flags = NDPX_F_GATEWAY;
	return r;
}

int parse_onlink(const char *value, struct rule *rule, struct error *err)
{
	int r = parse_target(value, rule, err);

	/* Prefixes of them are refused for all rules. */
	if (!r && IN6_IS_ADDR_LINKLOCAL(&rule->addr))
		r = error_set(err, EXIT_USAGE, EINVAL,
			      "'%s' is link-local: the host cannot route there", value);
	rule->flags = NDPX_F_ONLINK;
	return r;
}

int ports_add(struct ports_section *ports, const struct rule *rule)
{
	struct rule *rules = array_room(ports->rules, ports->n_rules, sizeof(*rules));

	if (!rules)
		return -ENOMEM;
	ports->rules = rules;
	rules[ports->n_rules++] = *rule;
	return 0;
}
