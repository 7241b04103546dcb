// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A merge of two sorted arrays: what is in one only, and what is in both but differs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "desired/plan.h"

static const struct ndpx_policy nothing; /* NDPX_ACT_NONE */

bool settings_same(const struct ndpx_settings *a, const struct ndpx_settings *b)
{
	/* Padded by hand: both arms of its union start alike, and one covers the other. */
	return memcmp((const void *)a, (const void *)b, sizeof(*a)) == 0;
}

static bool is_guest(const struct ndpx_policy *policy)
{
	return policy->action == NDPX_ACT_ANSWER || policy->action == NDPX_ACT_DENY;
}

int plan_add(struct plan *plan, const struct ndpx_key *key, const struct ndpx_policy *before,
	     const struct ndpx_policy *after)
{
	struct change *c;

	c = array_room(plan->changes, plan->n, sizeof(*c));
	if (!c)
		return -ENOMEM;
	plan->changes = c;
	c += plan->n++;
	c->key = *key;
	c->before = before ? *before : nothing;
	c->after = after ? *after : nothing;
	if (key->origin)
		return 0; /* not in force, neither before nor after */
	if (c->before.action == NDPX_ACT_OWN || c->after.action == NDPX_ACT_OWN)
		return 0;
	/* An address of the host that becomes a guest counts as added; one that stops, as removed. */
	if (c->before.action == NDPX_ACT_HOST || c->after.action == NDPX_ACT_HOST) {
		plan->added += c->before.action == NDPX_ACT_HOST && is_guest(&c->after);
		plan->removed += c->after.action == NDPX_ACT_HOST && is_guest(&c->before);
		return 0;
	}
	if (c->before.action == NDPX_ACT_NONE)
		plan->added++;
	else if (c->after.action == NDPX_ACT_NONE)
		plan->removed++;
	else
		plan->changed++;
	return 0;
}

int plan_diff(const struct entry *want, size_t n_want, const struct entry *have, size_t n_have,
	      struct plan *ret)
{
	struct plan plan = { 0 };
	int r = plan_append(want, n_want, have, n_have, &plan);

	if (r)
		plan_free(&plan);
	else
		*ret = plan;
	return r;
}

int plan_append(const struct entry *want, size_t n_want, const struct entry *have, size_t n_have,
		struct plan *plan)
{
	size_t w = 0, h = 0;
	int r = 0;

	while (!r && (w < n_want || h < n_have)) {
		int c;

		if (w == n_want)
			c = 1;
		else if (h == n_have)
			c = -1;
		else
			c = entry_compare(&want[w], &have[h]);
		if (c < 0) {
			r = plan_add(plan, &want[w].key, NULL, &want[w].policy);
			w++;
		} else if (c > 0) {
			r = plan_add(plan, &have[h].key, &have[h].policy, NULL);
			h++;
		} else {
			if (memcmp(&want[w].policy, &have[h].policy, sizeof(want[w].policy)))
				r = plan_add(plan, &want[w].key, &have[h].policy, &want[w].policy);
			w++;
			h++;
		}
	}
	return r;
}

void plan_free(struct plan *plan)
{
	free(plan->changes);
	memset(plan, 0, sizeof(*plan));
}
