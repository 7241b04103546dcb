#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Distribution kernels, unpacked and never installed: for each series a vmlinuz and an
# archive of the modules that the guest loads, kept in $MATRIX/kernels/SERIES. Versions
# vanish from the mirrors, so they are resolved each time. To be sourced.
# shellcheck disable=SC2034 # WHY is read by who sources this

# What the guest loads, in an order that modprobe completes. A kernel that lacks one has it built in, or not at all.
KERNEL_MODULES="virtio_pci virtio_net virtio_console e1000 e1000e igb vmxnet3 veth tun bonding 8021q vrf bridge
	sch_ingress cls_bpf af_packet"

APT_ALWAYS=(-o Acquire::http::Timeout=20 -o Acquire::Retries=1 -o APT::Sandbox::User=root)

# Why the last function failed, for the SKIP line.
WHY=

# kernel_source SERIES: sets APT, the options under which apt knows that series, and META.
kernel_source() {
	local arch version=${1%%-*}
	arch=$(arch_of "$1")
	META=("linux-image-$arch")
	case $version in
	5.10) kernel_root "$arch" bullseye-security ;;
	newest) kernel_root "$arch" trixie-backports ;;
	*)
		META+=("linux-image-$version-$arch")
		kernel_own "$arch"
		;;
	esac
}

# kernel_own ARCH: the suites of this machine, which knows them for its own processor already.
kernel_own() {
	local suite
	if [ "$1" = amd64 ]; then
		APT=("${APT_ALWAYS[@]}")
		return
	fi
	suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	kernel_root "$1" "$suite" "$suite-security"
}

# The mirror that this machine uses for its own suites: the line for another suite there.
kernel_mirror() { # SUITE
	local suite=$1 kind=debian
	[[ $suite != *-security ]] || kind=debian-security
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
		grep -oE "^(URIs:|deb( \[[^]]*\])?) +https?://[^ ]*/$kind/?( |$)" |
		grep -oE 'https?://[^ ]*' | head -n 1
}

# kernel_root ARCH SUITE...: a private apt root that knows these suites alone. Sets APT, APT_ROOT.
kernel_root() {
	local arch=$1 root=$MATRIX/apt/$2-$1 suite mirror key=/usr/share/keyrings/debian-archive-keyring.gpg
	shift
	mkdir -p "$root"/{lists/partial,archives/partial}
	: >"$root/sources.list"
	for suite; do
		mirror=$(kernel_mirror "$suite")
		if [ -z "$mirror" ]; then
			WHY="no Debian mirror in apt's sources"
			return 1
		fi
		echo "deb [signed-by=$key] $mirror $suite main" >>"$root/sources.list"
	done
	: >"$root/status" # nothing is installed here
	APT_ROOT=$root
	APT=("${APT_ALWAYS[@]}" -o "APT::Architecture=$arch" -o "APT::Architectures=$arch"
		-o "Dir::State::status=$root/status" -o "Dir::Etc::sourcelist=$root/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o "Dir::State::lists=$root/lists" -o "Dir::Cache::archives=$root/archives"
		-o "Dir::Cache::pkgcache=$root/pkgcache.bin"
		-o "Dir::Cache::srcpkgcache=$root/srcpkgcache.bin" -o Debug::NoLocking=1)
	if ! apt-get "${APT[@]}" update -q >"$root/log" 2>&1 || grep -q '^[EW]: Failed' "$root/log"; then
		WHY="$* is not reachable on this machine's mirror"
		return 1
	fi
}

# kernel_packages SERIES: the packages that hold image and modules, a line each.
kernel_packages() {
	local pattern version=${1%%-*}
	case $version in
	newest) pattern='[0-9]' ;;
	*) pattern=${version//./\\.}'\.' ;;
	esac
	apt-cache "${APT[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts \
		--no-breaks --no-replaces --no-enhances "${META[@]}" 2>/dev/null |
		grep -oE "^linux-(image|binary|modules)-${pattern}[^ ]*-$(arch_of "$1")\$" |
		grep -vE -- '-(rt|cloud)-|-unsigned$' | sort -uV
}

