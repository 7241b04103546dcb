#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# -j: every verb prints one complete object with "version": 1, for an error as well.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
conf_one

note "not attached: status 3"
status 3 ndpx -j status
status 3 ndpx status

status 0 ndpx -j check
[ ! -s "$WORK/out" ] || assert_json "$WORK/out" .
status 0 ndpx -j apply
[ ! -s "$WORK/out" ] || assert_json "$WORK/out" .
assert_answered 2001:db8:1::1
for words in status "status dev eth0" "guest show" "guest show -s" "guest show 2001:db8:1::1" \
	stats "stats dev eth0" version; do
	note "$words"
	# shellcheck disable=SC2086 # words they are
	status 0 ndpx -j $words
	assert_json "$WORK/out" .
	# shellcheck disable=SC2086
	status 0 ndpx -j -p $words
	assert_json "$WORK/out" .
	assert_eq "on stderr" "$(cat "$WORK/err")" ""
done
ndpx -j guest show >"$WORK/show"
assert_json "$WORK/show" '.guests == [{address: "2001:db8:1::1", dev: "eth0", vlan: 0, router: false,
	override: false, dad: "defend", answer: "always", paused: false, origin: "file"}]'
ndpx -j guest show -s >"$WORK/show"
assert_json "$WORK/show" '.guests[0].answers == 1'

note "errors"
# error STATUS WORDS...
error() {
	local want=$1
	shift
	status "$want" ndpx -j "$@"
	assert_json_error
}
error 1 frobnicate
error 1 guest frobnicate
error 1 guest add
error 1 -c /nonexistent check
error 1 -c /nonexistent apply
error 1 -N ndl-not-there status
echo "uplink eth0 { colour = red }" >"$WORK/bad.conf"
error 1 -c "$WORK/bad.conf" check
echo "uplink eth0 { mode = generic" >"$WORK/bad.conf"
error 1 -c "$WORK/bad.conf" apply

note "metrics"
ndpx metrics >"$WORK/metrics"
assert_has "$WORK/metrics" '^ndpx_solicitations_total\{dev="eth0",verdict="answered"\} 1$'
assert_has "$WORK/metrics" '^# TYPE ndpx_solicitations counter$'
assert_eq "the last line" "$(tail -n 1 "$WORK/metrics")" "# EOF"
status 0 ndpx metrics --textfile "$WORK/ndpx.prom"
assert_eq "on stdout" "$(cat "$WORK/out")" ""
assert_has "$WORK/ndpx.prom" 'verdict="answered"} 1$'
assert_eq "files" "$(find "$WORK" -name '*prom*' | wc -l)" 1
