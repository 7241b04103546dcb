#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `answer = routed | alive`: the kernel's routing and neighbour tables decide (P82, P83);
# and guests behind the requester's port are not answered for (P78).
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

NOWHERE=${LAB_PREFIX}99 # within the uplink's own prefix, and no route to a guest

lab_up "$TAG"

kernel() {
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    guest $LAB_GUEST1 { answer = routed }
		    guest $LAB_GUEST2 { answer = alive }
		    guest $NOWHERE { answer = routed }
		    guest ${LAB_PREFIX}55 { port = eth0 }
		}
	EOF
	lab_ip host neigh flush all
	status 0 ndpx apply
	note "routed"
	assert_answered "$LAB_GUEST1"
	assert_silent "$NOWHERE"
	assert_eq not_routed "$(counter not_routed)" 1
	note "alive: only once the kernel knows the guest"
	assert_silent "$LAB_GUEST2"
	assert_eq not_alive "$(counter not_alive)" 1
	status 0 lab_in host ping -c1 -W2 "$LAB_GUEST2"
	assert_answered "$LAB_GUEST2"
	note "behind the asking port"
	assert_silent "${LAB_PREFIX}55"
	assert_eq same_port "$(counter same_port)" 1
	note "a route that comes later counts at once"
	lab_ip host route add "$NOWHERE/128" dev vif1.0
	assert_answered "$NOWHERE"
	lab_ip host route del "$NOWHERE/128" dev vif1.0
	assert_silent "$NOWHERE"
}

in_modes kernel
