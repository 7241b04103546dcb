#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `run` with a socket that overflows: what netlink loses is read again, and the end is right.
# Somebody else's datagrams to that socket are not believed.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

net_pair
conf <<-EOF
	uplink eth0 { guest 2001:db8:1::/64 { } }
	ports "vm*" { gateway = { fe80::1 } }
EOF
run_under env NDPX_RUN_BUFFER=2048 --

ports_in_force() {
	[ "$(ndpx -j status | jq "[.ports.sections[].devices[]] | length")" = "$1" ]
}

for round in 1 2 3; do
	note "two hundred addresses, forty interfaces, at once ($round)"
	{
		seq -f 'addr add 2001:db8:1::%g/128 dev eth0 nodad' 200
		for i in $(seq 40); do echo "link add vm$i type veth peer name p$i"; done
		seq -f 'link set vm%g up' 40
	} >"$WORK/batch"
	lab_ip host -batch "$WORK/batch"
	for i in 1 100 200; do
		wait_for 10 own 2001:db8:1::$i
	done
	wait_for 20 ports_in_force 40
	{
		seq -f 'addr del 2001:db8:1::%g/128 dev eth0' 200
		seq -f 'link del vm%g' 40
	} >"$WORK/batch"
	lab_ip host -batch "$WORK/batch"
	soon 2001:db8:1::1 2001:db8:1::100 2001:db8:1::200
	wait_for 20 ports_in_force 0
done
assert_has "$WORK/log" 'more changes than netlink has room for'
quiet 500
lines=$(wc -l <"$WORK/log")
sleep 1
assert_eq "lines of the log while idle" "$(wc -l <"$WORK/log")" "$lines"
run_end
