#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: another station answers for one of our guests: a host with that address, a kernel
# that proxies it, another ndpx. doctor probes and compares the MAC.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"
# shellcheck disable=SC2034 # finds() uses it
PROBE=()

ONE=2001:db8:1::1
TWO=2001:db8:1::2
OTHER_MAC=02:00:00:00:00:fd

# Two hosts and a router on one switch.
lab_add switch
lab_add router
lab_add host
lab_add other
lab_ip switch link add br0 type bridge
lab_ip switch link set br0 up
lab_wire router eth0 switch router "$LAB_ROUTER_MAC"
lab_wire host eth0 switch host "$LAB_HOST_MAC"
lab_wire other eth0 switch other "$OTHER_MAC"
for i in router host other; do
	lab_plug $i
	lab_ip $i link add vif1 type bridge
	lab_ip $i link set vif1 up
	lab_ip $i -6 route add 2001:db8::/32 dev vif1
	lab_set $i net/ipv6/conf/all/forwarding 1
done
lab_hear_xdp switch host

other() {
	"$NDPX" -N "$(lab_name other)" --bpffs "$BPFFS/other" \
		-c "$WORK/other.conf" "$@"
}
trap 'other down >/dev/null 2>&1; net_end' EXIT

for mode in native tc; do
	round "$mode"
	conf <<<"uplink eth0 { mode = $mode  guest $ONE { }  guest $TWO { }  guest 2001:db8:2::/64 { } }"
	status 0 ndpx apply
	finds_none

	note "$mode: a station that has the address"
	lab_ip router addr add $ONE/128 dev eth0
	finds eth0 duplicate "$LAB_ROUTER_MAC answers for guest $ONE as well"
	only duplicate
	assert_has "$WORK/out" "stop the one with $LAB_ROUTER_MAC"
	status 0 ndpx doctor --no-probe
	lab_ip router addr del $ONE/128 dev eth0

	note "$mode: a kernel that proxies it, with its delay of up to 0.8 s"
	lab_set other net/ipv6/conf/eth0/proxy_ndp 1
	lab_ip other -6 neigh add proxy $TWO dev eth0
	finds eth0 duplicate "$OTHER_MAC answers for guest $TWO as well"
	lab_ip other -6 neigh del proxy $TWO dev eth0
	lab_set other net/ipv6/conf/eth0/proxy_ndp 0

	note "$mode: another ndpx, also for a prefix; where it is paused that is as it should be"
	cp "$WORK/ndpx.conf" "$WORK/other.conf"
	sed -i "s/mode = $mode/mode = tc/" "$WORK/other.conf"
	other apply >/dev/null
	finds eth0 duplicate "$OTHER_MAC answers for guest $ONE and 2 more as well"
	only duplicate
	status 0 ndpx apply --paused
	finds_none
	status 0 ndpx -q resume dev eth0
	other apply --paused >/dev/null
	finds_none
	other down >/dev/null

	note "$mode: a rule that is paused may be answered elsewhere"
	lab_ip router addr add $ONE/128 dev eth0
	cp "$WORK/ndpx.conf" "$WORK/before.conf"
	sed -i "s/guest $ONE {/guest $ONE { paused = on /" "$WORK/ndpx.conf"
	status 0 ndpx apply
	finds_none
	cp "$WORK/before.conf" "$WORK/ndpx.conf"
	lab_ip router addr del $ONE/128 dev eth0
done
