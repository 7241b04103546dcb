#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Readers see a consistent state without taking the lock: while two files with a thousand rules
# alternate, every `guest show` prints one or the other, never a mixture.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair

# file HALF: 500 guests common to both files and 500 of its own.
file() {
	echo "uplink eth0 {"
	printf '    guest 2001:db8:1::%x { }\n' $(seq 500)
	printf "    guest 2001:db8:$1::%x { }\n" $(seq 500)
	echo "}"
}
file a >"$WORK/a.conf"
file b >"$WORK/b.conf"
for half in a b; do
	status 0 ndpx -c "$WORK/$half.conf" apply
	ndpx guest show >"$WORK/want.$half"
	assert_eq "guests of $half" "$(wc -l <"$WORK/want.$half")" 1000
done

alternate() {
	while :; do
		ndpx -q -c "$WORK/a.conf" apply
		ndpx -q -c "$WORK/b.conf" apply
	done
}
alternate &
JOBS+=($!)
for i in $(seq 100); do
	# shellcheck disable=SC2034 # lib.sh says it where a check fails
	CONTEXT="reading $i"
	ndpx guest show >"$WORK/seen"
	cmp -s "$WORK/seen" "$WORK/want.a" || cmp -s "$WORK/seen" "$WORK/want.b" ||
		fail "a mixture: $(wc -l <"$WORK/seen") guests"
done
