#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Many guests at once: as arguments of `guest add` or as JSON, all or nothing.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

COUNT=${NDPX_IMPORT:-100000}

net_pair
echo "uplink eth0 { groups = allmulti }" | conf
status 0 ndpx apply

note "text"
cat >"$WORK/list" <<-EOF
	# as guest add would have it
	2001:db8:1::1 dev eth0

	2001:db8:1::2 dev eth0 router on override on lladdr 02:00:00:00:12:34
	2001:db8:1::3 dev eth0 dad ignore paused on
	2001:db8:2::/64 dev eth0 answer routed
EOF
status 0 ndpx guest import "$WORK/list"
assert_answered 2001:db8:1::1
assert_eq "with words" "$(ask 2001:db8:1::2)" "$(answer 2001:db8:1::2 02:00:00:00:12:34 RSO)"
assert_eq "number" "$(guests | wc -l)" 4

note "JSON there and back"
ndpx -j guest show >"$WORK/all.json"
forget() {
	local guest
	for guest in $(guests); do
		status 0 ndpx guest del "$guest" dev eth0
	done
}
forget
assert_silent 2001:db8:1::1
status 0 ndpx guest import "$WORK/all.json"
ndpx -j guest show >"$WORK/again.json"
cmp "$WORK/all.json" "$WORK/again.json" || fail "the round trip through JSON changed something"
assert_answered 2001:db8:1::1
ndpx guest show >"$WORK/all"
forget
status 0 ndpx guest import "$WORK/all"
ndpx -j guest show >"$WORK/again.json"
cmp "$WORK/all.json" "$WORK/again.json" || fail "the round trip through text changed something"

note "the same again is fine, other words need --replace"
status 0 ndpx guest import "$WORK/all.json"
status 2 ndpx guest import - <<<"2001:db8:1::2 dev eth0 router off"
assert_has "$WORK/err" '<stdin>:1: .*--replace'
status 0 ndpx guest import --replace - <<<"2001:db8:1::2 dev eth0 router off"
assert_answered 2001:db8:1::2
status 0 ndpx guest import --replace "$WORK/all.json"

note "all or nothing"
printf '%s\n' "2001:db8:1::a dev eth0" "2001:db8:1::b dev eth0 colour red" \
	"2001:db8:1::c dev eth0" "2001:db8:1::d/64 dev eth0" >"$WORK/bad"
status 1 ndpx guest import "$WORK/bad"
assert_has "$WORK/err" 'bad:2:24: '
assert_has "$WORK/err" 'bad:4:1: '
ndpx -j guest show >"$WORK/again.json"
cmp "$WORK/all.json" "$WORK/again.json" || fail "a bad list changed something"
status 1 ndpx guest import - <<<'{"version": 1, "guests": [{"address": "2001:db8::1"'
status 1 ndpx guest import --replace - <<<'{"version": 1, "guests": [{"address": 7}]}'
ndpx -j guest show >"$WORK/again.json"
cmp "$WORK/all.json" "$WORK/again.json" || fail "bad JSON changed something"

note "$COUNT from standard input"
awk -v n="$COUNT" 'BEGIN {
	for (i = 0; i < n; i++)
		printf "2001:db8:7:%x::%x dev eth0\n", i / 65535, i % 65535 + 1
}' >"$WORK/many"
START=$EPOCHREALTIME
status 0 ndpx guest import <"$WORK/many"
note "import: $(awk "BEGIN { print $EPOCHREALTIME - $START }") s"
assert_eq "number" "$(guests | wc -l)" $((COUNT + 4))
assert_answered 2001:db8:7::1 "$(sed -n '$s/ .*//p' "$WORK/many")" 2001:db8:1::1
ndpx guest show >"$WORK/show"
assert_eq "lines that name a guest" "$(grep -c '2001:db8:7:' "$WORK/show")" "$COUNT"
