#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Reload under traffic: `apply` alternates between two files that share half of their guests,
# while the router solicits the common half at full rate. Nothing is lost. NDPX_RELOADS sets the
# number of reloads.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

RELOADS=${NDPX_RELOADS:-100}
BOTH=2001:db8:1::1,2001:db8:1::2,2001:db8:1::3,2001:db8:1::4,2001:db8:1::5

net_pair

# file MODE HALF: five guests common to both files and five of its own.
file() {
	local i
	echo "uplink eth0 {"
	echo "    mode = $1"
	for i in 1 2 3 4 5; do
		echo "    guest 2001:db8:1::$i { }"
		echo "    guest 2001:db8:$2::$i { }"
	done
	echo "}"
}

reload() {
	local i flood half
	file "$1" a >"$WORK/a.conf"
	file "$1" b >"$WORK/b.conf"
	status 0 ndpx -c "$WORK/a.conf" apply
	net_job router "$NDTOOL" flood -w 64 eth0 "$LAB_ROUTER_MAC" "$ASKER" "$BOTH" 0 \
		>"$WORK/flood"
	flood=$JOB
	for i in $(seq "$RELOADS"); do
		half=b
		[ $((i % 2)) -eq 1 ] || half=a
		status 0 ndpx -c "$WORK/$half.conf" apply
	done
	kill -TERM "$flood"
	wait "$flood" || true
	note "$RELOADS reloads: $(cat "$WORK/flood")"
	assert_has "$WORK/flood" '^sent [0-9]{4,} answered [0-9]+ lost 0$'
	# They were real reloads: the last file is in force.
	assert_eq "guests of $half" "$(guests)" \
		"$(sed -n 's/.*guest \([^ ]*\).*/\1/p' "$WORK/$half.conf" | sort)"
}

in_modes reload
