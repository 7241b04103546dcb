#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The results as Markdown: table.sh RESULT_DIR prints them, table.sh RESULT_DIR FILE puts
# them between the two markers in FILE. Never edit that part by hand.
set -euo pipefail

BEGIN='<!-- matrix: made by make matrix -->'
END='<!-- end of matrix -->'
dir=$1
mapfile -t results < <(find "$dir" -name '*.tsv' -size +0 | sort -V)
if [ ${#results[@]} -eq 0 ]; then
	echo "table.sh: $dir: no results" >&2
	exit 1
fi

table() {
	# Kernel, device, mode or case, result, chosen hook, heard, text.
	cat "${results[@]}" | sort -s -t $'\t' -k1,1V | awk -F '\t' '
	function title(kernel,  arch) { # an architecture follows a space
		arch = kernel ~ / / ? kernel : ""
		sub(/.* /, ", ", arch)
		sub(/[-+ ].*/, "", kernel)
		return kernel arch
	}
	# Fixed order of rows, whatever order the kernels ran in.
	function add(list, word) {
		return list == "" ? word : index(" " list " ", " " word " ") ? list : list " " word
	}
	!($1 in seen_kernel) { seen_kernel[$1] = 1; kernels[++n_kernels] = $1 }
	$2 == "setup" || $2 == "boot" { next }
	$3 == "all" { next }
	$3 ~ /^(native|auto|generic|tc)$/ {
		if (!($2 in seen_device)) { seen_device[$2] = 1; devices[++n_devices] = $2 }
		if ($4 == "FAIL") bad[$1, $2] = add(bad[$1, $2], $3)
		else if ($6 == "yes" && $3 == "auto") chose[$1, $2] = $5
		else if ($6 == "yes") can[$1, $2] = add(can[$1, $2], $5)
		next
	}
	{
		if (!($3 in seen_case)) { seen_case[$3] = 1; cases[++n_cases] = $3 }
		word = $4 == "ok" ? $2 : $2 ":" $4
		worked[$1, $3] = add(worked[$1, $3], word)
	}
	function head(first,  i, line) {
		line = "| " first " |"
		for (i = 1; i <= n_kernels; i++) line = line " " title(kernels[i]) " |"
		print line
		line = "|---|"
		for (i = 1; i <= n_kernels; i++) line = line "---|"
		print line
	}
	END {
		name["fixed"] = "virtio-net, offloads fixed"; name["virtio"] = "virtio-net"
		name["bond0"] = "bond of two virtio-net"; name["port"] = "bridge port, virtio-net"
		name["vethx"] = "veth, XDP at its peer"; name["virtio.88"] = "VLAN on virtio-net"
		name["e1000e.88"] = "VLAN on e1000e"; name["vmxnet3.88"] = "VLAN on vmxnet3"
		what["without"] = "without ndpx: every router asks in vain"
		what["whole"] = "each answer byte for byte, native and tc; counters; `guest add`, `guest del`"
		what["groups"] = "an unjoined group is not heard, a joined one is"
		what["heal"] = "heard again after link down, up, `apply`"
		what["jumbo"] = "MTU 9000"
		what["wrong-vlan"] = "asked in a VLAN without guests: never answered"
		what["foreign-clsact"] = "beside a foreign clsact filter"
		what["foreign-tcx"] = "beside a foreign TCX program"
		what["failing"] = "a slave fails while the router asks"
		head("`auto` chose, **heard**; also heard")
		for (d = 1; d <= n_devices; d++) {
			label = base = devices[d]
			sub(/\+.*/, "", base)
			if (base in name) sub(/^[^+]*/, name[base], label)
			sub(/\+rxvlan-off/, ", `rxvlan off`", label)
			line = "| " label " |"
			for (i = 1; i <= n_kernels; i++) {
				k = kernels[i] SUBSEP devices[d]
				cell = k in chose ? "**" chose[k] "**" : ""
				n = split(can[k], way, " ")
				for (w = 1; w <= n; w++)
					if (way[w] != chose[k]) cell = cell (cell == "" ? "" : ", ") way[w]
				if (k in bad) cell = cell (cell == "" ? "" : ", ") "FAILED: " bad[k]
				line = line " " (cell == "" ? "-" : cell) " |"
			}
			print line
		}
		print ""
		head("works on")
		for (c = 1; c <= n_cases; c++) {
			line = "| " (cases[c] in what ? what[cases[c]] : cases[c]) " |"
			for (i = 1; i <= n_kernels; i++) {
				k = kernels[i] SUBSEP cases[c]
				line = line " " (k in worked ? worked[k] : "-") " |"
			}
			print line
		}
	}'
}

if [ $# -lt 2 ]; then
	table
	exit
fi
if ! grep -qF "$BEGIN" "$2" || ! grep -qF "$END" "$2"; then
	echo "table.sh: $2: no markers" >&2
	exit 1
fi
new=$(mktemp)
trap 'rm -f "$new"' EXIT
{
	sed "/^$BEGIN\$/q" "$2"
	table
	sed -n "/^$END\$/,\$p" "$2"
} >"$new"
cat "$new" >"$2"
