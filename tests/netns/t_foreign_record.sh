#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# State left by an unknown version of ndpx: reported as attached, its pins are never read past
# our own structures, and `down` undoes what it switched on.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair

allmulti() {
	grep -q ALLMULTI <<<"$(lab_ip host link show dev eth0)"
}

# another_abi: sets the record's abi (offset 4) to an unknown one.
another_abi() {
	local record bytes
	record=$(find "$BPFFS" -name record)
	bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
		jq -r '.value | .[4] = "0x77" | join(" ")')
	# shellcheck disable=SC2086 # a word each
	bpftool map update pinned "$record" key 0 0 0 0 value $bytes
}

up() {
	status 0 ndpx apply
	allmulti || fail "no allmulticast for a prefix"
}

conf <<-EOF
	uplink eth0 {
	    mode = tc
	    guest 2001:db8:1::1 { }
	    guest 2001:db8:2::/64 { }
	}
EOF

note "down undoes what it switched on"
up
another_abi
status 0 ndpx status
assert_has "$WORK/out" 'another version'
assert_eq "attached in metrics" "$(ndpx metrics | grep -c '^ndpx_attached{.*} 1$')" 1
assert_eq "counters in metrics" "$(ndpx metrics | grep -c '^ndpx_solicitations_total{' || true)" 0
assert_answered 2001:db8:1::1
status 0 ndpx down
! allmulti || fail "allmulticast stays behind"
assert_silent 2001:db8:1::1

note "and so does the version that took over"
up
another_abi
status 0 ndpx apply
status 0 ndpx down
! allmulti || fail "allmulticast stays behind"

note "a larger record is not copied into a smaller one"
up
record=$(find "$BPFFS" -name record)
rm "$record"
bpftool map create "$record" type array key 4 value 8192 entries 1 name record
for verb in status metrics "guest show" apply down; do
	code=0
	# shellcheck disable=SC2086 # words
	ndpx $verb >"$WORK/out" 2>"$WORK/err" || code=$?
	[ "$code" -lt 4 ] || fail "$verb ended by a signal: $code: $(cat "$WORK/err")"
done

note "a pin that we do not know goes with the others"
lab_ip host link set eth0 allmulticast off
up
bpftool map create "$(dirname "$(find "$BPFFS" -name record)")/events" \
	type array key 4 value 4 entries 1 name events
status 0 ndpx down
[ ! -d "$BPFFS" ] || assert_eq "pins left" "$(find "$BPFFS" -type f | wc -l)" 0
