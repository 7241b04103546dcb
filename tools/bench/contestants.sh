#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The contestants: each has its own cable, so that they can take turns within a round without
# being set up again. To be sourced by run.sh.
#
# All answer for the same 256 addresses, as single ones, or as a prefix if they cannot do
# otherwise.

CONTESTANTS=(bounce lookup native tc generic kernel_tuned kernel ndppd npd6)
FIRST=0x10000 # 2001:db8:1::1:0 is the first target
MANY=256

# Those who "answer" by sending the solicitation back; -B tells the counter.
contestant_options() {
	case $1 in
	bounce | lookup) echo -B ;;
	esac
}

# How long the last answers may take: the kernel's proxy_delay is up to 0.8 s.
contestant_drain() {
	case $1 in
	kernel) echo 0.9 ;;
	*) echo 0.05 ;;
	esac
}

contestant_kernel() {
	local dev i
	dev=$(pair_dev "$1")
	lab_set "h$1" "net/ipv6/conf/$dev/proxy_ndp" 1
	for ((i = 0; i < MANY; i++)); do
		printf 'neigh add proxy 2001:db8:1::1:%x dev %s\n' "$i" "$dev"
	done | lab_ip "h$1" -batch -
	if [ "$1" = kernel_tuned ]; then
		lab_set "h$1" net/ipv6/conf/all/proxy_ndp 1 # without it probes go unanswered
		lab_set "h$1" "net/ipv6/neigh/$dev/proxy_delay" 0
	fi
}

contestant_ndpx() {
	{
		printf 'uplink DEV {\n\tmode = %s\n' "$1"
		"$BENCH" list conf "$FIRST" "$MANY" DEV 0 | sed 1,2d
	} | pair_apply "$1"
}

contestant_ndppd() {
	command -v ndppd >/dev/null || return 1
	printf 'proxy %s {\n\trouter no\n\trule 2001:db8:1::/64 {\n\t\tstatic\n\t}\n}\n' \
		"$(pair_dev ndppd)" >"$WORK/ndppd.daemon"
	pair_job ndppd ndppd -c "$WORK/ndppd.daemon"
}

contestant_npd6() {
	command -v npd6 >/dev/null || return 1
	printf 'prefix=2001:db8:1:\ninterface=%s\n' "$(pair_dev npd6)" >"$WORK/npd6.daemon"
	pair_job npd6 npd6 -f -l "$WORK/npd6.daemon.log" -c "$WORK/npd6.daemon"
}

# contestant_up NAME: false if it is not available.
contestant_up() {
	case $1 in
	ndppd | npd6)
		command -v "$1" >/dev/null || return 1
		;;
	esac
	pair_up "$1"
	case $1 in
	bounce) "$BENCH" hold "$(lab_name hbounce)" "$(pair_dev bounce)" bounce >/dev/null ;;
	lookup)
		"$BENCH" hold "$(lab_name hlookup)" "$(pair_dev lookup)" lookup "$FIRST" \
			"$MANY" >/dev/null
		;;
	kernel | kernel_tuned) contestant_kernel "$1" ;;
	native | tc | generic) contestant_ndpx "$1" ;;
	*) "contestant_$1" ;;
	esac
}

# contestant_answers NAME: false if no answer comes within a few seconds.
contestant_answers() {
	local i got
	for ((i = 0; i < 5; i++)); do
		got=$(contestant_ask "$1" -t 0.2 -r 100 -n 1 | sed -n 's/^answered //p')
		[ "$got" = 0 ] || return 0
		sleep 0.3
	done
	return 1
}

contestant_ask() {
	local name=$1
	shift
	# shellcheck disable=SC2046 # an option or none
	pair_ask "$name" -f "$FIRST" -d "$(contestant_drain "$name")" \
		$(contestant_options "$name") "$@"
}

READY=()
# Sets READY to those who take part; done once for all sections.
contestants() {
	local name
	[ ${#READY[@]} -eq 0 ] || return 0
	say "setting up ${CONTESTANTS[*]}"
	for name in "${CONTESTANTS[@]}"; do
		if ! contestant_up "$name"; then
			skip "$name" "not installed"
		elif ! contestant_answers "$name"; then
			skip "$name" "does not answer"
		else
			READY+=("$name")
		fi
	done
}

# contestants_threaded 0|1
contestants_threaded() {
	local name
	for name in "${READY[@]}"; do
		case $name in
		ndppd | npd6) pair_threaded "$name" "$1" shared ;;
		*) pair_threaded "$name" "$1" ;;
		esac
	done
}
