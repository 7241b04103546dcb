#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the t_import_from_* tests share: what is replaced answers for a list of addresses,
# then ndpx does with the file that `import-from` printed; the same ones, with the same
# flags.
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PATIENCE=1500 # ms; what is answered at all is answered within a second

lab_up "$TAG"
# The daemons answer by way of the host's kernel, which must find the asker.
ASKER=$(lab_ip router -j addr show dev eth0 scope link | jq -r '.[].addr_info[]?.local // empty')
export ASKER
lab_ip host route add default via "$LAB_ROUTER" dev eth0

# said ADDRESS: what was answered, but for the source and so the checksum: type, code, flags,
# target and option. Or "none".
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

# imported WORDS...: what import-from prints passes check, and is applied.
imported() {
	ndpx import-from "$@" >"$WORK/ndpx.conf" 2>"$WORK/err" || fail "import-from $*: $(cat "$WORK/err")"
	status 0 ndpx check
	status 0 ndpx apply
}

# same WHAT ADDRESS...: ndpx answers as was heard before.
same() {
	local what=$1
	shift
	hear "$WORK/after" "$@"
	diff "$WORK/before" "$WORK/after" >&2 ||
		fail "$what (<) and ndpx (>) answer differently with: $(cat "$WORK/ndpx.conf")"
	assert_eq "duplicate detection for $1" "$(defended "$1")" "$DAD"
}

# defended ADDRESS: the answer to duplicate detection that somebody can hear, or "none":
# ndppd answers to ::, of which its kernel makes ::1.
defended() {
	local na
	na=$(ASKER=:: ask "$1" "${2:-500}")
	[ "${na:76:32}" != 00000000000000000000000000000001 ] || na=none
	echo "$na"
}

# The daemon is there: something is answered.
ready() {
	[ "$(said "$1")" != none ]
}

answered() {
	grep -vc ' none$' "$WORK/before" || true
}


# The list for the daemons: two living guests of this host, and addresses of nobody.
SET=("$LAB_GUEST1" "$LAB_GUEST2" 2001:db8:5::1 2001:db8:5::22 2001:db8:5:0:8000::1
	2001:db8:9::1 2001:db8:9::2 "${LAB_PREFIX}99")
DAD=none

# peer NAME PATH...: sets PEER to the first there is, of Debian's package NAME, which
# deps.sh unpacks or which is installed; and ROOT to what it is unpacked in.
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

# daemon READY_ADDRESS EXPECTED COMMAND...: hears what it answers, so many of the list.
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
