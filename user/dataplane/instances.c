// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Finding the instances of this network namespace. Several namespaces may share a bpffs
 * directory, and their ifindexes overlap: the cookie in the record tells whose it is.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/instances.h"
#include "netlink/netlink.h"

int dataplane_open_here(const char *bpffs, uint32_t ifindex, struct dataplane **ret,
			struct error *err)
{
	struct dataplane *dp = NULL;
	int r = dataplane_open(bpffs, ifindex, &dp, err);

	if (r)
		return r;
	if (dataplane_record(dp)->netns != nl_netns_cookie()) {
		dataplane_close(dp);
		return -ENOENT;
	}
	*ret = dp;
	return 0;
}

/* Fills one instance; -ENOENT for one of another network namespace. */
static int open_instance(const char *bpffs, uint32_t ifindex, struct instance *ret,
			 struct error *err)
{
	int r;

	*ret = (struct instance){ 0 };
	ret->ifindex = ifindex;
	r = dataplane_open(bpffs, ifindex, &ret->dp, err);
	if (r == -ENOENT || r == -EPROTO) {
		ret->dp = NULL;
		if (r == -EPROTO && !dataplane_open_record(bpffs, ifindex, &ret->foreign)) {
			if (dataplane_record(ret->foreign)->netns != nl_netns_cookie()) {
				dataplane_close(ret->foreign);
				return -ENOENT;
			}
			dataplane_attachment(ret->foreign, &ret->attachment);
		}
		if (!if_indextoname(ifindex, ret->dev))
			snprintf(ret->dev, sizeof(ret->dev), "%u", ifindex);
		return 0;
	}
	if (r)
		return r;
	if (dataplane_record(ret->dp)->netns != nl_netns_cookie()) {
		dataplane_close(ret->dp);
		return -ENOENT;
	}
	if (!if_indextoname(ifindex, ret->dev))
		snprintf(ret->dev, sizeof(ret->dev), "%.15s", dataplane_record(ret->dp)->dev);
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
		if (!r)
			n++;
		else if (r == -ENOENT)
			r = 0;
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

int dataplane_open_ports(const char *bpffs, struct dataplane **ret, struct error *err)
{
	struct dataplane *foreign = NULL;
	int r = dataplane_open_here(bpffs, DATAPLANE_PORTS, ret, err);
	bool ours = true;

	if (r != -EPROTO)
		return r;
	if (!dataplane_open_record(bpffs, DATAPLANE_PORTS, &foreign))
		ours = dataplane_record(foreign)->netns == nl_netns_cookie();
	dataplane_close(foreign);
	return ours ? r : -ENOENT;
}

bool dataplane_ports_there(const char *bpffs)
{
	struct dataplane *record = NULL;
	bool ours = true;

	if (!dataplane_ports_pinned(bpffs))
		return false;
	/* What a killed command left may lack the record, and is nobody's then. */
	if (!dataplane_open_record(bpffs, DATAPLANE_PORTS, &record))
		ours = dataplane_record(record)->netns == nl_netns_cookie();
	dataplane_close(record);
	return ours;
}

bool dataplane_is_port(const char *bpffs, const char *dev)
{
	uint32_t ifindex = dev ? if_nametoindex(dev) : 0;
	struct port_state *list = NULL;
	struct error ignored;
	bool found = false;
	size_t n = 0, i;

	if (!ifindex || !dataplane_ports_there(bpffs) ||
	    dataplane_ports_list(bpffs, &list, &n, &ignored))
		return false;
	for (i = 0; i < n; i++)
		found |= list[i].ifindex == ifindex;
	free(list);
	return found;
}
