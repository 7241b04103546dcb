/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An ndppd.conf once it is read, before it becomes a draft. Shared by from_ndppd.c and ndppd_conf.c. */
#ifndef NDPX_NDPPD_FILE_H
#define NDPX_NDPPD_FILE_H

#include "migrate/conf_writer.h"

enum method { METHOD_NONE, METHOD_STATIC, METHOD_AUTO, METHOD_IFACE, METHOD_SEVERAL };

struct ndppd_rule {
	struct rule rule; /* as written, host bits and all; rule.line as well */
	enum method method;
	char iface[DEV_NAME_LEN];
};

enum router { ROUTER_DEFAULT, ROUTER_ON, ROUTER_OFF, ROUTER_BARE };

struct ndppd_proxy {
	char dev[DEV_NAME_LEN];
	int line;
	enum router router;
	bool has_lladdr;
	uint8_t lladdr[6];	  /* `target` of 1.x */
	struct ndppd_rule *rules; /* owned */
	size_t n_rules;
};

struct ndppd_file {
	struct ndppd_proxy *proxies; /* owned */
	size_t n_proxies;
	bool is_1x; /* it has a keyword that only 1.x knows */
	bool no_memory;
};

/* Writes what ndppd would do with it into the draft; sets no_memory. */
void ndppd_conf(struct ndppd_file *file, struct conf_writer *conf);

#endif
