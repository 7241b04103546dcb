#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Private mounts for a script: a bpffs on /sys/fs/bpf whether or not the machine has one, and
# an empty /run/netns for its namespaces. They live in a mount namespace that ends with the
# last process in it, so that even a killed script leaves nothing behind and none sees what
# another one left. To be sourced.

# Why own_mounts() failed.
MOUNTS_WHY=

# `ip netns add` turns /run/netns into a shared mount, but within this mount namespace only.
# shellcheck disable=SC2016 # expanded by the shell within
MOUNTS_MAKE='set -e
[ -d /sys/fs/bpf ] || { echo "no /sys/fs/bpf: sysfs is not mounted, or a kernel without BPF" && exit 1; }
mount -t bpf bpf /sys/fs/bpf
mkdir -p /run/netns
mount -t tmpfs -o mode=755 netns /run/netns
NDPX_OWN_MOUNTS=$(readlink /proc/self/ns/mnt)
export NDPX_OWN_MOUNTS'

# own_mounts SCRIPT [ARGUMENT...]: restarts the script with private mounts; returns at once if
# it, or a script that started it, already has them. 1: not possible here, for the reason in
# MOUNTS_WHY. Call it before creating anything.
own_mounts() {
	[ "${NDPX_OWN_MOUNTS:-none}" != "$(readlink /proc/self/ns/mnt)" ] || return 0
	# Tried out first, because exec does not return.
	if ! MOUNTS_WHY=$(unshare --mount -- bash -c "$MOUNTS_MAKE" 2>&1); then
		MOUNTS_WHY="no mounts of our own: ${MOUNTS_WHY//$'\n'/; }"
		return 1
	fi
	exec unshare --mount -- bash -c "$MOUNTS_MAKE"'; exec bash "$@"' bash "$@"
}
