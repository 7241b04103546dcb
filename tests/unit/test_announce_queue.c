// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The queue of announcements: each three times, a second apart, and the rate over all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apply/announce.h"

#define MS 1000ll
#define S  (1000 * MS)

static struct announcement guest(uint32_t i)
{
	struct announcement one = { 0 };

	memcpy(one.addr, &i, sizeof(i));
	return one;
}

static uint32_t number(const struct announce_item *item)
{
	uint32_t i;

	memcpy(&i, item->what.addr, sizeof(i));
	return i;
}

static void test_times(void **state)
{
	struct announce_queue q = { 0 };
	struct announce_item item;
	const struct announcement one = guest(7);
	int64_t now = 100 * S;
	int i;

	(void)state;
	assert_int_equal(announce_next(&q), -1);
	assert_false(announce_pop(&q, now, 0, &item));
	assert_int_equal(announce_push(&q, 3, &one, ANNOUNCE_TIMES, now), 0);
	for (i = 0; i < ANNOUNCE_TIMES; i++) {
		assert_int_equal(announce_next(&q), now);
		assert_false(announce_pop(&q, now - 1, 0, &item));
		assert_true(announce_pop(&q, now, 0, &item));
		assert_int_equal(number(&item), 7);
		assert_int_equal(item.ifindex, 3);
		assert_int_equal(announce_sent(&q, &item, 3, now), 0);
		now += S;
	}
	assert_int_equal(announce_pending(&q), 0);
	/* Once only; and one that is dropped does not come again. */
	assert_int_equal(announce_push(&q, 3, &one, 1, now), 0);
	assert_true(announce_pop(&q, now, 0, &item));
	assert_int_equal(announce_sent(&q, &item, 3, now), 0);
	assert_int_equal(announce_push(&q, 3, &one, 3, now), 0);
	assert_true(announce_pop(&q, now + S, 0, &item));
	assert_int_equal(announce_next(&q), -1);
	announce_queue_free(&q);
}

/* All of `n` guests, `frames` each: nobody is left out, and the rate holds in each window. */
static void drain(uint32_t n, int frames, int64_t ahead)
{
	struct announce_queue q = { 0 };
	uint8_t *times = calloc(n, 1);
	int64_t *last = calloc(n, sizeof(*last));
	const int64_t start = 5 * S;
	int64_t now = start, next;
	uint32_t i;
	size_t sent = 0;

	for (i = 0; i < n; i++) {
		const struct announcement one = guest(i);

		assert_int_equal(announce_push(&q, 1, &one, ANNOUNCE_TIMES, now), 0);
	}
	while ((next = announce_next(&q)) >= 0) {
		struct announce_item item;

		now = next > now ? next : now;
		while (announce_pop(&q, now, ahead, &item)) {
			i = number(&item);
			assert_true(!times[i] || now - last[i] >= S);
			times[i]++;
			last[i] = now;
			assert_int_equal(announce_sent(&q, &item, frames, now), 0);
			sent++;
			assert_true((int64_t)sent * frames <=
				    (now - start + ahead) / MS + 2 * frames);
		}
	}
	for (i = 0; i < n; i++)
		assert_int_equal(times[i], ANNOUNCE_TIMES);
	/* As fast as the rate allows, and no faster than three times a second apart. */
	assert_true(now - start >= 2 * S);
	assert_true(now - start <= 2 * S + (int64_t)n * 3 * frames * MS + S);
	free(times);
	free(last);
	announce_queue_free(&q);
}

static void test_rate(void **state)
{
	(void)state;
	drain(1, 3, 0);
	drain(500, 3, 0);
	drain(500, 3, 16 * MS);
	drain(5000, 6, 16 * MS);
}

/* New ones come while others wait for their second and third time. */
static void test_order(void **state)
{
	struct announce_queue q = { 0 };
	struct announce_item item;
	const struct announcement a = guest(1), b = guest(2);
	int64_t now = S;

	(void)state;
	announce_push(&q, 1, &a, 3, now);
	assert_true(announce_pop(&q, now, 0, &item));
	announce_sent(&q, &item, 3, now);
	now += S / 2;
	announce_push(&q, 1, &b, 3, now);
	assert_true(announce_pop(&q, now, 0, &item));
	assert_int_equal(number(&item), 2);
	announce_sent(&q, &item, 3, now);
	now += S / 2;
	assert_true(announce_pop(&q, now, 0, &item));
	assert_int_equal(number(&item), 1);
	assert_int_equal(item.left, 2);
	announce_queue_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
