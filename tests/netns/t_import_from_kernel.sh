#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `import-from kernel`, and its refusals.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/import_from.sh"

note "the kernel's proxy entries"
for dev in eth0 vif1.0; do
	lab_set host net/ipv6/conf/$dev/proxy_ndp 1
	lab_set host net/ipv6/neigh/$dev/proxy_delay 0
done
lab_ip host -6 neigh add proxy "$LAB_GUEST1" dev eth0
lab_ip host -6 neigh add proxy "$LAB_GUEST2" dev eth0 router
lab_ip host -6 neigh add proxy 2001:db8:7::7 dev eth0
lab_ip host -6 neigh add proxy 2001:db8:7::8 dev vif2.0 # proxy_ndp is off there
lab_ip host -6 neigh add proxy "$LAB_ROUTER" dev vif1.0
SET=("$LAB_GUEST1" "$LAB_GUEST2" 2001:db8:7::7 2001:db8:7::8 2001:db8:7::9)
hear "$WORK/before" "${SET[@]}"
assert_eq "answers of the kernel" "$(answered)" 3
[ "$(defended "$LAB_GUEST1" "$PATIENCE")" != none ] || fail "the kernel did not defend"
DAD=$("$NDTOOL" na "$LAB_HOST_MAC" 33:33:00:00:00:01 "$LAB_GUEST1" ff02::1 "$LAB_GUEST1" \
	"$LAB_HOST_MAC")
export DAD
ndpx import-from kernel >"$WORK/ndpx.conf" 2>"$WORK/err"
assert_has "$WORK/ndpx.conf" "^    guest $LAB_GUEST1 \{ port = vif1.0 \}$"
assert_has "$WORK/ndpx.conf" "^    guest $LAB_GUEST2 \{ port = vif2.0 router = on \}$"
assert_has "$WORK/ndpx.conf" "^# $LAB_ROUTER dev vif1.0: not converted: guests ask here"
assert_has "$WORK/ndpx.conf" "^# net.ipv6.conf.eth0.proxy_ndp was 1"
assert_has "$WORK/err" 'warning: 1 thing will not be answered'
imported kernel
for guest in "$LAB_GUEST1" "$LAB_GUEST2" 2001:db8:7::7; do
	lab_ip host -6 neigh del proxy "$guest" dev eth0
done
lab_set host net/ipv6/conf/eth0/proxy_ndp 0
status 0 ndpx apply
assert_eq "groups joined" "$(lab_ip host -6 neigh show proxy dev eth0 | grep -c 'proto 110')" 3
same "the kernel" "${SET[@]}"
note "ndpx's own entries are not imported"
ndpx import-from kernel >"$WORK/again" 2>"$WORK/err"
assert_has_not "$WORK/again" '^uplink|^ +guest'
assert_has "$WORK/err" 'has no uplink'
status 0 ndpx down
for entry in "2001:db8:7::8 dev vif2.0" "$LAB_ROUTER dev vif1.0"; do
	# shellcheck disable=SC2086 # words they are
	lab_ip host -6 neigh del proxy $entry
done

note "what cannot be read: a comment; if all of it, an error and nothing on stdout"
printf '%s\n' 'proxy eth0 {' 'router perhaps' 'rule 2001:db8::zz { static }' '}' >"$WORK/bad"
status 0 ndpx import-from ndppd "$WORK/bad"
assert_has "$WORK/out" '^ +# line 2: router perhaps: |^# +# line 2: router perhaps: '
assert_has "$WORK/out" "# line 3: rule '2001:db8::zz': not converted"
assert_has "$WORK/err" 'warning: 1 thing will not be answered'
status 1 ndpx import-from npd6 - <"$WORK/bad"
assert_has "$WORK/err" '^ndpx: <stdin>:1: expected'
assert_eq "stdout" "$(cat "$WORK/out")" ""
printf 'proxy eth0 {\n\0' >"$WORK/binary"
status 1 ndpx import-from ndppd "$WORK/binary"
assert_has "$WORK/err" 'binary:2: NUL byte'
assert_eq "stdout" "$(cat "$WORK/out")" ""
status 1 ndpx -j import-from kernel
assert_json_error
status 1 ndpx import-from radvd
status 1 ndpx import-from ndppd "$WORK/none"
assert_has "$WORK/err" 'none: No such file'
