#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The soak: 100,000 guests, asked for at random at full speed, each with a MAC that is a function
# of its address. Meanwhile one in a hundred changes, without pause, and now and then so many
# rules come and go that the table grows and shrinks. The router checks every answer, and what it
# got from each guest must be what each guest's rule and the uplink have counted. To be sourced by
# run.sh.

SOAK_GUESTS=100000
SOAK_MORE=200000 # with these the table has four times the segments that it needs without
SOAK_TURNS=100   # an import changes every so-manieth guest
SOAK_PAUSE=1     # seconds between coming and going

soak_ndpx() {
	# The router fills the other CPU, and so all else that runs wants this one.
	nice -n -10 taskset -c "$HOST_CPU" "$NDPX" -N "$(lab_name hsoak)" --bpffs "$BPFFS/soak" -q "$@"
}

# soak_lists: one file for each turn of the imports, and two configurations.
soak_lists() {
	local dev
	dev=$(pair_dev soak)
	"$BENCH" list soak "$FIRST" "$SOAK_GUESTS" "$dev" 0 >"$WORK/all"
	awk -v turns="$SOAK_TURNS" -v name="$WORK/turn" '{
		print $0, "router on" >(name "." NR % turns ".0")
		print $0, "router off" >(name "." NR % turns ".1") }' "$WORK/all"
	printf 'uplink %s {\n\tmode = native\n}\n' "$dev" >"$WORK/few.conf"
	{
		printf 'uplink %s {\n\tmode = native\n' "$dev"
		seq "$SOAK_MORE" | awk '{ printf "\tguest 2001:db8:2::%x:%x { }\n", $1 / 65536, $1 % 65536 }'
		echo "}"
	} >"$WORK/many.conf"
}

# soak_toggle: imports until it is told to stop; counts them.
soak_toggle() {
	local n=0
	while [ ! -e "$WORK/stop" ]; do
		soak_ndpx guest import --replace "$WORK/turn.$((n % SOAK_TURNS)).$((n / SOAK_TURNS % 2))" ||
			touch "$WORK/failed"
		n=$((n + 1))
		echo "$n" >"$WORK/imports"
	done
}

soak_resize() {
	local conf=many
	while [ ! -e "$WORK/stop" ]; do
		soak_ndpx -c "$WORK/$conf.conf" apply || touch "$WORK/failed"
		[ "$conf" = many ] && conf=few || conf=many
		sleep "$SOAK_PAUSE"
	done
}

# soak_resizes: how often the table has got another size.
soak_resizes() {
	bpftool -j map dump pinned "$(echo "$BPFFS"/soak/*/state)" |
		jq '[.. | objects | .resizes? // empty][0] // 0'
}

# soak_nic NAMESPACE DEV NAME: one of a veth's counters, over all queues.
soak_nic() {
	lab_in "$1" ethtool -S "$2" | awk -v name="_$3:" '
		index($1, name) == length($1) - length(name) + 1 { sum += $2 } END { print sum + 0 }'
}

# soak_dropped: on the way to the host, and back. The ring's losses are the cable's.
soak_dropped() {
	echo "out $(soak_nic rsoak r0 tx_queue_0_xdp_xmit_errors)"
	echo "back $(soak_nic hsoak "$(pair_dev soak)" xdp_tx_errors)"
}

soak_up() {
	pair_up soak
	soak_lists
	soak_ndpx -c "$WORK/few.conf" apply
	soak_ndpx guest import "$WORK/all"
}

# soak_run ANSWERS own|broken
soak_run() {
	local jobs=()
	soak_toggle &
	jobs+=("$!")
	soak_resize &
	jobs+=("$!")
	JOBS+=("${jobs[@]}")
	pair_ask soak -A "$1" -m "$2" -o "$WORK/seen" -d 0.1 -R -f "$FIRST" -n "$SOAK_GUESTS" >"$WORK/ask"
	touch "$WORK/stop"
	wait "${jobs[@]}"
	JOBS=()
}

# soak_counted: "ADDRESS ANSWERS" as ndpx has counted for each guest.
soak_counted() {
	pair_ndpx soak -j guest show -s origin command | jq -r '.guests[] | "\(.address) \(.answers)"'
}

# soak_verdict: one line; status 1 if it is not as it must be. What the cable dropped on the way
# to the host was never asked, and what it dropped on the way back was answered.
soak_verdict() {
	{
		cat "$WORK/ask"
		soak_dropped
		echo "imports $(cat "$WORK/imports")"
		echo "resizes $(($(soak_resizes) - $1))"
		pair_ndpx soak metrics |
			sed -n 's/^ndpx_solicitations_total{.*verdict="answered"} /uplink /p'
		soak_counted >"$WORK/counted"
		awk 'NR == FNR { seen[$1] = $2; next }
			{ sum += $2; d = $2 - seen[$1]; apart += d < 0 ? -d : d; n++ }
			END { printf "guests %d\ncounted %.0f\napart %.0f\n", n, sum, apart }' \
			"$WORK/seen" "$WORK/counted"
	} | awk -v guests="$SOAK_GUESTS" -v failed="$([ ! -e "$WORK/failed" ] || echo 1)" '
		function abs(x) { return x < 0 ? -x : x }
		{ v[$1] += $2 }
		END {
			lost = v["sent"] - v["out"] - v["back"] - v["answered"]
			miscounted = abs(v["uplink"] - v["answered"] - v["back"]) + \
				abs(v["counted"] - v["uplink"]) + abs(v["apart"] - v["back"] - v["wrong"])
			printf "soak: sent %.0f, answered %.0f, lost %.0f, wrong %.0f, miscounted %.0f; ", \
				v["sent"], v["answered"], lost, v["wrong"], miscounted
			printf "the cable dropped %.0f; %d imports, %d resizes, %.2f M/s%s\n", \
				v["out"] + v["back"], v["imports"], v["resizes"], v["answered_per_s"] / 1e6, \
				failed ? "; a command failed" : ""
			exit failed || lost || v["wrong"] || miscounted || !v["answered"] || \
				v["guests"] != guests || !v["imports"] || !v["resizes"]
		}'
}

# soak soak [--answers N] [--break]: --break expects MACs by another function: all are wrong.
soak() {
	local args=("$@") answers=1e7 check=own resizes
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--answers)
			answers=${2?--answers takes a number}
			shift
			;;
		--break) check=broken ;;
		*) usage ;;
		esac
		shift
	done
	begin "${args[@]}"
	soak_up
	resizes=$(soak_resizes)
	soak_run "$answers" "$check"
	soak_verdict "$resizes"
	exit
}
