#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The tests' own promises: they run on a machine without a bpffs, see nothing of each other,
# leave nothing behind even if killed, and skip with a reason if private mounts are impossible.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

# A test as started by hand: not within this one's mounts.
cat >"$WORK/child.sh" <<-EOF
	. "$NET_DIR/lib.sh"
	net_pair
	conf_one
	status 0 ndpx apply
	assert_answered 2001:db8:1::1
	find /run/netns "\$BPFFS" >"$WORK/seen"
	xdp_id host >"$WORK/prog"
	echo "\$WORK" >"$WORK/work"
	[ -z "\${LINGER-}" ] || sleep 60
EOF
unset NET_WORK NDPX_OWN_MOUNTS LAB_TAG LAB_OBJECT LAB_TAPWIRE
export NDPX NDTOOL

# What the child left, as opposed to tests running in parallel. A killed test's files are in
# its own directory.
left() {
	find /run/netns /sys/fs/bpf /run -maxdepth 1 -name "*$(sed 's/.*-//' "$WORK/work")*"
}

# bare COMMAND...: without a bpffs, as on a fresh machine.
bare() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount sh -c 'while umount -l /sys/fs/bpf 2>/dev/null; do :; done; exec "$@"' sh "$@"
}

gone() {
	! bpftool prog show id "$1"
}

note "no bpffs: the test brings its own"
status 0 bare bash "$WORK/child.sh"
assert_has "$WORK/seen" '^/run/netns/ndl-.*-router$'
assert_has "$WORK/seen" '^/sys/fs/bpf/ndpx-test-.*/record$'
assert_has_not "$WORK/seen" "$TAG"
assert_eq "what is left" "$(left)" ""

note "killed: its namespaces, links and programs go with it"
rm "$WORK/work"
LINGER=1 setsid bash "$WORK/child.sh" >"$WORK/out" 2>&1 </dev/null &
child=$!
JOBS+=("$child")
wait_for 20 test -s "$WORK/work"
prog=$(cat "$WORK/prog")
! gone "${prog:-none}" >/dev/null 2>&1 || fail "no program '$prog' at all"
kill -KILL -- "-$child"
wait_for 20 gone "$prog"
assert_eq "what is left" "$(left)" ""
rm -rf "$(cat "$WORK/work")"

note "no mounts to be had, no sysfs: skipped, and why"
mkdir "$WORK/bin"
printf '#!/bin/sh\necho "unshare failed: Operation not permitted" >&2\nexit 1\n' >"$WORK/bin/unshare"
chmod +x "$WORK/bin/unshare"
status 77 env PATH="$WORK/bin:$PATH" bash "$WORK/child.sh"
assert_eq "what is said" "$(cat "$WORK/out")" \
	"SKIP: no mounts of our own: unshare failed: Operation not permitted"
# shellcheck disable=SC2016 # expanded by the inner shell
status 77 unshare --mount sh -c 'umount -l /sys; exec "$@"' sh bash "$WORK/child.sh"
assert_has "$WORK/out" '^SKIP: no mounts of our own: no /sys/fs/bpf: sysfs is not mounted'
