#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Broken files: every error is reported with line and column, in one go; nothing is applied.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
conf_one
status 0 ndpx apply
ndpx -j guest show >"$WORK/before"
ID=$(xdp_id host)

# bad LINE[:COLUMN]:REGEX...: `check` and `apply` report exactly these errors in stdin.
position() {
	case $1 in
	*:*:*) echo "${1%:*}" ;;
	*) echo "${1%:*}:[1-9][0-9]*" ;;
	esac
}
bad() {
	local error verb
	cat >"$WORK/bad.conf"
	note "want: $*"
	for verb in check apply; do
		status 1 ndpx -c "$WORK/bad.conf" "$verb"
		for error in "$@"; do
			assert_has "$WORK/err" "bad\.conf:$(position "$error"): .*(${error##*:})"
		done
		assert_eq "number of errors" "$(grep -c 'bad\.conf:[0-9]*:' "$WORK/err")" $#
	done
}

bad 2:5:frobnicate <<-EOF
	uplink eth0 {
	    frobnicate = 3
	    guest 2001:db8:1::2 { }
	}
EOF
bad 2:12:mode 3:12:vlan 4:14:source 5:14:groups 6:12:rate 7:5:colour 8:11:host\ bits 9:11:multicast \
	10:11:cannot\ be\ a\ guest 11:36:router 12:36:lladdr 13:11:not\ an\ IPv6 14:11:IPv4 15:11:wide <<-EOF
	uplink eth0 {
	    mode = fast
	    vlan = 4095
	    source = nowhere
	    groups = some
	    rate = -1
	    colour = red
	    guest 2001:db8:1::1/64 { }
	    guest ff02::1 { }
	    guest ::1 { }
	    guest 2001:db8:1::2 { router = maybe }
	    guest 2001:db8:1::3 { lladdr = 01:00:00:00:00:01 }
	    guest 2001:db8:1::zz { }
	    guest 192.0.2.1 { }
	    guest 2001:db8::/32 { }
	    guest 2001:db8:1::4 { }
	}
EOF
bad 3:twice 7:"denied|both" 8:twice <<-EOF
	uplink eth0 {
	    guest 2001:db8:1::2 { }
	    guest 2001:db8:1::2 { }
	    deny = {
	        2001:db8:1::9,
	        2001:db8:2::/64 }
	    guest 2001:db8:2::/64 { }
	    guest 2001:db8:1:0::2 { }
	}
EOF
bad 4:"eth0 is given twice" 8:mode <<-EOF
	uplink eth0 {
	    mode = native
	}
	uplink eth0 {
	    mode = native
	}
	uplink eth1.88 { }
	uplink eth1.89 {
	    mode = tc
	}
EOF
note "words of a later version are refused, not ignored"
bad 2:5:learn <<-EOF
	uplink eth0 {
	    learn = 8
	}
EOF
note "what no interface is called, and the uplink itself"
bad 2:24:cannot\ match 2:29:the\ uplink\ itself <<-EOF
	uplink eth0 {
	    follow = { "vif*", a/b, eth0 }
	}
EOF
note "guest ports"
bad 2:multicast 3:host\ bits 6:matches\ the\ uplink 7:nothing\ to\ answer <<-EOF
	ports "vif*" {
	    gateway = { fe80::1, ff02::1 }
	    onlink = { 2001:db8::1/64 }
	}
	uplink eth0 { }
	ports "eth*" { gateway = { fe80::1 } }
	ports "tap*" { }
EOF
bad 2:25:never\ closed <<-EOF
	uplink eth0 {
	    guest 2001:db8:1::2 {
	EOF

note "what holds is what held"
assert_eq "the program" "$(xdp_id host)" "$ID"
ndpx -j guest show >"$WORK/after"
cmp "$WORK/before" "$WORK/after" || fail "the rules changed"
assert_answered 2001:db8:1::1
assert_silent 2001:db8:1::2 2001:db8:1::4

note "a file that is not there"
status 1 ndpx -c "$WORK/none.conf" check
assert_has "$WORK/err" 'none\.conf: No such file'
note "JSON"
status 1 ndpx -j -c "$WORK/bad.conf" check
jq -e ".error.errors[0] | .line == 2 and .column == 25" "$WORK/out" >/dev/null || fail "no position in JSON"
