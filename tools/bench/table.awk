# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The table on stdout: one block per section, then each budget of the design. Ratios are
# medians over the rounds, with the range in brackets.

function spread(v, format)
{
	return sprintf(format " (" format ".." format ")", v, lowest, highest)
}

function ratio(a, b, minus, format)
{
	return has(a) && has(b) ? spread(against(a, b, minus), format ? format : "%.2f") : "-"
}

function percent(name)
{
	if (!has(name))
		return "-"
	name = median(name) * 100
	return name >= 99.9995 ? "100 %" : sprintf("%.4g %%", name)
}

function micro(name,   v)
{
	if (!has(name))
		return "lost"
	v = median(name)
	return v >= 1e5 ? sprintf("%.0f ms", v / 1e3) : v >= 100 ? sprintf("%.0f us", v) : \
		sprintf("%.1f us", v)
}

function who_took_part(   i, c)
{
	n_who = 0
	for (i = 1; i <= n_contestants; i++) {
		c = contestant[i]
		if (has("throughput/" c "/one/share") || has("latency/" c "/idle/probes"))
			who[++n_who] = c
		else if (c in skipped)
			printf "%-18s SKIP: %s\n", title[c], skipped[c]
	}
}

# A router that fell short of its rate was not alone on its CPU.
function warn_of_noise(   i, j, n, rates, name, short, worst)
{
	n = split("1000 5000 20000 100000 1000000", rates, " ")
	worst = 1
	for (i = 1; i <= n_who; i++) {
		for (j = 1; j <= n; j++) {
			name = "throughput/" who[i] "/" rates[j] "/offered_per_s"
			short = has(name) ? median(name) / rates[j] : 1
			worst = short < worst ? short : worst
		}
	}
	if (worst < 0.95)
		printf "NOISE: only %.0f %% of a rate could be offered; take these with care\n",
			worst * 100
}

function throughput(   i, t)
{
	if (!has("throughput/bounce/one/share"))
		return
	print "\nAnswered, full speed on one CPU, against `bounce only`; share answered of what is offered"
	printf "%-18s %-22s %8s %8s %8s %8s %8s %10s\n", "", "against bounce only", "1 k/s",
		"5 k/s", "20 k/s", "100 k/s", "1 M/s", "most k/s"
	for (i = 1; i <= n_who; i++) {
		t = "throughput/" who[i] "/"
		printf "%-18s %-22s %8s %8s %8s %8s %8s %10.4g\n", title[who[i]],
			ratio(t "one/answered_per_s", "throughput/bounce/one/answered_per_s", "",
				"%.3f"), percent(t "1000/share"), percent(t "5000/share"),
			percent(t "20000/share"), percent(t "100000/share"),
			percent(t "1000000/share"), median(t "0/answered_per_s") / 1e3
	}
	warn_of_noise()
}

function latency(   i, j, t, loads, titles)
{
	if (!has("latency/bounce/idle/probes"))
		return
	split("idle 20000 1000000", loads, " ")
	split("idle:beside 20 k/s of another asker:beside 1 M/s", titles, ":")
	print "\nTime to the answer: min / median / 99 %, share answered"
	printf "%-18s %-34s %-34s %-34s\n", "", titles[1], titles[2], titles[3]
	for (i = 1; i <= n_who; i++) {
		printf "%-18s", title[who[i]]
		for (j = 1; j <= 3; j++) {
			t = "latency/" who[i] "/" loads[j] "/"
			printf " %-34s", has(t "us_min") ? micro(t "us_min") " / " micro(t "us_median") \
				" / " micro(t "us_99") ", " percent(t "probes_share") : "lost"
		}
		print ""
	}
}

function fair_cell(t)
{
	return percent(t "probes_share") ", " micro(t "us_median") " / " micro(t "us_99")
}

