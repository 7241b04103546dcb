#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Isolated ports of one bridge: two guests there never hear each other, so they are answered
# for, with and without a port in the file; an owner keeps its address. Guests on a port that
# is not isolated answer for themselves if the file names their port.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

BRIDGE_MAC=02:00:00:00:0b:01

mac_of_port() {
	echo "$BRIDGE_MAC"
}

net_pair
lab_ip host addr add "${PREFIX}3/64" dev eth0
lab_ip router addr add "$GATEWAY/64" dev eth0
lab_ip host link add br0 address "$BRIDGE_MAC" type bridge
lab_ip host link set br0 up
for n in 1 2 3; do
	ports_guest "$n"
	lab_ip host link set "$(port_of_guest "$n")" master br0
	lab_ip host route replace "$(addr_of_guest "$n")/128" dev br0
done
for n in 1 2; do
	lab_in host bridge link set dev "vif$n.0" isolated on
done
for n in 1 2 3; do
	wait_for 10 settled "$n" "$(addr_of_guest "$n")"
done

# file PORT1 PORT2 PORT3: each guest's port, as configured.
file() {
	conf <<-EOF
		uplink eth0 {
		    guest $(addr_of_guest 1) { $1 }
		    guest $(addr_of_guest 2) { $2 }
		    guest $(addr_of_guest 3) { $3 }
		}
		ports "*[0-9].0" {
		    gateway = { $GATEWAY, fe80::1 }
		    onlink  = { ${PREFIX}/64 }
		}
	EOF
	status 0 ndpx apply
}

# reaches FROM TO MAC
reaches() {
	for n in 1 2 3; do
		lab_ip "g$n" -6 neigh flush all
	done
	in_guest "$1" ping -c1 -W3 "$(addr_of_guest "$2")" >/dev/null ||
		fail "guest $1 does not reach guest $2"
	lab_ip "g$1" -6 neigh show "$(addr_of_guest "$2")" >"$WORK/neigh"
	assert_has "$WORK/neigh" "lladdr $3"
}

for NDPX_TC in tcx clsact; do
	export NDPX_TC
	for ports in named unnamed; do
		round "$NDPX_TC, ports $ports"
		if [ "$ports" = named ]; then
			file "port = vif1.0" "port = vif2.0" "port = tap3.0"
		else
			file "" "" ""
		fi
		note "isolated from each other: through the host"
		for pair in "1 2" "2 1"; do
			# shellcheck disable=SC2086 # two words
			set -- $pair
			assert_eq "guest $2, asked by $1" "$(ask_guest "$1" "$(addr_of_guest "$2")")" \
				"$(answer_guest "$1" S "$(addr_of_guest "$2")")"
			assert_eq "probe of $2 by $1" "$(ask_guest "$1" -p "$(addr_of_guest "$2")")" \
				"$(answer_guest "$1" S "$(addr_of_guest "$2")")"
			reaches "$1" "$2" "$BRIDGE_MAC"
		done
		note "not isolated: itself, and so do those whom it hears"
		for guest in 1 2; do
			reaches 3 "$guest" "$(mac_of_guest "$guest")"
			# If it is not known to hear the solicitation: through the host.
			if [ "$ports" = named ]; then
				reaches "$guest" 3 "$(mac_of_guest 3)"
			else
				assert_eq "guest 3, asked by $guest" \
					"$(ask_guest "$guest" "$(addr_of_guest 3)")" \
					"$(answer_guest "$guest" S "$(addr_of_guest 3)")"
				reaches "$guest" 3 ".*" # its own questions tell as well
			fi
		done
		assert_eq "gateway" "$(ask_guest 1 fe80::1)" "$(answer_guest 1 RSO fe80::1)"
		note "duplicate address detection: an owner's succeeds"
		for n in 1 2 3; do
			own_address "$n" "$(addr_of_guest "$n")"
		done
		stolen 1 "$(addr_of_guest 3)"
		[ "$ports" = unnamed ] || stolen 1 "$(addr_of_guest 2)"
	done
	round ""
	status 0 ndpx down
done

note "no longer isolated: they hear each other, and nobody else answers"
file "port = vif1.0" "" "port = tap3.0"
for n in 1 2; do
	lab_in host bridge link set dev "vif$n.0" isolated off
done
status 3 ndpx doctor --no-probe dev vif1.0
assert_has "$WORK/out" '^vif1.0: guest-port-changed: '
status 0 ndpx apply
reaches 1 2 "$(mac_of_guest 2)"
reaches 2 1 "$(mac_of_guest 1)"
