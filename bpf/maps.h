/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps. Keys, values and limits are those of ndpx_abi.h. */
#ifndef NDPX_BPF_MAPS_H
#define NDPX_BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ndpx_abi.h"

/*
 * Arrays of arrays: a table that grows gets more segments, while the program and what it reads
 * stay where they are. All segments have one size, so the verifier inlines both look-ups. Sizes
 * and no __type(): clang 14 leaves a struct that stands only here out of the BTF.
 */
struct segment {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NDPX_SEGMENT_BUCKETS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct ndpx_bucket));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, NDPX_MAX_SEGMENTS);
	__type(key, __u32);
	__array(values, struct segment);
} rules SEC(".maps");

struct stats_segment {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NDPX_STATS_SEGMENT);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct ndpx_rule_stats));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, NDPX_MAX_STATS_SEGMENTS);
	__type(key, __u32);
	__array(values, struct stats_segment);
} rule_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NDPX_HOT_STATS);
	__type(key, __u32);
	__type(value, struct ndpx_hot_stats);
} hot_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, NDPX_FILTER_SIZE);
} prefix_filter SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, NDPX_EVENTS_SIZE);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(max_entries, NDPX_LISTENERS *NDPX_LISTENER_CPUS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} listeners SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NDPX_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, NDPX_MAX_REQUESTERS);
	__type(key, struct ndpx_requester_key);
	__type(value, struct ndpx_requester);
} rates SEC(".maps");

/* User space only; declared here so that it is created and pinned with the others. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ndpx_record);
} record SEC(".maps");

/* These two exist in the guest ports' instance only. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_PORTS);
	__type(key, __u32);
	__type(value, struct ndpx_port);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct ndpx_sections);
} sections SEC(".maps");

/* This host's interfaces and MACs on this link. In an uplink's instance only. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_LINKS);
	__type(key, struct ndpx_link_key);
	__type(value, __u32);
} links SEC(".maps");

#endif
