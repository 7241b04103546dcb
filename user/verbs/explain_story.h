/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `explain` was asked, what it found out, and who prints it. */
#ifndef NDPX_EXPLAIN_STORY_H
#define NDPX_EXPLAIN_STORY_H

#include "cli/command.h"
#include "dataplane/dataplane.h"
#include "util/solicitation.h"

#define EXPLAIN_NEAREST	  3 /* rules shown where none decides */
#define EXPLAIN_OBSTACLES 12

/* One thing beside the program that keeps the guest from being reached. */
struct obstacle {
	char code[24]; /* where doctor has such a finding, its code */
	char text[600];
};

struct explain_args {
	const char *frame; /* hex, else NULL */
	struct in6_addr target;
	struct place place;
	bool have_target, have_from, dad, probe;
	struct solicitation solicitation;
};

/* What is known about the solicitation once it was tried. */
struct story {
	struct explain_args args;
	uint8_t frame[FRAME_ROOM];
	size_t len;
	struct test_run test_run;
	bool is_port;		/* a guest port, else an uplink */
	struct port_state port; /* with is_port */
	uint16_t vlan;		/* of a guest port the number of its section */
	struct match rule;
	struct entry *nearest; /* owned */
	size_t n_nearest;
	struct obstacle obstacles[EXPLAIN_OBSTACLES];
	size_t n_obstacles;
};

/* What stands in the way of what a good answer attracts. 0, or -errno with *err set. */
int explain_obstacles(struct dataplane *dp, struct story *s, struct error *err);

void explain_print(const struct story *s, struct output *out);

#endif
