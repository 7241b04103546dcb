#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: nftables that drop Neighbor Discovery for sure, at every hook of the uplink;
# and firewalls that let it through, or might, are no finding.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/doctor.sh"

net_pair
lab_add guest
lab_wire host vif1 guest eth0
lab_ip host -6 route add 2001:db8::/32 dev vif1
lab_ip host addr add 2001:db8:9::2/64 dev eth0
lab_ip router addr add 2001:db8:9::1/64 dev eth0
lab_ip host -6 route add 2001:db8:9::/64 dev eth0 2>/dev/null || true
ONE=2001:db8:1::1
conf <<<"uplink eth0 { mode = tc  guest $ONE { } }"
status 0 ndpx apply
finds_none

filter() {
	lab_in host nft flush ruleset
	lab_in host nft -f -
}

# resolves: does the host find the router with these rules? No more than doctor claims.
resolves() {
	lab_ip host -6 neigh flush all
	lab_ip router -6 neigh flush all
	lab_in host ping -c1 -W1 2001:db8:9::1 >/dev/null 2>&1 || true
	lab_ip host -6 neigh show 2001:db8:9::1 | grep -q lladdr
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
	finds eth0 nd-filter 'by rule inet t c handle [0-9]+: let it .*: nft insert rule inet t c icmpv6'
	only nd-filter
}
drops input icmpv6 type nd-neighbor-advert drop
! resolves || fail "it was not dropped"
drops input icmpv6 type '{ echo-request, nd-neighbor-solicit }' counter drop
drops input icmpv6 type 133-137 reject
drops input icmpv6 type != echo-request drop
drops input meta l4proto ipv6-icmp drop
drops input ip6 nexthdr icmpv6 drop
drops input iifname '"eth*"' icmpv6 type 136 drop
drops input iifname != '"vif1"' log prefix '"x"' drop
drops input icmpv6 type vmap '{ nd-neighbor-advert : drop, echo-reply : accept }'
drops input ct state untracked drop
drops prerouting meta nfproto ipv6 drop
drops output oif eth0 icmpv6 type nd-neighbor-solicit drop
! resolves || fail "it was not dropped"
drops postrouting icmpv6 type nd-neighbor-advert drop

note "the policy, a chain that is jumped to"
round policy
filter <<-EOF
	table ip6 t {
		chain in {
			type filter hook input priority 0; policy drop
			ct state established,related accept
			iifname { "lo", "vif1" } accept
			tcp dport 22 accept
			icmpv6 type { echo-request, echo-reply } accept
		}
	}
EOF
finds eth0 nd-filter 'solicitations in, advertisements in, by the policy of ip6 t in'
! resolves || fail "it was not dropped"
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
	}
EOF
finds eth0 nd-filter 'by rule inet t checks handle'

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
			finds eth0 nd-filter 'by rule netdev t c handle'
			! resolves || fail "it was not dropped"
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
passes iif eth0 accept
passes icmpv6 type '{ nd-neighbor-solicit, nd-neighbor-advert, echo-reply } accept'
passes ct state vmap '{ established : accept, related : accept, invalid : drop };' \
	meta l4proto ipv6-icmp accept
passes ct state untracked,established accept
passes jump sub\; icmpv6 type echo-reply accept
passes goto sub\; drop

note "what might let it through is no finding, and neither is what might drop it"
round might
filter <<-EOF
	table inet t {
		chain c {
			type filter hook input priority 0; policy drop
			icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } limit rate 10/second accept
		}
		chain d {
			type filter hook input priority 1
			ip6 saddr 2001:db8:66::/48 drop
			iifname "vif1" drop
			ip protocol icmp drop
			ip6 hoplimit != 255 icmpv6 type nd-neighbor-solicit drop
		}
	}
EOF
finds_none

note "ip6tables, over nftables and by itself"
round ''
lab_in host nft flush ruleset
for tables in ip6tables-nft ip6tables-legacy; do
	if ! command -v "$tables" >/dev/null || ! lab_in host "$tables" -L -n >/dev/null 2>&1; then
		note "no $tables here: not shown"
		continue
	fi
	round "$tables"
	finds_none
	for words in '-i eth0 -p icmpv6 --icmpv6-type neighbour-advertisement' '-p icmpv6' \
		'-p icmpv6 ! --icmpv6-type echo-request' '! -i vif1 -p 58' \
		'-m conntrack ! --ctstate ESTABLISHED,RELATED' '-i et+ -m comment --comment "a -j ACCEPT b"'; do
		round "$tables $words"
		eval "lab_in host $tables -A INPUT $words -j DROP"
		finds eth0 nd-filter 'rule ip6tables filter INPUT in line [0-9]+ of ip6tables-save: .*: ip6tables -t filter -I INPUT'
		only nd-filter
		! resolves || fail "it was not dropped"
		eval "lab_in host $tables -D INPUT $words -j DROP"
	done
	round "$tables policy"
	lab_in host "$tables" -P INPUT DROP
	lab_in host "$tables" -A INPUT -i lo -j ACCEPT
	lab_in host "$tables" -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
	finds eth0 nd-filter 'the policy of ip6tables filter INPUT'
	! resolves || fail "it was not dropped"
	lab_in host "$tables" -N nd
	lab_in host "$tables" -A nd -j LOG
	lab_in host "$tables" -A nd -p icmpv6 --icmpv6-type 135 -j ACCEPT
	lab_in host "$tables" -A nd -p icmpv6 --icmpv6-type 136/0 -j ACCEPT
	lab_in host "$tables" -A INPUT -p icmpv6 -j nd
	resolves || fail "the host does not resolve with this"
	finds_none
	round "$tables: what may let it through"
	lab_in host "$tables" -F nd
	lab_in host "$tables" -A nd -m limit --limit 9/second -j ACCEPT
	finds_none
	lab_in host "$tables" -P INPUT ACCEPT
	lab_in host "$tables" -F
	lab_in host "$tables" -X
done
