// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The difference of two sets of rules: applied to the old set it yields the new one, without
 * steps that change nothing. Random sets, small enough for keys to collide; a naive search
 * checks the merge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "desired/plan.h"

#define SEED   20240607
#define ROUNDS 3000
#define MAX    40

struct set {
	struct entry e[2 * MAX];
	size_t n;
};

static struct entry entry(unsigned int bits, unsigned int vlan, unsigned int last,
			  unsigned int action)
{
	struct entry e = { .key = { .bits = bits, .vlan = (__u16)vlan } };

	e.key.addr[0] = 0x20;
	e.key.addr[15] = (__u8)last;
	e.policy.action = (__u8)action;
	return e;
}

static size_t find(const struct set *set, const struct ndpx_key *key)
{
	size_t i;

	for (i = 0; i < set->n && memcmp(&set->e[i].key, key, sizeof(*key)); i++)
		;
	return i;
}

/* Up to MOST entries out of 4 * 16 keys, sorted, each key once. */
static void random_set(struct set *ret)
{
	size_t n = (size_t)random() % (MAX + 1), i;

	ret->n = 0;
	for (i = 0; i < n; i++) {
		struct entry e = entry(random() % 2 ? 128 : 64, random() % 2 ? 88 : 0,
				       (unsigned int)random() % 16, 1 + random() % 3);

		e.policy.flags = (__u8)(random() % 2);
		e.policy.port = (__u32)(random() % 2);
		e.policy.lladdr[5] = (__u8)(random() % 2);
		if (find(ret, &e.key) == ret->n)
			ret->e[ret->n++] = e;
	}
	qsort(ret->e, ret->n, sizeof(ret->e[0]), entry_compare);
}

/* Checks a step against the set it is applied to, and counts it as the plan should. */
static void apply(struct set *set, const struct change *c, struct plan *counted)
{
	size_t i = find(set, &c->key);
	int own = c->before.action == NDPX_ACT_OWN || c->after.action == NDPX_ACT_OWN;

	assert_memory_not_equal(&c->before, &c->after, sizeof(c->before));
	if (i == set->n) {
		assert_int_equal(c->before.action, NDPX_ACT_NONE);
		set->e[set->n++].key = c->key;
		counted->added += !own;
	} else {
		assert_memory_equal(&c->before, &set->e[i].policy, sizeof(c->before));
		counted->removed += !own && c->after.action == NDPX_ACT_NONE;
		counted->changed += !own && c->after.action != NDPX_ACT_NONE;
	}
	set->e[i].policy = c->after;
	if (c->after.action == NDPX_ACT_NONE)
		set->e[i] = set->e[--set->n];
	counted->n++;
}

static void test_property(void **state)
{
	int round;

	(void)state;
	srandom(SEED);
	for (round = 0; round < ROUNDS; round++) {
		struct plan plan, counted = { 0 };
		struct set want, have;
		size_t i;

		random_set(&want);
		random_set(&have);
		if (round % 10 == 0)
			have = want;
		assert_int_equal(plan_diff(want.e, want.n, have.e, have.n, &plan), 0);
		if (round % 10 == 0)
			assert_int_equal(plan.n, 0);
		for (i = 0; i < plan.n; i++)
			apply(&have, &plan.changes[i], &counted);
		qsort(have.e, have.n, sizeof(have.e[0]), entry_compare);
		assert_int_equal(have.n, want.n);
		for (i = 0; i < want.n; i++)
			assert_memory_equal(&have.e[i], &want.e[i], sizeof(want.e[i]));
		assert_int_equal(plan.n, counted.n);
		assert_int_equal(plan.added, counted.added);
		assert_int_equal(plan.removed, counted.removed);
		assert_int_equal(plan.changed, counted.changed);
		plan_free(&plan);
		assert_null(plan.changes);
	}
}

