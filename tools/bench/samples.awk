# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Reads the samples of a run; all reports build on this. `raw` has lines "name value", one per
# sample, in order; `facts` and `skips` "name<TAB>text".

function load_samples(   line, p, name)
{
	while ((getline line < raw) > 0) {
		p = split(line, word, " ")
		if (p != 2)
			continue
		name = word[1]
		if (!(name in count))
			names[++n_names] = name
		sample[name, ++count[name]] = word[2] + 0
	}
	while ((getline line < facts) > 0) {
		p = index(line, "\t")
		fact_names[++n_facts] = substr(line, 1, p - 1)
		fact[substr(line, 1, p - 1)] = substr(line, p + 1)
	}
	while ((getline line < skips) > 0) {
		p = index(line, "\t")
		skip_names[++n_skips] = substr(line, 1, p - 1)
		skipped[substr(line, 1, p - 1)] = substr(line, p + 1)
	}
}

function has(name)
{
	return (name in count)
}

function sort_list(   i, j, v)
{
	for (i = 2; i <= n_list; i++) {
		v = list[i]
		for (j = i - 1; j >= 1 && list[j] > v; j--)
			list[j + 1] = list[j]
		list[j + 1] = v
	}
}

# Leaves a name's samples in list[1..n_list], sorted.
function take(name,   i)
{
	n_list = has(name) ? count[name] : 0
	for (i = 1; i <= n_list; i++)
		list[i] = sample[name, i]
	sort_list()
}

function middle()
{
	if (!n_list)
		return 0
	if (n_list % 2)
		return list[(n_list + 1) / 2]
	return (list[n_list / 2] + list[n_list / 2 + 1]) / 2
}

function median(name)
{
	take(name)
	return middle()
}

# The median of (a - minus) / (b - minus), round by round, as disturbances hit both. Leaves the
# spread in lowest and highest. Without `b`: the difference itself.
function against(a, b, minus,   i, n, off, bottom)
{
	n = has(a) ? count[a] : 0
	if (b != "" && (has(b) ? count[b] : 0) < n)
		n = has(b) ? count[b] : 0
	n_list = 0
	for (i = 1; i <= n; i++) {
		off = minus != "" ? sample[minus, i] : 0
		bottom = b == "" ? 1 : sample[b, i] - off
		if (bottom != 0)
			list[++n_list] = (sample[a, i] - off) / bottom
	}
	sort_list()
	lowest = n_list ? list[1] : 0
	highest = n_list ? list[n_list] : 0
	return middle()
}

# "NAME:WORDS;..." into names[1..n], in their order, and words_of[NAME]; how many.
function read_titles(text, names, words_of,   i, parts, n)
{
	n = split(text, parts, ";")
	for (i = 1; i <= n; i++) {
		names[i] = substr(parts[i], 1, index(parts[i], ":") - 1)
		words_of[names[i]] = substr(parts[i], index(parts[i], ":") + 1)
	}
	return n
}

function form_title(name)
{
	return (name in form_words) ? form_words[name] : name
}

BEGIN {
	load_samples()
	# The forms in which a solicitation is answered.
	n_forms = read_titles("plain:plain, 86 bytes;tagged:802.1Q tag;trailing:trailing bytes;" \
		"nonce:nonce before the SLLAO;bare:no SLLAO;probe:probe, SLLAO;" \
		"probe_bare:probe, no SLLAO;dad:DAD;dad_nonce:DAD, nonce;" \
		"nics:plain, host with 64 NICs", form, form_words)
	n_contestants = read_titles("bounce:bounce only;lookup:bounce + look-up;" \
		"native:ndpx, native XDP;tc:ndpx, TC;generic:ndpx, generic XDP;" \
		"kernel_tuned:kernel, tuned;kernel:kernel, defaults;ndppd:ndppd;npd6:npd6", \
		contestant, title)
}
