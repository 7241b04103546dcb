/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arrays that grow at powers of two, so that no capacity need be kept beside the number. */
#ifndef NDPX_ARRAY_H
#define NDPX_ARRAY_H

#include <stdlib.h>

/*
 * Room for one more behind the `n` items of `size` bytes; the caller stores the pointer
 * and counts. NULL: no memory, and the array is where and as it was.
 */
static inline void *array_room(void *items, size_t n, size_t size)
{
	if (n & (n - 1))
		return items;
	return realloc(items, (n ? n * 2 : 1) * size);
}

/* Appends a copy of `item`, which may have commas in parentheses only; false: no memory. */
#define array_push(items, n, item)                                                                 \
	({                                                                                         \
		void *room_ = array_room((items), (n), sizeof(*(items)));                          \
                                                                                                   \
		if (room_) {                                                                       \
			(items) = room_;                                                           \
			(items)[(n)++] = (item);                                                   \
		}                                                                                  \
		room_ != NULL;                                                                     \
	})

#endif