function fair(   i, n, t, floods)
{
	if (!has("fair/none/0/probes"))
		return
	print "\nA second asker beside a flood: share answered, time to the answer median / 99 %"
	printf "%-22s %-34s %-34s %s\n", "offered by the flooder", "no rate", "rate = 1000",
		"flood offered in fact, M/s"
	printf "%-22s %-34s\n", "nothing", fair_cell("fair/none/0/")
	n = split("1136000 2000000 3000000 0", floods, " ")
	for (i = 1; i <= n; i++) {
		t = "fair/" floods[i] "/"
		printf "%-22s %-34s %-34s %.2f\n", (floods[i] + 0 ? floods[i] / 1e6 " M/s" : \
			"full speed"), fair_cell(t "0/"), fair_cell(t "1000/"),
			median(t "1000/offered_per_s") / 1e6
	}
}

# The work beyond the bounce, against that of a bare look-up in the kernel's hash.
function work(g, kind)
{
	return ratio(g "/" kind "/ns", g "/lookup/ns", g "/bounce/ns")
}

# One line of a cost block: ns beyond an empty program, beyond the bounce, and a ratio.
function cost_line(title, g, kind,   name)
{
	name = g "/" kind "/ns"
	printf "%-38s %-24s %-24s %s\n", title,
		spread(against(name, "", g "/empty/ns"), "%.1f"),
		kind == "bounce" ? "" : spread(against(name, "", g "/bounce/ns"), "%.1f"),
		kind == "bounce" || kind == "lookup" ? "" : work(g, kind)
}

function cost_title(w, kind)
{
	if (kind == "bounce")
		return kind
	if (w[2] == "forms")
		return kind == "lookup" ? "lookup, one target" : form_title(kind) ", one guest"
	if (w[2] == "guests" || kind == "lookup" || kind == "exact")
		return kind ", " w[3] (kind == "lookup" ? " targets" : " guests")
	return kind ", " w[3] " prefixes, " w[4] " lengths"
}

function cost_groups(   i, g, w, p)
{
	for (i = 1; i <= n_names; i++) {
		p = split(names[i], w, "/")
		if (w[1] != "cost" || w[p] != "ns" || w[p - 1] == "empty" || w[2] == "fixed")
			continue
		g = names[i]
		sub(/\/[^\/]*\/ns$/, "", g)
		cost_line(cost_title(w, w[p - 1]), g, w[p - 1])
	}
}

function cost(   i, p, w, base)
{
	if (!has("cost/forms/bounce/ns"))
		return
	print "\nThe program alone, ns a run; the last column is work beyond the bounce against that"
	print "of `lookup`, the bare look-up in the kernel's hash (random targets where there are many)"
	printf "%-38s %-24s %-24s %s\n", "", "beyond an empty program", "beyond the bounce",
		"against the look-up"
	cost_groups()
	print "\nFrames that are not answered, ns a run beyond XDP_PASS: statistics, wall clock"
	for (i = 1; i <= n_names; i++) {
		p = split(names[i], w, "/")
		if (w[2] != "fixed" || w[p] != "ns")
			continue
		base = names[i]
		sub(/\/ns$/, "", base)
		printf "%-34s %-24s %s\n", w[3] == "other" ? w[4] " (no solicitation)" : w[4],
			spread(against(names[i], "", base "/pass_ns"), "%.1f"),
			spread(against(base "/wall_ns", "", base "/pass_wall_ns"), "%.1f")
	}
}

# Runs a second, and the least share of its CPU that either runner got.
function cpus(   i, n, t, kinds, titles)
{
	if (!has("cpus/bounce/busy"))
		return
	print "\nTwo CPUs at once: M/s"
	printf "%-38s %-22s %-22s %-22s %s\n", "", "on one", "on both", "both against one",
		"least share of a CPU"
	n = split("bounce same apart", kinds, " ")
	split("bounce only (the control):ndpx, the same guest:ndpx, a guest each", titles, ":")
	for (i = 1; i <= n; i++) {
		t = "cpus/" kinds[i] "/"
		if (has(t "busy"))
			printf "%-38s %-22.3g %-22.3g %-22s %s\n", titles[i],
				median(t "one_per_s") / 1e6, median(t "both_per_s") / 1e6,
				ratio(t "both_per_s", t "one_per_s"), percent(t "busy")
	}
	if (fact["cpus_on_one_core"] == "yes")
		print "NOISE: the two CPUs are threads of one core"
}

