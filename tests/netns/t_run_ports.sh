#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `run` with guest ports: a guest that restarts (its port is another interface), ports that come
# and go, the gateway and the host's own address change; rules, a pause and an apply of other
# commands beside it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

ports_lab
ports_conf
run_start

# port_says N TARGET FLAGS: within a second or so guest N's port answers so.
port_says() {
	for _ in $(seq 20); do
		[ "$(ask_guest "$1" "$2")" = "$(answer_guest "$1" "$3" "$2")" ] && return
		sleep 0.05
	done
	cat "$WORK/log" >&2
	fail "guest $1 hears '$(ask_guest "$1" "$2")' for $2"
}

for round in 1 2 3; do
	note "guest 1 restarts ($round)"
	lab_ip host link del vif1.0
	lab_ip g1 link show dev eth0 >/dev/null 2>&1 && fail "the cable survived"
	lab_wire host vif1.0 g1 eth0 "$(mac_of_device 1)" "$(mac_of_guest 1)"
	lab_ip host route replace "$(addr_of_guest 1)/128" dev vif1.0
	port_says 1 "$GATEWAY" RSO
	assert_eq "the other one" "$(ask_guest 2 "$GATEWAY")" "$(answer_guest 2 RSO "$GATEWAY")"
	assert_answered "$(addr_of_guest 1)"
	lab_ip g1 addr add "$(addr_of_guest 1)/64" dev eth0
	lab_ip g1 route add default via "$GATEWAY" dev eth0
	wait_for 10 settled 1 "$(addr_of_guest 1)"
	quiet 500
	lab_in router ping -6 -c 1 -W 2 "$(addr_of_guest 1)" >/dev/null || fail "guest 1 is unreachable"
done
assert_has "$WORK/log" 'ports: 3, attached vif1.0'

note "a port renamed away and back"
lab_ip host link set vif2.0 down
lab_ip host link set vif2.0 name other
lab_ip host link set other up
wait_for 5 grep -q 'detached other' "$WORK/log"
assert_eq "no port of ours" "$(ask_guest 2 "$GATEWAY")" none
lab_ip host link set other down
lab_ip host link set other name vif2.0
lab_ip host link set vif2.0 up
lab_ip host route replace "$(addr_of_guest 2)/128" dev vif2.0
port_says 2 "$GATEWAY" RSO

note "a new address of the host is no guest's, and is one again"
soon "$(addr_of_guest 3)"
lab_ip host addr add "$(addr_of_guest 3)/128" dev eth0 nodad
wait_for 5 own "$(addr_of_guest 3)"
lab_ip host addr del "$(addr_of_guest 3)/128" dev eth0
lab_ip host route replace "$(addr_of_guest 3)/128" dev tap3.0
soon "$(addr_of_guest 3)"

note "the default gateway changes: the new one is the kernel's to answer, the old one a guest may be"
quiet 500
own "$GATEWAY" || fail "the gateway is not known"
lab_ip host route replace default via "${PREFIX}99" dev eth0
wait_for 5 own "${PREFIX}99"
wait_for 10 not_own "$GATEWAY"
lab_ip host route replace default via "$GATEWAY" dev eth0
wait_for 5 own "$GATEWAY"

note "other commands beside it"
status 0 ndpx guest add 2001:db8:ee::1 dev eth0 port vif1.0
status 0 ndpx pause dev eth0
lab_ip host link set eth0 down
lab_ip host link set eth0 up
lab_ip host addr add "${PREFIX}3/64" dev eth0 nodad # which the kernel dropped
lab_ip host route replace default via "$GATEWAY" dev eth0
quiet 600
assert_silent 2001:db8:ee::1 "$(addr_of_guest 2)"
status 0 ndpx -q resume dev eth0
assert_answered 2001:db8:ee::1 "$(addr_of_guest 2)"
status 0 ndpx apply
assert_answered 2001:db8:ee::1 "$(addr_of_guest 2)"
assert_eq "origin" "$(origin 2001:db8:ee::1)" command
run_end
