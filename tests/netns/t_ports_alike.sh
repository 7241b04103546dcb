#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What all sections of guest ports say alike is in the table once, whoever brings it; what one
# says otherwise is there for each. A change from one to the other loses no answer.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

ports_lab

# file WORDS...: guests 1 and 2 behind sections of their own, WORDS in that of guest 1.
file() {
	conf <<-EOF
		uplink eth0 {
			guest $(addr_of_guest 1) { port = vif1.0 }
			guest $(addr_of_guest 2) { port = vif2.0 }
		}
		ports "vif1*" { gateway = { $GATEWAY${1:+, $1} } }
		ports "vif2*" { gateway = { $GATEWAY } }
	EOF
}

# held: how many addresses the guest ports' rules have, beside the host's own.
held() {
	ndpx -j status | jq -c '.ports.guests'
}

# both TARGET FLAGS1 FLAGS2: what guests 1 and 2 are told of it.
both() {
	assert_eq "guest 1 of $1" "$(ask_guest 1 "$1")" "$(answer_guest 1 "$2" "$1")"
	assert_eq "guest 2 of $1" "$(ask_guest 2 "$1")" "$(answer_guest 2 "$3" "$1")"
}

ADDED=2001:db8:7::77

file
status 0 ndpx apply
assert_eq "two guests and a gateway" "$(held)" 3
both "$GATEWAY" RSO RSO
assert_eq "guest 2 of guest 1" "$(ask_guest 2 "$(addr_of_guest 1)")" \
	"$(answer_guest 2 S "$(addr_of_guest 1)")"

note "guest add and del"
status 0 ndpx guest add "$ADDED" dev eth0 port tap3.0
assert_eq "once" "$(held)" 4
lab_ip host route add "$ADDED/128" dev tap3.0
both "$ADDED" S S
status 0 ndpx explain "$ADDED" dev vif2.0
assert_has "$WORK/out" 'answered'

note "a gateway of one section alone"
file "$ADDED"
status 0 ndpx apply
assert_eq "for each section" "$(held)" 5
both "$ADDED" RSO S
status 0 ndpx guest replace "$ADDED" dev eth0 port tap3.0 router on
assert_eq "still" "$(held)" 5
both "$ADDED" RSO RS
status 0 ndpx guest del "$ADDED" dev eth0
assert_eq "one section's gateway" "$(held)" 4
assert_eq "guest 1" "$(ask_guest 1 "$ADDED")" "$(answer_guest 1 RSO "$ADDED")"
assert_eq "guest 2" "$(ask_guest 2 "$ADDED")" none

note "and back"
status 0 ndpx guest add "$ADDED" dev eth0 port tap3.0
assert_eq "for each section" "$(held)" 5
file
status 0 ndpx apply
assert_eq "once" "$(held)" 4
both "$ADDED" S S

note "a network"
printf '2001:db8:5:%x::/64 dev eth0 port tap3.0\n' 1 2 3 >"$WORK/nets"
status 0 ndpx guest import "$WORK/nets"
assert_eq "once" "$(ndpx -j status | jq .ports.prefixes)" 3
lab_ip host route add 2001:db8:5::/48 dev tap3.0
both 2001:db8:5:2::9 S S
status 0 ndpx guest del 2001:db8:5:2::/64 dev eth0
assert_eq "no longer" "$(ask_guest 1 2001:db8:5:2::9)" none
assert_eq "no longer" "$(ask_guest 2 2001:db8:5:2::9)" none
both 2001:db8:5:1::9 S S
