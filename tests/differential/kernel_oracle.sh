#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The Linux kernel as the oracle: two hosts with the same guests, one whose kernel proxies
# them, one with ndpx. The differences oracle.c finds must be exactly those of
# expected-differences.txt.
#
#             ┌ linux ─ eth0 kernel   (proxy_ndp, proxy_delay 0) ─ vif0
#   asker ────┤
#             └ ndpx ── eth0 host     (ndpx, TC)                 ─ vif0
# shellcheck source=/dev/null
. "$(dirname "$0")/../netns/lib/lib.sh"

ORACLE=${NDPX_ORACLE:-$TOP/build/tests/differential/oracle}
[ -x "$ORACLE" ] || skip "$ORACLE is not there"

# twin NAME PEER: a host that routes, with the addresses of the row table.
twin() {
	local name=$1 key
	lab_add "$name"
	for key in all default; do
		lab_set "$name" net/ipv6/conf/$key/forwarding 1
		lab_set "$name" net/ipv6/conf/$key/accept_ra 0
		lab_set "$name" net/ipv6/conf/$key/accept_redirects 0
	done
	lab_set "$name" net/ipv6/conf/default/addr_gen_mode 1
	lab_wire "$name" eth0 asker "$2" "$LAB_HOST_MAC"
	# Nothing behind vif0 resolves; what is forwarded there is lost.
	lab_ip "$name" link add vif0 type veth peer name vif0p
	lab_set "$name" net/ipv6/conf/vif0p/disable_ipv6 1
	lab_ip "$name" link set vif0 arp off up
	lab_ip "$name" link set vif0p up
	"$ORACLE" addresses | lab_in "$name" ip -batch -
	"$ORACLE" routes | lab_in "$name" ip -batch -
}

lab_add asker
lab_set asker net/ipv6/conf/default/disable_ipv6 1
twin kernel linux
twin host ndpx

for key in all eth0; do
	lab_set kernel net/ipv6/conf/$key/proxy_ndp 1
done
lab_set kernel net/ipv6/neigh/eth0/proxy_delay 0
"$ORACLE" proxies | lab_in kernel ip -batch -

"$ORACLE" conf | conf
status 0 ndpx apply

lab_in asker "$ORACLE" run "$(dirname "$0")/expected-differences.txt" \
	"/run/netns/$(lab_name kernel)" linux "/run/netns/$(lab_name host)" ndpx
