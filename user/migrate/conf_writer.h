/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An ndpx.conf in the making, for `import-from`: uplinks, rules and comments in the
 * order they come in. What ndpx.conf cannot hold becomes a comment that says why, so
 * that the result passes `ndpx check`. Pure: no kernel, no files.
 */
#ifndef NDPX_CONF_WRITER_H
#define NDPX_CONF_WRITER_H

#include <stdio.h>

#include "config/model.h"
#include "netlink/netlink.h"

/* One line of the result: a rule, or, without `is_rule`, a comment alone. */
struct conf_writer_item {
	bool is_rule;
	struct rule rule; /* rule.line: of what was read, 0: it has no lines */
	char *text;	  /* the comment, owned; NULL: none */
	int line;
};

struct conf_writer_items {
	struct conf_writer_item *items; /* owned */
	size_t n;
};

#define DRAFT_TITLE_LEN (DEV_NAME_LEN + 8) /* a name, and ".4094" */

struct conf_writer_uplink {
	char name[DEV_NAME_LEN];     /* as what was read calls it */
	char title[DRAFT_TITLE_LEN]; /* as ndpx.conf calls it */
	char *refused;		     /* why it cannot be an uplink, owned; NULL: it can */
	int line;
	struct conf_writer_items in;
};

struct conf_writer {
	const struct nl_state *state; /* to tell VLAN devices; NULL: names are all there is */
	struct conf_writer_items head, top;
	struct conf_writer_items
		warnings; /* comments that must not be overlooked, for stderr as well */
	struct conf_writer_uplink *uplinks; /* owned */
	size_t n_uplinks;
	size_t lost;	/* comments that stand for something which is not answered the same way */
	bool no_memory; /* conf_writer_write() tells */
};

/* In place of an uplink: above them all, what is to be said of all, and what of single lines. */
#define CONF_WRITER_HEAD ((size_t)-2)
#define CONF_WRITER_TOP	 ((size_t)-1)

/* The place of an uplink; made where nothing named the same link before. */
size_t conf_writer_uplink(struct conf_writer *conf, const char *name, int line);
/* Says that this cannot be an uplink: its rules become comments. */
void conf_writer_refuse(struct conf_writer *conf, size_t uplink, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A comment in an uplink, at CONF_WRITER_HEAD or CONF_WRITER_TOP; `line` 0: about no line. */
void conf_writer_note(struct conf_writer *conf, size_t uplink, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same for what ndpx will not do although it was done before. */
void conf_writer_lost(struct conf_writer *conf, size_t uplink, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A comment that is a warning as well. */
void conf_writer_warn(struct conf_writer *conf, size_t uplink, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* An option of what ran before that ndpx does without; a list ends with NULL. */
struct conf_writer_option {
	const char *key, *why;
};
/* A comment for the option `key`: why it has no equivalent, or that it is unknown. */
void conf_writer_without(struct conf_writer *conf, size_t uplink, int line,
			 const struct conf_writer_option *options, const char *key,
			 const char *value);

/* -EINVAL with "LINE: message" in *err where `text` is not text: a NUL byte. */
int conf_writer_check_text(const char *text, size_t len, struct error *err);

/*
 * A guest or a deny with its comment ("": none); rule->port is copied. Host bits are cleared, a short prefix
 * gets `wide`; a target that ndpx.conf refuses becomes a comment. The same target
 * again is a comment as well, once the draft is written; a deny goes before a guest.
 * An address of this host that the guest covers gets a comment: what ndpx does with it.
 */
void conf_writer_rule(struct conf_writer *conf, size_t uplink, const struct rule *rule,
		      const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Writes the file; an uplink without a rule becomes a comment. 0 with the number of
 * uplinks that are left, or -ENOMEM if memory was short at any time.
 */
int conf_writer_write(struct conf_writer *conf, FILE *fp, size_t *ret_uplinks);
void conf_writer_free(struct conf_writer *conf);

#endif
