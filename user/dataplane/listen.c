// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A listener is a perf event for each CPU, in the elements that are its own. Its bit in the state
 * makes programs tell; they take it out where its elements are empty.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"
#include "dataplane/listen.h"

#define PAGES 64 /* of a CPU's ring: about 1000 solicitations */

struct listener {
	struct space *space;
	struct perf_buffer *ring;
	listener_fn *fn;
	void *arg;
	__u32 number, left_out;	 /* as of the last call */
	unsigned long long lost; /* by the rings */
};

static enum bpf_perf_event_ret on_record(void *arg, int cpu, struct perf_event_header *header)
{
	const struct {
		struct perf_event_header header;
		__u64 id, lost;
	} *lost = (const void *)header;
	const struct {
		struct perf_event_header header;
		__u32 size;
		unsigned char data[];
	} *sample = (const void *)header;
	struct listener *listener = arg;
	struct ndpx_told told;

	(void)cpu;
	if (header->type == PERF_RECORD_LOST)
		listener->lost += lost->lost;
	if (header->type != PERF_RECORD_SAMPLE || sample->size < sizeof(told))
		return LIBBPF_PERF_EVENT_CONT;
	memcpy(&told, sample->data, sizeof(told));
	listener->fn(listener->arg, &told, sample->data + sizeof(told),
		     sample->size - sizeof(told));
	return LIBBPF_PERF_EVENT_CONT;
}

static void say_so(const struct listener *listener)
{
	__atomic_fetch_or(&listener->space->state->listening, 1u << listener->number,
			  __ATOMIC_SEQ_CST);
}

/* One that is offline has no perf events. CPU 0 has no such file where it cannot go. */
static bool is_online(int cpu)
{
	char path[64];
	FILE *f;
	int c;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	f = fopen(path, "re");
	if (!f)
		return true;
	c = fgetc(f);
	fclose(f);
	return c != '0';
}

/* Its events, in the elements of its number. */
static int open_ring(struct listener *listener)
{
	struct perf_event_attr attr = { .size = sizeof(attr),
					.type = PERF_TYPE_SOFTWARE,
					.config = PERF_COUNT_SW_BPF_OUTPUT,
					.sample_type = PERF_SAMPLE_RAW,
					.sample_period = 1,
					.wakeup_events = 1 };
	LIBBPF_OPTS(perf_buffer_raw_opts, opts);
	int cpus = libbpf_num_possible_cpus(), i, r;
	int *cpu;

	if (cpus <= 0)
		return -ENOSYS;
	cpu = calloc((size_t)cpus * 2, sizeof(*cpu));
	if (!cpu)
		return -ENOMEM;
	opts.cpus = cpu;
	opts.map_keys = cpu + cpus;
	for (i = 0; i < cpus && i < (int)NDPX_LISTENER_CPUS; i++) {
		if (!is_online(i))
			continue;
		opts.cpus[opts.cpu_cnt] = i;
		opts.map_keys[opts.cpu_cnt++] = (int)(listener->number * NDPX_LISTENER_CPUS) + i;
	}
	listener->ring = perf_buffer__new_raw(listener->space->fds[SPACE_LISTENERS], PAGES, &attr,
					      on_record, listener, &opts);
	r = listener->ring ? 0 : -errno;
	free(cpu);
	return r;
}

/* A number that nobody has. Bits of the dead go once a program has something to tell. */
static bool choose(struct listener *listener)
{
	__u32 taken = __atomic_load_n(&listener->space->state->listening, __ATOMIC_SEQ_CST), i;

	for (i = 0; i < NDPX_LISTENERS && taken & 1u << i; i++)
		;
	listener->number = i;
	return i < NDPX_LISTENERS;
}

static int begin(struct listener *listener, struct error *err)
{
	int r;

	if (!choose(listener))
		return error_set(err, EXIT_KERNEL, EBUSY,
				 "%u processes are listening already: end one", NDPX_LISTENERS);
	r = open_ring(listener);
	if (r)
		return dataplane_fail(err, -r, "perf events");
	listener->left_out = listener->space->state->left_out;
	say_so(listener);
	return 0;
}

int listener_open(const char *bpffs, listener_fn *fn, void *arg, struct listener **ret,
		  struct error *err)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	char dir[PATH_MAX];
	int lock = -1, r;

	if (!listener)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	listener->fn = fn;
	listener->arg = arg;
	r = dataplane_lock(bpffs, false, &lock, err);
	if (!r) {
		r = space_open(dataplane_netns_dir(bpffs, dir), &listener->space);
		if (r && r != -ENOENT)
			dataplane_fail(err, -r, dir);
	}
	if (!r)
		r = begin(listener, err);
	if (lock >= 0)
		dataplane_unlock(lock);
	if (r)
		listener_close(listener);
	else
		*ret = listener;
	return r;
}

int listener_read(struct listener *listener, int ms)
{
	int r;

	/* A program may have taken it out with a dead one's, when we came. */
	say_so(listener);
	r = perf_buffer__poll(listener->ring, ms);
	return r < 0 ? r : 0;
}

unsigned long long listener_left_out(struct listener *listener)
{
	__u32 now = __atomic_load_n(&listener->space->state->left_out, __ATOMIC_RELAXED);
	unsigned long long n = (__u32)(now - listener->left_out) + listener->lost;

	listener->left_out = now;
	listener->lost = 0;
	return n;
}

void listener_close(struct listener *listener)
{
	if (listener->ring) {
		__atomic_fetch_and(&listener->space->state->listening, ~(1u << listener->number),
				   __ATOMIC_SEQ_CST);
		perf_buffer__free(listener->ring);
	}
	space_put(listener->space);
	free(listener);
}
