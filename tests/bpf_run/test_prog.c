// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Runs the table of tests/rows through the real program on each hook, then everything that
 * needs the kernel: rules in force and staged, routes, neighbours, rates, budgets. Exit
 * status 77 and a reason if this machine cannot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "env.h"
#include "prog.h"

static void test_row_xdp(void **state)
{
	prog_expect(HOOK_XDP, *state);
}

static void test_row_xdp_frags(void **state)
{
	prog_expect(HOOK_XDP_FRAGS, *state);
}

static void test_row_tc(void **state)
{
	prog_expect(HOOK_TC, *state);
}

static void test_row_port(void **state)
{
	prog_expect(HOOK_PORT, *state);
}

/* P13 to P73 hold on guest ports as well; the uplink's settings do not. */
static void test_row_on_port(void **state)
{
	const struct row *row = *state;
	const struct row_env *const as_uplink[] = {
		env_get(ENV_TARGET), env_get(ENV_NO_LL), env_get(ENV_EXACT),
		env_get(ENV_PAUSED), env_get(ENV_LEASE), env_get(ENV_LENGTHS),
	};
	size_t i;

	/* P33: for a prefix an uplink asks the kernel; a port's rule has its binding. */
	if (row->verdict == NDPX_V_DAD_IGNORED && !strstr(row->what, "dad = ignore"))
		skip();
	for (i = 0; i < sizeof(as_uplink) / sizeof(as_uplink[0]); i++) {
		if (row->env == as_uplink[i]) {
			prog_expect_on_port(row);
			return;
		}
	}
	skip();
}

static int run_rows(enum prog_hook hook, const struct row *rows, size_t n, CMUnitTestFunction run)
{
	struct CMUnitTest *tests = calloc(n, sizeof(*tests));
	char *group = NULL;
	size_t i;
	int failed;

	if (!tests || asprintf(&group, "rows on %s", prog_hook_name(hook)) < 0)
		abort();
	for (i = 0; i < n; i++) {
		char *name = NULL;

		if (asprintf(&name, "%s %s (%s, %s)", rows[i].name, rows[i].what, rows[i].env->name,
			     prog_hook_name(hook)) < 0)
			abort();
		tests[i] = (struct CMUnitTest){
			.name = name,
			.test_func = run,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	}
	failed = _cmocka_run_group_tests(group, tests, n, NULL, NULL);
	for (i = 0; i < n; i++)
		free((void *)(uintptr_t)tests[i].name);
	free(tests);
	free(group);
	return failed;
}

static int rows_on(enum prog_hook hook)
{
	static const CMUnitTestFunction run[HOOK_END] = {
		test_row_xdp,
		test_row_xdp_frags,
		test_row_tc,
	};
	const struct row *rows;
	size_t n = rows_all(&rows);
	int failed;

	if (hook != HOOK_PORT)
		return run_rows(hook, rows, n, run[hook]);
	failed = run_rows(hook, rows, n, test_row_on_port);
	n = rows_of_ports(&rows);
	return failed + run_rows(hook, rows, n, test_row_port);
}

int main(void)
{
	const char *why = prog_machine();
	int hook, failed = 0;

	if (why) {
		printf("SKIP: %s\n", why);
		return PROG_SKIP;
	}
	if (access(prog_path(), R_OK)) {
		fprintf(stderr, "test_prog: %s: build the BPF object first\n", prog_path());
		return 1;
	}
	for (hook = 0; hook < HOOK_COUNT; hook++)
		failed += rows_on((enum prog_hook)hook);
	failed += prog_rules();
	failed += prog_kernel();
	failed += prog_ports_kernel();
	failed += prog_budget();
	return failed;
}
