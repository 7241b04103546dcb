#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A real kernel as the router, behind the switch that admits one MAC: with ndpx it resolves
# and pings both guests without a static neighbour entry, and without ndpx it cannot.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

lab_up "$TAG"

reach() {
	local guest
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    guest $LAB_GUEST1 { port = vif1.0 }
		    guest $LAB_GUEST2 { port = vif2.0 }
		}
	EOF
	lab_ip router -6 neigh flush all
	status 1 lab_in router ping -c1 -W1 "$LAB_GUEST1"
	status 0 ndpx apply
	lab_ip router -6 neigh flush all
	for guest in "$LAB_GUEST1" "$LAB_GUEST2"; do
		status 0 lab_in router ping -c3 -i0.2 -W2 "$guest"
		lab_ip router -6 neigh show "$guest" dev eth0 >"$WORK/neigh"
		assert_has "$WORK/neigh" "lladdr $LAB_HOST_MAC"
	done
	# And the other way round: the guest speaks first.
	lab_ip router -6 neigh flush all
	status 0 lab_in guest1 ping -c2 -i0.2 -W2 "$LAB_ROUTER"
	lab_ip router -6 neigh show >"$WORK/neigh"
	assert_has_not "$WORK/neigh" 'PERMANENT|NOARP'
	assert_eq "frames that the switch dropped" "$(lab_dropped)" 0
	[ "$(counter answered)" -ge 2 ] || fail "answered: $(counter answered)"
}

in_modes reach
