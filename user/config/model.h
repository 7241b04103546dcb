/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the user wants: uplinks and their rules, and how single values are written.
 * config/keys.h says which key takes which. Knows neither the kernel nor files.
 */
#ifndef NDPX_MODEL_H
#define NDPX_MODEL_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/entry.h"
#include "util/error.h"
#include "ndpx_abi.h"

/* `groups` of an uplink. Kept in the record: never renumber. */
enum want_groups {
	GROUPS_AUTO = 0,
	GROUPS_JOIN = 1,
	GROUPS_ALLMULTI = 2,
	GROUPS_NONE = 3,
};

/*
 * Room for a name of an interface. Its own has up to 15 characters; those of `ip link property
 * add dev DEV altname NAME` (kernel 5.5) up to 127, ALTIFNAMSIZ.
 */
#define DEV_NAME_LEN 128

/* A guest or a deny. `addr` in network order, the rest in host order. */
struct rule {
	struct in6_addr addr;
	uint8_t bits;	/* 128: an address */
	uint8_t action; /* NDPX_ACT_ANSWER or NDPX_ACT_DENY */
	uint8_t flags;	/* NDPX_F_* */
	uint8_t answer; /* enum ndpx_answer_mode */
	uint8_t more;	/* NDPX_M_UNTIL_SEEN */
	uint16_t vlan;
	bool wide; /* a prefix shorter than MODEL_WIDE_BITS is meant */
	uint8_t lladdr[6];
	int line, column; /* of the file it came from, 0: none */
	const char *port; /* of name_keep(), NULL: none */
};

#define MODEL_WIDE_BITS 48 /* a shorter prefix is more likely a slip than meant */

/* Of `follow`: a route through an interface whose name matches makes its destination a guest. */
struct follow {
	char pattern[NDPX_PATTERN_LEN]; /* fnmatch(3) */
	int line, column;
};

#define ANNOUNCE_ADD 0u		 /* by `run`: what is new */
#define ANNOUNCE_OFF 0xffffffffu /* nothing */

struct uplink {
	char dev[DEV_NAME_LEN];
	uint16_t vlan; /* 0: untagged */
	bool dotted;   /* named "DEV.VLAN": an interface of that very name comes first */
	enum want_mode mode;
	enum want_groups groups;
	enum ndpx_source source_mode;
	struct in6_addr source; /* with NDPX_SOURCE_FIXED */
	uint32_t rate;		/* answers a second for each asking MAC, 0: no limit */
	uint32_t lease;		/* s without a refresh by `run` until it goes silent, 0: none */
	uint32_t announce;	/* ANNOUNCE_*, or s: also each guest once in so many */
	bool strict_lladdr;
	bool wide;
	int line, column;
	struct rule *rules; /* owned */
	size_t n_rules;
	struct follow *follow; /* owned */
	size_t n_follow;
};

/* A `ports` section. Its rules are gateways (NDPX_F_GATEWAY) and prefixes (NDPX_F_ONLINK). */
struct ports_section {
	char pattern[NDPX_PATTERN_LEN]; /* fnmatch(3), of interface names */
	bool wide;
	int line, column;
	struct rule *rules; /* owned */
	size_t n_rules;
};

struct model {
	struct uplink *uplinks; /* owned */
	size_t n_uplinks;
	struct ports_section *ports; /* owned; in the order of the file, which decides */
	size_t n_ports;
};

/* Where a rule of the command line goes. */
struct place {
	char dev[DEV_NAME_LEN];
	uint16_t vlan;
	bool have_vlan;
	bool dotted; /* both in one word: an interface of that very name comes first */
};

/* The words that a key can be, in the order of their values; NULL at the end. */
extern const char *const mode_names[], *const groups_names[], *const answer_names[];
extern const char *const dad_names[], *const off_on_names[], *const paused_names[];

/* The index of `text` in `choices`, or -EINVAL with all of them in the message. */
int parse_choice(const char *text, const char *const *choices, struct error *err);
/* Each returns 0, or -EINVAL with a sentence that says what was expected. */
int parse_number(const char *text, unsigned long max, unsigned long *ret, struct error *err);
int parse_mac(const char *text, uint8_t ret[6], struct error *err);
int parse_ifname(const char *text, char ret[DEV_NAME_LEN], struct error *err);
/* "eth0", or "eth0.88" for VLAN 88 on eth0, whether or not a device of that name exists. */
int parse_dev(const char *text, struct place *ret, struct error *err);
/* An IPv6 address without a prefix length. */
int parse_address(const char *text, struct in6_addr *ret, struct error *err);
/* ADDR[/LEN] of a rule: refuses host bits, multicast, loopback, unspecified. */
int parse_target(const char *text, struct rule *rule, struct error *err);

/* host, file, command, route or learned. -EINVAL. */
int parse_origin(const char *text, enum ndpx_origin *ret, struct error *err);

/* Is the rule complete and meant? -EINVAL for a short prefix without `wide`. */
int rule_check(const struct rule *rule, struct error *err);

/* A section's name or pattern. */
int parse_pattern(const char *text, char ret[NDPX_PATTERN_LEN], struct error *err);

/* Appends a value of `follow`. */
int follow_add(struct uplink *uplink, const char *text, struct error *err);
/* Is an interface of this name one that the uplink follows? */
bool follow_match(const struct uplink *uplink, const char *dev);

/* A value of `gateway` or `onlink`, as a rule. */
int parse_gateway(const char *value, struct rule *rule, struct error *err);
int parse_onlink(const char *value, struct rule *rule, struct error *err);

/* Is an interface of this name one of the section's, whatever other sections say? */
bool ports_match(const char *pattern, const char *dev);

/* Order of rules: VLAN, longest first, address. For qsort() over struct rule. */
int rule_compare(const void *a, const void *b);
/* Uplinks of one device stand together, by VLAN. For qsort() over struct uplink. */
int uplink_compare(const void *a, const void *b);

/*
 * Sorts the uplinks once they have the kernel's names: two names of one interface may make two
 * sections one uplink, which `check` cannot see. -EEXIST.
 */
int model_sort_uplinks(struct model *model, struct error *err);

void model_free(struct model *model);

/* Words of the enumerations, as the file and the outputs spell them. Never NULL. */
const char *want_mode_name(enum want_mode mode);
const char *want_groups_name(enum want_groups groups);
const char *answer_mode_name(enum ndpx_answer_mode mode);
const char *origin_name(enum ndpx_origin origin);
const char *source_name(enum ndpx_source source);

#define RULE_TEXT_LEN (INET6_ADDRSTRLEN + 4)
/* "2001:db8::1" or "2001:db8::/64"; returns `buf`. */
const char *target_text(const struct in6_addr *addr, unsigned int bits, char buf[RULE_TEXT_LEN]);

#define MAC_TEXT_LEN 18
/* "02:00:00:00:00:fe"; returns `buf`. */
const char *mac_text(const uint8_t mac[6], char buf[MAC_TEXT_LEN]);

#endif
