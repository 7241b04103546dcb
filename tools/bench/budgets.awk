# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The budgets of the design, one line each: measured, promised, kept or not. The only place in
# the benchmark that knows the limits.

# `unclear`: why this machine cannot tell.
function verdict(title, measured, kept, budget, unclear)
{
	if (!n_verdicts++)
		print "\nBudgets of DESIGN.md"
	printf "%-66s %-24s %-12s %s\n", title, measured, budget,
		kept ? "met" : unclear ? "UNDECIDED: " unclear : "NOT MET"
}

# A budget on a ratio: `least` set: not below it, `most` set: not above it.
function budget_ratio(title, a, b, minus, least, most,   v)
{
	if (!has(a) || (b != "" && !has(b)))
		return
	v = against(a, b, minus)
	verdict(title, spread(v, "%.3g"), least != "" ? v >= least : v <= most,
		least != "" ? ">= " least : "<= " most)
}

function budget_plain(title, name, most, unit,   v)
{
	if (!has(name))
		return
	take(name)
	v = middle()
	lowest = list[1]
	highest = list[n_list]
	verdict(title, spread(v, "%.3g") unit, v <= most, "<= " most unit)
}

function budget_cpu(title, name, most,   v)
{
	if (!has(name "/user_s"))
		return
	v = median(name "/user_s") + median(name "/system_s")
	verdict(title, sprintf("%.3g s", v), v <= most, "<= " most " s")
}

function budget_share(title, name)
{
	if (has(name))
		verdict(title, percent(name), median(name) >= 0.9999995, "100 %")
}

# The work of the program beyond the bounce, against that of a bare look-up in the kernel's
# hash, both of the same rounds. No figure, because a check failed: not met.
function budget_work(title, g, kind, most)
{
	if (!has(g "/bounce/ns"))
		return
	if (has(g "/" kind "/ns") && has(g "/lookup/ns"))
		budget_ratio(title, g "/" kind "/ns", g "/lookup/ns", g "/bounce/ns", "", most)
	else
		verdict(title, "no figure", 0, "<= " most)
}

function budgets_cost(   i, g, w, big, k, kinds)
{
	for (i = 1; i <= n_forms; i++) {
		if (form[i] != "nics")
			budget_work("work for an answer, against the look-up: " form_title(form[i]),
				"cost/forms", form[i], form[i] == "plain" ? 0.75 : 1.1)
	}
	for (i = 1; i <= n_names; i++) {
		split(names[i], w, "/")
		if (w[2] == "guests" && w[4] == "exact" && w[5] == "ns")
			big = w[3]
	}
	if (big > 1)
		budget_work("the same, " big " guests, random targets", "cost/guests/" big, "exact",
			0.7)
	g = "cost/prefixes/65536/16"
	budget_work("by a prefix, 64 k of 16 lengths, against the look-up", g, "answer", 2)
	budget_work("a miss, 64 k prefixes of 16 lengths, against the look-up", g, "miss", 2)
	split("udp_ipv6 tcp_ipv6 echo_ipv6 ipv4", kinds, " ")
	for (k = 1; k <= 4; k++) {
		g = "cost/fixed/other/" kinds[k]
		budget_ratio("no solicitation (" kinds[k] ") beyond XDP_PASS, ns", g "/ns", "",
			g "/pass_ns", "", 3)
	}
}

# Where the bounce does not get any further, the machine does not have two free CPUs; and two
# that are more than twice one were disturbed when alone.
function budgets_cpus(   t, v, s, control, unclear)
{
	t = "cpus/same/"
	if (!has("cpus/bounce/busy"))
		return
	if (!has(t "busy")) {
		verdict("two CPUs, the same guest, against one", "no figure", 0, ">= 1.9")
		return
	}
	control = against("cpus/bounce/both_per_s", "cpus/bounce/one_per_s", "")
	if (median(t "busy") < 0.9)
		unclear = "one had " percent(t "busy") " of its CPU"
	v = against(t "both_per_s", t "one_per_s", "")
	s = spread(v, "%.3g")
	if (v >= 1.9 ? control > 2.1 || v > 2.1 : control < 1.9 && v > control * 0.95)
		unclear = unclear ? unclear : "disturbed"
	verdict(sprintf("two CPUs, the same guest, against one (the bounce: %.2f)", control), s,
		v >= 1.9 && !unclear, ">= 1.9", unclear)
	take(t "miscounted")
	verdict("answers on two CPUs that the rule has not counted", list[n_list], list[n_list] == 0,
		"0")
}

function budgets_follow(   i, w, t)
{
	for (i = 1; i <= n_names; i++) {
		split(names[i], w, "/")
		t = "follow/" w[2] "/" w[3]
		if (w[1] == "follow" && w[3] == "learned_s" && w[2] > 2)
			budget_plain("run: " w[2] " routes learned", t, 1, " s")
		if (w[1] != "follow" || w[4] != "ms_99" || w[2] == 2)
			continue
		budget_plain("run: route to answer, 99 %; " w[2] " routes, " w[3] " changes/s",
			t "/ms_99", 20, " ms")
		if (w[3] > 0)
			budget_ratio("run: changes followed, of those asked for", t "/changes_per_s",
				t "/rate", "", 0.98)
		if (has(t "/wakeups"))
			budget_plain("run: wake-ups while nothing happens", t "/wakeups", 0, "")
	}
}

function budgets(   t)
{
	t = "throughput/"
	budget_ratio("answered, native XDP against bounce", t "native/one/answered_per_s",
		t "bounce/one/answered_per_s", "", 0.9)
	budget_ratio("the same against the kernel, tuned", t "native/one/answered_per_s",
		t "kernel_tuned/one/answered_per_s", "", 20)
	budget_share("answered of 20 k/s", t "native/20000/share")
	budget_share("answered of 1 M/s", t "native/1000000/share")
	# Frames the ring between the CPUs drops are lost before any program sees them.
	budget_ratio("the same against the bounce", t "native/1000000/share",
		t "bounce/1000000/share", "", 0.995)
	budgets_cost()
	budgets_cpus()
	budgets_follow()
	budget_plain("import of 1 M guests", "control/import/1000000/s", 3, " s")
	budget_plain("kernel memory a guest (by /proc/meminfo), 1 M", \
		"control/memory/1000000/kernel_bytes", 170, " B")
	budget_plain("apply, unchanged, 1 M guests", "control/apply_same/1000000/s", 1, " s")
	budget_cpu("status, 1 M guests, CPU", "control/status/1000000", 0.05)
	budget_cpu("metrics, 1 M guests, CPU", "control/metrics/1000000", 0.05)
	budget_plain("map writes of an unchanged apply, 1 k guests",
		"control/apply_same/1000/map_writes", 0, "")
	# One that came too late proves nothing.
	if (median("control/loss/applies") >= 2)
		budget_plain("lost answers while apply changes 1 % under full load",
			"control/loss/lost", 0, "")
}
