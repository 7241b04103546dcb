#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The virtual machine and the router next to it: one NIC of each kind, each on its own tap in
# the router's namespace, so that a real kernel solicits through an emulated NIC. The guest
# takes commands on a line of its own, QEMU on its monitor. To be sourced, after arch.sh.

# Name in the guest, link, model. slave1 and slave2 meet in a bridge of the router. QEMU calls
# its virtio-net by the same name on every bus.
CARDS="virtio 1 virtio-net
fixed 2 virtio-net,ctrl_guest_offloads=off
e1000 3 e1000
e1000e 4 e1000e
vmxnet3 5 vmxnet3
slave1 6 virtio-net
slave2 6 virtio-net
port 7 virtio-net
igb 8 igb"

VM_PID=''

# vm_lacks MODEL: does this QEMU lack it?
vm_lacks() {
	! grep -q "\"${1%%,*}\"" "$VM_DIR/models"
}

card_mac() { # NAME LINK
	local last=1
	[ "$1" != slave2 ] || last=2
	printf '02:0a:00:00:%02x:%02x' "$2" $last
}

router_mac() { # LINK
	printf '02:00:00:00:%02x:01' "$1"
}

# The router's end of a link: a tap, or for the bond a bridge over two.
vm_router() {
	local name link model
	lab_add router
	lab_ip router link add r6 address "$(router_mac 6)" type bridge
	while read -r name link model; do
		! vm_lacks "$model" || continue
		if [[ $name == slave* ]]; then
			lab_ip router tuntap add dev "r-$name" mode tap
			lab_ip router link set "r-$name" master r6 up
		else
			lab_ip router tuntap add dev "r$link" mode tap
			lab_ip router link set "r$link" address "$(router_mac "$link")"
		fi
		lab_ip router link set "r$link" up
		[ "$name" = slave2 ] ||
			lab_ip router -6 addr add "2001:db8:$link::1/64" dev "r$link" nodad
	done <<<"$CARDS"
}

# vm_boot KERNEL_DIR INITRD: returns when the guest takes commands. VM_DIR: pipes and logs.
vm_boot() {
	local name link model tap arg=() pipe
	for pipe in agent monitor; do
		mkfifo "$VM_DIR/$pipe.in" "$VM_DIR/$pipe.out"
		arg+=(-chardev "pipe,id=$pipe,path=$VM_DIR/$pipe")
	done
	while read -r name link model; do
		! vm_lacks "$model" || continue
		tap=r$link
		[[ $name != slave* ]] || tap=r-$name
		arg+=(-netdev "tap,id=$name,ifname=$tap,script=no,downscript=no"
			-device "$model,netdev=$name,id=card-$name,mac=$(card_mac "$name" "$link")$NIC_ARG")
	done <<<"$CARDS"
	# Opened for both directions; otherwise the first side would block until the other opens.
	exec {VM_IN}<>"$VM_DIR/agent.in" {VM_OUT}<>"$VM_DIR/agent.out" {VM_MON}<>"$VM_DIR/monitor.in" \
		{VM_MON_OUT}<>"$VM_DIR/monitor.out"
	nsenter --net="/run/netns/$(lab_name router)" -- "${QEMU[@]}" \
		-accel tcg,thread=multi,tb-size=512 -m 768 -smp 1 -no-reboot -nodefaults \
		-display none -kernel "$1/vmlinuz" -initrd "$2" \
		-append "console=$CONSOLE agent=$AGENT panic=-1 loglevel=4 net.ifnames=0" \
		-serial "file:$VM_DIR/console.log" "${AGENT_ARG[@]}" \
		-mon chardev=monitor,mode=readline "${arg[@]}" \
		</dev/null >"$VM_DIR/qemu.log" 2>&1 {VM_IN}<&- {VM_OUT}<&- {VM_MON}<&- {VM_MON_OUT}<&- &
	VM_PID=$!
	vm_answer >/dev/null
}

vm_end() {
	[ -z "$VM_PID" ] || kill "$VM_PID" 2>/dev/null
	VM_PID=
}

# vm_answer: prints everything up to "@@ STATUS" and returns that status. 125: guest is gone.
vm_answer() {
	local line part ticks=0
	while :; do
		line=
		until IFS= read -r -t 10 -u "$VM_OUT" part; do
			line+=$part
			ticks=$((ticks + 1))
			# Counts ticks rather than time: if we were suspended, so was the guest.
			if [ $ticks -gt 30 ] || ! kill -0 "$VM_PID" 2>/dev/null; then
				: >"$VM_DIR/dead" # do not wait that long again
				return 125
			fi
		done
		line+=$part
		case $line in
		'@@ ready') return 0 ;;
		'@@ '*) return "${line#@@ }" ;;
		esac
		# The newline before "@@" is the agent's.
		[ -z "$line" ] || printf '%s\n' "$line"
	done
}

# vm COMMAND...: runs one line of dash in the guest; prints its output, returns its status.
vm() {
	local line=$*
	[ ! -e "$VM_DIR/dead" ] || return 125
	printf '%s\n' "${line//$'\n'/ }" >&"$VM_IN"
	vm_answer
}

# vm_monitor COMMAND...: to QEMU.
vm_monitor() {
	printf '%s\n' "$*" >&"$VM_MON"
}
