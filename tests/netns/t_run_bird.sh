#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Two hosts behind one router, which tell each other by OSPF (Debian's bird) where the guests are.
# A guest moves: the route on its new host makes it a guest there, the one it has left learns a
# route to the other, and the router is told by an announcement. Nobody types anything.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

BIRD=$(command -v bird || echo "$TOP/build/peers/usr/sbin/bird")
[ -x "$BIRD" ] || skip "no bird"

GUEST=2001:db8:1::34 STAYS=2001:db8:1::36
declare -A RUNS=()

# A switch: the router's and both hosts' cables end in it.
lab_add switch
lab_ip switch link add br0 type bridge mcast_snooping 0
lab_ip switch link set br0 up
lab_add router
lab_wire router eth0 switch router "$LAB_ROUTER_MAC"
lab_plug router
lab_ip router addr add 2001:db8:1::ffff/64 dev eth0
# The entry of a guest that has moved stays for half a minute: only an announcement changes it.
lab_set router net/ipv6/neigh/eth0/base_reachable_time_ms 60000

host() { # NAME N
	lab_add "$1"
	lab_wire "$1" eth0 switch "$1" "02:00:00:00:01:0$2"
	lab_plug "$1"
	lab_hear_xdp switch "$1"
	lab_set "$1" net/ipv6/conf/all/forwarding 1
	lab_ip "$1" addr add "2001:db8:1::fe0$2/64" dev eth0
	# Between the hosts, for what they tell each other.
	cat >"$WORK/$1.bird" <<-EOF
		log "$WORK/$1.log" all;
		router id 10.0.0.$2;
		protocol device { scan time 1; }
		protocol kernel {
			learn;
			scan time 1;
			ipv6 { import all; export where source = RTS_OSPF_EXT2; };
		}
		protocol ospf v3 {
			ipv6 { import all; export where source = RTS_INHERIT && net.len = 128; };
			area 0 { interface "eth0" { hello 1; dead 4; wait 2; type bcast; }; };
		}
	EOF
	printf 'uplink eth0 {\n mode = native\n follow = { "vif*" }\n}\n' >"$WORK/$1.conf"
	net_job "$1" "$BIRD" -f -c "$WORK/$1.bird" -s "$WORK/$1.ctl" -P "$WORK/$1.pid"
	net_job "$1" "$NDPX" --bpffs "$BPFFS" -c "$WORK/$1.conf" run 2>"$WORK/$1.run"
	RUNS[$1]=$JOB
}

# guest_on HOST NAME ADDRESS: it starts there, and the host's toolstack adds its route.
guest_on() {
	lab_add "$2"
	lab_wire "$1" "vif$2" "$2" eth0
	lab_ip "$1" addr add fe80::1/64 dev "vif$2"
	lab_ip "$2" addr add "$3/128" dev eth0
	lab_ip "$2" route add default via fe80::1 dev eth0
	lab_ip "$1" route add "$3/128" dev "vif$2" proto static
}

guest_off() {
	lab_ip "$1" link del "vif$2"
	ip netns del "$(lab_name "$2")"
}

# by HOST ADDRESS: the way to a guest of the other host.
by_ospf() {
	lab_ip "$1" -6 route show "$2" | grep -q 'dev eth0 .*proto bird'
}

guests_of() {
	"$NDPX" -N "$(lab_name "$1")" --bpffs "$BPFFS" -j guest show origin route |
		jq -r '.guests[].address' | sort | xargs
}

has_guests() {
	[ "$(guests_of "$1")" = "${*:2}" ]
}

host hosta 1
host hostb 2
guest_on hosta 34 $GUEST
guest_on hostb 36 $STAYS
wait_for 20 by_ospf hostb $GUEST
wait_for 20 by_ospf hosta $STAYS
# A route that OSPF brought leaves by the uplink: no guest of this host.
wait_for 5 has_guests hosta $GUEST
wait_for 5 has_guests hostb $STAYS
lab_in router ping -q -n -c 5 -i 0.1 -W 1 $GUEST >&2
lab_in router ping -q -n -c 5 -i 0.1 -W 1 $STAYS >&2

note "the guest moves while it is pinged every 10 ms"
lab_in router ping -q -n -c 500 -i 0.01 -W 1 $GUEST >"$WORK/ping" &
ping=$!
sleep 1
guest_off hosta 34
guest_on hostb 34 $GUEST
wait_for 10 has_guests hostb $GUEST $STAYS
wait_for 10 has_guests hosta
wait $ping || true
got=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$WORK/ping")
note "pings lost: $((500 - got)) of 500"
mac=$(lab_ip router -j neigh show $GUEST dev eth0 | jq -r '.[0].lladdr')
assert_eq "whom the router asks for the guest" "$mac" 02:00:00:00:01:02
# A second and a half of five: the OSPF's own second included.
[ "$got" -ge 350 ] || fail "$((500 - got)) of 500 pings lost: $(cat "$WORK"/*.run)"
for n in hosta hostb; do
	kill "${RUNS[$n]}"
	wait "${RUNS[$n]}" || fail "run on $n: $?"
done
