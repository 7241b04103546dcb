/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What breaks such set-ups in the field: snapshot.c reads the state of this host once, and
 * the pure checks in check_*.c turn it into findings; only the verb prints.
 */
#ifndef NDPX_DOCTOR_H
#define NDPX_DOCTOR_H

#include "doctor/codes.h"
#include "doctor/snapshot.h"

/* About whom a finding is; what is empty is left out. The remedy may name them. */
struct subject {
	const char *dev; /* NULL: the host */
	int vlan;	 /* 0: the device itself, or untagged */
	const char *addr;
	const char *other;
};

struct finding {
	enum doctor_code code;
	char dev[IFNAMSIZ]; /* "": the host */
	uint16_t vlan;
	char message[400];
	char remedy[300];
};

struct findings {
	struct finding *items; /* owned */
	size_t n;
	bool no_memory; /* some were lost */
};

/* All checks over one snapshot. The findings are sorted by device, then by code. */
void doctor_check(const struct doctor_snapshot *snap, struct findings *ret);
void findings_free(struct findings *findings);

/* Is there one of this code for the same device and VLAN? */
bool findings_have(const struct findings *findings, const struct finding *like);

/* --- the checks, a file each; of one uplink, where they take one --- */

void doctor_check_attachment(const struct doctor_uplink *up, struct findings *ret);
void doctor_check_settings(const struct doctor_uplink *up, struct findings *ret);
void doctor_check_own(const struct doctor_uplink *up, struct findings *ret);
void doctor_check_config(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 struct findings *ret);
void doctor_check_nic(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		      struct findings *ret);
void doctor_check_hearing(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			  struct findings *ret);
void doctor_check_routes(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 struct findings *ret);
void doctor_check_tables(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 struct findings *ret);
void doctor_check_neighbours(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			     struct findings *ret);
void doctor_check_filter(const struct doctor_snapshot *snap, struct findings *ret);
void doctor_check_nets(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		       struct findings *ret);
void doctor_check_responders(const struct doctor_snapshot *snap, struct findings *ret);
void doctor_check_host(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
		       struct findings *ret);

/*
 * Is the interface part of the link that a solicitation of this VLAN comes in on? As of
 * today, not as the program was told.
 */
bool doctor_is_back(const struct doctor_uplink *up, uint16_t vlan, uint32_t ifindex);

/* What runs before a TC program of ours, of an uplink or a guest port. */
void doctor_check_before(const struct before *list, size_t n, const struct subject *about,
			 struct findings *ret);

/* Appends a finding; the table's remedy is filled with what `about` names. */
void finding_add(struct findings *list, enum doctor_code code, const struct subject *about,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Many addresses with the same finding are one finding: the first is named, the rest
 * counted. "2001:db8::1", or "2001:db8::1 and 3 more".
 */
struct several {
	size_t n;
	char first[RULE_TEXT_LEN];
	char text[RULE_TEXT_LEN + 32];
};
void several_add(struct several *s, const struct ndpx_key *key);
const char *several_text(struct several *s);

#endif
