// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the instances of a network namespace share: opening and making it, and its maps as
 * memory. Arrays of arrays are one stretch of memory here.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dataplane/internal.h"
#include "dataplane/space.h"

#define SEGMENT_SIZE	   (NDPX_SEGMENT_BUCKETS * sizeof(struct ndpx_bucket))
#define STATS_SEGMENT_SIZE (NDPX_STATS_SEGMENT * sizeof(struct ndpx_rule_stats))

static struct space *opened; /* the one that is open: a process works in one namespace */

__u64 space_generation(const struct space *sp)
{
	return NDPX_GENERATION(__atomic_load_n(&sp->state->word, __ATOMIC_ACQUIRE));
}

/* --- the maps as memory --- */

/* An array of arrays, as seen from here: one stretch of memory. */
struct stretch {
	int outer;
	const char *name; /* of new segments */
	void *base;
	__u32 entries, value_size, *n_mapped;
};

static struct stretch rules_of(struct space *sp)
{
	return (struct stretch){ sp->fds[SPACE_RULES],	     "rules_segment",
				 sp->table.bucket,	     NDPX_SEGMENT_BUCKETS,
				 sizeof(struct ndpx_bucket), &sp->n_segments };
}

static struct stretch stats_of(struct space *sp)
{
	return (struct stretch){
		sp->fds[SPACE_STATS],		"stats_segment",      sp->stats, NDPX_STATS_SEGMENT,
		sizeof(struct ndpx_rule_stats), &sp->n_stats_segments
	};
}

/* Maps the next segment; its descriptor in *ret_fd, unless that is NULL. -errno. */
static int map_next(struct stretch *s, int *ret_fd)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info), id;
	size_t size = (size_t)s->entries * s->value_size;
	int fd, r = 0;

	if (bpf_map_lookup_elem(s->outer, s->n_mapped, &id))
		return -errno;
	fd = bpf_map_get_fd_by_id(id);
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) || info.type != BPF_MAP_TYPE_ARRAY ||
	    info.value_size != s->value_size || info.max_entries != s->entries)
		r = -EPROTO;
	else if (mmap((char *)s->base + *s->n_mapped * size, size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
		r = -errno;
	if (r || !ret_fd)
		close(fd);
	else
		*ret_fd = fd;
	*s->n_mapped += !r;
	return r;
}

static int make_segment(const struct stretch *s)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, s->name, sizeof(__u32), s->value_size,
				s->entries, &opts);

	return fd < 0 ? -errno : fd;
}

/*
 * Segments up to `n`, mapped: those there and new ones. In one call for all of them, since an
 * update of an array of maps waits for a grace period (before kernel 5.17, one by one).
 */
static int extend(struct stretch *s, __u32 n)
{
	__u32 first, count = 0, i, keys[NDPX_MAX_SEGMENTS];
	int fds[NDPX_MAX_SEGMENTS], r = 0;

	while (*s->n_mapped < n && !map_next(s, NULL))
		;
	first = *s->n_mapped;
	if (first >= n)
		return 0;
	for (i = first; i < n && !r; i++) {
		fds[count] = make_segment(s);
		if (fds[count] < 0)
			r = fds[count];
		else
			keys[count++] = i;
	}
	i = count;
	if (!r && bpf_map_update_batch(s->outer, keys, fds, &i, NULL)) {
		for (i = 0; i < count && !r; i++)
			r = bpf_map_update_elem(s->outer, &keys[i], &fds[i], BPF_ANY) ? -errno : 0;
	}
	while (count)
		close(fds[--count]);
	while (!r && *s->n_mapped < n)
		r = map_next(s, NULL);
	return r;
}

int space_extend_rules(struct space *sp, __u32 n)
{
	struct stretch rules = rules_of(sp);

	return extend(&rules, n);
}

int space_extend_stats(struct space *sp, __u32 n)
{
	struct stretch stats = stats_of(sp);

	return extend(&stats, n);
}

static void *reserve_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

#define RULES_MEMORY ((size_t)NDPX_MAX_SEGMENTS * SEGMENT_SIZE)
#define STATS_MEMORY ((size_t)NDPX_MAX_STATS_SEGMENTS * STATS_SEGMENT_SIZE)

