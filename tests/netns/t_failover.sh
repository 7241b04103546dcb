#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A guest moves to another host while a real router has cached the old host's MAC. With
# `announce` (or `resume`, which includes it) the router's entry is updated before the next
# packet; without, packets are lost until the router finds out by itself. Counts both.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

MAC2=02:00:00:00:00:fd
PATIENCE=60 # pings of a second each, until the router must have found out

lab_up "$TAG"
# Otherwise the router trusts an entry for half a minute.
lab_set router net/ipv6/neigh/eth0/base_reachable_time_ms 2000
lab_set router net/ipv6/neigh/eth0/delay_first_probe_time 1

# The second host on the same switch, with the guest that has moved there.
lab_add host2
lab_wire host2 eth0 switch host2 $MAC2
lab_hear_xdp switch host2
lab_plug host2
lab_set host2 net/ipv6/conf/all/forwarding 1
lab_ip host2 addr add "${LAB_PREFIX}4/64" dev eth0
lab_add moved
lab_wire host2 vif1.0 moved eth0
lab_ip host2 addr add fe80::1/64 dev vif1.0
lab_ip host2 route add "$LAB_GUEST1/128" dev vif1.0
lab_ip moved addr add "$LAB_GUEST1/128" dev eth0
lab_ip moved route add default via fe80::1 dev eth0

conf <<-EOF
	uplink eth0 {
	    guest $LAB_GUEST1 { port = vif1.0 }
	}
EOF

# Pins are named by interface index, which may be the same there.
ndpx2() {
	"$NDPX" -N "$(lab_name host2)" --bpffs "$BPFFS/second" -c "$WORK/ndpx.conf" "$@"
}

# The MAC that the router sends the guest's packets to.
entry() {
	lab_ip router -j -6 neigh show "$LAB_GUEST1" dev eth0 | jq -r '.[0].lladdr // "none"'
}

# The first host's link again, with the address that went with it.
link_up() {
	lab_ip host link set eth0 up
	lab_ip host addr replace "$LAB_HOST/64" dev eth0
}

# The first host is active, the second one on standby.
begin() {
	link_up
	status 0 ndpx apply
	status 0 ndpx2 apply --paused
	lab_ip router -6 neigh flush all
	wait_for 20 lab_in router ping -c1 -W1 "$LAB_GUEST1"
	assert_eq "before" "$(entry)" "$LAB_HOST_MAC"
}

# Counts the router's lost pings to the guest, until the first reply.
lost() {
	local n
	for ((n = 0; n < PATIENCE; n++)); do
		lab_in router ping -c1 -W1 "$LAB_GUEST1" >/dev/null && break
	done
	LOST=$n
}

note "without: the second host answers at once, but nobody asks it"
begin
lab_ip host link set eth0 down
status 0 ndpx2 down # a paused uplink would stay paused
status 0 ndpx2 apply
assert_eq "router's entry, not announced" "$(entry)" "$LAB_HOST_MAC"
lost
WITHOUT=$LOST
assert_eq "router's entry in the end" "$(entry)" $MAC2
[ "$WITHOUT" -ge 1 ] || fail "no packet was lost although nothing was announced"

note "with resume"
begin
lab_ip host link set eth0 down
status 0 ndpx2 resume dev eth0
assert_eq "router's entry, announced" "$(entry)" $MAC2
lost
WITH=$LOST

note "pings lost: $WITHOUT without, $WITH with"
[ "$WITH" -lt "$WITHOUT" ] || fail "announcing did not help"
assert_eq "pings lost although announced" "$WITH" 0

note "and back, with announce"
link_up
status 0 ndpx2 pause dev eth0
status 0 ndpx apply
assert_eq "router's entry" "$(entry)" $MAC2
status 0 ndpx announce "$LAB_GUEST1" dev eth0
assert_eq "router's entry, announced" "$(entry)" "$LAB_HOST_MAC"
lost
assert_eq "pings lost" "$LOST" 0

note "an entry in whatever state takes the new MAC; none is made"
for state in stale reachable delay probe permanent; do
	lab_ip router -6 neigh replace "$LAB_GUEST1" lladdr 02:00:00:00:00:aa dev eth0 nud $state
	status 0 ndpx announce "$LAB_GUEST1" dev eth0
	case $state in
	permanent) assert_eq "$state" "$(entry)" 02:00:00:00:00:aa ;; # is its administrator's
	*) assert_eq "$state" "$(entry)" "$LAB_HOST_MAC" ;;
	esac
done
lab_ip router -6 neigh del "$LAB_GUEST1" dev eth0
status 0 ndpx announce "$LAB_GUEST1" dev eth0
assert_eq "no entry" "$(entry)" none
status 0 ndpx2 down
