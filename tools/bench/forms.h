/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The solicitations of the benchmark, and the answers of ndpx with its defaults. */
#ifndef BENCH_FORMS_H
#define BENCH_FORMS_H

#include "build.h"

#define BENCH_VLAN 88 /* of the tagged form */

/*
 * A solicitation for `target`, in the named form; dies if there is none of that name. The
 * requesting MAC ends in 1 + `stream`, by which its answers are known; `requester` (16 bits)
 * makes for more of them.
 */
struct ask form_ask(const char *name, const char *target, unsigned int stream,
		    unsigned int requester);

/* The one right answer, in full. */
struct frame form_answer(const struct ask *ask);

#endif
