#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `import-from npd6` against the real daemon, and the example from its package.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/import_from.sh"

peer npd6 /usr/bin/npd6

# like READY_ADDRESS EXPECTED LINE...: one pair per file: with two, npd6 1.1 ends up blocked
# on the other's socket.
like() {
	local address=$1 expected=$2
	shift 2
	note "$*"
	printf '%s\n' "$@" >"$WORK/npd6.conf"
	daemon "$address" "$expected" "$PEER" -f -l "$WORK/npd6.log" -c "$WORK/npd6.conf"
	imported npd6 "$WORK/npd6.conf"
	same npd6 "${SET[@]}"
	status 0 ndpx down
}

# Three groups are a /48.
like "$LAB_GUEST1" 2 prefix=2800:110:2: interface=eth0 listtype=black "addrlist=${LAB_PREFIX}99"
like "${LAB_PREFIX}99" 1 prefix=2800:110:2: interface=eth0 listtype=white \
	"addrlist=${LAB_PREFIX}99" routerNA=false
like 2001:db8:5::1 2 'prefix = 2001:db8:5:0::/65' 'interface = eth0'

note "the example"
example=$ROOT/etc/npd6.conf.sample
[ -e "$example" ] || skip "no $example"
imported npd6 "$example"
assert_has "$WORK/ndpx.conf" '^    guest 2222:1111:2222:3333::/64 \{'
