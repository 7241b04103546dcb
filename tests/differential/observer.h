/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The port diff0 in this process's namespace, with a cable to diff0p: ndpx's hook on it,
 * the observer after the hook, and what became of each frame.
 */
#ifndef OBSERVER_H
#define OBSERVER_H

#include "observe.h"
#include "../bpf_run/prog.h"

struct outcome {
	unsigned int came;	   /* frames after the hook: 1 if it passed */
	__u8 frame[OBSERVE_BYTES]; /* the last of them, whole, the tag back in */
	size_t len;
	char reason[64]; /* the kernel's for dropping it; "" where it named none */
	int answered;	 /* the frame that was wanted left by the cable */
};

/* After prog_machine(). NULL, or why this machine cannot. */
const char *observer_begin(void);
int observer_knows_reasons(void); /* 0: no tracepoint, or it names none */
const char *observer_why_not(void);

/* Puts the program on diff0, in native mode for XDP, and takes it off. */
const char *observer_hook(enum prog_hook hook);
void observer_unhook(enum prog_hook hook);

/*
 * Sends one frame and waits until it is done, and for `want` if given, among whatever else
 * the kernel sends: 0, the errno of sending, or ETIMEDOUT.
 */
int observer_send(const __u8 *frame, size_t len, const __u8 *want, size_t want_len,
		  struct outcome *ret);

#endif
