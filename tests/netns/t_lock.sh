#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A held lock: ndpx waits, then reports an error with the holder. A directory created by
# another user is refused.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
conf_one
status 0 ndpx apply

note "a short holder is waited for"
flock "$BPFFS" sleep 2 &
JOBS+=($!)
sleep 0.3
status 0 ndpx guest add 2001:db8:1::2 dev eth0

note "a stopped one is named after some seconds"
flock -F "$BPFFS" sleep 600 &
HOLDER=$!
JOBS+=("$HOLDER")
sleep 0.3
kill -STOP "$HOLDER"
START=$SECONDS
status 2 timeout 60 "$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" -j \
	guest add 2001:db8:1::3 dev eth0
TOOK=$((SECONDS - START))
if [ "$TOOK" -lt 8 ] || [ "$TOOK" -gt 40 ]; then
	fail "waited $TOOK s"
fi
assert_has "$WORK/err" "locked by process $HOLDER \\(sleep 600\\), which is stopped"
assert_json_error
jq -e '.error.code == "EBUSY"' "$WORK/out" >/dev/null || fail "$(cat "$WORK/out")"

kill -KILL "$HOLDER"
note "likewise one that holds the lock of this namespace alone"
flock -F "$(netns_dir)" sleep 600 &
HOLDER=$!
JOBS+=("$HOLDER")
sleep 0.3
status 2 timeout 60 "$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" \
	guest add 2001:db8:1::3 dev eth0
assert_has "$WORK/err" "$(netns_dir): locked by process $HOLDER \\(sleep 600\\)"

note "who only reads does not wait"
for words in "guest show" status stats metrics; do
	# shellcheck disable=SC2086 # words they are
	status 0 timeout 5 "$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" $words
done
kill -KILL "$HOLDER"
status 0 ndpx guest add 2001:db8:1::3 dev eth0

note "a directory that others may write to"
chmod 777 "$BPFFS"
for words in apply down "guest show" "guest add 2001:db8:1::4 dev eth0" status; do
	# shellcheck disable=SC2086
	status 2 ndpx $words
	assert_has "$WORK/err" 'writable by'
done
chmod 700 "$BPFFS"
chown 65534 "$BPFFS"
for words in apply down "guest show" "guest add 2001:db8:1::4 dev eth0" status; do
	# shellcheck disable=SC2086
	status 2 ndpx $words
	assert_has "$WORK/err" 'belongs to user 65534'
done
chown 0 "$BPFFS"
chmod 777 "$(netns_dir)"
status 2 ndpx apply
assert_has "$WORK/err" "$(netns_dir): writable by"
status 2 ndpx status
chmod 700 "$(netns_dir)"
status 0 ndpx down
