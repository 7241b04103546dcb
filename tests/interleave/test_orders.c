// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The table of rules, one writer against one look-up: every order that a processor may give
 * their loads and stores, not a sample of them.
 *
 * The writer's own code (user/dataplane/table.c) runs with each of its stores written down.
 * Then the look-up's own code (nd/table.h) runs again and again, and each of its loads returns
 * in turn every value that it may see. The load of the word comes first, because all other
 * addresses depend on it. Any other may see any state from there on, even an older one than a
 * load before it (arm64 orders no two loads of which neither depends on the other). Stores become
 * visible in their order, since they are releases. A look-up lies between two grace periods.
 * Whatever it sees, it must find what holds at the generation that it goes by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned long long model_load(const void *p, size_t size);
static void model_store(void *p, unsigned long long value, size_t size);
#define nd_load(p)			  ((__typeof__(*(p)))model_load((p), sizeof(*(p))))
#define __atomic_store_n(p, value, order) model_store((p), (value), sizeof(*(p)))

#include "dataplane/table.c"

#define SEGMENT NDPX_SEGMENT_BUCKETS
#define SCOPE	NDPX_SCOPE(2, 0, 128, 0)

/* --- what the writer stored, in order --- */

#define MAX_STORES 100000
#define MAX_GRACE  16

static struct store {
	const void *p;
	unsigned long long before, after;
} stores[MAX_STORES];
static size_t n_stores;
static size_t grace[MAX_GRACE], n_grace; /* each: how many stores came before it */

static struct ndpx_bucket buckets[2 * SEGMENT];
static __u64 word;
static struct table table;

static unsigned long long read_memory(const void *p, size_t size)
{
	if (size == 8)
		return *(const __u64 *)p;
	return size == 4 ? *(const __u32 *)p : *(const __u16 *)p;
}

static void model_store(void *p, unsigned long long value, size_t size)
{
	assert_true(n_stores < MAX_STORES);
	stores[n_stores++] = (struct store){ p, read_memory(p, size), value };
	if (size == 8)
		*(__u64 *)p = value;
	else if (size == 4)
		*(__u32 *)p = (__u32)value;
	else
		*(__u16 *)p = (__u16)value;
}

static void grace_period(void)
{
	assert_true(n_grace < MAX_GRACE);
	grace[n_grace++] = n_stores;
}

static void set_word(__u64 generation, __u32 log2)
{
	model_store(&word, NDPX_WORD(generation, log2), sizeof(word));
	table.buckets = SEGMENT << log2;
}

/* --- a look-up that sees each thing at any time it may --- */

#define MAX_LOADS 64

static struct {
	bool running;
	size_t begin, end;	/* it lies between these stores */
	size_t first;		/* no load sees less than the stores before this one */
	unsigned int at, depth; /* load, and how many of them have a choice written down */
	unsigned int chosen[MAX_LOADS], of[MAX_LOADS];
} reader;

/* What memory held after the first `n` stores. */
static unsigned long long value_after(const void *p, size_t size, size_t n)
{
	size_t i;

	for (i = n; i < n_stores; i++) {
		if (stores[i].p == p)
			return stores[i].before;
	}
	return read_memory(p, size);
}

static unsigned long long model_load(const void *p, size_t size)
{
	size_t seen[MAX_LOADS], n = 0, i, choice;

	if (!reader.running)
		return read_memory(p, size);
	seen[n++] = reader.first;
	for (i = reader.first; i < reader.end; i++) {
		if (stores[i].p == p) {
			assert_true(n < MAX_LOADS);
			seen[n++] = i + 1;
		}
	}
	assert_true(reader.at < MAX_LOADS);
	if (reader.at == reader.depth) {
		reader.chosen[reader.depth] = 0;
		reader.of[reader.depth++] = (unsigned int)n;
	}
	choice = reader.chosen[reader.at++];
	if (p == &word)
		reader.first = seen[choice];
	return value_after(p, size, seen[choice]);
}

/* The next combination of choices; false: that was the last one. */
static bool next_choice(void)
{
	while (reader.depth && ++reader.chosen[reader.depth - 1] == reader.of[reader.depth - 1])
		reader.depth--;
	return reader.depth > 0;
}

