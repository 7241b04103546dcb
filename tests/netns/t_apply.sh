#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `apply` is idempotent: the same file changes nothing, a different one only the difference;
# pins remain the same objects, and counters survive.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair

# Every pin with the id of its object.
pins() {
	local pin kind
	find "$BPFFS" -type f | sort | while read -r pin; do
		kind=map
		[ "${pin##*/}" != link ] || kind="link"
		echo "${pin##*/} $(bpftool -j "$kind" show pinned "$pin" | jq -r .id)"
	done
}

apply() {
	local before
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    guest 2001:db8:1::1 { }
		    guest 2001:db8:1::2 { router = on }
		    guest 2001:db8:2::/64 { }
		}
	EOF
	status 0 ndpx apply
	assert_answered 2001:db8:1::1 2001:db8:2::1
	pins >"$WORK/pins"
	assert_has "$WORK/pins" '^link [0-9]+$'
	assert_has "$WORK/pins" '^rules [0-9]+$'
	before=$(xdp_id host)
	ndpx -j guest show -s >"$WORK/before"
	ndpx -j status >"$WORK/status"

	note "the same file"
	status 0 ndpx apply
	ndpx -j guest show -s >"$WORK/after"
	cmp "$WORK/before" "$WORK/after" || fail "the rules changed"
	ndpx -j status >"$WORK/after"
	cmp "$WORK/status" "$WORK/after" || fail "the status changed"
	pins >"$WORK/after"
	cmp "$WORK/pins" "$WORK/after" || fail "the pins changed"

	note "another file"
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    guest 2001:db8:1::1 { }
		    guest 2001:db8:1::2 { }
		    guest 2001:db8:1::3 { }
		}
	EOF
	status 0 ndpx apply
	pins >"$WORK/after"
	cmp "$WORK/pins" "$WORK/after" || fail "the pins changed"
	assert_eq "the program" "$(xdp_id host)" "$before"
	assert_eq "answers counted" "$(counter answered)" 2
	assert_answered 2001:db8:1::1 2001:db8:1::2 2001:db8:1::3
	assert_silent 2001:db8:2::1
	assert_eq "answers counted" "$(counter answered)" 5
	ndpx -j guest show -s 2001:db8:1::1 >"$WORK/show"
	assert_json "$WORK/show" '.guests[0].answers == 2'

	note "paused"
	status 0 ndpx apply --paused
	assert_silent 2001:db8:1::1
	assert_eq "paused" "$(counter paused)" 1
	status 0 ndpx apply
	assert_silent 2001:db8:1::1
	status 0 ndpx -q resume dev eth0
	assert_answered 2001:db8:1::1

	note "without the uplink: it is taken down"
	echo "# nothing" | conf
	status 0 ndpx apply
	assert_silent 2001:db8:1::1
}

in_modes apply
