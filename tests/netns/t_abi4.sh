#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# From ABI 4, whose rules were in the kernel's hashes: rules of every origin, overridden ones,
# statistics, counters and a pause are carried over, and nothing that was only staged.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
conf <<-EOF
	uplink eth0 { guest 2001:db8:4::1 { } }
EOF

# old IFINDEX: pins as that version made them.
old() {
	mkdir -p "$BPFFS"
	status 0 "$NDTOOL" abi4 "$BPFFS/$1" "$(basename "$(netns_dir)")" "$1" eth0 paused
}

carried() {
	assert_has "$WORK/out" '^eth0: .*paused'
	assert_has_not "$WORK/err" 'could not be carried over'
	ndpx -j guest show -s |
		jq -r '.guests[] | "\(.address // .prefix) \(.origin) \(.router) \(.answers)"' |
		sort >"$WORK/rules"
	assert_eq "rules" "$(cat "$WORK/rules")" "$(sort <<-EOF
		2001:db8:4::1 file false 3
		2001:db8:4::c command true 107
		2001:db8:40::/64 command false 5
	EOF
	)"
	assert_silent 2001:db8:4::c
	status 0 ndpx resume dev eth0
	assert_answered 2001:db8:4::1
	# What the file overrode comes back when the file says nothing.
	echo "uplink eth0 { guest 2001:db8:4::9 { } }" | conf
	status 0 ndpx apply
	assert_eq "the command's" "$(ask 2001:db8:4::1)" "$(answer 2001:db8:4::1 "$LAB_HOST_MAC" RS)"
	echo "uplink eth0 { guest 2001:db8:4::1 { } }" | conf
}

note "the same interface"
old "$(lab_ip host -j link show dev eth0 | jq '.[0].ifindex')"
status 0 ndpx apply
assert_eq "counted" "$(($(counter answered) % 5))" 0
[ "$(counter answered)" -ge 5 ] || fail "no counters"
carried
status 0 ndpx down

note "an interface that was created again"
old 4711
status 0 ndpx apply
carried
status 0 ndpx down
[ ! -e "$BPFFS" ] || fail "left: $(find "$BPFFS")"
