#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Shared by t_run*.sh: the daemon in the background, its log in $WORK/log. Sourced.
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

RUN=''

# run_start [ARG...]: and waits until it has applied the file. RUN is its pid.
run_start() {
	: >"$WORK/log"
	net_job host env ${RUN_ENV-} "$NDPX" --bpffs "$BPFFS" -c "$WORK/ndpx.conf" run "$@" 2>"$WORK/log"
	RUN=$JOB
	wait_for 20 grep -q 'following the kernel' "$WORK/log"
}

# run_end [SIGNAL]: ends it, and expects status 0.
run_end() {
	local got=0
	kill -"${1:-TERM}" "$RUN"
	wait "$RUN" || got=$?
	assert_eq "status of run" "$got" 0
	RUN=''
}

# quiet MS: until nothing has been written to the log for that long.
quiet() {
	local was now
	was=$(stat -c %s "$WORK/log")
	for _ in $(seq 100); do
		sleep "$(printf '0.%03d' "$1")"
		now=$(stat -c %s "$WORK/log")
		[ "$was" != "$now" ] || return 0
		was=$now
	done
	fail "the log never comes to rest"
}

# soon TARGET...: answered for, within a second or so.
soon() {
	local target i got
	for target in "$@"; do
		for i in $(seq 20); do
			got=$(ask "$target" 100)
			[ "$got" = "$(answer "$target")" ] && continue 2
			[ "$got" != none ] || continue
			sleep 0.05
		done
		cat "$WORK/log" >&2
		fail "answer for $target: got '$got', want '$(answer "$target")'"
	done
}

# gone TARGET...: no longer answered for, within a second or so.
gone() {
	local target i
	for target in "$@"; do
		for i in $(seq 20); do
			[ "$(ask "$target" 100)" != none ] || continue 2
			sleep 0.05
		done
		cat "$WORK/log" >&2
		fail "still answered for: $target"
	done
}
