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
#include "util/array.h"

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

void abi4_unpin(const char *dir)
{
	static const char *const names[] = { "guests", "prefixes", "shadows", "near", "askers" };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(dataplane_path(dir, names[i], path));
}

enum map { GUESTS, PREFIXES, SHADOWS, NEAR, CONFIG, N_MAPS };

struct abi4_maps {
	int fds[N_MAPS];
};

void abi4_close(struct abi4_maps *maps)
{
	int i;

	for (i = 0; maps && i < N_MAPS; i++) {
		if (maps->fds[i] >= 0)
			close(maps->fds[i]);
	}
	free(maps);
}

static int open_maps(const char *dir, bool is_ports, struct abi4_maps **ret)
{
	static const struct {
		const char *name;
		__u32 key, value;
	} maps[N_MAPS] = {
		[GUESTS] = { "guests", sizeof(struct ndpx_key), sizeof(struct abi4_rule) },
		[PREFIXES] = { "prefixes", sizeof(struct ndpx_key), sizeof(struct abi4_rule) },
		[SHADOWS] = { "shadows", sizeof(struct ndpx_key), sizeof(struct abi4_rule) },
		[NEAR] = { "near", sizeof(__u32), sizeof(struct abi4_near) },
		[CONFIG] = { "config", sizeof(__u32), SIZE_CONFIG },
	};
	struct abi4_maps *open = malloc(sizeof(*open));
	int i, r = 0;

	if (!open)
		return -ENOMEM;
	memset(open, -1, sizeof(*open));
	for (i = 0; i < N_MAPS && !r; i++) {
		if (i == SHADOWS && is_ports)
			continue;
		open->fds[i] = open_map(dir, maps[i].name, maps[i].key, maps[i].value);
		r = open->fds[i] < 0 ? open->fds[i] : 0;
	}
	if (r)
		abi4_close(open);
	else
		*ret = open;
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

/* A rule on its way out of the maps. */
struct pair {
	struct entry entry; /* first: by_key() */
	struct entry_stats stats;
};

struct list {
	struct pair *pairs; /* owned */
	size_t n;
	__u32 generation;
	bool guests; /* reading `guests`, which has keys of its own */
};

static int add(void *arg, const void *key_of, const void *value)
{
	struct list *l = arg;
	const struct ndpx_key *raw = key_of;
	const struct abi4_rule *rule = value;
	const struct ndpx_policy *policy = &rule->policy[(__s32)(l->generation - rule->since) >= 0];
	struct pair pair = { .entry = { *raw, *policy },
			     .stats = { .answers = rule->answers,
					.last_answer = rule->last_answer } };
	struct abi4_guest_key key;

	if (policy->action == NDPX_ACT_NONE)
		return 0;
	if (l->guests) {
		memcpy(&key, raw, sizeof(key));
		pair.entry.key = (struct ndpx_key){ .bits = 128, .vlan = key.vlan };
		memcpy(pair.entry.key.addr, key.addr, sizeof(key.addr));
	}
	memcpy(pair.stats.last_requester, rule->last_requester, sizeof(rule->last_requester));
	return array_push(l->pairs, l->n, pair) ? 0 : -ENOMEM;
}

static int read_hash(int fd, bool guests, struct list *l)
{
	l->guests = guests;
	return dataplane_each(fd, sizeof(struct ndpx_key), sizeof(struct abi4_rule), add, l);
}

static int by_key(const void *a, const void *b)
{
	return entry_compare(a, b);
}

/* Sorts them, and takes them apart; the list goes. -ENOMEM. */
static int finish(struct list *l, int r, struct entry **ret, struct entry_stats **ret_stats,
		  size_t *ret_n)
{
	size_t i;

	if (!r) {
		*ret = malloc((l->n + 1) * sizeof(**ret));
		*ret_stats = malloc((l->n + 1) * sizeof(**ret_stats));
		r = *ret && *ret_stats ? 0 : -ENOMEM;
	}
	if (!r && l->n)
		qsort(l->pairs, l->n, sizeof(*l->pairs), by_key);
	for (i = 0; i < l->n && !r; i++) {
		(*ret)[i] = l->pairs[i].entry;
		(*ret_stats)[i] = l->pairs[i].stats;
	}
	*ret_n = r ? 0 : l->n;
	free(l->pairs);
	return r;
}

/* Adds what `near` has counted. */
static int add_near(int fd, struct dataplane_old *ret)
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
		found = entry_find(ret->rules, ret->n_rules, &like);
		if (!found)
			continue;
		stats = &ret->stats[found - ret->rules];
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
	bool ignored;
	int r = read_config(maps->fds[CONFIG], &l.generation, &ignored);

	if (!r)
		r = read_hash(maps->fds[GUESTS], true, &l);
	if (!r)
		r = read_hash(maps->fds[PREFIXES], false, &l);
	r = finish(&l, r, &ret->rules, &ret->stats, &ret->n_rules);
	return r ? r : add_near(maps->fds[NEAR], ret);
}

int abi4_read(const char *dir, bool is_ports, struct dataplane_old *ret)
{
	struct entry_stats *none = NULL;
	struct list shadows = { 0 };
	int r = open_maps(dir, is_ports, &ret->abi4);

	if (r)
		return r == -ENOENT ? -EPROTO : r;
	r = read_config(ret->abi4->fds[CONFIG], &shadows.generation, &ret->paused);
	if (!r)
		r = abi4_counted(ret->abi4, ret);
	if (!r && !is_ports)
		r = read_hash(ret->abi4->fds[SHADOWS], false, &shadows);
	r = finish(&shadows, r, &ret->shadows, &none, &ret->n_shadows);
	free(none);
	return r;
}
