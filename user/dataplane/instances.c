// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Finding the instances of this network namespace: what is pinned in DIR/COOKIE. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/instances.h"
#include "netlink/netlink.h"

/* Fills one instance, which need not be whole. */
static int open_instance(const char *bpffs, uint32_t ifindex, struct instance *ret,
			 struct error *err)
{
	int r;

	*ret = (struct instance){ 0 };
	ret->ifindex = ifindex;
	r = dataplane_open(bpffs, ifindex, &ret->dp, err);
	if (r && r != -ENOENT && r != -EPROTO)
		return r;
	if (r)
		ret->dp = NULL;
	if (r == -EPROTO && !dataplane_open_record(bpffs, ifindex, &ret->foreign))
		dataplane_attachment(ret->foreign, &ret->attachment);
	if (!if_indextoname(ifindex, ret->dev) && r)
		snprintf(ret->dev, sizeof(ret->dev), "%u", ifindex);
	else if (!ret->dev[0])
		snprintf(ret->dev, sizeof(ret->dev), "%.15s", dataplane_record(ret->dp)->dev);
	if (ret->dp)
		dataplane_attachment(ret->dp, &ret->attachment);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct instance *)a)->dev, ((const struct instance *)b)->dev);
}

int dataplane_instances(const char *bpffs, const char *dev, struct instance **ret, size_t *ret_n,
			struct error *err)
{
	struct instance *instances;
	uint32_t *list;
	size_t n_list, n = 0, i;
	int r = dataplane_list(bpffs, &list, &n_list, err);

	if (r)
		return r;
	instances = calloc(n_list + 1, sizeof(*instances));
	if (!instances) {
		free(list);
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	for (i = 0; i < n_list && !r; i++) {
		r = open_instance(bpffs, list[i], &instances[n], err);
		if (!r && dev && strcmp(dev, instances[n].dev) != 0) {
			dataplane_close(instances[n].dp);
			dataplane_close(instances[n].foreign);
			continue;
		}
		n += !r;
	}
	free(list);
	if (r) {
		dataplane_close_instances(instances, n);
		return r;
	}
	if (n)
		qsort(instances, n, sizeof(*instances), by_name);
	*ret = instances;
	*ret_n = n;
	return 0;
}

void dataplane_close_instances(struct instance *instances, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		dataplane_close(instances[i].dp);
		dataplane_close(instances[i].foreign);
	}
	free(instances);
}

bool dataplane_is_port(const char *bpffs, const char *dev)
{
	uint32_t ifindex = dev ? if_nametoindex(dev) : 0;
	struct port_state *list = NULL;
	struct error ignored;
	bool found = false;
	size_t n = 0, i;

	if (!ifindex || !dataplane_ports_pinned(bpffs) ||
	    dataplane_ports_list(bpffs, &list, &n, &ignored))
		return false;
	for (i = 0; i < n; i++)
		found |= list[i].ifindex == ifindex;
	free(list);
	return found;
}
