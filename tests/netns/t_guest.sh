#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The map update tool, one guest at a time: takes effect at once; `show` lists the result.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
GUEST=2001:db8:1::1

guest() {
	echo "uplink eth0 { mode = $1 }" | conf
	status 0 ndpx apply
	assert_silent $GUEST
	status 0 ndpx guest add $GUEST dev eth0
	assert_answered $GUEST
	note "add is not replace"
	status 2 ndpx guest add $GUEST dev eth0 router on
	assert_has "$WORK/err" "$GUEST.* exists"
	assert_answered $GUEST
	status 0 ndpx guest replace $GUEST dev eth0 router on override on lladdr 02:00:00:00:12:34
	assert_eq replaced "$(ask $GUEST)" "$(answer $GUEST 02:00:00:00:12:34 RSO)"
	note "replace of what is not there makes it, as ip(8) does"
	status 0 ndpx guest replace 2001:db8:1::2 dev eth0
	assert_answered 2001:db8:1::2

	note "show"
	ndpx -j guest show $GUEST dev eth0 -s >"$WORK/show"
	assert_json "$WORK/show" '.guests == [.guests[0]] and (.guests[0] |
		.address == "'$GUEST'" and .dev == "eth0" and .lladdr == "02:00:00:00:12:34" and
		.router == true and .override == true and .dad == "defend" and
		.answer == "always" and .paused == false and .answers == 3 and
		.last_asker == "'"$ASKER"'" and has("last_answer"))'
	status 0 ndpx guest show
	assert_has "$WORK/out" "$GUEST .*02:00:00:00:12:34"
	assert_has "$WORK/out" 2001:db8:1::2

	note "prefixes"
	status 0 ndpx guest add 2001:db8:2::/64 dev eth0
	assert_answered 2001:db8:2::77
	status 0 ndpx guest replace 2001:db8:2::77 dev eth0 paused on
	assert_silent 2001:db8:2::77
	assert_answered 2001:db8:2::78
	status 0 ndpx guest del 2001:db8:2::/64 dev eth0
	assert_silent 2001:db8:2::78

	note "del"
	status 0 ndpx guest del $GUEST dev eth0
	assert_silent $GUEST
	status 2 ndpx guest del $GUEST dev eth0
	assert_has "$WORK/err" "$GUEST"
	assert_eq "what is left" "$(guests)" "$(printf '%s\n' 2001:db8:1::2 2001:db8:2::77)"

	note "what is wrong is refused with a reason, in one line"
	for words in "$GUEST" "$GUEST dev" "$GUEST dev eth0 colour red" "ff02::1 dev eth0" \
		"$GUEST/64 dev eth0" "$GUEST dev eth0 router maybe" "2001:db8::/32 dev eth0" \
		"$GUEST dev eth0 dev eth0" "192.0.2.1 dev eth0"; do
		# shellcheck disable=SC2086 # words they are
		status 1 ndpx guest add $words
		assert_eq "lines of the error" "$(wc -l <"$WORK/err")" 1
		assert_has "$WORK/err" '^ndpx: '
		# shellcheck disable=SC2086
		status 1 ndpx -j guest add $words
		assert_json_error
	done
	status 3 ndpx guest add $GUEST dev lo
	assert_eq "what is left" "$(guests | wc -l)" 2
}

in_modes guest
