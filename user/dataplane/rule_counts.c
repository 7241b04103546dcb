// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How many rules of each kind an instance holds. Reads maps, changes none. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/rule_counts.h"

int tally_rules(struct dataplane *dp, struct tally *ret, struct error *err)
{
	struct entry *entries;
	size_t n, i;
	int r = dataplane_read(dp, &entries, NULL, &n, err);

	if (r)
		return r;
	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < n; i++) {
		if (entries[i].say.action == NDPX_ACT_OWN || entries[i].say.action == NDPX_ACT_HOST)
			ret->own++;
		else if (entries[i].say.action == NDPX_ACT_DENY)
			ret->denies++;
		else if (entries[i].key.bits == 128)
			ret->guests++;
		else
			ret->prefixes++;
	}
	free(entries);
	return 0;
}
