#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The table of rules grows and shrinks: wherever a rule lies it answers, counts each answer
# once, changes, goes, and comes back without what it had counted before; no solicitation is
# lost meanwhile.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

COUNT=12000 # a segment has 7168 places
SHARE=2000 # asked for by one flood

net_pair
echo "uplink eth0 { groups = allmulti }" | conf
status 0 ndpx apply

# list FROM STEP WORDS: "ADDRESS dev eth0 WORDS" lines.
list() {
	seq "$1" "$2" "$COUNT" | xargs printf "2001:db8:1::%x dev eth0 $3\n"
}

# flood_all ROUNDS: asks for each of them so many times.
flood_all() {
	local from targets
	for ((from = 1; from <= COUNT; from += SHARE)); do
		targets=$(seq "$from" $((from + SHARE - 1)) | xargs printf '2001:db8:1::%x,')
		status 0 lab_in router "$NDTOOL" flood -w 64 eth0 "$LAB_ROUTER_MAC" "$ASKER" \
			"${targets%,}" $((SHARE * $1))
		assert_eq flood "$(cat "$WORK/out")" \
			"sent $((SHARE * $1)) answered $((SHARE * $1)) lost 0"
	done
}

# counts: how many guests have counted how many answers, as "GUESTSxANSWERS".
counts() {
	ndpx -j guest show -s | jq -r '.guests[].answers' | sort -n | uniq -c |
		awk '{ printf "%s%sx%s", (NR > 1 ? " " : ""), $1, $2 }'
}

# segments: how many the table has.
segments() {
	echo $((1 << $(bpftool -j map dump pinned "$(netns_dir)/state" |
		jq '[.. | objects | .word? // empty][0] % 256')))
}

# flood_while COMMAND...: nothing is lost while it runs, and every answer is counted.
flood_while() {
	local pid before sent
	before=$(counter answered)
	net_job router "$NDTOOL" flood -w 16 eth0 "$LAB_ROUTER_MAC" "$ASKER" \
		2001:db8:1::1,2001:db8:1::3,2001:db8:1::176f 0 >"$WORK/flood"
	pid=$JOB
	"$@"
	kill -TERM "$pid"
	wait "$pid" || true
	assert_has "$WORK/flood" '^sent [1-9][0-9]* answered [1-9][0-9]* lost 0$'
	sent=$(sed -n 's/.*answered \([0-9]*\).*/\1/p' "$WORK/flood")
	assert_eq "counted" "$(($(counter answered) - before))" "$sent"
}

note "each answers"
list 1 1 "" >"$WORK/all"
status 0 ndpx guest import "$WORK/all"
flood_all 2
assert_eq "answers" "$(counts)" "${COUNT}x2"
assert_eq "segments" "$(segments)" 4

note "a change is seen wherever the rule lies, and keeps the count"
list 1 3 "router on" | ndpx guest import --replace -
for i in 1 1771 11998; do
	target=2001:db8:1::$(printf %x "$i")
	assert_eq "answer for $target" "$(ask "$target")" \
		"$(answer "$target" "$LAB_HOST_MAC" RS)"
done
assert_answered 2001:db8:1::2 2001:db8:1::176f
assert_eq "answers" "$(counts)" "$((COUNT - 5))x2 5x3"

note "what goes is silent, and comes back without its count"
{
	echo "uplink eth0 { groups = allmulti"
	list 1 2 "" | sed 's/ dev.*/ { }/; s/^/guest /'
	echo "}"
} | conf
status 0 ndpx apply --prune
assert_eq "guests" "$(guests | wc -l)" $((COUNT / 2))
assert_silent 2001:db8:1::2 2001:db8:1::1770
before=$(counter answered)
list 2 2 "" | ndpx guest import -
flood_all 1
assert_eq "answers" "$(($(counter answered) - before))" "$COUNT"
# 1 and 176f were asked once more above.
ndpx -j guest show -s | jq -r '.guests[] | "\(.address) \(.answers)"' >"$WORK/stats"
assert_has "$WORK/stats" '^2001:db8:1::2 1$'
assert_has "$WORK/stats" '^2001:db8:1::1770 1$'
assert_has "$WORK/stats" '^2001:db8:1::3 3$'
assert_has "$WORK/stats" '^2001:db8:1::1 4$'

note "grows and shrinks under load"
more() {
	seq 1 40000 | xargs printf '2001:db8:2::%x dev eth0\n' | ndpx guest import -
	assert_eq "segments" "$(segments)" 16
}
less() {
	ndpx apply --prune
	assert_eq "segments" "$(segments)" 4
}
flood_while more
assert_answered 2001:db8:2::1 2001:db8:2::9c40 2001:db8:1::1770
flood_while less
assert_silent 2001:db8:2::1 2001:db8:2::9c40
assert_answered 2001:db8:1::1 2001:db8:1::176f

note "a hundred changes of one rule, which use up its bucket"
changes() {
	local i
	for i in $(seq 100); do
		ndpx -q guest replace 2001:db8:1::2 dev eth0 router "$([ $((i % 2)) = 0 ] && echo on || echo off)"
	done
}
status 0 ndpx guest add 2001:db8:1::2 dev eth0
flood_while changes
assert_answered 2001:db8:1::1

note "nothing is left of rules that are gone"
echo "uplink eth0 { groups = allmulti }" | conf
status 0 ndpx apply --prune
assert_eq "guests" "$(guests)" ""
assert_silent 2001:db8:1::1
assert_eq "segments" "$(segments)" 1
