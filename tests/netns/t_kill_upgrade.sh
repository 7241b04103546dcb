#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The upgrade from ABI 4, and from a version with another number and our layout, killed at any
# moment while a router asks: the old program or the new one answers, each time; and the next
# apply has rules of every origin, overridden ones, statistics and counters, none of them lost
# and none of them twice.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/kill.sh"

AT_ABI=4 # struct ndpx_record.abi
IFINDEX=$(lab_ip host -j link show dev eth0 | jq '.[0].ifindex')
TARGET=2001:db8:40::7
CONF=$WORK/ndpx.conf

# attached MODE PREFIX: what is there before.
attached() {
	status 0 ndpx down
	cat >"$CONF" <<-EOF
		uplink eth0 {
		    mode = $1
		    groups = allmulti
		    guest 2001:db8:4::1 { }
		    $2
		}
	EOF
	status 0 ndpx apply
}

# of_abi4 MODE: pins as ABI 4 made them. The program that answers is one that nobody else has
# maps of: the link of this version, whose pins go.
of_abi4() {
	attached "$1" "guest 2001:db8:40::/64 { }"
	mkdir "$BPFFS/link"
	mv "$(netns_dir)/$IFINDEX/link" "$BPFFS/link/link"
	rm -r "$(netns_dir)"
	mv "$BPFFS/link" "$BPFFS/$IFINDEX"
	status 0 "$NDTOOL" abi4 "$BPFFS/$IFINDEX" "$(basename "$(netns_dir)")" "$IFINDEX" eth0 \
		answering
	sed -i '/40::/d' "$CONF"
}

# of_layout MODE: another ABI number, as in t_upgrade.
of_layout() {
	local record bytes
	attached "$1" ""
	ndpx -q guest import --replace - <<-EOF
		2001:db8:4::1 dev eth0 router on
		2001:db8:4::c dev eth0 router on
		2001:db8:40::/64 dev eth0
	EOF
	ask 2001:db8:4::1 >"$WORK/answer"
	ask 2001:db8:4::c >"$WORK/answer"
	ask 2001:db8:4::c >"$WORK/answer"
	record=$(netns_dir)/$IFINDEX/record
	bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
		jq -r --argjson at $AT_ABI '.value | .[$at] = "0x77" | join(" ")')
	# shellcheck disable=SC2086 # a word each
	bpftool map update pinned "$record" key 0 0 0 0 value $bytes
}

# rules: those in force and what they have counted, but for the one that the flood asks for.
rules() {
	ndpx -j guest show -s |
		jq -r '.guests[] | "\(.address) \(.origin) \(.router) \(.answers)"' >"$WORK/rules"
	FLOODED=$(sed -n 's/^2001:db8:40::\/64 .* //p' "$WORK/rules")
	sed '/40::/s/[0-9]*$/N/' "$WORK/rules"
}

carried() {
	kill -TERM "$FLOOD"
	wait "$FLOOD" || true
	assert_has "$WORK/flood" '^sent [1-9][0-9]* answered [0-9]+ lost 0$'
	rules >"$WORK/now"
	assert_eq "rules" "$(cat "$WORK/now")" "$(cat "$WORK/want")"
	assert_eq "answers, of all guests and of the uplink" \
		"$(($(counter answered) - COUNTED))" "$((FLOODED - FLOODED_BEFORE))"
	# Those of commands answer, and the one below the file's comes back when it goes.
	assert_eq "the command's" "$(ask 2001:db8:4::c)" \
		"$(answer 2001:db8:4::c "$LAB_HOST_MAC" RS)"
	assert_answered 2001:db8:4::1
	sed 's/4::1/4::9/' "$CONF" >"$WORK/without.conf"
	status 0 ndpx -c "$WORK/without.conf" apply
	assert_eq "the command's, of the same address" "$(ask 2001:db8:4::1)" \
		"$(answer 2001:db8:4::1 "$LAB_HOST_MAC" RS)"
	status 0 ndpx status
	assert_eq "pins" "$(pins)" "$PINS"
}

pins() {
	(cd "$(netns_dir)" && find . | sort)
}

# upgrade OLD MODE EVERY: of the points each EVERY-th.
upgrade() {
	local name n kills=0
	note "from $1, mode $2"
	"$1" "$2"
	points -c "$CONF" apply >"$WORK/points"
	PINS=$(pins)
	rules >"$WORK/want"
	FLOODED_BEFORE=$FLOODED COUNTED=$(counter answered)
	assert_eq "rules" "$(cut -d' ' -f1-3 "$WORK/want")" "$(printf '%s\n' \
		"2001:db8:4::1 file false" "2001:db8:4::c command true" "2001:db8:40::/64 command false")"
	assert_has_not "$WORK/want" ' 0$'
	sampled "$3" <"$WORK/points" >"$WORK/some"
	while read -r name n; do
		round "from $1, mode $2, apply killed at $name $n"
		"$1" "$2"
		net_job router "$NDTOOL" flood -w 4 -r 4000 eth0 "$LAB_ROUTER_MAC" "$ASKER" "$TARGET" 0 \
			>"$WORK/flood"
		FLOOD=$JOB
		! killed "$name" "$n" -c "$CONF" apply || kills=$((kills + 1))
		status 0 ndpx apply
		carried
	done <"$WORK/some"
	round ""
	note "$kills kills at $(wc -l <"$WORK/some") of $(wc -l <"$WORK/points") points"
	[ "$kills" -ge 10 ] || fail "hardly ever killed: $(cat "$WORK/some")"
}

upgrade of_layout native 2
upgrade of_abi4 native 2
upgrade of_abi4 tc 5
