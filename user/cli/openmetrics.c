// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* OpenMetrics and Prometheus text from collected counters; reads neither maps nor netlink. */
#include "cli/openmetrics.h"

#include "dataplane/dataplane.h"

/* A label's value: backslash, quote and newline are escaped (OpenMetrics 1.0, ABNF). */
static void write_label(FILE *fp, const char *value)
{
	fputc('"', fp);
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", fp);
			continue;
		}
		if (*value == '"' || *value == '\\')
			fputc('\\', fp);
		fputc(*value, fp);
	}
	fputc('"', fp);
}

static void family(FILE *fp, const char *name, const char *type, const char *help)
{
	fprintf(fp, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void sample(FILE *fp, const char *name, const char *dev, uint64_t value)
{
	fprintf(fp, "%s{dev=", name);
	write_label(fp, dev);
	fprintf(fp, "} %llu\n", (unsigned long long)value);
}

static void labelled(FILE *fp, const char *name, const char *dev, const char *key, const char *word,
		     uint64_t value)
{
	fprintf(fp, "%s{dev=", name);
	write_label(fp, dev);
	fprintf(fp, ",%s=\"%s\"} %llu\n", key, word, (unsigned long long)value);
}

/* Only where an uplink has one. */
static void write_leases(FILE *fp, const struct metrics_uplink *uplinks, size_t n)
{
	bool begun = false;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!uplinks[i].lease)
			continue;
		if (!begun)
			family(fp, "ndpx_lease_over", "gauge",
			       "1 if the lease has run out, so that nothing is answered.");
		begun = true;
		sample(fp, "ndpx_lease_over", uplinks[i].dev, uplinks[i].lease_over);
	}
}

void metrics_write(FILE *fp, const struct metrics_uplink *uplinks, size_t n, bool classic)
{
	size_t i;
	int v;

	family(fp, classic ? "ndpx_build_info" : "ndpx_build", classic ? "gauge" : "info",
	       "Version of ndpx.");
	fprintf(fp, "ndpx_build_info{version=\"%s\"} 1\n", NDPX_VERSION);
	family(fp, "ndpx_attached", "gauge", "1 if the responder is attached.");
	for (i = 0; i < n; i++)
		labelled(fp, "ndpx_attached", uplinks[i].dev, "mode", uplinks[i].mode,
			 uplinks[i].attached);
	family(fp, "ndpx_paused", "gauge", "1 if answering is paused.");
	for (i = 0; i < n; i++)
		sample(fp, "ndpx_paused", uplinks[i].dev, uplinks[i].paused);
	write_leases(fp, uplinks, n);
	family(fp, "ndpx_attached_timestamp_seconds", "gauge",
	       "Unix time at which the responder was attached.");
	if (!classic)
		fputs("# UNIT ndpx_attached_timestamp_seconds seconds\n", fp);
	for (i = 0; i < n; i++)
		sample(fp, "ndpx_attached_timestamp_seconds", uplinks[i].dev,
		       uplinks[i].attached_at);
	family(fp, "ndpx_rules", "gauge", "Rules in force, by kind.");
	for (i = 0; i < n; i++) {
		const struct ndpx_counts *t = &uplinks[i].counts;

		if (uplinks[i].unknown)
			continue;
		labelled(fp, "ndpx_rules", uplinks[i].dev, "kind", "guest", t->guests);
		labelled(fp, "ndpx_rules", uplinks[i].dev, "kind", "prefix", t->prefixes);
		labelled(fp, "ndpx_rules", uplinks[i].dev, "kind", "deny", t->denies);
		labelled(fp, "ndpx_rules", uplinks[i].dev, "kind", "own", t->own);
	}
	for (i = 0; i < n && !uplinks[i].has_ports; i++)
		;
	if (i < n) {
		family(fp, "ndpx_guest_ports", "gauge", "Guest ports with the responder attached.");
		sample(fp, "ndpx_guest_ports", uplinks[i].dev, uplinks[i].ports);
	}
	family(fp, classic ? "ndpx_solicitations_total" : "ndpx_solicitations", "counter",
	       "Neighbor Solicitations seen, by verdict.");
	for (i = 0; i < n; i++) {
		for (v = 1; v < NDPX_V_END && !uplinks[i].unknown; v++)
			labelled(fp, "ndpx_solicitations_total", uplinks[i].dev, "verdict",
				 verdict_name((enum ndpx_verdict)v), uplinks[i].counters[v]);
	}
	if (!classic)
		fputs("# EOF\n", fp);
}
