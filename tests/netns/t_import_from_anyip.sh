#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `import-from ndppd` with the most common public file, `auto` with a local route (AnyIP) on a
# host that does not forward: the result answers, and doctor has no finding.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/import_from.sh"

LOCAL=2001:db8:1:2::
lab_ip host -6 route add local "$LOCAL/64" dev lo
lab_set host net/ipv6/conf/all/forwarding 0
cat >"$WORK/ndppd.conf" <<-EOF
	route-ttl 30000
	proxy eth0 {
		router no
		timeout 500
		ttl 30000
		rule $LOCAL/64 {
			auto
		}
	}
EOF
imported ndppd "$WORK/ndppd.conf"
assert_has "$WORK/ndpx.conf" "guest $LOCAL/64 .*answer = routed"
assert_answered "${LOCAL}7" "${LOCAL}ffff:1:2:3"
assert_silent 2001:db8:1:3::7 "$LOCAL"
status 0 ndpx doctor --no-probe
status 0 ndpx down
