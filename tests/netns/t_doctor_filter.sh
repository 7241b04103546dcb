#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: if the gateway does not resolve, the chains that could be in the way are named, at
# every hook of the uplink; a firewall that lets it resolve is never a finding.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

net_pair
lab_add guest
lab_wire host vif1 guest eth0
lab_ip host -6 route add 2001:db8::/32 dev vif1
lab_ip host addr add 2001:db8:9::2/64 dev eth0
lab_ip router addr add 2001:db8:9::1/64 dev eth0
lab_ip host -6 route add 2001:db8:9::/64 dev eth0 2>/dev/null || true
lab_ip host -6 route add default via 2001:db8:9::1 dev eth0
ONE=2001:db8:1::1
conf <<<"uplink eth0 { mode = tc  guest $ONE { } }"
status 0 ndpx apply
# shellcheck disable=SC2034 # doctor.sh reads it
PROBE=() # the kernel resolves the gateway each time
finds_none

filter() {
	lab_in host nft flush ruleset
	lab_in host nft -f -
}

# resolves: does the host find the router with these rules?
resolves() {
	lab_ip host -6 neigh flush all
	lab_ip router -6 neigh flush all
	lab_in host ping -c1 -W1 2001:db8:9::1 >/dev/null 2>&1 || true
	grep -q lladdr <<<"$(lab_ip host -6 neigh show 2001:db8:9::1)"
}

# names REGEX: the one finding is nd-filter, and its line matches.
names() {
	status 3 ndpx doctor
	assert_has "$WORK/out" "^eth0: nd-filter: gateway 2001:db8:9::1 does not resolve on eth0; .*$1"
	assert_eq "findings" "$(grep -c . "$WORK/out")" 1
}

note "rules that drop it"
drops() { # HOOK RULE...
	round "$*"
	filter <<-EOF
		table inet t {
			chain c {
				type filter hook $1 priority 0
				${*:2}
			}
		}
	EOF
	! resolves || fail "it was not dropped"
	names 'possible culprits: inet t c: accept it first: nft insert rule inet t c icmpv6'
}
drops input icmpv6 type nd-neighbor-advert drop
drops input icmpv6 type 133-137 reject
drops input iifname != '"vif1"' log prefix '"x"' drop
drops input icmpv6 type vmap '{ nd-neighbor-advert : drop, echo-reply : accept }'
drops input ct state untracked drop
drops prerouting meta nfproto ipv6 drop
drops output oif eth0 icmpv6 type nd-neighbor-solicit drop
drops postrouting meta l4proto ipv6-icmp drop

note "a gateway that was reachable a moment ago, and what --no-probe says"
round cached
lab_in host nft flush ruleset
resolves || fail "the router does not answer"
filter <<-EOF
	table inet t {
		chain c {
			type filter hook input priority 0
			icmpv6 type nd-neighbor-advert drop
		}
	}
EOF
status 0 ndpx doctor --no-probe
names 'inet t c'
failed() {
	grep -q FAILED <<<"$(lab_ip host -6 neigh show 2001:db8:9::1)"
}
wait_for 10 failed
finds eth0 nd-filter 'inet t c' --no-probe
only nd-filter

note "the policy, a chain that is jumped to"
round policy
filter <<-EOF
	table ip6 t {
		chain in {
			type filter hook input priority 0; policy drop
			ct state established,related accept
			iifname { "lo", "vif1" } accept
			icmpv6 type { echo-request, echo-reply } accept
		}
	}
EOF
names 'ip6 t in \(policy drop\)'
round jump
filter <<-EOF
	table inet t {
		chain checks {
			icmpv6 type echo-request accept
			icmpv6 type nd-neighbor-advert drop
		}
		chain in {
			type filter hook input priority 0
			meta l4proto vmap { tcp : accept, ipv6-icmp : jump checks }
		}
		chain harmless {
			type filter hook input priority 1
			tcp dport 22 accept
		}
	}
