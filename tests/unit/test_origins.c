// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which of several rules for one key is in force, and which wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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

static void expect(const struct entry *rules, size_t n, const char *want)
{
	char text[256] = "";
	size_t i;

	for (i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u:%u%u",
			 i ? " " : "", rules[i].key.addr[15], rules[i].policy.origin,
			 rules[i].key.origin);
	assert_string_equal(text, want);
}

static struct entry below(struct entry e)
{
	e.key.origin = e.policy.origin;
	return e;
}

/* Three origins below one another, and each of them goes. */
static void test_three(void **state)
{
	const struct entry file = entry(1, 0, NDPX_ORIGIN_FILE, 0);
	const struct entry command = entry(1, 0, NDPX_ORIGIN_COMMAND, 0);
	const struct entry by_route = entry(1, 0, NDPX_ORIGIN_ROUTE, 0);
	const struct entry shadows[] = { below(command), below(by_route) };
	const uint16_t vlan = 0;
	struct origins o;

	(void)state;
	assert_int_equal(
		origins_merge(&file, 1, &command, 1, &shadows[1], 1, keeps_vlan, &vlan, &o), 0);
	expect(o.rules, o.n_rules, "1:20");
	expect(o.shadows, o.n_shadows, "1:33 1:44");
	origins_free(&o);
	assert_int_equal(origins_merge(NULL, 0, &file, 1, shadows, 2, keeps_vlan, &vlan, &o), 0);
	expect(o.rules, o.n_rules, "1:30");
	expect(o.shadows, o.n_shadows, "1:44");
	origins_free(&o);
}

/* Routes: 1 goes below the file, 2 is new below a command, 3 goes, 4 is new, 5 stays. */
static void test_replace(void **state)
{
	struct entry have[] = { entry(1, 0, NDPX_ORIGIN_FILE, 0),
				entry(2, 0, NDPX_ORIGIN_COMMAND, 0),
				entry(3, 0, NDPX_ORIGIN_ROUTE, NDPX_F_HOST | NDPX_F_ROUTER),
				entry(5, 0, NDPX_ORIGIN_ROUTE, 0) };
	const struct entry shadows[] = { below(entry(1, 0, NDPX_ORIGIN_ROUTE, 0)) };
	const struct entry routes[] = { entry(4, 0, NDPX_ORIGIN_ROUTE, 0),
					entry(2, 0, NDPX_ORIGIN_ROUTE, 0),
					entry(5, 0, NDPX_ORIGIN_ROUTE, 0) };
	struct origins o;

	(void)state;
	assert_int_equal(origins_replace(have, 4, shadows, 1, NDPX_ORIGIN_ROUTE, routes, 3, &o), 0);
	/* 3 is an address of the host on another interface: that it stays. */
	expect(o.rules, o.n_rules, "1:20 2:30 3:10 4:40 5:40");
	assert_int_equal(o.rules[2].policy.action, NDPX_ACT_HOST);
	expect(o.shadows, o.n_shadows, "2:44");
	origins_free(&o);
	assert_int_equal(origins_replace(have, 4, shadows, 1, NDPX_ORIGIN_ROUTE, have + 2, 1, &o),
			 0);
	expect(o.rules, o.n_rules, "1:20 2:30 3:40");
	assert_memory_equal(&o.rules[2], &have[2], sizeof(have[2]));
	expect(o.shadows, o.n_shadows, "");
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
		cmocka_unit_test(test_three),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
