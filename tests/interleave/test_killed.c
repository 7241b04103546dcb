// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A change of the table of rules, killed before each of its stores: t_kill_*.sh can only kill at
 * system calls. The writer's own code runs (table.c, space_room.c, space_stats.c) on memory that
 * outlives it; then another process recovers, and is killed in turn. What is left must be the
 * old rules or the new ones, each once, with the statistics of those that stay; each place of
 * statistics is either a rule's or free; and the next change brings up nothing of this one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void before_store(const void *p, bool changes);
/* Killed before a store that changes nothing is killed before the next one. */
#define __atomic_store_n(p, value, order)                                                          \
	(before_store((p), *(p) != (value)), (void)(*(p) = (value)))

#include "dataplane/space_room.c"
#include "dataplane/space_stats.c"
#include "dataplane/table.c"

#define KEYS	     48
#define SCOPE	     NDPX_SCOPE(2, 0, 128, 0)
#define ANSWERS(key) (1000 + (__u64)(key))

/* What a kill leaves: the maps. */
static struct {
	struct ndpx_bucket buckets[2 * NDPX_SEGMENT_BUCKETS];
	struct ndpx_rule_stats stats[2 * NDPX_STATS_SEGMENT];
	struct ndpx_state state;
	bool segments[NDPX_MAX_SEGMENTS];
} maps, saved;
static __u64 filter[NDPX_FILTER_SIZE / 8]; /* made anew by each reclaim; no prefixes here */

/* --- the kernel's part --- */

static struct space space;

static void open_space(void)
{
	__u32 n = 1u << NDPX_LOG2_SEGMENTS(maps.state.word);

	space = (struct space){ .state = &maps.state,
				.table = { maps.buckets, n * NDPX_SEGMENT_BUCKETS },
				.stats = maps.stats,
				.filter = filter,
				.n_segments = n,
				.n_stats_segments = 2,
				.resizes = maps.state.resizes };
}

__u64 space_generation(const struct space *sp)
{
	return NDPX_GENERATION(sp->state->word);
}

void space_grace_period(struct space *sp)
{
	(void)sp;
}

int space_extend_rules(struct space *sp, __u32 n)
{
	if (n > 2)
		return -E2BIG;
	while (sp->n_segments < n)
		maps.segments[sp->n_segments++] = true;
	return 0;
}

int space_extend_stats(struct space *sp, __u32 n)
{
	(void)sp;
	return n > 2 ? -E2BIG : 0;
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	(void)fd;
	(void)value;
	return maps.segments[*(const __u32 *)key] ? 0 : -1;
}

int bpf_map_delete_elem(int fd, const void *key)
{
	(void)fd;
	maps.segments[*(const __u32 *)key] = false;
	return 0;
}

int libbpf_num_possible_cpus(void)
{
	return 1;
}

/* --- killing --- */

static jmp_buf killed_here;
static long stores, kill_at = -1; /* -1: not at all */

static void before_store(const void *p, bool changes)
{
	if (!changes ||
	    (p >= (const void *)filter && p < (const void *)(filter + NDPX_FILTER_SIZE / 8)))
		return;
	if (stores++ == kill_at)
		longjmp(killed_here, 1);
}

/* Runs it up to a store; false: killed there. What it had in memory of its own is gone. */
static bool run(void (*operation)(void), long at)
{
	volatile bool whole = false;

	open_space();
	stores = 0;
	kill_at = at;
	if (!setjmp(killed_here)) {
		operation();
		whole = true;
	}
	kill_at = -1;
	return whole;
}

/* --- rules --- */

static struct nd_addr keys[KEYS];
static __u32 old_says[KEYS], new_says[KEYS]; /* `port` of the policy; 0: there is no rule */

