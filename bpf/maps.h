/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps. Keys, values and limits are those of ndpx_abi.h. */
#ifndef NDPX_BPF_MAPS_H
#define NDPX_BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "ndpx_abi.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_GUESTS);
	__type(key, struct ndpx_guest_key);
	__type(value, struct ndpx_rule);
} guests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NDPX_NEAR_SLOTS);
	__type(key, __u32);
	__type(value, struct ndpx_near);
} near SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_PREFIXES);
	__type(key, struct ndpx_prefix_key);
	__type(value, struct ndpx_rule);
} prefixes SEC(".maps");

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
} askers SEC(".maps");

/* User space only; declared here so that it is created and pinned with the others. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ndpx_record);
} record SEC(".maps");

/* Rules not in force because a higher origin has the same key. User space only. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NDPX_MAX_SHADOWS);
	__type(key, struct ndpx_prefix_key);
	__type(value, struct ndpx_rule);
} shadows SEC(".maps");

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
