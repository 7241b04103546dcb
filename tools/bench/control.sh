#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The control plane: time of the verbs with many rules, memory per rule, and answers lost
# while rules change. To be sourced by run.sh.

# timed NAME COMMAND...: wall clock, CPU and memory of a command on the host's CPU.
timed() {
	local name=$1
	shift
	taskset -c "$HOST_CPU" "$BENCH" time "$@" 3>"$WORK/timed" >"$WORK/timed.out" ||
		die "$name: $* failed"
	record "control/$name" <"$WORK/timed"
}

control_ndpx() {
	timed "$1" "$NDPX" -N "$(lab_name hcontrol)" --bpffs "$BPFFS/control" -q "${@:2}"
}

# KiB of kernel memory that can hold maps: slab, per-CPU, vmalloc.
kernel_kib() {
	awk '/^(Slab|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' /proc/meminfo
}

# Bytes that the kernel charges for all pinned maps, and for those that these hold. bpftool
# fails on links and programs.
map_bytes() {
	local pin id
	find "$BPFFS/control" -type f | while read -r pin; do
		bpftool -j map show pinned "$pin" 2>/dev/null || continue
		bpftool map show pinned "$pin" | grep -q array_of_maps || continue
		for id in $(bpftool -j map dump pinned "$pin" | jq -r '.[].value | arrays |
			map(ltrimstr("0x")) | reverse | join("")'); do
			bpftool -j map show id $((16#$id))
		done
	done | grep -o '"bytes_memlock": *[0-9]*' | awk -F: '{ sum += $2 } END { print sum + 0 }'
}

# control_writes CONF: map writes of an `apply` with nothing to do.
control_writes() {
	command -v strace >/dev/null || {
		skip writes "no strace"
		return
	}
	strace -f -e trace=bpf -o "$WORK/strace" "$NDPX" -N "$(lab_name hcontrol)" \
		--bpffs "$BPFFS/control" -q -c "$1" apply
	echo "map_writes $(grep -cE 'BPF_MAP_(UPDATE|DELETE)' "$WORK/strace" || true)" |
		record control/apply_same/1000
}

control_size() {
	local size=$1 round rounds dev before list="$WORK/list" conf="$WORK/conf"
	dev=$(pair_dev control)
	rounds=$(per_mode 3 1)
	[ "$size" -lt 1000000 ] || rounds=1
	say "control plane, $size guests, $rounds rounds"
	"$BENCH" list import "$FIRST" "$size" "$dev" 0 >"$list"
	"$BENCH" list conf "$FIRST" "$size" "$dev" 0 >"$conf"
	"$BENCH" list conf "$FIRST" "$size" "$dev" 100 >"$conf.changed"
	for ((round = 1; round <= rounds; round++)); do
		before=$(kernel_kib)
		pair_apply control <<<$'uplink DEV {\n\tmode = native\n}'
		control_ndpx "import/$size" guest import "$list"
		echo "kernel_bytes $((($(kernel_kib) - before) * 1024 / size))" |
			record "control/memory/$size"
		echo "map_bytes $(($(map_bytes) / size))" | record "control/memory/$size"
		control_ndpx "show/$size" -j guest show
		control_ndpx "metrics/$size" metrics
		control_ndpx "status/$size" status
		# The rules of commands stay beside those of a file: without them, or all would be twice.
		pair_ndpx control -q down
		control_ndpx "apply_first/$size" -c "$conf" apply
		control_ndpx "apply_same/$size" -c "$conf" apply
		[ "$size" != 1000 ] || control_writes "$conf"
		control_ndpx "apply_changed/$size" -c "$conf.changed" apply
		pair_ndpx control -q down
	done
	rm -f "$list" "$conf" "$conf.changed"
}

# All rules are solicited at random at full speed, while every hundredth changes back and
# forth. On one CPU the cable loses nothing, so any lost answer is the responder's.
control_loss() {
	local size dev n=0 ask
	size=$(per_mode 100000 10000)
	dev=$(pair_dev control)
	say "lost answers while rules change, $size guests"
	"$BENCH" list conf "$FIRST" "$size" "$dev" 0 >"$WORK/conf.0"
	"$BENCH" list conf "$FIRST" "$size" "$dev" 100 >"$WORK/conf.1"
	pair_ndpx control -q -c "$WORK/conf.0" apply
	pair_ask control -t "$(per_mode 5 1)" -R -f "$FIRST" -n "$size" >"$WORK/ask" &
	ask=$!
	while kill -0 "$ask" 2>/dev/null; do
		n=$((n + 1))
		# The router fills the other CPU, and so all else that runs wants this one.
		nice -n -10 taskset -c "$HOST_CPU" "$NDPX" -N "$(lab_name hcontrol)" \
			--bpffs "$BPFFS/control" -q -c "$WORK/conf.$((n % 2))" apply
	done
	wait "$ask"
	{
		awk '{ v[$1] = $2; print } END { print "lost", v["sent"] - v["answered"] }' "$WORK/ask"
		echo "applies $n"
	} | record control/loss
}

section_control() {
	local size
	pair_up control
	# shellcheck disable=SC2046 # a list of words
	for size in $(per_mode "1000 100000 1000000" "1000 20000"); do
		control_size "$size"
	done
	control_loss
}
