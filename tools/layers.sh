#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The folders of user/ are layers: an #include or a call goes down this table or stays in its
# folder. Calls are read from the compiled objects, so none is missed. Source files must not
# call each other in a circle, either. usage: layers.sh BUILD
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}

# From the top down; each has a line in user/README.md.
layers=(main verbs cli daemon doctor apply migrate desired config dataplane netlink util)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
fail() {
	printf 'lint: %s\n' "$*" >&2
	bad=1
}

printf '%s\n' "${layers[@]}" | awk '{ print $1, NR }' >"$work/rank"

for folder in user/*/; do
	name=$(basename "$folder")
	[ "$name" = man ] || grep -q "^$name " "$work/rank" || fail "$folder is not in the table of layers.sh"
	[ "$name" = man ] || grep -q "^| *\`$name/\`" user/README.md || fail "user/README.md has no line for $name/"
done

# "FROM TO WHAT" for each include of a file in a folder.
grep -nE '^#include "[a-z_0-9]+/' user/*.[ch] user/*/*.[chly] 2>/dev/null |
	sed -E 's/^([^:]+):[0-9]+:#include "([^"]+)".*/\1 user\/\2/' |
	awk '{ a = $1; b = $2; sub("^user/", "", a); sub("^user/", "", b)
	       if (b ~ /^nd\//) next
	       fa = a ~ /\// ? substr(a, 1, index(a, "/") - 1) : "main"
	       fb = substr(b, 1, index(b, "/") - 1)
	       print fa, fb, $1 " includes " b }' >"$work/arrows"

# The same for each call: a symbol one object needs and another defines.
mapfile -t objects < <(for f in user/*.c user/*/*.c; do
	[ -e "$build/${f%.c}.o" ] && echo "$build/${f%.c}.o"
done)
if [ ${#objects[@]} = 0 ]; then
	fail "no objects in $build/user: run make first"
else
	nm -A --defined-only -g "${objects[@]}" | sed -E 's/^([^:]+):[0-9a-f]+ . (.*)/\2 \1/' | sort -u >"$work/has"
	nm -A --undefined-only "${objects[@]}" | sed -E 's/^([^:]+): +U (.*)/\2 \1/' | sort -u >"$work/needs"
	join "$work/needs" "$work/has" | awk -v top="$build/user/" '
		{ a = $2; b = $3; a = substr(a, length(top) + 1); b = substr(b, length(top) + 1)
		  fa = a ~ /\// ? substr(a, 1, index(a, "/") - 1) : "main"
		  fb = b ~ /\// ? substr(b, 1, index(b, "/") - 1) : "main"
		  sub(/\.o$/, ".c", a); sub(/\.o$/, ".c", b)
		  print fa, fb, "user/" a " calls " $1 "() of user/" b
		  if (a != b) print a, b > "/dev/stderr" }' >>"$work/arrows" 2>"$work/pairs"
	# tsort prints the files of each circle.
	sort -u "$work/pairs" | tsort 2>&1 >/dev/null | grep -v 'contains a loop' |
		sed -E 's/^tsort: //' | tr '\n' ' ' >"$work/circle"
	[ ! -s "$work/circle" ] || fail "files call each other in a circle: $(cat "$work/circle")"
fi

up=$(awk 'NR == FNR { rank[$1] = $2; next }
	!($1 in rank) || !($2 in rank) { print "no layer: " $0; next }
	rank[$2] < rank[$1] { line = $0; sub(/^[^ ]+ [^ ]+ /, "", line); print line }' \
	"$work/rank" "$work/arrows" | sort -u)
[ -z "$up" ] || fail "arrows that point up (see the table in tools/layers.sh):"$'\n'"$up"

[ "$bad" = 0 ] && printf 'layers: %s arrows between folders\n' \
	"$(awk '$1 != $2' "$work/arrows" | wc -l)"
exit $bad
