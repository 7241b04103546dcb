# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# result.json: the machine, skipped contestants, and every sample in order of measurement.

function quote(text)
{
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	gsub(/[\001-\037]/, " ", text)
	return "\"" text "\""
}

BEGIN {
	printf "{\"version\": 1,\n \"run\": {"
	for (i = 1; i <= n_facts; i++)
		printf "%s\n  %s: %s", (i > 1 ? "," : ""), quote(fact_names[i]),
			quote(fact[fact_names[i]])
	printf "},\n \"skipped\": {"
	for (i = 1; i <= n_skips; i++)
		printf "%s\n  %s: %s", (i > 1 ? "," : ""), quote(skip_names[i]),
			quote(skipped[skip_names[i]])
	printf "},\n \"results\": {"
	for (i = 1; i <= n_names; i++) {
		name = names[i]
		take(name)
		printf "%s\n  %s: {\"median\": %.10g, \"min\": %.10g, \"max\": %.10g, \"samples\": [",
			(i > 1 ? "," : ""), quote(name), middle(), list[1], list[n_list]
		for (j = 1; j <= count[name]; j++)
			printf "%s%.10g", (j > 1 ? ", " : ""), sample[name, j]
		printf "]}"
	}
	print "}}"
}
