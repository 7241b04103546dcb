#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guest ports and another version of ndpx, simulated through the record (ndpx_abi.h): with the
# same ABI the program is swapped, with another one the maps are recreated. No solicitation of
# a guest goes unanswered, counters survive, and what the other version switched on is
# switched off. Pins of another network namespace are left alone.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

AT_ABI=4   # struct ndpx_record.abi
AT_HASH=24 # .object_hash

ports_lab

forge() {
	local record bytes
	record=$(netns_dir)/ports/record
	bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
		jq -r --argjson at "$1" '.value | .[$at] = "0x77" | join(" ")')
	# shellcheck disable=SC2086 # a word each
	bpftool map update pinned "$record" key 0 0 0 0 value $bytes
}

prog_id() {
	ndpx -j status | jq -r '.ports.prog_id'
}

# forged NAME OFFSET: several times, because an upgrade can only lose in a short moment: what
# the old program answers between a copy of its counters and its own end.
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
	local prog flood answered before
	before=$(counter answered ports)
	prog=$(prog_id)
	net_job g1 "$NDTOOL" flood -w 16 eth0 "$(mac_of_guest 1)" fe80::77 fe80::1 0 >"$WORK/flood"
	flood=$JOB
	forge "$1"
	status 0 ndpx -j apply
	assert_json "$WORK/out" '.ports | .swapped and .attached == []'
	kill -TERM "$flood"
	wait "$flood" || true
	assert_has "$WORK/flood" '^sent [1-9][0-9]* answered [1-9][0-9]* lost 0$'
	[ "$(prog_id)" != "$prog" ] || fail "the program is the same"
	answered=$(sed -n 's/.*answered \([0-9]*\).*/\1/p' "$WORK/flood")
	assert_eq "answers counted" "$(($(counter answered ports) - before))" "$answered"
	status 0 ndpx -j apply
	assert_json "$WORK/out" '.ports | .swapped == false and .attached == []'
}

lab_in host tc qdisc show >"$WORK/before"
for NDPX_TC in tcx clsact; do
	export NDPX_TC
	note "$NDPX_TC"
	ports_conf
	status 0 ndpx apply
	forged program $AT_HASH
	forged ABI $AT_ABI
	note "a pause outlives it"
	status 0 ndpx apply --paused
	forge $AT_ABI
	status 0 ndpx apply
	assert_has "$WORK/out" '^ports: .*paused'
	assert_eq "paused" "$(ask_guest 1 fe80::1)" none
	status 0 ndpx resume dev eth0
	assert_eq "resumed" "$(ask_guest 1 fe80::1)" "$(answer_guest 1 RSO fe80::1)"
	note "what another ABI has made is not read, and goes"
	forge $AT_ABI
	status 0 ndpx status
	assert_has "$WORK/out" '^ports: by another version'
	status 0 ndpx guest add 2001:db8:ee::1 dev eth0
	assert_has "$WORK/err" 'warning: .*guest ports.*another version.*ndpx apply'
	assert_eq "answered all the same" "$(ask_guest 1 fe80::1)" "$(answer_guest 1 RSO fe80::1)"
	status 0 ndpx down
	assert_eq "after down" "$(ask_guest 1 fe80::1)" none
	lab_in host tc qdisc show >"$WORK/after"
	diff "$WORK/before" "$WORK/after" >&2 || fail "down left a qdisc"
done

note "of another network namespace"
export NDPX_TC=tcx
status 0 ndpx apply
lab_ip router link add vif1.0 type veth peer name vifp
echo 'ports "vif1*" { gateway = fe80::9 }' >"$WORK/other.conf"
other() {
	"$NDPX" -N "$(lab_name router)" --bpffs "$BPFFS" "$@"
}
status 0 other -c "$WORK/other.conf" apply
status 0 other status
assert_has_not "$WORK/out" eth0
status 0 other down
assert_eq "still answered" "$(ask_guest 1 fe80::1)" "$(answer_guest 1 RSO fe80::1)"
