// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * ABI 4: exact rules in the hash `guests`, some of them once more in the array `near`, which
 * counts for itself; prefixes and overridden rules in hashes as well. Each rule had two policies
 * and the generation at which the second one came true.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dataplane/abi4.h"
#include "dataplane/internal.h"

struct abi4_rule {
	struct ndpx_policy policy[2];
	__u32 since, pad;
	__u64 answers, last_answer;
	__u8 last_requester[16];
};
_Static_assert(sizeof(struct abi4_rule) == 72, "as it was");

struct abi4_guest_key {
	__u16 vlan;
	__u8 pad[6];
	__u8 addr[16];
};
_Static_assert(sizeof(struct abi4_guest_key) == sizeof(struct ndpx_key), "one buffer for both");

struct abi4_near {
	__u64 tag; /* 0x10000 + VLAN; 0: free */
	__u8 addr[16];
	struct abi4_rule rule;
	__u8 pad[32];
};
_Static_assert(sizeof(struct abi4_near) == 128, "as it was");

#define N_NEAR	    4096
#define SETTINGS    11384 /* bytes of each of two, behind 16 bytes that start with the generation */
#define AT_FLAGS    6160
#define SIZE_CONFIG (16 + 2 * SETTINGS)
#define BATCH	    4096

static int open_map(const char *dir, const char *name, __u32 key_size, __u32 value_size)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	char path[PATH_MAX];
	int fd = bpf_obj_get(dataplane_path(dir, name, path));

	if (fd < 0)
		return -errno;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.key_size == key_size &&
	    info.value_size == value_size)
		return fd;
	close(fd);
	return -EPROTO;
}

void abi4_close(struct abi4_maps *maps)
{
	int i;

	for (i = 0; i < ABI4_MAPS && maps->open; i++) {
		if (maps->fds[i] >= 0)
			close(maps->fds[i]);
	}
	maps->open = false;
}

static int open_maps(const char *dir, bool is_ports, struct abi4_maps *ret)
{
	static const struct {
		const char *name;
		__u32 key, value;
	} maps[ABI4_MAPS] = {
		[ABI4_GUESTS] = { "guests", sizeof(struct ndpx_key), sizeof(struct abi4_rule) },
		[ABI4_PREFIXES] = { "prefixes", sizeof(struct ndpx_key), sizeof(struct abi4_rule) },
		[ABI4_SHADOWS] = { "shadows", sizeof(struct ndpx_key), sizeof(struct abi4_rule) },
		[ABI4_NEAR] = { "near", sizeof(__u32), sizeof(struct abi4_near) },
		[ABI4_CONFIG] = { "config", sizeof(__u32), SIZE_CONFIG },
	};
	int i, r = 0;

	for (i = 0; i < ABI4_MAPS; i++)
		ret->fds[i] = -1;
	ret->open = true;
	for (i = 0; i < ABI4_MAPS && !r; i++) {
		if (i == ABI4_SHADOWS && is_ports)
			continue;
		ret->fds[i] = open_map(dir, maps[i].name, maps[i].key, maps[i].value);
		r = ret->fds[i] < 0 ? ret->fds[i] : 0;
	}
	if (r)
		abi4_close(ret);
	return r;
}

/* What of `config` matters. */
static int read_config(int fd, __u32 *ret_generation, bool *ret_paused)
{
	unsigned char *config = malloc(SIZE_CONFIG);
	__u32 zero = 0, flags;
	int r = config ? 0 : -ENOMEM;

	if (!r && bpf_map_lookup_elem(fd, &zero, config))
		r = -errno;
	if (!r) {
		memcpy(ret_generation, config, sizeof(*ret_generation));
		memcpy(&flags, config + 16 + (*ret_generation & 1) * SETTINGS + AT_FLAGS,
		       sizeof(flags));
		*ret_paused = flags & NDPX_S_PAUSED;
	}
	free(config);
	return r;
}

/* Rules on their way out of the maps. */
struct list {
	struct entry *entries;
	struct entry_stats *stats;
	size_t n, cap;
};

static int add(struct list *l, bool guest, const struct ndpx_key *raw, const struct abi4_rule *rule,
	       __u32 generation)
{
	const struct ndpx_policy *policy = &rule->policy[(__s32)(generation - rule->since) >= 0];
	struct abi4_guest_key key;

	if (policy->action == NDPX_ACT_NONE)
		return 0;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 256;
		struct entry *entries = realloc(l->entries, cap * sizeof(*entries));
		struct entry_stats *stats = realloc(l->stats, cap * sizeof(*stats));

		l->entries = entries ? entries : l->entries;
		l->stats = stats ? stats : l->stats;
		if (!entries || !stats)
			return -ENOMEM;
		l->cap = cap;
	}
	l->entries[l->n] = (struct entry){ .key = *raw, .policy = *policy };
	if (guest) {
		memcpy(&key, raw, sizeof(key));
		l->entries[l->n].key = (struct ndpx_key){ .bits = 128, .vlan = key.vlan };
		memcpy(l->entries[l->n].key.addr, key.addr, sizeof(key.addr));
	}
	l->stats[l->n] = (struct entry_stats){ rule->answers, rule->last_answer, { 0 } };
	memcpy(l->stats[l->n++].last_requester, rule->last_requester, sizeof(rule->last_requester));
	return 0;
}