/* Half of them in one bucket's way, so that many are in their other one. */
static void make_keys(void)
{
	__u64 n = 0;
	__u32 i, home = 0;

	for (i = 0; i < KEYS; n++) {
		struct nd_addr addr = { ND_BE64(0x20010db800000000ull), ND_BE64(n) };
		__u32 at = nd_place_of(SCOPE, addr, NDPX_SEGMENT_BUCKETS).home;

		if (i == 0)
			home = at;
		if (i % 2 && at != home)
			continue;
		keys[i++] = addr;
	}
}

static void stage(__u32 key, __u32 says)
{
	__u64 generation = space_generation(&space);
	struct ndpx_slot *old = table_find(&space.table, SCOPE, keys[key], generation);
	struct ndpx_slot rule = { .scope = SCOPE,
				  .born = generation + 1,
				  .dies = NDPX_NEVER,
				  .policy = { .action = NDPX_ACT_ANSWER, .port = says } };

	nd_put_addr(rule.addr, keys[key]);
	if (says) {
		rule.stats = old ? old->stats : 0;
		rule.serial = old ? old->serial : 0;
		if (!rule.stats)
			assert_int_equal(space_stats_take(&space, &rule), 0);
		assert_int_equal(space_stage(&space, &rule), 0);
		old = table_find(&space.table, SCOPE, keys[key], generation);
	}
	if (old)
		table_end(old, generation + 1, !says);
}

static void stage_new(void)
{
	__u32 i;

	for (i = 0; i < KEYS; i++) {
		if (new_says[i] != old_says[i])
			stage(i, new_says[i]);
	}
	space_commit(&space, space_generation(&space) + 1);
}

static void change(void)
{
	space_begin(&space);
	stage_new();
	space_end(&space);
}

static void grow_and_change(void)
{
	space_begin(&space);
	/* More than a segment takes. */
	assert_int_equal(space_reserve(&space, 5000), 0);
	stage_new();
	space_end(&space);
}

static void change_and_shrink(void)
{
	space_begin(&space);
	stage_new();
	space_shrink(&space);
	space_end(&space);
}

static void recover(void)
{
	assert_int_equal(space_recover(&space), 0);
}

/* From nothing to old_says, by way of other rules, which leave dead ones behind. */
static void begin(__u32 log2)
{
	__u32 i, want[KEYS];

	memset(&maps, 0, sizeof(maps));
	maps.state = (struct ndpx_state){ .word = NDPX_WORD(1, log2), .n_stats = 1 };
	for (i = 0; i < 1u << log2; i++)
		maps.segments[i] = true;
	open_space();
	table_clear(&space.table, 0, space.table.buckets);
	memcpy(want, new_says, sizeof(want));
	for (i = 0; i < KEYS; i++) {
		new_says[i] = i % 3 ? 7 : 0;
		old_says[i] = 0;
	}
	change();
	for (i = 0; i < KEYS; i++) {
		old_says[i] = new_says[i];
		new_says[i] = i % 4 ? 100 + i : 0;
	}
	change();
	memcpy(old_says, new_says, sizeof(old_says));
	memcpy(new_says, want, sizeof(new_says));
	for (i = 0; i < KEYS; i++) {
		const struct ndpx_slot *slot =
			table_find(&space.table, SCOPE, keys[i], space_generation(&space));

		if (slot)
			maps.stats[slot->stats].answers += ANSWERS(i);
	}
}

/* --- what must hold --- */

static void check_rules(const __u32 says[KEYS], const __u32 before[KEYS])
{
	__u64 at = 0, generation = space_generation(&space);
	__u32 i, there = 0, n = 0;
	const struct ndpx_slot *slot;

	for (i = 0; i < KEYS; i++) {
		slot = table_find(&space.table, SCOPE, keys[i], generation);
		assert_int_equal(slot ? slot->policy.port : 0, says[i]);
		if (!slot)
			continue;
		there++;
		assert_int_not_equal(slot->stats, 0);
		assert_int_equal(slot->serial, NDPX_SERIAL(maps.stats[slot->stats].answers));
		assert_int_equal(maps.stats[slot->stats].answers & NDPX_ANSWERS,
				 before[i] ? ANSWERS(i) : 0);
	}
	while ((slot = table_next(&space.table, &at)))
		n += slot->dies > generation;
	assert_int_equal(n, there);
}

