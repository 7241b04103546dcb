#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# An import that makes the table of rules grow, and an apply that makes it shrink, killed at any
# moment: all of the change or nothing, each rule once, what `status` counts is what there is,
# and the rules that stay keep their statistics. The next command finishes it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/kill.sh"

# Segments are mapped one by one, and stored to.
CHANGING=${CHANGING/munmap/m(un)?map}

FEW=1000    # of the file; one segment
MORE=9000   # of a command; with these it has to be four
REPLACED=50 # of the file, which the import replaces
SHARE=100   # of the file, asked for each time
ROUNDS=0    # how often
i=0         # kills so far

{
	printf 'uplink eth0 { mode = native  groups = allmulti\n'
	seq "$FEW" | xargs printf 'guest 2001:db8:1::%x { }\n'
	echo "}"
} >"$WORK/few.conf"
cp "$WORK/few.conf" "$WORK/ndpx.conf"
seq "$MORE" | xargs printf '2001:db8:2::%x dev eth0 router on\n' >"$WORK/more"
seq "$REPLACED" | xargs printf '2001:db8:1::%x dev eth0 router on\n' >>"$WORK/more"
TARGETS=$(seq $((FEW / SHARE)) $((FEW / SHARE)) "$FEW" | xargs printf '2001:db8:1::%x,')

segments() {
	echo $((1 << $(bpftool -j map dump pinned "$(netns_dir)/state" |
		jq '[.. | objects | .word? // empty][0] % 256')))
}

# asked: for each of the SHARE once.
asked() {
	status 0 lab_in router "$NDTOOL" flood -w 32 eth0 "$LAB_ROUTER_MAC" "$ASKER" \
		"${TARGETS%,}" "$SHARE"
	ROUNDS=$((ROUNDS + 1))
}

# whole: N is how many guests there are, according to everybody.
whole() {
	N=$(ndpx -j status | jq '.uplinks[0].guests')
	[ "$N" = "$FEW" ] || [ "$N" = $((FEW + MORE)) ] || fail "neither nor: $N guests"
	ndpx -j guest show -s | jq -r '.guests[] | "\(.address) \(.origin) \(.answers)"' >"$WORK/show"
	assert_eq "guests shown" "$(wc -l <"$WORK/show")" "$N"
	assert_eq "each of them once" "$(cut -d' ' -f1 "$WORK/show" | sort -u | wc -l)" "$N"
	assert_eq "guests of commands" "$(grep -c ' command ' "$WORK/show" || true)" $((N - FEW))
	assert_eq "statistics" "$(grep ' file ' "$WORK/show" | cut -d' ' -f3 | sort -n | uniq -c |
		awk '{ printf "%sx%s ", $1, $2 }')" "$((FEW - SHARE))x0 ${SHARE}x$ROUNDS "
	asked
	if [ "$N" = "$FEW" ]; then
		assert_silent 2001:db8:2::1 "2001:db8:2::$(printf %x "$MORE")"
	else
		for i in 1 $((MORE / 2)) "$MORE"; do
			target=2001:db8:2::$(printf %x "$i")
			assert_eq "answer for $target" "$(ask "$target")" \
				"$(answer "$target" "$LAB_HOST_MAC" RS)"
		done
	fi
}

# What is killed, and what it makes.
GROW=(guest import --replace "$WORK/more")
# shellcheck disable=SC2034 # by name
SHRINK=(-c "$WORK/few.conf" apply --prune)
declare -A GUESTS=([GROW]=$((FEW + MORE)) [SHRINK]=$FEW) SEGMENTS=([GROW]=4 [SHRINK]=1)

# another: a command that changes something else must neither finish nor spoil it.
another() {
	status 0 ndpx guest add 2001:db8:3::1 dev eth0
	assert_answered 2001:db8:3::1
	status 0 ndpx guest del 2001:db8:3::1 dev eth0
	assert_silent 2001:db8:3::1
}

# mended WHAT BACK: after a kill of WHAT; then everything is as before it.
mended() {
	local -n what=$1 back=$2
	local n
	whole
	n=$N i=$((i + 1))
	if [ $((i % 3)) = 0 ]; then
		another
		whole
		assert_eq "guests after another command" "$N" "$n"
	fi
	status 0 ndpx -q "${what[@]}"
	whole
	assert_eq "guests" "$N" "${GUESTS[$1]}"
	assert_eq "segments" "$(segments)" "${SEGMENTS[$1]}"
	status 0 ndpx -q "${back[@]}"
	assert_eq "segments that exist" "$(bpftool -j map dump pinned "$(netns_dir)/rules" |
		jq '[.[] | select(.value | arrays)] | length')" "${SEGMENTS[$2]}"
}

# in_time WHAT BACK: killed after a range of delays, since most of the work is stores to memory.
in_time() {
	local -n what=$1
	local begin=${EPOCHREALTIME/./} took n
	status 0 ndpx -q "${what[@]}"
	took=$((${EPOCHREALTIME/./} - begin))
	mended "$1" "$2"
	words -q "${what[@]}"
	for n in $(seq 12); do
		n=$((took * n / 13))
		round "$1 killed after $n us of $took"
		# shellcheck disable=SC2153 # words() sets it
		"${WORDS[@]}" >/dev/null 2>&1 &
		sleep "$(printf '0.%06d' "$n")"
		kill -KILL $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		mended "$1" "$2"
	done
	round ""
}

# kills WHAT BACK: killed at some of its points.
kills() {
	local -n what=$1
	local name n kills=0
	points -q "${what[@]}" >"$WORK/points"
	mended "$1" "$2"
	sampled 6 <"$WORK/points" >"$WORK/some"
	while read -r name n; do
		round "$1 killed at $name $n"
		! killed "$name" "$n" -q "${what[@]}" || kills=$((kills + 1))
		mended "$1" "$2"
	done <"$WORK/some"
	round ""
	note "$1: $kills kills at $(wc -l <"$WORK/some") of $(wc -l <"$WORK/points") points"
	[ "$kills" -ge 8 ] || fail "hardly ever killed: $(cat "$WORK/some")"
}

status 0 ndpx -q apply
assert_eq "segments" "$(segments)" 1
asked
kills GROW SHRINK
in_time GROW SHRINK
status 0 ndpx -q "${GROW[@]}"
kills SHRINK GROW
in_time SHRINK GROW