static int read_hash(int fd, bool guest, __u32 generation, struct list *l)
{
	__u32 capacity = BATCH, count, i;
	struct abi4_rule *rules = NULL;
	struct ndpx_key *keys = NULL;
	__u64 at[4];
	void *in = NULL;
	int e = 0, r = 0;

	while (!r && e != ENOENT) {
		free(keys);
		free(rules);
		keys = malloc(capacity * sizeof(*keys));
		rules = malloc(capacity * sizeof(*rules));
		if (!keys || !rules) {
			r = -ENOMEM;
			break;
		}
		count = capacity;
		e = bpf_map_lookup_batch(fd, in, at, keys, rules, &count, NULL) ? errno : 0;
		if (e == ENOSPC && !count) {
			capacity *= 2; /* one bucket holds more */
			continue;
		}
		r = e && e != ENOENT && e != ENOSPC ? -e : 0;
		for (i = 0; i < count && !r; i++)
			r = add(l, guest, &keys[i], &rules[i], generation);
		in = at;
	}
	free(keys);
	free(rules);
	return r;
}

/* An entry and its statistics, for sorting both. */
struct pair {
	struct entry entry;
	struct entry_stats stats;
};

static int by_key(const void *a, const void *b)
{
	return entry_compare(a, b);
}

static int sort(struct list *l)
{
	struct pair *pairs = malloc((l->n + 1) * sizeof(*pairs));
	size_t i;

	if (!pairs)
		return -ENOMEM;
	for (i = 0; i < l->n; i++)
		pairs[i] = (struct pair){ l->entries[i], l->stats[i] };
	if (l->n)
		qsort(pairs, l->n, sizeof(*pairs), by_key);
	for (i = 0; i < l->n; i++) {
		l->entries[i] = pairs[i].entry;
		l->stats[i] = pairs[i].stats;
	}
	free(pairs);
	return 0;
}

/* Adds what `near` has counted. */
static int add_near(int fd, struct list *l)
{
	struct abi4_near *near = mmap(NULL, N_NEAR * sizeof(*near), PROT_READ, MAP_SHARED, fd, 0);
	size_t i;

	if (near == MAP_FAILED)
		return -errno;
	for (i = 0; i < N_NEAR; i++) {
		struct entry like = { .key = { .bits = 128, .vlan = (__u16)near[i].tag } };
		const struct entry *found;
		struct entry_stats *stats;

		if (!near[i].tag)
			continue;
		memcpy(like.key.addr, near[i].addr, sizeof(like.key.addr));
		found = entry_find(l->entries, l->n, &like);
		if (!found)
			continue;
		stats = &l->stats[found - l->entries];
		stats->answers += near[i].rule.answers;
		if (near[i].rule.last_answer <= stats->last_answer)
			continue;
		stats->last_answer = near[i].rule.last_answer;
		memcpy(stats->last_requester, near[i].rule.last_requester,
		       sizeof(stats->last_requester));
	}
	munmap(near, N_NEAR * sizeof(*near));
	return 0;
}

int abi4_counted(const struct abi4_maps *maps, struct dataplane_old *ret)
{
	struct list l = { 0 };
	__u32 generation = 0;
	bool ignored;
	int r = read_config(maps->fds[ABI4_CONFIG], &generation, &ignored);

	if (!r)
		r = read_hash(maps->fds[ABI4_GUESTS], true, generation, &l);
	if (!r)
		r = read_hash(maps->fds[ABI4_PREFIXES], false, generation, &l);
	if (!r)
		r = sort(&l);
	if (!r)
		r = add_near(maps->fds[ABI4_NEAR], &l);
	ret->rules = l.entries;
	ret->stats = l.stats;
	ret->n_rules = l.n;
	return r;
}

int abi4_read(const char *dir, bool is_ports, struct dataplane_old *ret)
{
	struct list shadows = { 0 };
	__u32 generation = 0;
	int r = open_maps(dir, is_ports, &ret->abi4);

	if (r)
		return r == -ENOENT ? -EPROTO : r;
	r = read_config(ret->abi4.fds[ABI4_CONFIG], &generation, &ret->paused);
	if (!r)
		r = abi4_counted(&ret->abi4, ret);
	if (!r && !is_ports)
		r = read_hash(ret->abi4.fds[ABI4_SHADOWS], false, generation, &shadows);
	if (!r)
		r = sort(&shadows);
	free(shadows.stats);
	ret->shadows = shadows.entries;
	ret->n_shadows = shadows.n;
	return r;
}
