#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: a bridge that snoops MLD, with a querier, forwards a group only to ports that
# reported it. The bridge may be in this namespace, in another, or the uplink itself.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

ONE=2001:db8:1::1

# snooping NAME BRIDGE: its querier takes over within a second.
snooping() {
	lab_ip "$1" link set "$2" type bridge mcast_snooping 1 mcast_query_response_interval 50 \
		mcast_startup_query_interval 50 mcast_querier 1
}

apply() {
	conf <<<"uplink ${2-eth0} { mode = tc  groups = $1  guest $ONE { } }"
	status 0 ndpx apply
}

lost() {
	finds "${1-eth0}" mld-snooping 'snoops MLD and does not forward solicitations here for 2001:db8:1::1: '
	only mld-snooping
}

# A report takes a moment, and so does a querier.
heard() {
	answered() {
		[ "$(ask $ONE 200)" != none ]
	}
	wait_for 20 answered
	finds_none
}

unheard() {
	silent() {
		[ "$(ask $ONE 200)" = none ]
	}
	wait_for 20 silent
}

lab_add router
lab_add host
lab_add guest
lab_set host net/ipv6/conf/all/forwarding 1
lab_wire host vif1 guest eth0
lab_ip host -6 route add 2001:db8:1::/48 dev vif1

note "a bridge of this namespace"
lab_ip host link add br0 type bridge
lab_ip host link set br0 up
lab_ip host link add name eth0 address "$LAB_HOST_MAC" type veth peer name p0
lab_wire host p1 router eth0 02:00:00:00:00:f1 "$LAB_ROUTER_MAC"
for i in eth0 p0 p1; do
	[ $i = eth0 ] || lab_ip host link set $i master br0
	lab_ip host link set $i up
done
apply none
finds_none
assert_answered $ONE
snooping host br0
unheard
lost
apply allmulti
unheard
lost
apply join
heard
apply none
unheard
note "a port that gets everything"
lab_in host bridge link set dev p0 mcast_router 2
heard
lab_in host bridge link set dev p0 mcast_router 1
unheard
lost
lab_ip host link set br0 type bridge mcast_snooping 0
heard
status 0 ndpx down

note "the bridge itself as uplink"
lab_ip host link del eth0
lab_ip host link set br0 address "$LAB_HOST_MAC"
snooping host br0
apply none br0
unheard
lost br0
apply join br0
heard
apply allmulti br0
heard
status 0 ndpx down
lab_ip host link del br0
lab_ip host link del p1

note "a bridge of another namespace"
lab_add switch
lab_ip switch link add br0 type bridge
lab_ip switch link set br0 up
lab_wire router eth0 switch router "$LAB_ROUTER_MAC"
lab_wire host eth0 switch host "$LAB_HOST_MAC"
lab_plug router
lab_plug host
apply allmulti
finds_none
assert_answered $ONE
snooping switch br0
unheard
lost
apply join
heard
