#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Another version of ndpx: with the same ABI the program is swapped inside its link, with
# another one the maps are recreated. Either way nothing is lost, and counters survive. The
# other version is simulated through the record (ndpx_abi.h), which says who attached.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

AT_ABI=4   # struct ndpx_record.abi
AT_HASH=24 # .object_hash

net_pair

# forge OFFSET BYTE: changes one byte of the record.
forge() {
	local record bytes
	record=$(find "$BPFFS" -name record)
	# bpftool prints hex bytes, and accepts them as input.
	bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
		jq -r --argjson at "$1" --arg byte "$2" '.value | .[$at] = $byte | join(" ")')
	# shellcheck disable=SC2086 # a word each
	bpftool map update pinned "$record" key 0 0 0 0 value $bytes
}

link_id() {
	bpftool -j link show pinned "$(find "$BPFFS" -name link)" | jq -r .id
}

prog_id() {
	ndpx -j status | jq -r '.uplinks[0].prog_id'
}

# forged NAME OFFSET: upgrades while the router solicits at full rate; several times, because
# one can only lose in a short moment, between copying counters and the old program's end.
forged() {
	local i
	note "another $1"
	for i in 1 2 3 4 5; do
		round "another $1, upgrade $i"
		forged_once "$2"
	done
	round
}

forged_once() {
	local link prog flood answered before
	before=$(counter answered)
	link=$(link_id) prog=$(prog_id)
	net_job router "$NDTOOL" flood -w 64 eth0 "$LAB_ROUTER_MAC" "$ASKER" 2001:db8:1::1 0 \
		>"$WORK/flood"
	flood=$JOB
	forge "$1" 0x77
	sleep 0.05
	status 0 ndpx apply
	sleep 0.05
	kill -TERM "$flood"
	wait "$flood" || true
	assert_has "$WORK/flood" '^sent [0-9]+ answered [0-9]+ lost 0$'
	assert_eq "the link" "$(link_id)" "$link"
	[ "$(prog_id)" != "$prog" ] || fail "the program is the same"
	answered=$(sed -n 's/.*answered \([0-9]*\).*/\1/p' "$WORK/flood")
	assert_eq "answers counted" "$(($(counter answered) - before))" "$answered"
	prog=$(prog_id)
	status 0 ndpx apply
	assert_eq "the program after one more apply" "$(prog_id)" "$prog"
	assert_answered 2001:db8:1::1
}

upgrade() {
	echo "uplink eth0 { mode = $1  guest 2001:db8:1::1 { } }" | conf
	status 0 ndpx apply
	forged program $AT_HASH
	forged ABI $AT_ABI
	note "what another ABI has made is not read"
	forge $AT_ABI 0x77
	status 2 ndpx guest add 2001:db8:1::2 dev eth0
	assert_has "$WORK/err" 'another version'
	assert_answered 2001:db8:1::1
	# `down` in in_modes removes it nevertheless.
}

in_modes upgrade
