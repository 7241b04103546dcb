#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Rules know their origin: `apply` owns the file's, `guest` its own. Of two for one key the
# file's is in force; when it is removed, the command's takes over. `pause` survives `apply`.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
X=2001:db8:1::a
Y=2001:db8:2::/64

with() {
	echo "uplink eth0 { guest 2001:db8:1::1 { } $* }" | conf
	status 0 ndpx apply
}
origin() {
	assert_eq "origin of $1" "$(ndpx -j guest show "$1" | jq -r '.guests[].origin')" "$2"
}

with
status 0 ndpx guest add $X dev eth0 router on
status 0 ndpx guest add $Y dev eth0 override on
status 0 ndpx guest add 2001:db8:1::b dev eth0 paused on
origin 2001:db8:1::1 file
origin $X command
ndpx guest show >"$WORK/show"
assert_has "$WORK/show" "^$X dev eth0 router on  # origin command$"

note "what commands made stays over apply"
with
assert_eq "R" "$(ask $X)" "$(answer $X "$LAB_HOST_MAC" RS)"
assert_eq "O" "$(ask 2001:db8:2::9)" "$(answer 2001:db8:2::9 "$LAB_HOST_MAC" SO)"
assert_silent 2001:db8:1::b
status 0 ndpx -j apply
assert_json "$WORK/out" '.uplinks[0] | .added == 0 and .removed == 0 and .changed == 0'

note "the file decides while it names them"
with "guest $X { override = on }  guest $Y { }  deny = 2001:db8:1::b"
assert_eq "O" "$(ask $X)" "$(answer $X "$LAB_HOST_MAC" SO)"
assert_answered 2001:db8:2::9
origin $X file
origin $Y file
status 0 ndpx apply
assert_eq "rules" "$(guests | wc -l)" 3

note "nobody deletes what the other owns"
status 1 ndpx guest del 2001:db8:1::1 dev eth0
assert_has "$WORK/err" 'belongs to the file.*apply'
status 2 ndpx guest add 2001:db8:1::1 dev eth0 router on
assert_has "$WORK/err" 'exists, in the file'
status 0 ndpx guest replace 2001:db8:1::1 dev eth0 router on
assert_has "$WORK/err" 'file.s rule takes precedence'
assert_answered 2001:db8:1::1
status 0 ndpx guest del 2001:db8:1::1 dev eth0
assert_has "$WORK/err" 'still answered for'
status 1 ndpx guest del 2001:db8:1::1 dev eth0

note "when the file's goes, the command's takes over"
with
assert_eq "R" "$(ask $X)" "$(answer $X "$LAB_HOST_MAC" RS)"
assert_eq "O" "$(ask 2001:db8:2::9)" "$(answer 2001:db8:2::9 "$LAB_HOST_MAC" SO)"
assert_silent 2001:db8:1::b
origin $X command
origin 2001:db8:1::b command

note "an address of the host stands above both"
lab_ip host addr add $X/128 dev lo
with "guest $X { }"
lab_ip host addr del $X/128 dev lo
with
origin $X command

note "import --replace of a rule that the file has"
with "guest $X { }"
status 0 ndpx guest import --replace - <<<"$X dev eth0 dad ignore"
origin $X file
with
ndpx -j guest show $X >"$WORK/show"
assert_json "$WORK/show" '.guests[0] | .dad == "ignore" and .router == false'

note "the filter"
assert_eq "file" "$(ndpx -j guest show origin file | jq -r '.guests[].address')" 2001:db8:1::1
assert_eq "command" "$(ndpx -j guest show dev eth0 origin command | jq '.guests | length')" 3
status 1 ndpx guest show origin nowhere
assert_has "$WORK/err" 'origin: .*host, file, command, route or learned'

note "--prune"
status 0 ndpx apply --prune
assert_eq "rules" "$(guests)" 2001:db8:1::1
with "guest $X { }"
with
assert_eq "rules" "$(guests)" 2001:db8:1::1

note "an uplink that is paused stays so"
status 0 ndpx pause dev eth0
with "guest $X { }"
assert_silent 2001:db8:1::1 $X
assert_has "$WORK/out" ', paused'
status 0 ndpx resume dev eth0
assert_answered 2001:db8:1::1 $X
status 0 ndpx pause dev eth0
status 0 ndpx down
with
assert_answered 2001:db8:1::1
