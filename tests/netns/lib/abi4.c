// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What ndpx of ABI 4 leaves pinned, written down from its ndpx_abi.h: maps with two rules of
 * each kind and origin, and statistics, part of them in `near`. Nothing is attached.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi4.h"

#define SETTINGS   11384
#define AT_FLAGS   6160
#define PAUSED	   1
#define GENERATION 5

struct policy {
	uint8_t action, flags, answer, origin;
	uint32_t port;
	uint8_t lladdr[6], more, pad;
};

struct rule {
	struct policy policy[2];
	uint32_t since, pad;
	uint64_t answers, last_answer;
	uint8_t last_requester[16];
};

struct key { /* of prefixes and shadows; of guests, `bits` is the VLAN */
	uint32_t bits;
	uint16_t vlan, origin;
	uint8_t addr[16];
};

struct near {
	uint64_t tag;
	uint8_t addr[16];
	struct rule rule;
	uint8_t pad[32];
};

struct record {
	uint32_t magic, abi;
	uint16_t size_rule, size_config;
	uint32_t ifindex;
	uint64_t netns, object_hash, attached_at;
	uint32_t mode, flags, groups, want;
	char dev[16], release[16];
	uint32_t n_vlans, pad;
	uint16_t vlans[64];
	uint32_t stacks[64];
};

static const char *dir;

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static int make(const char *name, uint32_t type, uint32_t key, uint32_t value, uint32_t entries,
		uint32_t flags)
{
	union bpf_attr attr = { 0 }, pin = { 0 };
	char path[256];

	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = entries;
	attr.map_flags = flags;
	pin.bpf_fd = (uint32_t)bpf(BPF_MAP_CREATE, &attr);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	pin.pathname = (uint64_t)(uintptr_t)path;
	if ((int)pin.bpf_fd < 0 || bpf(BPF_OBJ_PIN, &pin)) {
		perror(path);
		exit(1);
	}
	return (int)pin.bpf_fd;
}

static void put(int fd, const void *key, const void *value)
{
	union bpf_attr attr = { .map_fd = (uint32_t)fd,
				.key = (uint64_t)(uintptr_t)key,
				.value = (uint64_t)(uintptr_t)value };

	if (bpf(BPF_MAP_UPDATE_ELEM, &attr)) {
		perror("update");
		exit(1);
	}
}

/* In force since the last commit; before that, denied. */
static struct rule rule_of(uint8_t origin, uint8_t flags, uint64_t answers)
{
	struct rule r = { .since = GENERATION, .answers = answers, .last_answer = answers };

	r.policy[0].action = 2;
	r.policy[1] = (struct policy){ .action = 1, .flags = flags, .origin = origin };
	r.last_requester[15] = 9;
	return r;
}

static void put_rule(int fd, const char *addr, struct key key, const struct rule *rule)
{
	inet_pton(AF_INET6, addr, key.addr);
	put(fd, &key, rule);
}

static void put_near(int fd, const char *addr, uint64_t answers)
{
	struct near near = { .tag = 0x10000, .rule = rule_of(3, 0, answers) };
	uint32_t place = 77;

	inet_pton(AF_INET6, addr, near.addr);
	put(fd, &place, &near);
}

static void put_config(int fd, bool paused)
{
	unsigned char config[16 + 2 * SETTINGS] = { 0 };
	uint32_t zero = 0, generation = GENERATION, flags = paused ? PAUSED : 0;

	memcpy(config, &generation, sizeof(generation));
	memcpy(config + 16 + (GENERATION & 1) * SETTINGS + AT_FLAGS, &flags, sizeof(flags));
	put(fd, &zero, config);
}

int abi4_make(const char *directory, uint64_t netns, uint32_t ifindex, const char *dev, bool paused)
{
	struct record record = { .magic = 0x6e647078,
				 .abi = 4,
				 .size_rule = sizeof(struct rule),
				 .size_config = 16 + 2 * SETTINGS,
				 .ifindex = ifindex,
				 .netns = netns,
				 .attached_at = 1 };
	const struct key exact = { 0 }, shadow = { 128, 0, 3, { 0 } };
	const struct key wide = { .bits = 64 };
	struct rule r;
	static uint64_t five[8192];
	uint32_t zero = 0, one = 1;
	size_t i;
	int fd;

	dir = directory;
	if (mkdir(dir, 0700) && errno != EEXIST) {
		perror(dir);
		return 1;
	}
	fd = make("guests", BPF_MAP_TYPE_HASH, 24, sizeof(r), 1048576, BPF_F_NO_PREALLOC);
	r = rule_of(3, 1, 7); /* of a command, router on */
	put_rule(fd, "2001:db8:4::c", exact, &r);
	r = rule_of(2, 0, 3); /* of the file, and a command's below it */
	put_rule(fd, "2001:db8:4::1", exact, &r);
	r = rule_of(3, 0, 0); /* staged to come, by a command that was killed */
	r.policy[0] = (struct policy){ 0 };
	r.since = GENERATION + 1;
	put_rule(fd, "2001:db8:4::d", exact, &r);
	put_near(make("near", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct near), 4096, BPF_F_MMAPABLE),
		 "2001:db8:4::c", 100);
	fd = make("prefixes", BPF_MAP_TYPE_HASH, 24, sizeof(r), 131072, BPF_F_NO_PREALLOC);
	r = rule_of(3, 0, 5);
	put_rule(fd, "2001:db8:40::", wide, &r);
	for (i = 0; i < sizeof(five) / sizeof(five[0]); i++)
		five[i] = 5; /* answered, on each CPU */
	put(make("counters", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 64, 0), &one, five);
	make("askers", BPF_MAP_TYPE_LRU_HASH, 8, 8, 16384, 0);
	put_config(make("config", BPF_MAP_TYPE_ARRAY, 4, 16 + 2 * SETTINGS, 1, BPF_F_MMAPABLE),
		   paused);
	fd = make("shadows", BPF_MAP_TYPE_HASH, 24, sizeof(r), 131072, BPF_F_NO_PREALLOC);
	r = rule_of(3, 1, 0);
	put_rule(fd, "2001:db8:4::1", shadow, &r);
	make("links", BPF_MAP_TYPE_HASH, 16, 4, 65536, BPF_F_NO_PREALLOC);
	snprintf(record.dev, sizeof(record.dev), "%s", dev);
	put(make("record", BPF_MAP_TYPE_ARRAY, 4, sizeof(record), 1, 0), &zero, &record);
	return 0;
}
