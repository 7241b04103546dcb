#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Shared by the tests of doctor. Sourced after lib.sh.

# A probe takes a second: only for tests in which another station could answer it.
PROBE=(--no-probe)

# finds WHO CODE REGEX [doctor's arguments...]: a line with that code whose message or remedy
# matches; the same in JSON, with exit status 3 for both.
finds() {
	local who=$1 code=$2 regex=$3 dev=$1 vlan=null
	shift 3
	status 3 ndpx doctor "${PROBE[@]}" "$@"
	assert_has "$WORK/out" "^$who: $code: [^:].*: .+"
	grep "^$who: $code: " "$WORK/out" >"$WORK/line"
	assert_has "$WORK/line" "$regex"
	assert_eq "stderr" "$(cat "$WORK/err")" ""
	[ "$who" != host ] || dev=
	if [[ $who == *.* ]]; then
		dev=${who%.*} vlan=${who##*.}
	fi
	status 3 ndpx -j doctor "${PROBE[@]}" "$@"
	assert_json "$WORK/out" '[.findings[] | select(.code == "'"$code"'" and
		(.dev // "") == "'"$dev"'" and (.vlan // null) == '"$vlan"' and
		(.message | length > 0) and (.remedy | length > 0) and (.fix | type == "boolean") and
		(.severity | IN("error", "warning", "info")))] | length >= 1'
}

# only CODE...: the last finds() saw these codes and no others.
only() {
	jq -r '.findings[].code' "$WORK/out" | sort -u >"$WORK/codes"
	assert_eq "codes found" "$(tr '\n' ' ' <"$WORK/codes")" "$(printf '%s\n' "$@" | sort -u |
		tr '\n' ' ')"
}

finds_none() {
	status 0 ndpx doctor "${PROBE[@]}"
	assert_eq "doctor says" "$(cat "$WORK/out")" "no findings"
}

# fixes WHO CODE: --fix reports it as fixed, and the finding is gone.
fixes() {
	status 0 ndpx doctor --fix "${PROBE[@]}"
	assert_has "$WORK/out" "^$1: $2: .*: fixed$"
	assert_has "$WORK/out" '^no findings$'
	assert_eq "stderr" "$(cat "$WORK/err")" ""
	finds_none
}
