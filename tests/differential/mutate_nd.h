/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Shared by mutate.c and mutate_nd.c only: the mutations of the solicitation, and helpers
 * both need.
 */
#ifndef MUTATE_ND_H
#define MUTATE_ND_H

#include "build.h"
#include "mutate.h"

/* Inserts zeroes at `at`, unless the frame would get too long; and removes bytes there. */
void mutant_open(struct mutant *m, const struct nursery *n, size_t at, size_t len);
void mutant_close(struct mutant *m, size_t at, size_t len);

__u8 chance_byte(struct chance *c);
void chance_mac(struct chance *c, __u8 *ret);

void nd_address(struct mutant *m, const struct nursery *n, struct chance *c);
void nd_target(struct mutant *m, const struct nursery *n, struct chance *c);
void nd_message(struct mutant *m, const struct nursery *n, struct chance *c);
void nd_option(struct mutant *m, const struct nursery *n, struct chance *c);
void nd_sll(struct mutant *m, const struct nursery *n, struct chance *c);
void nd_shuffle(struct mutant *m, const struct nursery *n, struct chance *c);
void nd_duplicate(struct mutant *m, const struct nursery *n, struct chance *c);
void nd_remove(struct mutant *m, const struct nursery *n, struct chance *c);
void nd_units(struct mutant *m, const struct nursery *n, struct chance *c);
void nd_type(struct mutant *m, const struct nursery *n, struct chance *c);

/* D from T, and the Ethernet destination from D; payload length; checksum. */
void nd_mend_addresses(struct mutant *m);
void nd_mend_length(struct mutant *m);
void nd_mend_checksum(struct mutant *m);

#endif
