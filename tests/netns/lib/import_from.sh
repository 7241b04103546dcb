#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Shared by the t_import_from_* tests: the responder to be replaced answers for a list of
# addresses, then ndpx does with the file that `import-from` printed: for the same ones, with
# the same flags.
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PATIENCE=1500 # ms; what is answered at all is answered within a second

lab_up "$TAG"
# The daemons answer through the host's kernel, which must resolve the requester.
ASKER=$(lab_ip router -j addr show dev eth0 scope link | jq -r '.[].addr_info[]?.local // empty')
export ASKER
lab_ip host route add default via "$LAB_ROUTER" dev eth0

# said ADDRESS: the answer's type, code, flags, target and option, without the source and so
# the checksum; or "none".
said() {
	local na
	na=$(ask "$1" $PATIENCE)
	[ "$na" = none ] && echo none && return
	echo "${na:108:4}${na:116}"
}

# hear FILE ADDRESS...: a line each.
hear() {
	local out=$1 address
	shift
	for address in "$@"; do
		echo "$address $(said "$address")"
	done >"$out"
}

# imported ARGUMENTS...: what import-from prints passes check and is applied.
imported() {
	ndpx import-from "$@" >"$WORK/ndpx.conf" 2>"$WORK/err" || fail "import-from $*: $(cat "$WORK/err")"
	status 0 ndpx check
	status 0 ndpx apply
}

# same WHAT ADDRESS...: ndpx gives the answers heard before.
same() {
	local what=$1
	shift
	hear "$WORK/after" "$@"
	diff "$WORK/before" "$WORK/after" >&2 ||
		fail "$what (<) and ndpx (>) answer differently with: $(cat "$WORK/ndpx.conf")"
	assert_eq "duplicate detection for $1" "$(defended "$1")" "$DAD"
}

# defended ADDRESS: the answer to duplicate address detection that reaches the link, or
# "none": ndppd answers to ::, which its kernel turns into ::1.
defended() {
	local na
	na=$(ASKER=:: ask "$1" "${2:-500}")
	[ "${na:76:32}" != 00000000000000000000000000000001 ] || na=none
	echo "$na"
}

# The daemon is up: something is answered.
ready() {
	[ "$(said "$1")" != none ]
}

answered() {
	grep -vc ' none$' "$WORK/before" || true
}


# The list for the daemons: two running guests of this host, and unused addresses.
SET=("$LAB_GUEST1" "$LAB_GUEST2" 2001:db8:5::1 2001:db8:5::22 2001:db8:5:0:8000::1
	2001:db8:9::1 2001:db8:9::2 "${LAB_PREFIX}99")
DAD=none

# peer NAME PATH...: sets PEER to the first path that exists, of Debian's package NAME,
# unpacked by deps.sh or installed; and ROOT to the directory it is unpacked in.
peer() {
	local path root name=$1
	shift
	for root in "$TOP/build/peers" ""; do
		for path in "$@"; do
			[ -x "$root$path" ] || continue
			PEER=$root$path
			ROOT=$root
			export PEER ROOT
			return
		done
	done
	skip "no $name: tools/deps.sh check"
}

# daemon READY_ADDRESS EXPECTED COMMAND...: records its answers, EXPECTED of the list.
daemon() {
	local address=$1 expected=$2 job
	shift 2
	net_job host "$@"
	job=$JOB
	wait_for 10 ready "$address"
	hear "$WORK/before" "${SET[@]}"
	assert_eq "answers of ${1##*/}" "$(answered)" "$expected"
	assert_eq "duplicate detection with ${1##*/}" "$(defended "$LAB_GUEST1")" none
	kill "$job"
	wait "$job" || true
}
