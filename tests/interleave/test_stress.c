// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The table of rules under ThreadSanitizer: readers that look rules up without pause while a
 * writer changes, undoes, reclaims, grows and shrinks. A reader must find each rule, as it is
 * at the reader's generation. RCU is a counter that is odd while its reader reads.
 */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dataplane/table.h"

#define READERS	    2
#define KEYS	    2000
#define SMALL	    64 /* buckets */
#define LARGE	    1024
#define SECONDS	    10
#define SCOPE	    NDPX_SCOPE(2, 7, 128, 0)
#define VALUE(addr) ((__u32)((addr).lo * 0x9e3779b97f4a7c15ull >> 40))

static struct ndpx_bucket buckets[LARGE];
static struct table table = { buckets, SMALL };
static __u64 word = NDPX_WORD(1, 0); /* its low byte: how often the buckets were doubled */
static struct {
	_Alignas(64) __u64 count;
} section[READERS];
static bool stop;
static __u64 looked_up, wrong;

static struct nd_addr key(__u32 k)
{
	return (struct nd_addr){ ND_BE64(0x20010db800000000ull), ND_BE64((__u64)k * 7 + 1) };
}

static bool is_right(const struct table *t, struct nd_addr addr, __u64 generation)
{
	const struct ndpx_slot *slot = table_find(t, SCOPE, addr, generation);

	return slot && nd_load(&slot->policy.port) == VALUE(addr) &&
	       nd_load(&slot->born) <= generation;
}

static void *read_on(void *arg)
{
	size_t id = (size_t)arg;
	unsigned int seed = (unsigned int)id + 1;
	__u64 n = 0, bad = 0;
	int i;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		struct table t = { buckets, 0 };
		__u64 now;

		__atomic_add_fetch(&section[id].count, 1, __ATOMIC_SEQ_CST);
		now = __atomic_load_n(&word, __ATOMIC_ACQUIRE);
		t.buckets = SMALL << NDPX_LOG2_SEGMENTS(now);
		for (i = 0; i < 16; i++, n++)
			bad += !is_right(&t, key((__u32)rand_r(&seed) % KEYS),
					 NDPX_GENERATION(now));
		__atomic_add_fetch(&section[id].count, 1, __ATOMIC_SEQ_CST);
	}
	__atomic_add_fetch(&looked_up, n, __ATOMIC_RELAXED);
	__atomic_add_fetch(&wrong, bad, __ATOMIC_RELAXED);
	return NULL;
}

static void grace_period(void)
{
	size_t i;

	for (i = 0; i < READERS; i++) {
		__u64 count = __atomic_load_n(&section[i].count, __ATOMIC_SEQ_CST);

		while (count & 1 && __atomic_load_n(&section[i].count, __ATOMIC_SEQ_CST) == count)
			sched_yield();
	}
}

static void gone(void *arg, __u32 stats)
{
	(void)arg;
	(void)stats;
}

static void reclaim(void)
{
	grace_period();
	table_bury(&table, NDPX_GENERATION(word), gone, NULL);
	grace_period();
	table_free(&table, gone, NULL);
}

static void set_size(__u32 log2)
{
	__atomic_store_n(&word, NDPX_WORD(NDPX_GENERATION(word), log2), __ATOMIC_RELEASE);
	table.buckets = SMALL << log2;
	reclaim();
}

static void grow(void)
{
	__u32 log2 = NDPX_LOG2_SEGMENTS(word) + 1;

	if ((SMALL << log2) > LARGE)
		exit(3);
	reclaim();
	table_clear(&table, table.buckets, SMALL << log2);
	table_rehash(&table, SMALL << log2, NDPX_GENERATION(word));
	set_size(log2);
}

static void shrink(void)
{
	__u32 log2 = NDPX_LOG2_SEGMENTS(word);

	reclaim();
	if (log2 && table_rehash(&table, SMALL << (log2 - 1), NDPX_GENERATION(word)))
		set_size(log2 - 1);
	else
		reclaim();
}

static void stage(__u32 k, __u64 generation)
{
	struct ndpx_slot rule = { .scope = SCOPE, .born = generation, .dies = NDPX_NEVER };
	struct nd_addr addr = key(k);
	struct ndpx_slot *old;

	nd_put_addr(rule.addr, addr);
	rule.policy.port = VALUE(addr);
	if (!table_add(&table, &rule)) {
		reclaim();
		while (!table_add(&table, &rule))
			grow();
	}
	old = table_find(&table, SCOPE, addr, generation - 1);
	if (old)
		table_end(old, generation, false);
}

static void change_some(unsigned int *seed, bool give_up)
{
	__u64 next = NDPX_GENERATION(word) + 1;
	static char staged[KEYS];
	int i, n = rand_r(seed) % 40;

	memset(staged, 0, sizeof(staged));
	for (i = 0; i < n; i++) {
		__u32 k = (__u32)rand_r(seed) % KEYS;

		if (!staged[k])
			stage(k, next);
		staged[k] = 1;
	}
	if (give_up)
		table_undo(&table, next - 1);
	else
		__atomic_store_n(&word, NDPX_WORD(next, NDPX_LOG2_SEGMENTS(word)),
				 __ATOMIC_RELEASE);
}

int main(void)
{
	pthread_t threads[READERS];
	time_t end = time(NULL) + SECONDS;
	unsigned int seed = 99;
	__u64 changes = 0;
	size_t i;
	__u32 k;

	table_clear(&table, 0, LARGE);
	for (k = 0; k < KEYS; k++)
		stage(k, 1);
	for (i = 0; i < READERS; i++)
		pthread_create(&threads[i], NULL, read_on, (void *)i);
	for (; time(NULL) < end; changes++) {
		change_some(&seed, rand_r(&seed) % 8 == 0);
		if (rand_r(&seed) % 200 == 0)
			shrink();
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	printf("%s table stress: %llu look-ups beside %llu changes, %llu wrong\n",
	       wrong || !looked_up ? "FAIL" : "ok", (unsigned long long)looked_up,
	       (unsigned long long)changes, (unsigned long long)wrong);
	return wrong || !looked_up;
}