/* What there is to reserve and to map before anything is read. */
static int map_memory(struct space *sp)
{
	void *p = mmap(NULL, sizeof(*sp->state), PROT_READ | PROT_WRITE, MAP_SHARED,
		       sp->fds[SPACE_STATE], 0);

	if (p == MAP_FAILED)
		return -errno;
	sp->state = p;
	p = mmap(NULL, NDPX_FILTER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, sp->fds[SPACE_FILTER],
		 0);
	if (p == MAP_FAILED)
		return -errno;
	sp->filter = p;
	sp->table.bucket = reserve_memory(RULES_MEMORY);
	sp->stats = reserve_memory(STATS_MEMORY);
	return sp->table.bucket && sp->stats ? 0 : -ENOMEM;
}

/* Maps what the table has got since. -errno. */
static int refresh(struct space *sp)
{
	__u32 log2 = NDPX_LOG2_SEGMENTS(__atomic_load_n(&sp->state->word, __ATOMIC_ACQUIRE));
	struct stretch rules = rules_of(sp), stats = stats_of(sp);
	__u32 n = (sp->state->n_stats + NDPX_STATS_SEGMENT - 1) / NDPX_STATS_SEGMENT;
	int r = 0;

	if (log2 > NDPX_MAX_LOG2_SEGMENTS || n > NDPX_MAX_STATS_SEGMENTS)
		return -EPROTO;
	/* Segments that came after others had gone are not those that were mapped. */
	if (sp->resizes != sp->state->resizes)
		sp->n_segments = 0;
	sp->resizes = sp->state->resizes;
	while (sp->n_segments < 1u << log2 && !r)
		r = map_next(&rules, sp->first_segment < 0 ? &sp->first_segment : NULL);
	while (sp->n_stats_segments < n && !r)
		r = map_next(&stats, NULL);
	if (!r)
		sp->table.buckets = NDPX_SEGMENT_BUCKETS << log2;
	return r;
}

int space_look(struct space *sp, struct space_view *ret)
{
	/* In this order: whoever sees a number sees the size that came before it. */
	ret->resizes = __atomic_load_n(&sp->state->resizes, __ATOMIC_SEQ_CST);
	ret->generation = space_generation(sp);
	return refresh(sp);
}

bool space_is_valid(const struct space *sp, const struct space_view *view)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&sp->state->horizon, __ATOMIC_SEQ_CST) <= view->generation &&
	       __atomic_load_n(&sp->state->resizes, __ATOMIC_SEQ_CST) == view->resizes;
}

/*
 * An update of an array of maps waits for what runs now (maybe_wait_bpf_programs(), kernel
 * 4.16). Unlike membarrier(), it does so on nohz_full CPUs and in containers as well.
 */
void space_grace_period(struct space *sp)
{
	const __u32 first = 0;

	if (sp->pinned)
		bpf_map_update_elem(sp->fds[SPACE_RULES], &first, &sp->first_segment, BPF_ANY);
}

/* --- opening and making --- */

static void destroy(struct space *sp)
{
	int i;

	if (sp->state)
		munmap(sp->state, sizeof(*sp->state));
	if (sp->filter)
		munmap(sp->filter, NDPX_FILTER_SIZE);
	if (sp->table.bucket)
		munmap(sp->table.bucket, RULES_MEMORY);
	if (sp->stats)
		munmap(sp->stats, STATS_MEMORY);
	for (i = 0; i < SPACE_MAPS; i++) {
		if (sp->fds[i] >= 0)
			close(sp->fds[i]);
	}
	if (sp->first_segment >= 0)
		close(sp->first_segment);
	if (opened == sp)
		opened = NULL;
	free(sp);
}

static struct space *allocate(const char *dir)
{
	struct space *sp = calloc(1, sizeof(*sp));
	int i;

	if (!sp)
		return NULL;
	snprintf(sp->dir, sizeof(sp->dir), "%s", dir);
	for (i = 0; i < SPACE_MAPS; i++)
		sp->fds[i] = -1;
	sp->first_segment = -1;
	sp->refs = 1;
	return sp;
}

