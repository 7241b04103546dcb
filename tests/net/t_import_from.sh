#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `import-from` against what it replaces: the kernel's proxy entries, ndppd and npd6 answer
# for a list of addresses, then ndpx with the file that was printed; the same ones, with
# the same flags. And the examples that Debian's packages ship pass `check`.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

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
[ "$(defended "$LAB_GUEST1" $PATIENCE)" != none ] || fail "the kernel did not defend"
DAD=$("$NDTOOL" na "$LAB_HOST_MAC" 33:33:00:00:00:01 "$LAB_GUEST1" ff02::1 "$LAB_GUEST1" \
	"$LAB_HOST_MAC")
ndpx import-from kernel >"$WORK/ndpx.conf" 2>"$WORK/err"
assert_has "$WORK/ndpx.conf" "^    guest $LAB_GUEST1 \{ port = vif1.0 \}$"
assert_has "$WORK/ndpx.conf" "^    guest $LAB_GUEST2 \{ port = vif2.0 router = on \}$"
assert_has "$WORK/ndpx.conf" "^# $LAB_ROUTER dev vif1.0: not taken over: guests ask here"
assert_has "$WORK/ndpx.conf" "^# net.ipv6.conf.eth0.proxy_ndp was 1"
assert_has "$WORK/err" 'warning: 1 thing will not be answered'
imported kernel
for guest in "$LAB_GUEST1" "$LAB_GUEST2" 2001:db8:7::7; do
	lab_ip host -6 neigh del proxy "$guest" dev eth0
done
lab_set host net/ipv6/conf/eth0/proxy_ndp 0
same "the kernel" "${SET[@]}"
note "ndpx's own entries are not imported"
ndpx import-from kernel >"$WORK/again" 2>"$WORK/err"
assert_has_not "$WORK/again" '^uplink|^ +guest'
assert_has "$WORK/err" 'names no uplink'
status 0 ndpx down
for entry in "2001:db8:7::8 dev vif2.0" "$LAB_ROUTER dev vif1.0"; do
	# shellcheck disable=SC2086 # words they are
	lab_ip host -6 neigh del proxy $entry
done

# The list for the daemons. Those of 2001:db8:5 and :9 are nobody's; :34 and :36 are alive.
SET=("$LAB_GUEST1" "$LAB_GUEST2" 2001:db8:5::1 2001:db8:5::22 2001:db8:5:0:8000::1
	2001:db8:9::1 2001:db8:9::2 "${LAB_PREFIX}99")
DAD=none

if command -v ndppd >/dev/null; then
	note "ndppd"
	cat >"$WORK/ndppd.conf" <<-EOF
		route-ttl 500
		proxy eth0 {
			rule 2001:db8:9::1 { static } # a later proxy of eth0 makes this void
		}
		proxy eth0 {
			router no
			timeout 500
			ttl 500
			rule $LAB_GUEST1 { auto
			}
			rule $LAB_GUEST2 {
				iface vif2.0
			}
			rule 2001:db8:5::22 { iface vif1.0
			}
			rule 2001:db8:5::77/64 { static }
		}
	EOF
	net_job host ndppd -c "$WORK/ndppd.conf"
	DAEMON=$JOB
	wait_for 10 ready 2001:db8:5::1
	hear "$WORK/before" "${SET[@]}"
	assert_eq "answers of ndppd" "$(answered)" 5
	assert_eq "duplicate detection with ndppd" "$(defended "$LAB_GUEST1")" none
	kill "$DAEMON"
	wait "$DAEMON" || true
	imported ndppd "$WORK/ndppd.conf"
	assert_has "$WORK/ndpx.conf" 'rule 2001:db8:5::22: the static rule in line 16 covers it'
	same ndppd "${SET[@]}"
	status 0 ndpx down
	for example in /usr/share/doc/ndppd/ndppd.conf-dist{,.gz}; do
		[ -e "$example" ] || continue
		zcat -f "$example" | ndpx import-from ndppd - >"$WORK/ndpx.conf"
		status 0 ndpx check
		assert_has "$WORK/ndpx.conf" '^    guest 1111:: \{ .*answer = routed \}   # line [0-9]+: auto'
		note "$example: passes"
	done
else
	note "no ndppd here"
fi

if command -v npd6 >/dev/null; then
	# One pair each: with two, npd6 1.1 waits for good on the socket of the other.
	npd6_like() { # EXPECTED READY_ADDRESS
		note "npd6: $(tr '\n' ' ' <"$WORK/npd6.conf")"
		net_job host npd6 -f -l "$WORK/npd6.log" -c "$WORK/npd6.conf"
		DAEMON=$JOB
		wait_for 10 ready "$2"
		hear "$WORK/before" "${SET[@]}"
		assert_eq "answers of npd6" "$(answered)" "$1"
		assert_eq "duplicate detection with npd6" "$(defended "$LAB_GUEST1")" none
		kill "$DAEMON"
		wait "$DAEMON" || true
		imported npd6 "$WORK/npd6.conf"
		same npd6 "${SET[@]}"
		status 0 ndpx down
	}
	printf '%s\n' prefix=2800:110:2: interface=eth0 listtype=black "addrlist=${LAB_PREFIX}99" \
		>"$WORK/npd6.conf" # three groups: a /48
	npd6_like 2 "$LAB_GUEST1"
	sed -i 's/black/white/; $a routerNA=false' "$WORK/npd6.conf"
	npd6_like 1 "${LAB_PREFIX}99"
	printf '%s\n' 'prefix = 2001:db8:5:0::/65' 'interface = eth0' >"$WORK/npd6.conf"
	npd6_like 2 2001:db8:5::1
	if [ -e /etc/npd6.conf.sample ]; then
		status 0 ndpx import-from npd6 /etc/npd6.conf.sample
		cp "$WORK/out" "$WORK/ndpx.conf"
		status 0 ndpx check
		assert_has "$WORK/ndpx.conf" '^    guest 2222:1111:2222:3333::/64 \{'
	fi
else
	note "no npd6 here"
fi

note "mistakes: each with its line, and nothing on stdout"
printf '%s\n' 'proxy eth0 {' 'router perhaps' 'rule 2001:db8::zz { static }' '}' >"$WORK/bad"
status 1 ndpx import-from ndppd "$WORK/bad"
assert_has "$WORK/err" '^ndpx: .*/bad:2: router'
assert_has "$WORK/err" '^ndpx: .*/bad:3: rule'
assert_eq "stdout" "$(cat "$WORK/out")" ""
status 1 ndpx import-from npd6 - <"$WORK/bad"
assert_has "$WORK/err" '^ndpx: <stdin>:2: '
assert_eq "stdout" "$(cat "$WORK/out")" ""
status 1 ndpx -j import-from kernel
assert_json_error
status 1 ndpx import-from radvd
status 1 ndpx import-from ndppd "$WORK/none"
assert_has "$WORK/err" 'none: No such file'