/* What bpf/lookup.h does: 0 or what the rule says, which here is its port. */
static __u32 look_up(struct nd_addr addr, __u64 *ret_generation)
{
	__u64 now = nd_load(&word), generation = NDPX_GENERATION(now);
	struct nd_place place = nd_place_of(SCOPE, addr, nd_buckets(now));
	struct ndpx_bucket *bucket = &buckets[place.home];
	__u32 slot = nd_bucket_find(bucket, &place, SCOPE, addr, generation);

	*ret_generation = generation;
	if (!slot && nd_load(&bucket->away)) {
		bucket = &buckets[place.other];
		slot = nd_bucket_find(bucket, &place, SCOPE, addr, generation);
	}
	return slot ? (__u32)(nd_load((__u64 *)&bucket->slot[slot - 1].policy) >> 32) : 0;
}

/* The `port` in the first word of a policy, on machines of either byte order. */
static struct ndpx_policy policy_of(__u32 says)
{
	const __u64 first = (__u64)says << 32;
	struct ndpx_policy policy = { 0 };

	memcpy(&policy, &first, sizeof(first));
	return policy;
}

#define MAX_GENERATION 8

static size_t wrong, runs; /* of the last explore() */

/* Every look-up of an address in every order; `says[g]` is what holds at generation g. */
static void explore(struct nd_addr addr, const __u32 says[MAX_GENERATION])
{
	size_t i;

	wrong = runs = 0;
	for (i = 0; i <= n_grace; i++) {
		reader.begin = i ? grace[i - 1] : 0;
		reader.end = i < n_grace ? grace[i] : n_stores;
		reader.depth = 0;
		reader.running = true;
		do {
			__u64 generation;
			__u32 found;

			reader.at = 0;
			reader.first = reader.begin;
			found = look_up(addr, &generation);
			runs++;
			wrong += found != says[generation];
		} while (next_choice());
		reader.running = false;
	}
}

static void expect(struct nd_addr addr, const __u32 says[MAX_GENERATION])
{
	explore(addr, says);
	printf("# %zu look-ups over %zu stores, %zu grace periods\n", runs, n_stores, n_grace);
	assert_true(runs > 1);
	assert_int_equal(wrong, 0);
}

/* --- writing --- */

static void begin(__u32 log2)
{
	table = (struct table){ buckets, SEGMENT << log2 };
	table_clear(&table, 0, 2 * SEGMENT);
	word = NDPX_WORD(1, log2);
	n_stores = n_grace = 0;
}

/* What is there from now on is the past: stores that every look-up has seen. */
static void settle(void)
{
	n_stores = n_grace = 0;
}

static void stage(struct nd_addr addr, __u32 says, __u64 generation)
{
	struct ndpx_slot rule = {
		.scope = SCOPE, .born = generation, .dies = NDPX_NEVER, .policy = policy_of(says)
	};
	struct ndpx_slot *old;

	nd_put_addr(rule.addr, addr);
	if (says)
		assert_non_null(table_add(&table, &rule));
	old = table_find(&table, SCOPE, addr, generation - 1);
	if (old)
		table_end(old, generation, !says);
}

static void gone(void *arg, __u32 stats)
{
	(void)arg;
	(void)stats;
}

static void reclaim(__u64 generation)
{
	grace_period();
	table_bury(&table, generation, gone, NULL);
	grace_period();
	table_free(&table, gone, NULL);
}

/* table_clear(), as stores; new segments look like this. */
static void clear(__u32 first, __u32 end)
{
	__u32 b, i;

	for (b = first; b < end; b++) {
		model_store(&buckets[b].tags, 0, 8);
		model_store(&buckets[b].away, 0, 4);
		for (i = 0; i < NDPX_BUCKET_SLOTS; i++)
			model_store(&buckets[b].slot[i].born, NDPX_NEVER, 8);
	}
}

static void resize(__u32 log2, __u64 generation)
{
	reclaim(generation);
	if (SEGMENT << log2 > table.buckets)
		clear(table.buckets, SEGMENT << log2);
	assert_true(table_rehash(&table, SEGMENT << log2, generation));
	set_word(generation, log2);
	reclaim(generation);
}

