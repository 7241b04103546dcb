#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Without root: `check` works; commands that touch the kernel say what is missing, status 2.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
conf_one

# As user nobody, in the machine's own namespace: entering another would need root.
nobody() {
	lab_in host setpriv --reuid=65534 --regid=65534 --clear-groups "$NDPX" \
		--bpffs "$BPFFS" -c "$WORK/ndpx.conf" "$@"
}

nobody version >/dev/null 2>&1 || skip "nobody cannot run $NDPX from here"
status 0 nobody check
status 0 nobody import-from kernel

# refused COMMAND...: one line that says what is missing.
refused() {
	status 2 nobody "$@"
	assert_has "$WORK/err" 'root|CAP_'
	assert_eq "lines of the error" "$(wc -l <"$WORK/err")" 1
}

refused apply
status 0 ndpx apply
assert_answered 2001:db8:1::1
for words in apply down status stats metrics "guest show" "guest del 2001:db8:1::1 dev eth0" \
	"announce 2001:db8:1::1 dev eth0" "pause dev eth0" "resume dev eth0"; do
	# shellcheck disable=SC2086 # words they are
	refused $words
done
assert_answered 2001:db8:1::1
