#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The benchmark's cables: one per contestant, with the router's end and the host's end in
# separate namespaces. To be sourced after tests/lab/lab.sh.
#
# CPU 0 is the router. With "threaded" NAPI a kernel thread on CPU 1 serves the host's end, and
# the contestant's processes run there as well: CPU 1 is the host. Without it, everything
# happens on CPU 0 in sequence, and no ring overflows.

ROUTER_CPU=0
HOST_CPU=1

declare -A PAIR_NUMBER=()

# The name is the thread's too, and /proc knows no namespaces: so it holds our pid.
pair_dev() {
	printf 'b%sx%s\n' "$$" "${PAIR_NUMBER[$1]}"
}

# pair_up NAME
pair_up() {
	local dev
	PAIR_NUMBER[$1]=${#PAIR_NUMBER[@]}
	dev=$(pair_dev "$1")
	lab_add "r$1"
	lab_add "h$1"
	# Keep the router's kernel out: its end only counts.
	lab_set "r$1" net/ipv6/conf/default/disable_ipv6 1
	lab_set "h$1" net/ipv6/conf/default/router_solicitations 0
	lab_wire "h$1" "$dev" "r$1" r0 "$LAB_HOST_MAC" "$LAB_ROUTER_MAC"
	lab_set "h$1" net/ipv6/conf/all/forwarding 1
	lab_ip "h$1" addr add fe80::fe/64 dev "$dev"
	lab_ip "h$1" addr add 2001:db8:1::fe/64 dev "$dev"
	# Requesters are in the neighbour table: having to resolve them first is not what is measured.
	lab_ip "h$1" neigh replace fe80::1 lladdr 02:00:00:00:00:01 nud permanent dev "$dev"
	lab_ip "h$1" neigh replace fe80::2 lladdr 02:00:00:00:00:02 nud permanent dev "$dev"
	# Only NAPI receives what is redirected into a veth, and GRO enables NAPI.
	lab_in "h$1" ethtool -K "$dev" gro on
	"$BENCH" hold "$(lab_name "r$1")" r0 pass >/dev/null
}

# pair_threaded NAME 0|1 [shared]
pair_threaded() {
	local dev comm
	dev=$(pair_dev "$1")
	# `ip netns exec` is the one that mounts the namespace's own sysfs.
	# shellcheck disable=SC2016 # expanded by the inner shell
	ip netns exec "$(lab_name "h$1")" sh -c 'echo "$2" >"/sys/class/net/$1/threaded"' sh \
		"$dev" "$2"
	[ "$2" = 1 ] || return 0
	for comm in /proc/[0-9]*/comm; do
		if grep -qs "^napi/$dev-" "$comm"; then
			comm=${comm%/comm}
			taskset -pc "$HOST_CPU" "${comm#/proc/}" >/dev/null
			# A softirq does not wait for processes, a thread does. Where the
			# contestant is a process the two share, as with ksoftirqd.
			[ "${3:-}" = shared ] || renice -n -20 -p "${comm#/proc/}" >/dev/null
		fi
	done
}

# pair_ndpx NAME ARGUMENTS...: the real binary, in the host's namespace.
pair_ndpx() {
	local name=$1
	shift
	"$NDPX" -N "$(lab_name "h$name")" --bpffs "$BPFFS/$name" "$@"
}

# pair_apply NAME OPTIONS...: the configuration from stdin; DEV stands for the host's end.
pair_apply() {
	sed "s/\\bDEV\\b/$(pair_dev "$1")/" >"$WORK/$1.conf"
	pair_ndpx "$1" -q -c "$WORK/$1.conf" apply "${@:2}"
}

# pair_import NAME: rules from stdin.
pair_import() {
	pair_ndpx "$1" -q guest import -
}

# pair_prog NAME: the id of ndpx's program there.
pair_prog() {
	pair_ndpx "$1" -j status | sed -n 's/.*"prog_id": *\([0-9]*\).*/\1/p'
}

# pair_job NAME COMMAND...: one of the contestant's processes, on the host's CPU.
pair_job() {
	taskset -c "$HOST_CPU" nsenter --net="/run/netns/$(lab_name "h$1")" -- "${@:2}" \
		>"$WORK/$1.log" 2>&1 &
	JOBS+=("$!")
}

# pair_ask NAME OPTIONS...
pair_ask() {
	local name=$1
	shift
	"$BENCH" ask -c "$ROUTER_CPU" "$@" "$(lab_name "r$name")" r0
}
