#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A Xen HVM guest has two ports for one NIC: vif-g1 and vif-g1-emu, or vif7.0 and tap7.0. A
# rule that names one port covers both: the guest keeps its address on the other, and other
# guests' addresses are defended on either.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

MAC=02:00:00:00:0a:0a # the card's, on both

net_pair
lab_ip host addr add "${PREFIX}3/64" dev eth0
lab_ip router addr add "$GATEWAY/64" dev eth0
ports_guest 2

# card NAME EMU N: both ports end in the guest's namespace, as eth0 and emu0.
card() {
	lab_add "$3"
	lab_set "$3" net/ipv6/conf/default/accept_dad 1
	lab_set "$3" net/ipv6/conf/all/accept_dad 1
	lab_wire host "$1" "$3" eth0 02:00:00:00:0f:0a "$MAC"
	lab_wire host "$2" "$3" emu0 02:00:00:00:0f:0b "$MAC"
}

# tries NET DEV ADDR: adds the address and reports the result of DAD.
tries() {
	lab_ip "$1" addr flush dev "$2" scope global
	lab_ip "$1" addr add "$3/64" dev "$2"
	wait_for 10 tried "$@"
	lab_ip "$1" -6 addr show dev "$2" to "$3" >"$WORK/addr"
	lab_ip "$1" addr flush dev "$2" scope global
}

tried() {
	! grep -q ' tentative' <<<"$(lab_ip "$1" -6 addr show dev "$2" to "$3")" ||
		grep -q dadfailed <<<"$(lab_ip "$1" -6 addr show dev "$2" to "$3")"
}

card vif-g1 vif-g1-emu xl
card vif7.0 tap7.0 xapi
lab_ip host route add "${PREFIX}b1/128" dev vif-g1
lab_ip host route add "${PREFIX}b7/128" dev vif7.0
wait_for 10 settled 2 "$(addr_of_guest 2)"

# file PORT_XL PORT_XAPI
file() {
	conf <<-EOF
		uplink eth0 {
		    guest $(addr_of_guest 2) { port = vif2.0 }
		    guest ${PREFIX}b1 { $1 }
		    guest ${PREFIX}b7 { $2 }
		}
		ports "vif*" { gateway = { $GATEWAY, fe80::1 }  onlink = ${PREFIX}/64 }
		ports "tap*" { gateway = { $GATEWAY, fe80::1 }  onlink = ${PREFIX}/64 }
	EOF
	status 0 ndpx apply
}

for ports in drivers emulated none; do
	round "ports: $ports"
	case $ports in
	drivers) file "port = vif-g1" "port = vif7.0" ;;
	emulated) file "port = vif-g1-emu" "port = tap7.0" ;;
	none) file "" "" ;;
	esac
	for dev in eth0 emu0; do
		note "$ports: the guest's own address on $dev"
		tries xl "$dev" "${PREFIX}b1"
		assert_has_not "$WORK/addr" dadfailed
		tries xapi "$dev" "${PREFIX}b7"
		assert_has_not "$WORK/addr" dadfailed
		note "$ports: another guest's on $dev"
		tries xl "$dev" "$(addr_of_guest 2)"
		assert_has "$WORK/addr" dadfailed
	done
done
round ""

note "each port answers with the MAC address it hears on"
for pair in eth0:0a emu0:0b; do
	got=$(lab_in xl "$NDTOOL" exchange "${pair%:*}" \
		"$("$NDTOOL" ns "$MAC" fe80::77 "$(addr_of_guest 2)")" 300)
	want=$("$NDTOOL" na -f S "02:00:00:00:0f:${pair#*:}" "$MAC" "$(addr_of_guest 2)" fe80::77 \
		"$(addr_of_guest 2)" "02:00:00:00:0f:${pair#*:}")
	assert_eq "guest 2, asked on ${pair%:*}" "$got" "$want"
done
