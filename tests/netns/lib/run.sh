#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Shared by t_run*.sh: the daemon in the background, its log in $WORK/log. Sourced.
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

RUN=''

# run_start [ARG...]: and waits until it has applied the file. RUN is its pid.
run_start() {
	run_under env -- "$@"
}

# run_under COMMAND... -- [ARG...]: the same, below another command, whose pid is RUN.
run_under() {
	local under=()
	while [ "$1" != -- ]; do
		under+=("$1")
		shift
	done
	shift
	: >"$WORK/log"
	net_job host "${under[@]}" "$NDPX" --bpffs "$BPFFS" -c "$WORK/ndpx.conf" run "$@" 2>"$WORK/log"
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
	local target got
	for target in "$@"; do
		for _ in $(seq 20); do
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
	local target
	for target in "$@"; do
		for _ in $(seq 20); do
			[ "$(ask "$target" 100)" != none ] || continue 2
			sleep 0.05
		done
		cat "$WORK/log" >&2
		fail "still answered for: $target"
	done
}

# log_says N REGEX: the log has N lines of this kind.
log_says() {
	[ "$(grep -cE -- "$2" "$WORK/log")" = "$1" ]
}

# origin ADDR: of the rule in force.
origin() {
	ndpx -j guest show "$1" | jq -r '.guests[].origin'
}

is_origin() {
	[ "$(origin "$1")" = "$2" ]
}

# own ADDR: is it the host's, so that the kernel answers?
own() {
	ndpx -j explain "$1" dev eth0 | jq -e '.explain.verdict == "own_address"' >/dev/null
}

not_own() {
	! own "$1"
}
