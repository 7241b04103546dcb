// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The routes `run` keeps by events, against a list that takes the same events in the plain way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/rtnetlink.h>

#include "daemon/routes.h"

#define ROOM 4096

static struct routes routes;
static struct ndpx_key *keys;
static struct nl_route *changed;
static size_t n_keys, n_changed;

static struct nl_route route(const char *dst, uint8_t bits, uint32_t oif, uint32_t metric)
{
	struct nl_route r = {
		.bits = bits, .type = RTN_UNICAST, .oif = oif, .table = 254, .metric = metric
	};

	assert_int_equal(inet_pton(AF_INET6, dst, &r.dst), 1);
	return r;
}

static int setup(void **state)
{
	(void)state;
	return routes_fill(&routes, NULL, 0);
}

static void forget_changed(void)
{
	free(keys);
	free(changed);
	keys = NULL;
	changed = NULL;
}

static int teardown(void **state)
{
	(void)state;
	forget_changed();
	routes_invalidate(&routes);
	return 0;
}

static void tell(struct nl_route r, bool gone, bool replaces, bool follows)
{
	const struct nl_event event = {
		.kind = NL_EVENT_ROUTE, .route = r, .gone = gone, .replaces = replaces
	};

	routes_event(&routes, &event, follows);
}

/* What is dirty: `n` destinations with `m` routes. Settles them. */
static void expect(size_t n, size_t m)
{
	forget_changed();
	assert_int_equal(routes_changed(&routes, &keys, &n_keys, &changed, &n_changed), 0);
	assert_int_equal(n_keys, n);
	assert_int_equal(n_changed, m);
	routes_settled(&routes);
}

static void comes_and_goes(void **state)
{
	const struct nl_route r = route("2001:db8::1", 128, 3, 1024);

	(void)state;
	expect(0, 0);
	assert_false(routes_has(&routes, &r));
	tell(r, false, false, true);
	tell(r, false, false, true); /* told twice */
	assert_true(routes_has(&routes, &r));
	expect(1, 1);
	assert_int_equal(changed[0].oif, 3);
	tell(r, true, false, true);
	assert_true(routes_has(&routes, &r)); /* until it is dealt with */
	expect(1, 0);
	assert_false(routes_has(&routes, &r));
	expect(0, 0);
}

static void of_others(void **state)
{
	const struct nl_route r = route("2001:db8::1", 128, 3, 1024);

	(void)state;
	tell(r, false, false, false);
	tell(r, true, false, true);
	assert_false(routes_has(&routes, &r));
	expect(0, 0);
}

/* `ip -6 route replace` tells of the new one alone. */
static void replaced_by_one_not_followed(void **state)
{
	struct nl_route other = route("2001:db8::1", 128, 9, 1024);

	(void)state;
	tell(route("2001:db8::1", 128, 3, 1024), false, false, true);
	tell(route("2001:db8::1", 128, 4, 77), false, false, true);
	expect(1, 2);
	tell(other, false, true, false);
	expect(1, 1); /* that of metric 77 */
	assert_int_equal(changed[0].oif, 4);
	other.metric = 77;
	other.table = 100;
	tell(other, false, true, false); /* another table's */
	expect(1, 1);
	other.table = 254;
	tell(other, false, true, false);
	expect(1, 0);
	assert_false(routes_has(&routes, &other));
}

static void several_hops(void **state)
{
	struct nl_route a = route("2001:db8:5::", 64, 3, 1024), b = a, c = a;

	(void)state;
	b.oif = 4;
	c.gateway.s6_addr[15] = 9;
	tell(a, false, false, true);
	tell(b, false, false, true);
	tell(c, false, false, true);
	expect(1, 3);
	tell(c, true, false, true);
	expect(1, 2);
	/* Several in the place of these: the first says so, the others follow. */
	tell(c, false, true, true);
	tell(b, false, false, true);
	expect(1, 2);
}

static void dumped(void **state)
{
	struct nl_route list[3] = { route("2001:db8::1", 128, 3, 1),
				    route("2001:db8::2", 128, 3, 1),
				    route("2001:db8::2", 128, 4, 2) };

	(void)state;
	tell(route("2001:db8::9", 128, 3, 1), false, false, true);
	assert_int_equal(routes_fill(&routes, list, 3), 0);
	assert_false(routes_has(&routes, &(struct nl_route){ 0 }));
	expect(0, 0);
	tell(list[1], true, false, true);
	expect(1, 1);
	assert_int_equal(changed[0].oif, 4);
	routes_invalidate(&routes);
	tell(list[0], false, false, true);
	assert_false(routes.valid);
	assert_false(routes_has(&routes, &list[0]));
}

/* The plain way: one list. */
static struct nl_route plain[ROOM];
static size_t n_plain;

static bool same(const struct nl_route *a, const struct nl_route *b, bool hop)
{
	return !memcmp(&a->dst, &b->dst, 16) && a->bits == b->bits && a->table == b->table &&
	       a->metric == b->metric && (!hop || a->oif == b->oif);
}

static void plain_event(const struct nl_route *r, bool gone, bool replaces)
{
	size_t i, n = 0;

	for (i = 0; i < n_plain; i++) {
		if (!same(&plain[i], r, true) && !(replaces && same(&plain[i], r, false)))
			plain[n++] = plain[i];
	}
	n_plain = n;
	if (!gone)
		plain[n_plain++] = *r;
}

/* Ports 1 to 3 are followed, 4 is not. Every change that is read out is that of the list. */
static void at_random(void **state)
{
	int i;

	(void)state;
	srand(13);
	n_plain = 0;
	for (i = 0; i < 20000; i++) {
		struct nl_route r =
			route("2001:db8::", 128, 1 + rand() % 4, 1 + (uint32_t)(rand() % 2));
		bool gone = rand() % 2, replaces = !gone && rand() % 3 == 0;
		size_t k, p;

		r.dst.s6_addr[15] = (uint8_t)(rand() % 40);
		tell(r, gone, replaces, r.oif < 4);
		plain_event(&r, gone, replaces);
		if (rand() % 5)
			continue;
		forget_changed();
		assert_int_equal(routes_changed(&routes, &keys, &n_keys, &changed, &n_changed), 0);
		for (k = 0; k < n_keys; k++) {
			size_t want = 0, have = 0;

			for (p = 0; p < n_plain; p++)
				want += plain[p].oif < 4 &&
					!memcmp(&plain[p].dst, keys[k].addr, 16);
			for (p = 0; p < n_changed; p++)
				have += !memcmp(&changed[p].dst, keys[k].addr, 16);
			assert_int_equal(have, want);
		}
		routes_settled(&routes);
		for (p = 0; p < n_plain; p++)
			assert_true(plain[p].oif == 4 || routes_has(&routes, &plain[p]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(comes_and_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(replaced_by_one_not_followed, setup, teardown),
		cmocka_unit_test_setup_teardown(several_hops, setup, teardown),
		cmocka_unit_test_setup_teardown(dumped, setup, teardown),
		cmocka_unit_test_setup_teardown(at_random, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