static struct nd_addr address(__u64 n)
{
	return (struct nd_addr){ ND_BE64(0x20010db800010000ull), ND_BE64(n) };
}

/* Another address of the same home, and with `tag` of the same tag, from *n on. */
static struct nd_addr neighbour(struct nd_addr of, bool tag, __u64 *n)
{
	const struct nd_place place = nd_place_of(SCOPE, of, table.buckets);

	for (;;) {
		struct nd_addr addr = address(++*n);
		struct nd_place other = nd_place_of(SCOPE, addr, table.buckets);

		if (other.home == place.home && (!tag || other.tag == place.tag))
			return addr;
	}
}

/* An address that moves when the table grows from one segment to two, or does not. */
static struct nd_addr mover(bool moves)
{
	__u64 n = 1;

	while ((nd_place_of(SCOPE, address(n), 2 * SEGMENT).home >= SEGMENT) != moves)
		n++;
	return address(n);
}

/* One whose home stays while its other bucket goes when the table shrinks. */
static struct nd_addr straddler(void)
{
	__u64 n = 1;

	for (;; n++) {
		struct nd_place place = nd_place_of(SCOPE, address(n), 2 * SEGMENT);

		if (place.home < SEGMENT && place.other >= SEGMENT)
			return address(n);
	}
}

/* So many in a bucket that a rule of its own goes to its other one. */
static void fill_bucket(__u32 b)
{
	__u64 n = 1000;
	int i = 0;

	while (i <= NDPX_BUCKET_SLOTS / 2) {
		struct nd_addr addr = address(++n);

		if (nd_place_of(SCOPE, addr, table.buckets).home == b) {
			stage(addr, 99, 1);
			i++;
		}
	}
}

static void fill_home(struct nd_addr addr)
{
	fill_bucket(nd_place_of(SCOPE, addr, table.buckets).home);
}

/* A table with this rule from the first generation on, which every look-up has seen. */
static void begin_with(__u32 log2, struct nd_addr k, bool away)
{
	begin(log2);
	if (away)
		fill_home(k);
	stage(k, 10, 1);
	settle();
}

/* --- the cases --- */

static void test_add_change_remove(void **state)
{
	const __u32 says[MAX_GENERATION] = { 0, 0, 10, 20, 0 };
	struct nd_addr k = address(1);

	(void)state;
	begin(0);
	stage(k, 10, 2);
	set_word(2, 0);
	stage(k, 20, 3);
	set_word(3, 0);
	stage(k, 0, 4);
	set_word(4, 0);
	expect(k, says);
}

static void test_in_the_other_bucket(void **state)
{
	const __u32 says[MAX_GENERATION] = { 0, 0, 10, 20, 0 };
	struct nd_addr k = address(1);

	(void)state;
	begin(0);
	fill_home(k);
	settle();
	stage(k, 10, 2);
	set_word(2, 0);
	stage(k, 20, 3);
	set_word(3, 0);
	stage(k, 0, 4);
	set_word(4, 0);
	expect(k, says);
}

/* Killed after staging; the next one uses the same generation. */
static void test_undo(void **state)
{
	const __u32 says[MAX_GENERATION] = { 0, 10, 30 };
	struct nd_addr k = address(1);

	(void)state;
	begin_with(0, k, false);
	stage(k, 20, 2);
	table_undo(&table, 1);
	stage(k, 30, 2);
	set_word(2, 0);
	expect(k, says);
}

static void count_call(void *arg, __u32 stats)
{
	(void)stats;
	++*(size_t *)arg;
}

/* Killed between the two stores of table_end(): the rule keeps its statistics, and so does the next. */
static void test_end_cut_short(void **state)
{
	struct ndpx_slot rule = { .scope = SCOPE, .born = 1, .dies = NDPX_NEVER, .stats = 7 };
	struct nd_addr k = address(1);
	struct ndpx_slot *slot;
	size_t retired = 0;

	(void)state;
	begin(0);
	nd_put_addr(rule.addr, k);
	slot = table_add(&table, &rule);
	assert_non_null(slot);
	slot->flags = NDPX_SLOT_LAST;
	table_undo(&table, 1);
	stage(k, 20, 2);
	set_word(2, 0);
	table_bury(&table, 2, count_call, &retired);
	assert_int_equal(retired, 0);
}

