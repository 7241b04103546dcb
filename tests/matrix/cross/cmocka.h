/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * As much of cmocka's interface as the packet code's tests use, for processors that the
 * distribution has a compiler for here, but no cmocka. Same names, so that the tests are the
 * same files. Only machines.sh includes it.
 */
#ifndef CROSS_CMOCKA_H
#define CROSS_CMOCKA_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*CMUnitTestFunction)(void **state);

struct CMUnitTest {
	const char *name;
	CMUnitTestFunction test_func;
	void *setup, *teardown, *initial_state;
};

static jmp_buf cross_failed;

#define fail_msg(...)                                                                              \
	(printf("# %s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), putchar('\n'),              \
	 longjmp(cross_failed, 1))
#define fail() fail_msg("failed")
#define assert_true(condition)                                                                     \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("%s", #condition);                                                \
	} while (0)
#define assert_false(condition)	     assert_true(!(condition))
#define assert_int_equal(a, b)	     assert_true((unsigned long long)(a) == (unsigned long long)(b))
#define assert_int_not_equal(a, b)   assert_true((unsigned long long)(a) != (unsigned long long)(b))
#define assert_non_null(p)	     assert_true((p) != NULL)
#define assert_null(p)		     assert_true((p) == NULL)
#define assert_string_equal(a, b)    assert_true(!strcmp(a, b))
#define assert_memory_equal(a, b, n) assert_true(!memcmp(a, b, n))
#define print_error(...)	     printf("# " __VA_ARGS__)
#define print_message(...)	     printf("# " __VA_ARGS__)

#define cmocka_unit_test(f)                                                                        \
	{                                                                                          \
#f, f, NULL, NULL, NULL                                                            \
	}
#define cmocka_unit_test_prestate(f, state)                                                        \
	{                                                                                          \
#f, f, NULL, NULL, state                                                           \
	}

static inline int cross_run(const struct CMUnitTest *tests, size_t n)
{
	volatile size_t i;
	volatile int bad = 0;

	for (i = 0; i < n; i++) {
		void *state = tests[i].initial_state;

		if (setjmp(cross_failed)) {
			printf("not ok %zu - %s\n", i + 1, tests[i].name);
			bad++;
		} else {
			tests[i].test_func(&state);
			printf("ok %zu - %s\n", i + 1, tests[i].name);
		}
	}
	return bad;
}

#define _cmocka_run_group_tests(name, tests, n, setup, teardown) cross_run(tests, n)
#define cmocka_run_group_tests(tests, setup, teardown)                                             \
	cross_run(tests, sizeof(tests) / sizeof(*(tests)))
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                  \
	cross_run(tests, sizeof(tests) / sizeof(*(tests)))

#endif
