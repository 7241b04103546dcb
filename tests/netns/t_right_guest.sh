#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The answers of many guests while rules change without pause and the table grows and shrinks:
# none is lost, each bears its own guest's MAC, and what was answered is what each has counted.
# Who reads the rules meanwhile, without the lock, finds all of them each time.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

COUNT=20000  # guests of commands
TOGGLED=200  # of these, changed at a time
SHARE=300    # of these, asked for
MORE=30000   # of the file, which come and go
CHANGES=${NDPX_CHANGES:-25}

net_pair

# list FROM STEP TO WORDS: "ADDRESS dev eth0 lladdr MAC WORDS", the MAC a function of the address.
list() {
	seq "$1" "$2" "$3" | awk -v words="$4" '{
		printf "2001:db8:1::%x:%x dev eth0 lladdr 02:00:%02x:%02x:%02x:%02x %s\n",
			$1 / 65536 + 1, $1 % 65536, 0, int($1 / 65536) + 1, int($1 / 256) % 256, $1 % 256, words }'
}

targets() {
	list 1 $((COUNT / SHARE)) "$COUNT" "" | awk '{ printf "%s%s", (NR > 1 ? "," : ""), $1 }'
}

# reading: how many guests of commands there are, again and again.
reading() {
	while :; do
		ndpx -j guest show origin command | jq '.guests | length'
	done
}

right_guest() {
	local i flood reader said
	printf 'uplink eth0 { mode = %s  groups = allmulti }\n' "$1" >"$WORK/few.conf"
	{
		printf 'uplink eth0 { mode = %s  groups = allmulti\n' "$1"
		seq "$MORE" | xargs printf 'guest 2001:db8:2::%x { }\n'
		echo "}"
	} >"$WORK/many.conf"
	status 0 ndpx -c "$WORK/few.conf" apply
	list 1 1 "$COUNT" "" | ndpx -q guest import -
	net_job router "$NDTOOL" flood -l -w 32 eth0 "$LAB_ROUTER_MAC" "$ASKER" "$(targets)" 0 \
		>"$WORK/flood"
	# shellcheck disable=SC2153 # net_job sets it
	flood=$JOB
	reading >"$WORK/read" &
	reader=$!
	JOBS+=("$reader")
	for ((i = 1; i <= CHANGES; i++)); do
		list $((i % 7 + 1)) $((COUNT / TOGGLED)) "$COUNT" \
			"router $([ $((i / 7 % 2)) = 0 ] && echo on || echo off)" |
			ndpx -q guest import --replace -
		[ $((i % 8)) -ne 3 ] || status 0 ndpx -q -c "$WORK/many.conf" apply
		[ $((i % 8)) -ne 7 ] || status 0 ndpx -q -c "$WORK/few.conf" apply
	done
	kill "$reader"
	wait "$reader" 2>/dev/null || true
	[ "$(wc -l <"$WORK/read")" -gt 3 ] || fail "hardly ever read: $(cat "$WORK/read")"
	assert_eq "guests read" "$(sort -u "$WORK/read")" "$COUNT"
	kill -TERM "$flood"
	wait "$flood" || true
	said=$(cat "$WORK/flood")
	note "$said"
	[[ $said =~ ^sent\ [1-9][0-9]{3,}\ answered\ ([0-9]+)\ lost\ 0$ ]] || fail "$said"
	assert_eq "counted, all guests" \
		"$(ndpx -j guest show -s | jq '[.guests[].answers] | add')" "${BASH_REMATCH[1]}"
	assert_eq "counted, the uplink" "$(counter answered)" "${BASH_REMATCH[1]}"
}

in_modes right_guest
