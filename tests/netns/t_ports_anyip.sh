#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# P93: an address inside onlink that the host claims through a local route (AnyIP) is answered
# for on guest ports; duplicate address detection for it passes.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

LOCAL=${PREFIX}5:0:0:1

ports_lab
ports_conf
status 0 ndpx apply
before=$(lab_in g1 "$NDTOOL" exchange eth0 "$("$NDTOOL" ns "$(mac_of_guest 1)" fe80::77 "$LOCAL")" 300)

note "before the local route it is a neighbour on the uplink"
assert_eq "NS for $LOCAL" "$before" "$(answer_guest 1 S "$LOCAL")"

note "the local route came after apply: doctor says so, and mends it"
lab_ip host -6 route add local "${PREFIX}5:0:0:0/112" dev lo
assert_eq "NS for $LOCAL" "$(ask_guest 1 "$LOCAL")" none
ndpx doctor --no-probe >"$WORK/out" || true
assert_has "$WORK/out" '^ports: nets-changed: '
ndpx doctor --fix --no-probe >"$WORK/out" || true
assert_has "$WORK/out" '^ports: nets-changed: .*: fixed$'
assert_eq "NS for $LOCAL" "$(ask_guest 1 "$LOCAL")" "$(answer_guest 1 S "$LOCAL")"
in_guest 1 ping -c1 -W3 "$LOCAL" >/dev/null || fail "guest 1 does not reach $LOCAL"

note "apply knows it too, and nothing else inside onlink is taken with it"
status 0 ndpx down
status 0 ndpx apply
assert_eq "NS for $LOCAL" "$(ask_guest 1 "$LOCAL")" "$(answer_guest 1 S "$LOCAL")"
assert_eq "NS for itself" "$(ask_guest 1 "$(addr_of_guest 1)")" none
own_address 1 "$LOCAL"
lab_ip g1 addr del "$LOCAL/64" dev eth0

note "gone with the route"
lab_ip host -6 route del local "${PREFIX}5:0:0:0/112" dev lo
lab_ip host -6 route add unreachable "$LOCAL/128"
status 0 ndpx apply
assert_eq "NS for $LOCAL" "$(ask_guest 1 "$LOCAL")" none
status 0 ndpx down
