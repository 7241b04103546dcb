#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# More guests than have a place in `near`: wherever a rule lies it answers, counts each
# answer once, changes, goes, and comes back without what it had counted before.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

COUNT=6000 # of 4096 places
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

# places: how many of `near` are taken.
places() {
	bpftool -j map dump pinned "$(echo "$BPFFS"/*/*/near)" |
		jq '[.[].formatted.value | select(.tag != 0)] | length'
}

# far: how many are not, as the program is told.
far() {
	bpftool -j map dump pinned "$(echo "$BPFFS"/*/*/config)" |
		jq '[.. | objects | .config? // empty][0] | .set[.generation % 2].far'
}

# own: addresses of the host, which are rules as well.
own() {
	ndpx -j status | jq '.uplinks[0].own_addresses'
}

note "each answers, near or far"
list 1 1 "" >"$WORK/all"
status 0 ndpx guest import "$WORK/all"
flood_all 2
assert_eq "answers" "$(counts)" "${COUNT}x2"
near=$(places)
note "$near of $COUNT are near"
if [ "$near" -le 2000 ] || [ "$near" -gt 4096 ]; then
	fail "$near places taken"
fi
assert_eq "far" "$(far)" $((COUNT + $(own) - near))

note "a change is seen wherever the rule lies, and keeps the count"
list 1 3 "router on" | ndpx guest import --replace -
for i in 1 1771 5998; do
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
assert_eq "far" "$(far)" $((COUNT + $(own) - $(places)))

note "nothing is left of rules that are gone"
echo "uplink eth0 { groups = allmulti }" | conf
status 0 ndpx apply --prune
assert_eq "places" "$(places)" "$(own)"
assert_eq "far" "$(far)" 0