function control(   i, j, n, sizes, verbs, titles, seen, w, t)
{
	for (i = 1; i <= n_names; i++) {
		split(names[i], w, "/")
		if (w[1] == "control" && w[2] == "import" && !(w[3] in seen)) {
			sizes[++n] = w[3]
			seen[w[3]] = 1
		}
	}
	if (!n)
		return
	printf "\n%-34s", "Control plane, seconds; guests:"
	for (j = 1; j <= n; j++)
		printf " %10s", sizes[j]
	split("import apply_first apply_same apply_changed show metrics status", verbs, " ")
	split("guest import:apply, from nothing:apply, unchanged:apply, 1 % changed:guest show -j:" \
		"metrics:status", titles, ":")
	for (i = 1; i <= 7; i++) {
		printf "\n%-34s", titles[i]
		for (j = 1; j <= n; j++)
			printf " %10.3f", median("control/" verbs[i] "/" sizes[j] "/s")
	}
	printf "\n%-34s", "bytes a guest: maps / kernel memory"
	for (j = 1; j <= n; j++) {
		t = "control/memory/" sizes[j] "/"
		printf " %10s", sprintf("%d/%d", median(t "map_bytes"), median(t "kernel_bytes"))
	}
	printf "\n"
	if (has("control/loss/lost"))
		printf "lost answers during %d applies under full load: %d of %d\n",
			median("control/loss/applies"), median("control/loss/lost"),
			median("control/loss/sent")
}

# run: routes that are followed, by how many there are and how many change a second.
function follow(   i, w, t)
{
	for (i = 1; i <= n_names; i++) {
		split(names[i], w, "/")
		if (w[1] != "follow" || w[4] != "ms_median")
			continue
		if (!follow_rows++)
			printf "\n%-34s %12s %12s %12s %12s %10s\n", "run: routes, changes a second",
				"of these", "median ms", "99 % ms", "most ms", "the same"
		t = "follow/" w[2] "/" w[3] "/"
		printf "%-34s %12.0f %12.2f %12.2f %12.2f %10s\n", w[2] ", " w[3],
			median(t "changes_per_s"), median(t "ms_median"), median(t "ms_99"),
			median(t "ms_max"), median(t "same") ? "yes" : "NO"
		if (has(t "rss_mib"))
			printf "%-34s %.2f s to learn them; idle: %d wake-ups, %.1f MiB\n", "",
				median("follow/" w[2] "/learned_s"), median(t "wakeups"),
				median(t "rss_mib")
	}
}

# Lost pings after each event of a host's life.
function life(   n, events, texts, k, t)
{
	n = split("nothing down_up mac anew renamed restarted own_address", events, " ")
	split("no event:down and up:another MAC:created again:renamed and back:guest on another port:" \
		"host gave the address up", texts, ":")
	for (k = 1; k <= n; k++) {
		t = "/" events[k] "/lost"
		if (!has("life/native/run" t) && !has("life/tc/run" t))
			continue
		if (!life_rows++)
			printf "\n%-34s %12s %12s %12s %12s\n", "Lost of 300 pings, 10 ms apart",
				"XDP, apply", "XDP, run", "TC, apply", "TC, run"
		printf "%-34s %12s %12s %12s %12s\n", texts[k],
			life_lost("native/apply" t), life_lost("native/run" t),
			life_lost("tc/apply" t), life_lost("tc/run" t)
	}
}

function life_lost(name)
{
	return has("life/" name) ? median("life/" name) : "-"
}

BEGIN {
	printf "ndpx benchmark: %s, %s CPUs, Linux %s, %s%s\n", fact["cpu"], fact["cpus"],
		fact["kernel"], fact["ndpx"], fact["quick"] == 1 ? ", QUICK: not for quoting" : ""
	who_took_part()
	throughput()
	latency()
	fair()
	cost()
	cpus()
	control()
	follow()
	life()
	budgets()
}
