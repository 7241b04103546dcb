#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Before kernel 6.6: clsact, with our own handle and priority. A foreign filter and qdisc
# stay through every change.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

export NDPX_TC=clsact

net_pair
conf <<-EOF
	uplink eth0 {
	    mode = tc
	    guest 2001:db8:1::1 { }
	}
EOF

filters() {
	lab_in host tc filter show dev eth0 ingress
}

note "alone: the qdisc comes and goes with ndpx"
lab_in host tc qdisc show dev eth0 >"$WORK/qdisc"
status 0 ndpx apply
assert_answered 2001:db8:1::1
filters >"$WORK/filters"
assert_has "$WORK/filters" ndpx_tc
status 0 ndpx apply
filters >"$WORK/after"
cmp "$WORK/filters" "$WORK/after" || fail "the second apply changed the filter"
status 0 ndpx down
assert_silent 2001:db8:1::1
lab_in host tc qdisc show dev eth0 >"$WORK/after"
diff "$WORK/qdisc" "$WORK/after" >&2 || fail "down left a qdisc"

note "next to a foreign filter"
lab_in host tc qdisc add dev eth0 clsact
lab_bpf host tc filter add dev eth0 ingress pref 100 bpf da obj "$(lab_object)" sec tc
filters >"$WORK/filters"
status 0 ndpx apply
assert_answered 2001:db8:1::1
filters >"$WORK/after"
assert_has "$WORK/after" tc_pass
status 0 ndpx down
assert_silent 2001:db8:1::1
filters >"$WORK/after"
diff "$WORK/filters" "$WORK/after" >&2 || fail "the foreign filter changed"

note "a foreign filter that came later keeps the qdisc"
lab_in host tc qdisc del dev eth0 clsact
status 0 ndpx apply
lab_bpf host tc filter add dev eth0 ingress pref 100 bpf da obj "$(lab_object)" sec tc
status 0 ndpx down
filters >"$WORK/after"
assert_has "$WORK/after" tc_pass
assert_has_not "$WORK/after" ndpx_tc

note "from clsact to the newer way and back"
unset NDPX_TC
status 0 ndpx apply
assert_answered 2001:db8:1::1
sed -i 's/tc$/native/' "$WORK/ndpx.conf"
status 0 ndpx apply
assert_answered 2001:db8:1::1
export NDPX_TC=clsact
sed -i 's/native$/tc/' "$WORK/ndpx.conf"
status 0 ndpx apply
assert_answered 2001:db8:1::1
status 0 ndpx down
filters >"$WORK/after"
assert_has_not "$WORK/after" ndpx_tc