static void test_empty(void **state)
{
	struct entry one = entry(128, 0, 1, NDPX_ACT_ANSWER);
	struct plan plan = { .n = 99 };

	(void)state;
	assert_int_equal(plan_diff(NULL, 0, NULL, 0, &plan), 0);
	assert_int_equal(plan.n, 0);
	plan_free(&plan);
	assert_int_equal(plan_diff(&one, 1, NULL, 0, &plan), 0);
	assert_int_equal(plan.n, 1);
	assert_int_equal(plan.added, 1);
	plan_free(&plan);
	assert_int_equal(plan_diff(NULL, 0, &one, 1, &plan), 0);
	assert_int_equal(plan.removed, 1);
	plan_free(&plan);
}

/* A guest that becomes an address of the host, or back, does not count as the user's change. */
static void test_own_is_not_counted(void **state)
{
	static const __u8 acts[] = { NDPX_ACT_NONE, NDPX_ACT_ANSWER, NDPX_ACT_OWN };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(acts); i++) {
		struct entry want = entry(128, 0, 1, NDPX_ACT_OWN), have = want;
		struct plan plan = { 0 };

		have.policy.action = acts[i];
		have.policy.flags = NDPX_F_ROUTER;
		assert_int_equal(plan_add(&plan, &want.key, &have.policy, &want.policy), 0);
		assert_int_equal(plan_add(&plan, &want.key, &want.policy, &have.policy), 0);
		assert_int_equal(plan.n, 2);
		assert_int_equal(plan.added + plan.removed + plan.changed, 0);
		plan_free(&plan);
	}
}

static void test_order(void **state)
{
	const struct entry e[] = {
		entry(128, 0, 1, 1), entry(128, 0, 2, 1), entry(64, 0, 1, 1),
		entry(0, 0, 0, 1),   entry(128, 1, 0, 1), entry(128, 4094, 0, 1),
	};
	size_t n = sizeof(e) / sizeof(e[0]), i, j;

	(void)state;
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			int c = entry_compare(&e[i], &e[j]);

			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
		}
	}
}

/* Bit by bit: the mask has the first `bits` ones, and the longest comes first. */
static void check_lengths(const bool in_use[129], const struct ndpx_settings *set)
{
	unsigned int i, b, n = 0;

	for (b = 0; b < 128; b++)
		n += in_use[b];
	assert_int_equal(set->n_lengths, n);
	for (i = 0; i < NDPX_MAX_LENGTHS; i++) {
		const struct ndpx_length *l = &set->lengths[i];

		if (i >= n) {
			static const struct ndpx_length none;

			assert_memory_equal(l, &none, sizeof(none));
			continue;
		}
		assert_true(in_use[l->bits]);
		assert_true(i == 0 || l->bits < set->lengths[i - 1].bits);
		for (b = 0; b < 128; b++)
			assert_int_equal(l->mask[b / 8] >> (7 - b % 8) & 1, b < l->bits);
	}
}

static void test_lengths(void **state)
{
	struct ndpx_settings set, untouched;
	unsigned int b, n;

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	for (b = 0; b <= 128; b++) {
		bool in_use[129] = { [128] = true };

		in_use[b] = true;
		set = untouched;
		assert_int_equal(plan_lengths(in_use, &set), 0);
		check_lengths(in_use, &set);
		assert_int_equal(set.flags, untouched.flags);
	}
	srandom(SEED);
	for (n = 0; n <= NDPX_MAX_LENGTHS + 1; n++) {
		bool in_use[129] = { 0 };

		for (b = 0; b < n;) {
			unsigned int bits = (unsigned int)random() % 128;

			b += !in_use[bits];
			in_use[bits] = true;
		}
		set = untouched;
		if (n > NDPX_MAX_LENGTHS) {
			assert_int_equal(plan_lengths(in_use, &set), -E2BIG);
			assert_memory_equal(&set, &untouched, sizeof(set));
		} else {
			assert_int_equal(plan_lengths(in_use, &set), 0);
			check_lengths(in_use, &set);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_property),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_own_is_not_counted),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