static int make_map(enum space_map map)
{
	const char *name = dataplane_map_names[map];

	if (map == SPACE_EVENTS)
		return bpf_map_create(BPF_MAP_TYPE_RINGBUF, name, 0, 0, NDPX_EVENTS_SIZE, NULL);
	return bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, name, sizeof(__u32), sizeof(__u32),
			      NDPX_LISTENERS * NDPX_LISTENER_CPUS, NULL);
}

/* Builds of this ABI before programs told of anything made spaces without the maps for that. */
static int open_map(const char *dir, enum space_map map)
{
	char path[PATH_MAX];
	int fd = bpf_obj_get(dataplane_path(dir, dataplane_map_names[map], path));

	if (fd >= 0 || errno != ENOENT || (map != SPACE_EVENTS && map != SPACE_LISTENERS))
		return fd;
	fd = make_map(map);
	if (fd >= 0 && bpf_obj_pin(fd, path)) {
		close(fd);
		fd = errno == EEXIST ? bpf_obj_get(path) : -1;
	}
	return fd;
}

int space_open(const char *dir, struct space **ret)
{
	struct space *sp;
	int i, r = 0;

	if (opened && !strcmp(opened->dir, dir)) {
		r = refresh(opened);
		if (!r) {
			opened->refs++;
			*ret = opened;
		}
		return r;
	}
	sp = allocate(dir);
	if (!sp)
		return -ENOMEM;
	/* The last one first: its absence says that the others are not whole. */
	for (i = SPACE_MAPS - 1; i >= 0 && !r; i--) {
		sp->fds[i] = open_map(dir, (enum space_map)i);
		r = sp->fds[i] < 0				     ? -errno
		    : dataplane_map_fits(sp->fds[i], (enum map_id)i) ? 0
								     : -EPROTO;
		if (r == -ENOENT && i < SPACE_STATE)
			r = -EPROTO;
	}
	if (!r)
		r = map_memory(sp);
	if (!r && sp->state->abi != NDPX_ABI_VERSION)
		r = -EPROTO;
	if (!r)
		r = refresh(sp);
	if (r) {
		destroy(sp);
		return r;
	}
	sp->pinned = true;
	*ret = opened = sp;
	return 0;
}

int space_new(const char *dir, const int fds[SPACE_MAPS], struct space **ret)
{
	struct space *sp = allocate(dir);
	struct stretch rules;
	int r;

	if (!sp)
		return -ENOMEM;
	memcpy(sp->fds, fds, sizeof(sp->fds));
	r = map_memory(sp);
	if (!r)
		r = space_extend_rules(sp, 1);
	if (!r)
		r = space_extend_stats(sp, 1);
	rules = rules_of(sp);
	if (!r) {
		/* Once more, for its descriptor. */
		sp->n_segments = 0;
		r = map_next(&rules, &sp->first_segment);
	}
	if (r) {
		memset(sp->fds, -1, sizeof(sp->fds)); /* still the caller's */
		destroy(sp);
		return r;
	}
	sp->table.buckets = NDPX_SEGMENT_BUCKETS;
	table_clear(&sp->table, 0, sp->table.buckets);
	sp->state->abi = NDPX_ABI_VERSION;
	sp->state->n_stats = 1; /* place 0 is no rule's */
	sp->state->word = NDPX_WORD(1, 0);
	*ret = opened = sp;
	return 0;
}

int space_pin(struct space *sp, struct error *err)
{
	char path[PATH_MAX];
	int i;

	if (sp->pinned)
		return 0;
	unlink(dataplane_path(sp->dir, dataplane_map_names[SPACE_STATE], path));
	for (i = 0; i < SPACE_MAPS; i++) {
		dataplane_path(sp->dir, dataplane_map_names[i], path);
		unlink(path);
		if (bpf_obj_pin(sp->fds[i], path))
			return dataplane_fail(err, errno, path);
	}
	sp->pinned = true;
	return 0;
}

void space_put(struct space *sp)
{
	if (sp && !--sp->refs)
		destroy(sp);
}

void space_remove(const char *dir)
{
	char path[PATH_MAX];
	int i;

	for (i = SPACE_MAPS - 1; i >= 0; i--)
		unlink(dataplane_path(dir, dataplane_map_names[i], path));
}
