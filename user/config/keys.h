/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every key of ndpx, a row each: where it may stand, how it is read and printed. The file,
 * the command line, `guest import` and `guest show` all go by these rows. Pure.
 */
#ifndef NDPX_CONFIG_KEYS_H
#define NDPX_CONFIG_KEYS_H

#include "config/model.h"

/* Where keys stand, and in what their values are kept. */
enum key_scope {
	SCOPE_FILE,   /* outside of all blocks; nothing is kept */
	SCOPE_UPLINK, /* struct uplink */
	SCOPE_GUEST,  /* struct rule */
	SCOPE_PORTS,  /* struct ports_section */
	SCOPE_ARGS,   /* `guest add|replace` and `guest import`: struct guest_args */
	SCOPE_DEL,    /* `guest del`: struct guest_args */
	SCOPES
};

/* A guest as the command line names it. */
struct guest_args {
	struct rule rule; /* first: what SCOPE_GUEST has goes for SCOPE_ARGS */
	struct place place;
};

#define KEY_TEXT_LEN 64

struct key {
	const char *name;
	unsigned int where;   /* bits 1 << enum key_scope */
	enum key_scope opens; /* a block, with a title; SCOPE_FILE: it has a value */
	/* A list takes values one by one; `object` is a struct rule for each, unless `names`. */
	int (*parse)(const struct key *key, enum key_scope scope, const char *text, void *object,
		     struct error *err);
	/* Of a struct guest_args; NULL: it has none. Only for keys in SCOPE_ARGS. */
	const char *(*print)(const struct key *key, const struct guest_args *object,
			     char buf[KEY_TEXT_LEN]);
	struct {
		unsigned short at, size;
	} field[SCOPES];	    /* by scope, for parsers that need nothing else */
	const char *const *choices; /* those it can be, or NULL */
	unsigned long max;	    /* of a number */
	uint8_t flag;		    /* NDPX_F_*, set by the second of `choices` */
	bool list, number;
	bool names;		/* a list that `parse` appends to the block's own object */
	bool set_only;		/* not printed while it has its default, in JSON either */
	const char *values;	/* as usage calls them; NULL: `choices` */
	const char *by_default; /* NULL: none */
	const char *help;
};

#define MAX_KEYS 32 /* for what is kept by row */

extern const struct key keys[];
extern const size_t n_keys;

/* The key of this name at `scope`; `len` bytes. NULL: there is none. */
const struct key *key_find(enum key_scope scope, const char *name, size_t len);

/* Fills *err for a name that key_find() does not know: with the nearest that it does. */
int key_unknown(enum key_scope scope, const char *kind, const char *name, struct error *err);

/* "vlan N", "answer always|routed|alive", ...: every key of `scope` with its values; returns `buf`. */
const char *keys_usage(enum key_scope scope, const char *separator, char *buf, size_t size);

/* Is the value of `key` on, off: a boolean for JSON? */
bool key_is_switch(const struct key *key);

/*
 * ADDR[/LEN] and pairs of KEY VALUE as SCOPE_ARGS or SCOPE_DEL has them. *ret_at is the
 * word that an error is about, `n` if one is missing. *ret only on success.
 */
int key_args_parse(enum key_scope scope, int n, char *const args[], struct guest_args *ret,
		   int *ret_at, struct error *err);

#endif
