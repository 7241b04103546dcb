#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Neighbour Unreachability Detection: the router's kernel probes by unicast (P43). Proxies
# that miss this "work, then die".
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

lab_up "$TAG"
# A confirmed entry turns stale after half a second and is probed a second later.
lab_set router net/ipv6/neigh/eth0/base_reachable_time_ms 500
lab_set router net/ipv6/neigh/eth0/delay_first_probe_time 1

probe() {
	local answered
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    guest $LAB_GUEST1 { port = vif1.0 }
		}
	EOF
	status 0 ndpx apply
	lab_ip router -6 neigh flush all
	status 0 lab_in router ping -c1 -W2 "$LAB_GUEST1"
	answered=$(counter answered)
	assert_eq "first answers" "$answered" 1
	# The guest pings and the router's kernel replies: unlike a ping of the router's own, this does
	# not confirm that the guest is reachable (MSG_CONFIRM).
	status 0 lab_in guest1 ping -c 50 -i 0.1 -W1 "$LAB_ROUTER"
	assert_has "$WORK/out" ' 0% packet loss'
	[ "$(counter answered_probe)" -ge 2 ] || fail "probes: $(counter answered_probe)"
	assert_eq "multicast solicitations since" "$(counter answered)" "$answered"
	lab_ip router -6 neigh show "$LAB_GUEST1" dev eth0 >"$WORK/neigh"
	assert_has "$WORK/neigh" "lladdr $LAB_HOST_MAC .*(REACHABLE|STALE|DELAY|PROBE)"
}

in_modes probe
