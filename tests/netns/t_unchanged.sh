#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `apply` of an unchanged file writes nothing: no map element, by system call or in memory,
# no link, no neighbour entry.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

COUNT=5000 # more than have a place in `near`

command -v strace >/dev/null || skip "no strace"
strace -f -o /dev/null true 2>/dev/null || skip "strace may not trace here"

net_pair

# contents: the parts of the maps that any change would alter.
contents() {
	local map
	for map in guests near prefixes config record; do
		bpftool -j map dump pinned "$(echo "$BPFFS"/*/*/"$map")" | sha256sum
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
	assert_has "$WORK/trace" 'BPF_MAP_LOOKUP_BATCH'
	assert_has_not "$WORK/trace" \
		'BPF_(MAP_(CREATE|UPDATE|DELETE|LOOKUP_AND_DELETE|FREEZE)|PROG_LOAD|LINK_|OBJ_PIN)'
	assert_has_not "$WORK/trace" 'RTM_(NEW|DEL|SET)'
	contents >"$WORK/after"
	cmp "$WORK/before" "$WORK/after" || fail "the maps hold something else"
}

in_modes unchanged