/* The slot of one goes to another with the same tag. */
static void reuse(bool by_the_rules)
{
	struct nd_addr k = address(1), other;
	__u64 n = 1;

	begin(0);
	other = neighbour(k, true, &n);
	stage(k, 10, 1);
	settle();
	stage(k, 0, 2);
	set_word(2, 0);
	if (by_the_rules) {
		reclaim(2);
	} else {
		/* As the kernel's hash does since 6.1: at once. */
		table_bury(&table, 2, gone, NULL);
		table_free(&table, gone, NULL);
	}
	stage(other, 20, 3);
	set_word(3, 0);
}

static void test_reuse(void **state)
{
	const __u32 first[MAX_GENERATION] = { 0, 10, 0, 0 };
	const __u32 second[MAX_GENERATION] = { 0, 0, 0, 20 };
	struct nd_addr k = address(1);
	__u64 n = 1;

	(void)state;
	reuse(true);
	expect(k, first);
	expect(neighbour(k, true, &n), second);
}

/* This test would see it. */
static void test_reuse_at_once(void **state)
{
	const __u32 second[MAX_GENERATION] = { 0, 0, 0, 20 };
	__u64 n = 1;

	(void)state;
	reuse(false);
	explore(neighbour(address(1), true, &n), second);
	printf("# %zu of %zu look-ups wrong without grace periods\n", wrong, runs);
	assert_true(wrong > 0);
}

static void grow(struct nd_addr k, bool away)
{
	const __u32 says[MAX_GENERATION] = { 0, 10, 20, 0 };

	begin_with(0, k, away);
	resize(1, 1);
	stage(k, 20, 2);
	set_word(2, 1);
	stage(k, 0, 3);
	set_word(3, 1);
	expect(k, says);
}

static void test_grow(void **state)
{
	(void)state;
	grow(mover(false), false);
	grow(mover(true), false);
	grow(mover(false), true);
	grow(mover(true), true);
}

/* In the middle of a change, which found no room. */
static void test_grow_staged(void **state)
{
	const __u32 says[MAX_GENERATION] = { 0, 10, 20 };
	struct nd_addr k = mover(true);

	(void)state;
	begin_with(0, k, false);
	stage(k, 20, 2);
	resize(1, 1);
	set_word(2, 1);
	expect(k, says);
}

static void shrink(struct nd_addr k, bool away)
{
	const __u32 says[MAX_GENERATION] = { 0, 10, 20, 30 };

	begin_with(1, k, away);
	resize(0, 1);
	stage(k, 20, 2);
	set_word(2, 0);
	/* And back: what was left behind must not be found. */
	resize(1, 2);
	stage(k, 30, 3);
	set_word(3, 1);
	expect(k, says);
}

static void test_shrink(void **state)
{
	(void)state;
	shrink(mover(false), false);
	shrink(mover(true), false);
	shrink(mover(false), true);
	shrink(mover(true), true);
	shrink(straddler(), true);
}

/* A shrink that died, or had no room: its copies lie where a later one would look. */
static void shrink_twice(struct nd_addr k, bool away)
{
	const __u32 says[MAX_GENERATION] = { 0, 10, 20, 0 };

	begin_with(1, k, away);
	if (away)
		fill_bucket(nd_place_of(SCOPE, k, SEGMENT).other);
	settle();
	assert_true(table_rehash(&table, SEGMENT, 1));
	stage(k, 20, 2);
	set_word(2, 1);
	stage(k, 0, 3);
	set_word(3, 1);
	resize(0, 3);
	expect(k, says);
}

static void test_shrink_twice(void **state)
{
	(void)state;
	shrink_twice(mover(true), false);
	shrink_twice(mover(true), true);
	shrink_twice(straddler(), true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_change_remove),
		cmocka_unit_test(test_in_the_other_bucket),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_end_cut_short),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_reuse_at_once),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_grow_staged),
		cmocka_unit_test(test_shrink),
		cmocka_unit_test(test_shrink_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
