#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first apply, and down: apply or down repair whatever a kill leaves behind.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/kill.sh"

begin_and_end() {
	local name n i=0 kills=0
	file new b "$1"
	points -c "$WORK/new.conf" apply >"$WORK/points"
	points down >"$WORK/points.down"
	while read -r name n; do
		i=$((i + 1))
		round "first apply killed at $name $n"
		if killed "$name" "$n" -c "$WORK/new.conf" apply; then
			kills=$((kills + 1))
		fi
		# With clsact each time: between the qdisc and the filter is one moment alone.
		if [ $((i % 2)) -eq 0 ] || [ -n "${NDPX_TC-}" ]; then
			status 0 ndpx -c "$WORK/new.conf" apply
			assert_answered 2001:db8:1::1 2001:db8:a::77
			assert_eq "guests" "$(guests)" "$(cat "$WORK/new.guests")"
		fi
		gone
	done <"$WORK/points"
	note "$kills kills of the first apply"
	[ "$kills" -gt 20 ] || fail "hardly ever killed: $(cat "$WORK/points")"
	while read -r name n; do
		status 0 ndpx -c "$WORK/new.conf" apply
		round "down killed at $name $n"
		if killed "$name" "$n" down; then
			kills=$((kills + 1))
		fi
		gone
	done <"$WORK/points.down"
	round ""
	note "$kills kills with those of down"
}

gone() {
	status 0 ndpx down
	[ ! -e "$BPFFS" ] || fail "down left $(find "$BPFFS")"
	assert_eq "the program" "$(xdp_id host)" ""
	assert_eq "answer" "$(ask 2001:db8:1::1 60)" none
	assert_eq "proxy entries" "$(lab_ip host -6 neigh show proxy)" ""
	assert_eq "qdisc" "$(lab_in host tc qdisc show dev eth0 | grep -c clsact)" 0
	assert_eq "allmulti" "$(lab_ip host link show eth0 | grep -c ALLMULTI)" 0
}

for mode in native tc; do
	note "mode $mode"
	begin_and_end "$mode"
done
note "clsact"
export NDPX_TC=clsact
begin_and_end tc
