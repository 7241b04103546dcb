// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Reading a whole hash of the kernel's, thousands of elements a system call. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "dataplane/internal.h"

#define BATCH 4096

/* Elements as they come from the kernel. */
struct batch {
	char *keys, *values; /* owned */
	__u32 key_size, value_size, capacity;
	__u32 at[4]; /* where the next one begins */
	void *in;    /* `at`, or NULL for the first */
};

/* Makes room for `capacity` elements. -ENOMEM. */
static int make_room(struct batch *b, __u32 capacity)
{
	free(b->keys);
	free(b->values);
	b->capacity = capacity;
	b->keys = malloc((size_t)capacity * b->key_size);
	b->values = malloc((size_t)capacity * b->value_size);
	return b->keys && b->values ? 0 : -ENOMEM;
}

/* The next ones; *ret_end: there are no more. -errno. */
static int next(struct batch *b, int fd, __u32 *ret_n, bool *ret_end)
{
	int e, r;

	for (;;) {
		*ret_n = b->capacity;
		e = bpf_map_lookup_batch(fd, b->in, b->at, b->keys, b->values, ret_n, NULL) ? errno
											    : 0;
		if (e != ENOSPC || *ret_n)
			break;
		r = make_room(b, b->capacity * 2); /* one bucket holds more */
		if (r)
			return r;
	}
	b->in = b->at;
	*ret_end = e == ENOENT;
	return e && e != ENOENT && e != ENOSPC ? -e : 0;
}

int dataplane_each(int fd, __u32 key_size, __u32 value_size,
		   int (*each)(void *arg, const void *key, const void *value), void *arg)
{
	struct batch b = { .key_size = key_size, .value_size = value_size };
	int r = make_room(&b, BATCH);
	bool end = false;
	__u32 n, i;

	while (!r && !end) {
		r = next(&b, fd, &n, &end);
		for (i = 0; !r && i < n; i++)
			r = each(arg, b.keys + (size_t)i * key_size,
				 b.values + (size_t)i * value_size);
	}
	free(b.keys);
	free(b.values);
	return r;
}
