#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `import-from ndppd` against the real daemon, and the example from its package.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/import_from.sh"

peer ndppd /usr/sbin/ndppd

cat >"$WORK/ndppd.conf" <<-EOF
	route-ttl 500
	proxy eth0 {
		rule 2001:db8:9::1 { static } # a later proxy of eth0 makes this void
	}
	proxy eth0 {
		router yes; # for ndppd that is no: its word is "yes;"
		timeout 500
		ttl 500
		rule $LAB_GUEST1 { auto
		}
		rule $LAB_GUEST2 {
			iface vif2.0
			autowire yes
		}
		rule 2001:db8:5::22 { iface vif1.0
		}
		rule 2001:db8:5::77/64 { static }
	}
EOF
daemon 2001:db8:5::1 5 "$PEER" -c "$WORK/ndppd.conf"
imported ndppd "$WORK/ndppd.conf"
assert_has "$WORK/ndpx.conf" 'rule 2001:db8:5::22: the static rule in line 17 covers it'
assert_has "$WORK/ndpx.conf" '# line 13: autowire yes: no equivalent'
ndpx import-from ndppd "$WORK/ndppd.conf" >/dev/null 2>"$WORK/err"
assert_has "$WORK/err" 'warning: line 2: proxy eth0: no effect: .* the last, in line 5'
same ndppd "${SET[@]}"
status 0 ndpx down

note "the example"
example=$ROOT/usr/share/doc/ndppd/ndppd.conf-dist
[ -e "$example" ] || skip "no $example"
imported ndppd "$example"
assert_has "$WORK/ndpx.conf" '^    guest 1111:: \{ .*answer = routed \}   # line [0-9]+: auto'
