/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Classes of differences between the two hosts, counted, against the list of those
 * expected. A class is a row and what each does; why is the list's.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include "side.h"

/* Reads the list; 0, or -1 after saying what is wrong with it. */
int compare_expect(const char *path);

/* Whether that difference is in the list. */
int compare_is_expected(const char *row, const char *theirs, const char *ours);

/* Counts one; the first frames of a class that is not expected are shown. */
void compare_count(const char *row, const char *theirs, const char *ours, const __u8 *frame,
		   size_t len);

/* Two answers: calls `differ` for each thing in which they do. -1 where one is no valid NA. */
int compare_answers(const struct heard *theirs, const struct heard *ours,
		    void (*differ)(void *ctx, const char *theirs, const char *ours), void *ctx);

/* Prints the list with what was found; the number of classes unexpected or missing. */
int compare_report(void);

#endif