static void check_places(void)
{
	unsigned char used[NDPX_STATS_SEGMENT] = { 0 };
	__u64 at = 0, generation = space_generation(&space);
	const struct ndpx_slot *slot;
	__u32 place, n = 1;

	while ((slot = table_next(&space.table, &at))) {
		if (slot->dies > generation)
			assert_int_equal(used[slot->stats]++, 0);
	}
	/* Those of the dead are theirs until they are reclaimed. */
	for (at = 0; (slot = table_next(&space.table, &at));)
		used[slot->stats] = 1;
	for (place = maps.state.free_stats; place; n++) {
		assert_true(place < maps.state.n_stats);
		assert_int_equal(used[place]++, 0);
		place = (__u32)(maps.stats[place].answers & NDPX_ANSWERS);
	}
	for (place = 1; place < maps.state.n_stats; place++)
		assert_int_equal(used[place], 1);
}

/* One more rule, and another word for each that is there; nothing else. */
static void next_change(const __u32 says[KEYS], const __u32 before[KEYS])
{
	__u32 then[KEYS], counted[KEYS], i;

	space_begin(&space);
	for (i = 0; i < KEYS; i++) {
		counted[i] = says[i] ? before[i] : 0;
		then[i] = says[i] ? says[i] + 1000 : i < KEYS / 2 ? 5 : 0;
		if (then[i])
			stage(i, then[i]);
	}
	space_commit(&space, space_generation(&space) + 1);
	reclaim(&space);
	space_end(&space);
	check_rules(then, counted);
	check_places();
}

static void check(__u64 generation)
{
	const __u32 *says = space_generation(&space) == generation ? old_says : new_says;
	__u32 i;

	open_space();
	assert_int_equal(maps.state.staged, 0);
	check_rules(says, old_says);
	check_places();
	for (i = 0; i < NDPX_MAX_SEGMENTS; i++)
		assert_int_equal(maps.segments[i], i < space.n_segments);
	next_change(says, old_says);
}

static void set_new(__u32 modulus)
{
	__u32 i;

	/* Some change, some go, some come, some stay: those that are there are not i % 4 == 0. */
	for (i = 0; i < KEYS; i++)
		new_says[i] = i % modulus == 0 ? 0 : i % 2 ? 200 + i : i % 4 ? 100 + i : 300 + i;
}

/* How many kills; each recovered from, at once and when the recovery is killed as well. */
static void kill_everywhere(__u32 modulus, __u32 log2, void (*operation)(void), __u32 log2_after)
{
	static const long every[] = { 3, 11, 31, 101 };
	__u64 generation;
	long n, kills = 0, in_recovery, i;

	set_new(modulus);
	begin(log2);
	generation = space_generation(&space);
	saved = maps;
	for (n = 0; !run(operation, n); n++) {
		kills++;
		run(recover, -1);
		in_recovery = stores;
		check(generation);
		for (i = 0; i < (long)(sizeof(every) / sizeof(*every)) && in_recovery; i++) {
			maps = saved;
			run(operation, n);
			run(recover, n * every[i] % in_recovery);
			run(recover, -1);
			check(generation);
		}
		maps = saved;
	}
	check(generation);
	assert_int_equal(NDPX_LOG2_SEGMENTS(maps.state.word), log2_after);
	printf("# killed before each of %ld stores\n", kills);
	assert_true(kills > KEYS);
}

static void test_change(void **state)
{
	(void)state;
	kill_everywhere(5, 0, change, 0);
}

static void test_grow(void **state)
{
	(void)state;
	kill_everywhere(5, 0, grow_and_change, 1);
}

static void test_shrink(void **state)
{
	(void)state;
	kill_everywhere(2, 1, change_and_shrink, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_shrink),
	};

	make_keys();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
