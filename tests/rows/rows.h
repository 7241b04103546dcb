/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The rows of PROTOCOL.md as data: a frame, the settings and rules it meets, and the
 * expected result. For any runner - native, BPF_PROG_TEST_RUN, a wire - so nothing here
 * knows how a row is run. Must not use the code under test.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stddef.h>

#include "ndpx_abi.h"

enum row_act {
	ROW_PASS, /* the frame goes on, not a byte changed */
	ROW_DROP,
	ROW_ANSWER, /* `answer` leaves by the port the frame came in on */
};

/* Ports are named: a runner puts its own interface indexes into say.port. */
enum row_port {
	ROW_PORT_NONE,
	ROW_PORT_IN,	/* the port the frame comes in on */
	ROW_PORT_OTHER, /* another one */
};

struct row_rule {
	__u16 vlan;
	__u8 bits; /* 128: an entry of `guests`, else of `prefixes` */
	__u8 addr[16];
	struct ndpx_policy policy; /* say.port is left 0 */
	enum row_port port;
};

/*
 * What a frame meets: settings, including the prefix lengths in use, and rules. On a guest
 * port, H and L of the settings are the port's, and the rules' `vlan` is `group`.
 */
struct row_env {
	const char *name;
	int is_port;
	__u16 group;
	struct ndpx_settings settings;
	const struct row_rule *rules;
	size_t n_rules;
};

struct row {
	const char *name; /* "P63"; "answer" and "vector" for those sections of PROTOCOL.md */
	const char *what; /* a short sentence */
	const struct row_env *env;
	const __u8 *frame;
	size_t len;
	enum ndpx_verdict verdict;
	enum row_act act;
	const __u8 *answer; /* the whole frame, where `act` is ROW_ANSWER */
	size_t answer_len;
};

/* All rows of uplinks; the table is built at the first call and lives until exit. */
size_t rows_all(const struct row **ret);
/* Those of guest ports. */
size_t rows_of_ports(const struct row **ret);

/* As the program finds it, for native runs: every lease of an environment has run out. */
int row_lease_is_over(__u32 lease);

#endif
