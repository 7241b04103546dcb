#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Events in a host's life, with a router behind a switch that pings a guest every 10 ms: how many
# pings are lost in the three seconds after each, by XDP and TC, with `run` and with `apply` alone.
# To be sourced by run.sh.

LIFE_EVENTS=(nothing down_up mac anew renamed restarted own_address)
LIFE_PINGS=300

# Replies confirm the router's entry, so it is removed after each event: the router asks anew, soon.
# The switch lets every MAC through: the host's changes.
life_router() {
	lab_set router net/ipv6/neigh/eth0/retrans_time_ms 100
	lab_in switch nft delete table bridge port_security
	lab_ip router route add "$LAB_GUEST1/128" dev eth0
}

# life_cable: the host's uplink, made anew.
life_cable() {
	lab_ip host link del eth0 2>/dev/null || true
	lab_wire host eth0 switch host "$LAB_HOST_MAC"
	lab_hear_xdp switch host
	lab_plug host
	lab_ip host addr add "$LAB_HOST/64" dev eth0
}

life_nothing() {
	:
}

life_down_up() {
	lab_ip host link set eth0 down
	lab_ip host link set eth0 up
	lab_ip host addr replace "$LAB_HOST/64" dev eth0
}

life_mac() {
	lab_ip host link set eth0 address 02:00:00:00:77:01
}

life_anew() {
	life_cable
}

life_renamed() {
	lab_ip host link set eth0 down
	lab_ip host link set eth0 name eth9
	lab_ip host link set eth9 name eth0
	lab_ip host link set eth0 up
	lab_ip host addr replace "$LAB_HOST/64" dev eth0
}

# A guest that starts again, on a port of another name, as Xen numbers them.
life_restarted() {
	lab_ip host link del vif1.0
	lab_wire host vif9.0 guest1 eth0
	lab_ip host addr add fe80::1/64 dev vif9.0
	lab_ip host route add "$LAB_GUEST1/128" dev vif9.0
	lab_ip guest1 addr add "$LAB_GUEST1/128" dev eth0
	lab_ip guest1 route add default via fe80::1 dev eth0
}

# Before: the guest's address is also the host's, whose kernel answers.
life_before() {
	[ "$1" != own_address ] || lab_ip host addr add "$LAB_GUEST1/128" dev eth0
}

life_own_address() {
	lab_ip host addr del "$LAB_GUEST1/128" dev eth0
}

# life_ping EVENT: loses nothing before the event, or says so.
life_ping() {
	local got
	if ! lab_in router ping -q -n -c 20 -i 0.01 -W 1 "$LAB_GUEST1" >"$WORK/ping"; then
		skip "life/$1" "no answer before it"
		return 0
	fi
	"life_$1" >"$WORK/life.log" 2>&1 || die "$1: $(cat "$WORK/life.log")"
	lab_ip router neigh flush dev eth0
	# Its status is 1 where none comes back.
	got=$({ lab_in router ping -q -n -c "$LIFE_PINGS" -i 0.01 -W 1 "$LAB_GUEST1" || true; } |
		sed -n 's/.* \([0-9]*\) received.*/\1/p')
	echo "lost $((LIFE_PINGS - ${got:-0}))"
}

# life_host MODE HOW: how many of each event are lost.
life_host() {
	local event pid=''
	for event in "${LIFE_EVENTS[@]}"; do
		lab_up "$LAB_TAG"
		life_router
		life_before "$event"
		case $2 in
		run)
			printf 'uplink eth0 {\n mode = %s\n follow = { "vif*" }\n}\n' "$1" ;;
		apply)
			printf 'uplink eth0 {\n mode = %s\n guest %s { port = vif1.0 answer = routed }\n}\n' \
				"$1" "$LAB_GUEST1" ;;
		esac >"$WORK/life.conf"
		nsenter --net="/run/netns/$(lab_name host)" -- "$NDPX" --bpffs "$BPFFS-life" \
			-c "$WORK/life.conf" "$2" >"$WORK/life.log" 2>&1 &
		pid=$!
		sleep 0.7
		life_ping "$event" >"$WORK/lost"
		record "life/$1/$2/$event" <"$WORK/lost"
		kill "$pid" 2>/dev/null || true
		wait "$pid" || true
		lab_in host "$NDPX" -q --bpffs "$BPFFS-life" down
		lab_down "$LAB_TAG"
	done
}

section_life() {
	local mode how tag=$LAB_TAG
	for mode in native tc; do
		for how in apply run; do
			say "life of a host: $mode, $how"
			LAB_TAG=${tag}l
			life_host $mode $how
			LAB_TAG=$tag
		done
	done
}