EOF
names 'possible culprits: inet t in: '

note "netdev, both directions; on another device it is nobody's business"
for hook in ingress egress; do
	round "$hook"
	for dev in eth0 vif1; do
		if ! filter <<-EOF; then
			table netdev t {
				chain c {
					type filter hook $hook device $dev priority 0;
					icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } drop
				}
			}
		EOF
			note "this kernel has no netdev $hook"
			continue
		fi
		if [ $dev = eth0 ]; then
			names 'netdev t c'
		else
			finds_none
		fi
	done
done
round ''

note "firewalls that let it through"
passes() {
	round "$*"
	filter <<-EOF
		table inet t {
			set s {
				type icmpv6_type
				elements = { nd-neighbor-solicit, nd-neighbor-advert }
			}
			chain sub {
				icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
			}
			chain c {
				type filter hook input priority 0; policy drop
				$*
			}
		}
	EOF
	resolves || fail "the host does not resolve with this"
	finds_none
}
passes accept
passes icmpv6 type '{ nd-neighbor-solicit, nd-neighbor-advert, echo-reply } accept'
passes icmpv6 type '@s accept'
passes ct state vmap '{ established : accept, related : accept, invalid : drop };' \
	meta l4proto ipv6-icmp accept
passes jump sub\; icmpv6 type echo-reply accept
passes goto sub\; drop
passes icmpv6 type '{ nd-neighbor-solicit, nd-neighbor-advert } limit rate 10/second accept'

note "no filter, and nobody there"
round silent
lab_in host nft flush ruleset
lab_ip router link set eth0 arp off
lab_set router net/ipv6/conf/eth0/disable_ipv6 1
status 3 ndpx doctor
assert_has "$WORK/out" '^eth0: gateway-silent: gateway 2001:db8:9::1 does not resolve'
lab_set router net/ipv6/conf/eth0/disable_ipv6 0
lab_ip router link set eth0 arp on
lab_ip router addr replace 2001:db8:9::1/64 dev eth0 nodad

note "FORWARD with the policy drop"
round forward
filter <<-EOF
	table inet t {
		chain fw {
			type filter hook forward priority 0; policy drop
			ct state established,related accept
		}
	}
EOF
finds host forward-policy 'the policy of inet t fw is drop: make sure that inet t fw accepts'
only forward-policy

note "ip6tables, over nftables and by itself"
round ''
lab_in host nft flush ruleset
for tables in ip6tables-nft ip6tables-legacy; do
	if ! command -v "$tables" >/dev/null || ! lab_in host "$tables" -L -n >/dev/null 2>&1; then
		note "no $tables here: not shown"
		continue
	fi
	family=ip6
	[ "$tables" = ip6tables-nft ] || family=ip6tables
	round "$tables"
	finds_none
	lab_in host "$tables" -A INPUT -i eth0 -p icmpv6 --icmpv6-type neighbour-advertisement -j DROP
	! resolves || fail "it was not dropped"
	names "$family filter INPUT: "
	lab_in host "$tables" -F
	round "$tables policy"
	lab_in host "$tables" -P INPUT DROP
	lab_in host "$tables" -A INPUT -i lo -j ACCEPT
	lab_in host "$tables" -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
	names "$family filter INPUT \(policy drop\)"
	lab_in host "$tables" -N nd
	lab_in host "$tables" -A nd -p icmpv6 --icmpv6-type 136/0 -j ACCEPT
	lab_in host "$tables" -A INPUT -p icmpv6 -j nd
	resolves || fail "the host does not resolve with this"
	finds_none
	lab_in host "$tables" -P INPUT ACCEPT
	lab_in host "$tables" -F
	lab_in host "$tables" -X
	round "$tables forward"
	lab_in host "$tables" -P FORWARD DROP
	finds host forward-policy "the policy of $family filter FORWARD is drop"
	lab_in host "$tables" -P FORWARD ACCEPT
done
