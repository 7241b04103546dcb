#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Mounts of a script's own: a bpffs on /sys/fs/bpf whether or not the machine has one, and
# an empty /run/netns for the namespaces it makes. They live in a mount namespace that goes
# with the last process in it, so that even a script that was killed leaves nothing behind,
# and neither meets what another one left. To be sourced.

# What own_mounts() failed at.
MOUNTS_WHY=

# `ip netns add` makes a private /run/netns shared, among what is in this namespace alone.
# shellcheck disable=SC2016 # expanded by the shell within
MOUNTS_MAKE='set -e
[ -d /sys/fs/bpf ] || { echo "no /sys/fs/bpf: sysfs is not mounted, or a kernel without BPF" && exit 1; }
mount -t bpf bpf /sys/fs/bpf
mkdir -p /run/netns
mount -t tmpfs -o mode=755 netns /run/netns
NDPX_OWN_MOUNTS=$(readlink /proc/self/ns/mnt)
export NDPX_OWN_MOUNTS'

# own_mounts SCRIPT [ARGUMENT...]: starts the script over within mounts of its own; returns at
# once where it is there already, or a script that started it is. 1: this machine does not
# let us, for the reason in MOUNTS_WHY. To be called before anything is made.
own_mounts() {
	[ "${NDPX_OWN_MOUNTS:-none}" != "$(readlink /proc/self/ns/mnt)" ] || return 0
	# On trial first: exec does not come back.
	if ! MOUNTS_WHY=$(unshare --mount -- bash -c "$MOUNTS_MAKE" 2>&1); then
		MOUNTS_WHY="no mounts of our own: ${MOUNTS_WHY//$'\n'/; }"
		return 1
	fi
	exec unshare --mount -- bash -c "$MOUNTS_MAKE"'; exec bash "$@"' bash "$@"
}
