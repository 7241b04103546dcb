// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which of several rules for one key is in force, and which wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "desired/plan.h"

static struct entry entry(uint8_t last, uint16_t vlan, uint8_t origin, uint8_t flags)
{
	struct entry e = { .key = { .bits = 128, .vlan = vlan },
			   .policy = {
				   .action = NDPX_ACT_ANSWER, .origin = origin, .flags = flags } };

	e.key.addr[15] = last;
	return e;
}

static bool keeps_vlan(const void *arg, uint16_t vlan)
{
	return vlan == *(const uint16_t *)arg;
}

/* Rules of a command: 1 also in the file, 2 not, 3 already overridden, 4 uncovered. */
static void test_merge(void **state)
{
	const struct entry want[] = { entry(1, 0, NDPX_ORIGIN_FILE, 0),
				      entry(3, 0, NDPX_ORIGIN_HOST, 0) };
	const struct entry have[] = { entry(1, 0, NDPX_ORIGIN_COMMAND, 1),
				      entry(2, 0, NDPX_ORIGIN_COMMAND, 2),
				      entry(3, 0, NDPX_ORIGIN_FILE, 0),
				      entry(4, 0, NDPX_ORIGIN_FILE, 0),
				      entry(5, 7, NDPX_ORIGIN_COMMAND, 0) };
	struct entry shadows[] = { entry(3, 0, NDPX_ORIGIN_COMMAND, 3),
				   entry(4, 0, NDPX_ORIGIN_COMMAND, 4) };
	const uint16_t vlan = 0;
	struct origins o;

	(void)state;
	shadows[0].key.origin = shadows[1].key.origin = NDPX_ORIGIN_COMMAND;
	assert_int_equal(origins_merge(want, 2, have, 5, shadows, 2, keeps_vlan, &vlan, &o), 0);
	assert_int_equal(o.n_rules, 4);
	assert_memory_equal(&o.rules[0], &want[0], sizeof(want[0]));
	assert_memory_equal(&o.rules[1], &have[1], sizeof(have[1]));
	assert_memory_equal(&o.rules[2], &want[1], sizeof(want[1]));
	assert_int_equal(o.rules[3].key.addr[15], 4);
	assert_int_equal(o.rules[3].key.origin, NDPX_ORIGIN_NONE);
	assert_int_equal(o.rules[3].policy.flags, 4);
	assert_int_equal(o.n_shadows, 2);
	assert_int_equal(o.shadows[0].key.addr[15], 1);
	assert_int_equal(o.shadows[0].key.origin, NDPX_ORIGIN_COMMAND);
	assert_int_equal(o.shadows[0].policy.flags, 1);
	assert_memory_equal(&o.shadows[1], &shadows[0], sizeof(shadows[0]));
	origins_free(&o);
}

/* A change among overridden rules does not change the rules in force. */
static void test_plan(void **state)
{
	struct entry want = entry(1, 0, NDPX_ORIGIN_COMMAND, 0);
	struct plan plan = { 0 };

	(void)state;
	want.key.origin = NDPX_ORIGIN_COMMAND;
	assert_int_equal(plan_append(&want, 1, NULL, 0, &plan), 0);
	assert_int_equal(plan.n, 1);
	assert_int_equal(plan.added, 0);
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