# kernel_unpack DIR: its debs become vmlinuz, release and modules.cpio.
kernel_unpack() {
	local dir=$1 root=$1/root release deb module n=0
	mkdir -p "$root" "$dir/tree/modules"
	for deb in "$dir"/*.deb; do
		dpkg -x "$deb" "$root" || return 1
	done
	# depmod looks in /lib/modules, newer packages have them in /usr/lib/modules.
	[ -d "$root/lib/modules" ] || ln -s usr/lib "$root/lib"
	release=$(basename "$(echo "$root"/lib/modules/*)")
	depmod -b "$root" "$release"
	# shellcheck disable=SC2086 # a list of words
	for module in $KERNEL_MODULES; do
		modprobe -d "$root" -S "$release" --show-depends "$module" 2>/dev/null
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r module; do
			n=$((n + 1))
			module=$root${module#"$root"}
			case $module in
			*.xz) xz -dc "$module" ;;
			*.zst) zstd -qdc "$module" ;;
			*.gz) gzip -dc "$module" ;;
			*) cat "$module" ;;
			esac >"$dir/tree/modules/$(printf %03d $n)-$(basename "${module%%.ko*}").ko"
		done
	(cd "$dir/tree" && find . | cpio -o -H newc --quiet) >"$dir/modules.cpio" || return 1
	# 7.x has the image beside its modules.
	cp "$root"/boot/vmlinuz-* "$dir/vmlinuz" 2>/dev/null ||
		cp "$root/lib/modules/$release/vmlinuz" "$dir/vmlinuz" || return 1
	echo "$release" >"$dir/release"
	rm -rf "$root" "$dir/tree" "$dir"/*.deb
}

# kernel_download DIR PACKAGE...: their debs into DIR.
kernel_download() {
	local dir=$1
	shift
	rm -rf "$dir"
	mkdir -p "$dir"
	(cd "$dir" && apt-get "${APT[@]}" download -q "$@")
}

# kernel_get SERIES: fills $MATRIX/kernels/SERIES; without a mirror, a cached one will do.
# 1: it failed; 2: the mirror was reached and does not have this series.
kernel_get() {
	local series=$1 dir=$MATRIX/kernels/$1 packages new=$MATRIX/kernels/$1.new
	WHY=
	if ! kernel_source "$series" || ! packages=$(kernel_packages "$series") ||
		[ -z "$packages" ]; then
		[ -e "$dir/vmlinuz" ] && return 0
		[ -z "$WHY" ] || return 1
		WHY="no package of series $series in apt's sources"
		[ -z "$(apt-cache "${APT[@]}" dumpavail 2>/dev/null | head -n 1)" ] || return 2
		WHY="apt has no lists of its sources: apt-get update"
		return 1
	fi
	[ "$(cat "$dir/packages" 2>/dev/null)" != "$packages" ] || return 0
	# shellcheck disable=SC2086 # a list of words
	if ! kernel_download "$new" $packages >"$dir.log" 2>&1; then
		# The mirror has changed since the lists were read.
		apt-get "${APT[@]}" update -q >>"$dir.log" 2>&1
		packages=$(kernel_packages "$series")
		if ! kernel_download "$new" $packages >>"$dir.log" 2>&1; then
			rm -rf "$new"
			[ -e "$dir/vmlinuz" ] && return 0
			WHY="$(head -n 1 <<<"$packages") cannot be downloaded: $(grep '^E:' "$dir.log" | head -n 1)"
			return 1
		fi
	fi
	if ! kernel_unpack "$new" >>"$dir.log" 2>&1; then
		rm -rf "$new"
		WHY="the packages of series $series do not unpack: see $dir.log"
		return 1
	fi
	echo "$packages" >"$new/packages"
	rm -rf "$dir"
	mv "$new" "$dir"
}
