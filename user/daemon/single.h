/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One `run` for each directory and network namespace. */
#ifndef NDPX_SINGLE_H
#define NDPX_SINGLE_H

#include <sys/types.h>

#include "util/error.h"

/*
 * Claims it until the descriptor *ret_fd is closed, which becomes readable when somebody asks:
 * single_answer(). -EBUSY with *err naming the process that has it.
 */
int single_claim(const char *bpffs, int *ret_fd, struct error *err);
void single_answer(int fd);
/* Lets it know, if it is there, that this process has changed something. */
void single_tell(const char *bpffs);
/* The process that has it, 0: none, or not root's. */
pid_t single_holder(const char *bpffs);

#endif
