/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The real BPF object in BPF_PROG_TEST_RUN: loading it, filling its maps from a row's
 * environment, running a frame and reading what moved. Everything happens in
 * a network namespace of the test's own; nothing is attached or pinned.
 */
#ifndef PROG_H
#define PROG_H

#include <stddef.h>

#include "dataplane/table.h"
#include "ndpx_abi.h"
#include "rows.h"

#define PROG_SKIP 77 /* exit status: this machine cannot run the test */

#ifndef BPF_F_XDP_HAS_FRAGS
#define BPF_F_XDP_HAS_FRAGS (1U << 5)
#endif

#ifndef BPF_F_TEST_SKB_CHECKSUM_COMPLETE
#define BPF_F_TEST_SKB_CHECKSUM_COMPLETE (1U << 2)
#endif

enum prog_hook {
	HOOK_XDP,
	HOOK_XDP_FRAGS, /* for multi-buffer frames, with the coarse clock */
	HOOK_TC,
	HOOK_END, /* of uplinks */
	HOOK_PORT = HOOK_END,
	HOOK_COUNT,
};

/* Ports of the namespace; all loopback if TEST_RUN cannot be given one (before 5.14). */
struct prog_ports {
	__u32 in, guest, upper;
	int given; /* 1: `in` is handed to TEST_RUN */
	int frags; /* 1: the kernel has multi-buffer XDP, 5.18 */
};

struct prog {
	struct bpf_object *obj;
	int fd[HOOK_COUNT]; /* -1: not in this object */
	int counters, hot, rates, config, state, ports, links;
	struct table table;	       /* the first segment of `rules` */
	struct ndpx_rule_stats *stats; /* the first segment of `rule_stats` */
	__u8 *filter;
	__u32 n_stats;
	const struct row_env *env;  /* what the maps hold, NULL: something else */
	__u64 generation;	    /* of `state` */
	struct ndpx_config content; /* of `config` */
};

/* policy[0] holds before generation `since`, policy[1] from it on. */
struct prog_rule {
	struct ndpx_policy policy[2];
	__u64 since;
};

struct prog_result {
	enum row_act act;
	int other; /* the return value if it is not a row_act, else 0 */
	__u8 out[8192];
	__u32 len;
	__u64 moved[NDPX_COUNTERS];
};

extern struct prog_ports prog_ports;

/* Namespace and ports, before the first load. NULL, or why this machine cannot. */
const char *prog_machine(void);
/* The flag with which programs load: with $NDPX_STRICT_ALIGN as on a machine without unaligned accesses. */
__u32 prog_flags(void);
/* The object's file, $NDPX_BPF_OBJECT. */
const char *prog_path(void);

/* The object for a hook, loaded at the first call; skips if the kernel can't. */
struct prog *prog_for(enum prog_hook hook);
const char *prog_hook_name(enum prog_hook hook);

void prog_clear(struct prog *p); /* no rules, no requesters */
void prog_fill(struct prog *p, const struct row_env *env);
void prog_config_write(struct prog *p); /* p->content and p->generation go into force */
/* In place of what is said there, which keeps its statistics. */
void prog_put(struct prog *p, const struct row_rule *at, const struct prog_rule *rule);
/* What was counted there. */
void prog_get(struct prog *p, const struct row_rule *at, struct ndpx_rule_stats *ret);

/* A key of `links` for untagged frames, and its bit in p->content.set[0]; ends the row's `env`. */
void prog_link(struct prog *p, enum ndpx_link_kind kind, __u64 value);

/* 0, or the errno of TEST_RUN itself. */
int prog_run(enum prog_hook hook, const __u8 *frame, size_t len, struct prog_result *ret);

/* Makes `ifindex` a guest port with H and L of `env`; NULL: no longer a guest port. */
void prog_port(struct prog *p, __u32 ifindex, const struct row_env *env);
/* Is it a hook that is handed a struct __sk_buff? */
int prog_is_tc(enum prog_hook hook);

/* Asserts: act, verdict's counter and no other, and the whole frame; for row->frame. */
void prog_expect(enum prog_hook hook, const struct row *row);
/* A row with another act and verdict than the table's. */
void prog_expect_verdict(enum prog_hook hook, const struct row *row, enum ndpx_verdict verdict,
			 enum row_act act);
/* The same for a row of uplinks on a guest port: tagged frames belong to no section. */
void prog_expect_on_port(const struct row *row);
/* The row with this name and sentence; aborts if there is none. */
const struct row *prog_row(const char *name, const char *what);

__u32 prog_ifindex(enum row_port port);
int prog_sh(const char *command); /* 0 when it succeeded */

/* The tests beyond the row table: the number that failed. */
int prog_rules(void);
int prog_kernel(void);
int prog_ports_kernel(void);
int prog_budget(void);

#endif
