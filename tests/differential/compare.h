/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Counts classes of differences between the two hosts and checks them against the list of
 * expected ones. A class is a row and what each host does; the list adds why.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include "side.h"

/* Reads the list; 0, or -1 with the problem printed. */
int compare_expect(const char *path);

/* Is that difference in the list? */
int compare_is_expected(const char *row, const char *theirs, const char *ours);

/* Counts one; shows the first frames of an unexpected class. */
void compare_count(const char *row, const char *theirs, const char *ours, const __u8 *frame,
		   size_t len);

/* Calls `differ` for each difference between two answers. -1 if either is not a valid NA. */
int compare_answers(const struct heard *theirs, const struct heard *ours,
		    void (*differ)(void *ctx, const char *theirs, const char *ours), void *ctx);

/* Prints the list with the counts; returns the number of unexpected and missing classes. */
int compare_report(void);

#endif
