// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* When `run` works: settling, bursts that never end, retries, and not more than half of the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>

#include <cmocka.h>

#include "daemon/schedule.h"

static const struct schedule_wait waits[SCHEDULE_KINDS] = { { 20, 200 }, { 1000, 2000 } };
static const struct schedule_wait retry = { 10, 35 };

static void nothing(void **state)
{
	struct schedule s = { .waits = waits };

	(void)state;
	assert_int_equal(schedule_next(&s), -1);
	assert_int_equal(schedule_take(&s, 1000000), 0);
	schedule_add(&s, 0, 100);
	assert_int_equal(schedule_next(&s), -1);
}

static void settles(void **state)
{
	struct schedule s = { .waits = waits };

	(void)state;
	schedule_add(&s, 1, 1000);
	assert_int_equal(schedule_next(&s), 1020);
	schedule_add(&s, 1, 1015);
	assert_int_equal(schedule_next(&s), 1035);
	assert_int_equal(schedule_take(&s, 1034), 0);
	assert_int_equal(schedule_take(&s, 1035), 1);
	assert_int_equal(schedule_next(&s), -1);
}

static void endless(void **state)
{
	struct schedule s = { .waits = waits };
	int64_t now;

	(void)state;
	for (now = 1000; now < 1200; now += 10)
		schedule_add(&s, 1, now);
	assert_int_equal(schedule_next(&s), 1200);
	assert_int_equal(schedule_take(&s, 1200), 1);
}

static void kinds(void **state)
{
	struct schedule s = { .waits = waits };

	(void)state;
	schedule_add(&s, 2, 1000);
	assert_int_equal(schedule_next(&s), 2000);
	schedule_add(&s, 1, 1500);
	assert_int_equal(schedule_next(&s), 1520);
	assert_int_equal(schedule_take(&s, 1520), 1);
	assert_int_equal(schedule_next(&s), 2000);
	assert_int_equal(schedule_take(&s, 2000), 2);
}

/* Work that took 500 leaves 500 to others, whatever happens meanwhile. */
static void half_of_the_time(void **state)
{
	struct schedule s = { .waits = waits };

	(void)state;
	schedule_add(&s, 1, 1000);
	assert_int_equal(schedule_take(&s, 1020), 1);
	schedule_done(&s, 1020, 1520, false, &retry);
	schedule_add(&s, 1, 1521);
	assert_int_equal(schedule_next(&s), 2020);
	assert_int_equal(schedule_take(&s, 2019), 0);
	assert_int_equal(schedule_take(&s, 2020), 1);
}

static void retries(void **state)
{
	struct schedule s = { .waits = waits };
	int64_t now = 1000;

	(void)state;
	schedule_done(&s, now, now, true, &retry);
	assert_int_equal(schedule_next(&s), 1010);
	assert_int_equal(schedule_take(&s, 1009), 0);
	assert_int_equal(schedule_take(&s, 1010), SCHEDULE_RETRY);
	assert_int_equal(schedule_next(&s), -1);
	schedule_done(&s, 1010, 1010, true, &retry);
	assert_int_equal(schedule_next(&s), 1030);
	schedule_done(&s, 1030, 1030, true, &retry);
	assert_int_equal(schedule_next(&s), 1065);
	/* An event does not wait for the retry. */
	schedule_add(&s, 1, 1031);
	assert_int_equal(schedule_take(&s, 1051), 1);
	schedule_done(&s, 1051, 1051, false, &retry);
	assert_int_equal(schedule_next(&s), -1);
	schedule_done(&s, 2000, 2000, true, &retry);
	assert_int_equal(schedule_next(&s), 2010);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),	    cmocka_unit_test(settles),
		cmocka_unit_test(endless),	    cmocka_unit_test(kinds),
		cmocka_unit_test(half_of_the_time), cmocka_unit_test(retries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
