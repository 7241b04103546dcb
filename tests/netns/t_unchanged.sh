#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `apply` of an unchanged file writes nothing: no map element, by system call or in memory,
# no link, no neighbour entry.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

COUNT=9000 # more than one segment of the table holds

command -v strace >/dev/null || skip "no strace"
strace -f -o /dev/null true 2>/dev/null || skip "strace may not trace here"

net_pair

# contents: the parts of the maps that any change would alter.
contents() {
	local map id
	find "$(netns_dir)" -name state -o -name config -o -name record | while read -r map; do
		bpftool -j map dump pinned "$map" | sha256sum
	done
	# The segments of the table, and of the statistics.
	for map in rules rule_stats; do
		for id in $(bpftool -j map dump pinned "$(netns_dir)/$map" | jq -r '
			.[].value | arrays | map(ltrimstr("0x")) | reverse | join("")'); do
			bpftool -j map dump id $((16#$id)) | sha256sum
		done
	done
}

unchanged() {
	{
		echo "uplink eth0 {"
		echo "    mode = $1"
		echo "    groups = allmulti"
		seq "$COUNT" | xargs printf '    guest 2001:db8:1::%x { }\n'
		echo "    guest 2001:db8:3::/64 { }"
		echo "    deny = { 2001:db8:3:0:ff::/80 }"
		echo "}"
	} | conf
	status 0 ndpx apply
	contents >"$WORK/before"
	# The same arguments as in ndpx(), a function, which strace cannot run.
	status 0 strace -f -qq -o "$WORK/trace" "$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" \
		-c "$WORK/ndpx.conf" apply
	assert_has "$WORK/trace" 'BPF_MAP_GET_FD_BY_ID'
	assert_has_not "$WORK/trace" \
		'BPF_(MAP_(CREATE|UPDATE|DELETE|LOOKUP_AND_DELETE|FREEZE)|PROG_LOAD|LINK_|OBJ_PIN)'
	assert_has_not "$WORK/trace" 'RTM_(NEW|DEL|SET)'
	contents >"$WORK/after"
	cmp "$WORK/before" "$WORK/after" || fail "the maps hold something else"
}

in_modes unchanged
