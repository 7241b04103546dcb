// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The exposition, byte by byte for one uplink, and for several the rules of OpenMetrics 1.0
 * that scrapers enforce: one block per family, `# EOF` last, labels escaped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/openmetrics.h"

static char *expose_as(const struct metrics_uplink *uplinks, size_t n, bool classic)
{
	char *text = NULL;
	size_t len = 0;
	FILE *fp = open_memstream(&text, &len);

	assert_non_null(fp);
	metrics_write(fp, uplinks, n, classic);
	assert_int_equal(fclose(fp), 0);
	assert_int_equal(strlen(text), len);
	return text;
}

static char *expose(const struct metrics_uplink *uplinks, size_t n)
{
	return expose_as(uplinks, n, false);
}

static const char before[] =
	"# TYPE ndpx_build info\n"
	"# HELP ndpx_build Version of ndpx.\n"
	"ndpx_build_info{version=\"" NDPX_VERSION "\"} 1\n"
	"# TYPE ndpx_attached gauge\n"
	"# HELP ndpx_attached 1 if the responder is attached.\n"
	"ndpx_attached{dev=\"eth0\",mode=\"native\"} 1\n"
	"# TYPE ndpx_paused gauge\n"
	"# HELP ndpx_paused 1 if answering is paused.\n"
	"ndpx_paused{dev=\"eth0\"} 0\n"
	"# TYPE ndpx_attached_timestamp_seconds gauge\n"
	"# HELP ndpx_attached_timestamp_seconds Unix time at which the responder was attached.\n"
	"# UNIT ndpx_attached_timestamp_seconds seconds\n"
	"ndpx_attached_timestamp_seconds{dev=\"eth0\"} 1700000000\n"
	"# TYPE ndpx_rules gauge\n"
	"# HELP ndpx_rules Rules in force, by kind.\n"
	"ndpx_rules{dev=\"eth0\",kind=\"guest\"} 1000000\n"
	"ndpx_rules{dev=\"eth0\",kind=\"prefix\"} 2\n"
	"ndpx_rules{dev=\"eth0\",kind=\"deny\"} 3\n"
	"ndpx_rules{dev=\"eth0\",kind=\"own\"} 4\n"
	"# TYPE ndpx_solicitations counter\n"
	"# HELP ndpx_solicitations Neighbor Solicitations seen, by verdict.\n"
	"ndpx_solicitations_total{dev=\"eth0\",verdict=\"answered\"} 18446744073709551615\n"
	"ndpx_solicitations_total{dev=\"eth0\",verdict=\"answered_dad\"} 102\n"
	"ndpx_solicitations_total{dev=\"eth0\",verdict=\"answered_probe\"} 103\n";

static struct metrics_uplink uplink(const char *dev)
{
	struct metrics_uplink u = {
		.dev = dev,
		.mode = "native",
		.attached = true,
		.attached_at = 1700000000,
		.counts = { .guests = 1000000, .prefixes = 2, .denies = 3, .own = 4 },
	};
	uint64_t v;

	for (v = 0; v < NDPX_COUNTERS; v++)
		u.counters[v] = 100 + v;
	u.counters[NDPX_V_ANSWERED] = UINT64_MAX;
	return u;
}

static void test_one(void **state)
{
	struct metrics_uplink u = uplink("eth0");
	char *text = expose(&u, 1), *p = text;
	char line[256];

	(void)state;
	assert_memory_equal(p, before, strlen(before));
	p += strlen(before);
	/* The rest of the table, each verdict under its own name. */
#define X(number, id, name, what)                                                                  \
	if (number > NDPX_V_ANSWERED_PROBE) {                                                      \
		snprintf(line, sizeof(line),                                                       \
			 "ndpx_solicitations_total{dev=\"eth0\",verdict=\"%s\"} %d\n", #name,      \
			 100 + (number));                                                          \
		assert_memory_equal(p, line, strlen(line));                                        \
		p += strlen(line);                                                                 \
	}
	NDPX_VERDICTS(X)
#undef X
	assert_string_equal(p, "# EOF\n");
	free(text);
}

static void test_none(void **state)
{
	char *text = expose(NULL, 0);

	(void)state;
	assert_non_null(strstr(text, "ndpx_build_info{version=\"" NDPX_VERSION "\"} 1\n"));
	assert_null(strstr(text, "dev="));
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	free(text);
}

static void test_escaping(void **state)
{
	struct metrics_uplink u = uplink("a\\b\"c\nd");
	char *text = expose(&u, 1);

	(void)state;
	assert_non_null(strstr(text, "\nndpx_paused{dev=\"a\\\\b\\\"c\\nd\"} 0\n"));
	assert_non_null(
		strstr(text, "\nndpx_attached{dev=\"a\\\\b\\\"c\\nd\",mode=\"native\"} 1\n"));
	assert_null(strstr(text, "c\nd"));
	free(text);
}

/* A family's samples are together, after its TYPE, and no series appears twice. */
static void test_families(void **state)
{
	struct metrics_uplink u[] = { uplink("eth0"), uplink("eth1") };
	char *text, *line, *other, *save = NULL, *save2, *copy;
	char type[64] = "";
	int samples = 0, eof = 0;

	(void)state;
	u[1].mode = "none";
	u[1].attached = false;
	u[1].paused = true;
	text = expose(u, 2);
	copy = strdup(text);
	assert_non_null(copy);
	for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		assert_int_equal(eof, 0);
		if (!strncmp(line, "# TYPE ", 7)) {
			char *again = strdup(text);

			snprintf(type, sizeof(type), "%.*s", (int)strcspn(line + 7, " "), line + 7);
			/* Once only. */
			other = strstr(again, line);
			assert_non_null(other);
			assert_null(strstr(other + 1, line));
			free(again);
		} else if (!strcmp(line, "# EOF")) {
			eof = 1;
		} else if (line[0] == '#') {
			assert_memory_equal(line + 7, type, strlen(type));
			assert_int_equal(line[7 + strlen(type)], ' ');
		} else {
			int same = 0;
			size_t len = strcspn(line, " ");
			char *again = strdup(text);

			samples++;
			assert_memory_equal(line, type, strlen(type));
			for (save2 = NULL, other = strtok_r(again, "\n", &save2); other;
			     other = strtok_r(NULL, "\n", &save2))
				same += !strncmp(other, line, len + 1);
			assert_int_equal(same, 1);
			free(again);
		}
	}
	assert_int_equal(eof, 1);
	assert_int_equal(samples, 1 + 2 * (1 + 1 + 1 + 4 + NDPX_V_END - 1));
	assert_non_null(strstr(text, "\nndpx_attached{dev=\"eth1\",mode=\"none\"} 0\n"));
	assert_non_null(strstr(text, "\nndpx_paused{dev=\"eth1\"} 1\n"));
	free(copy);
	free(text);
}

/* A lease is nobody's business where there is none. */
static void test_lease(void **state)
{
	const struct metrics_uplink uplinks[] = {
		{ .dev = "eth0", .mode = "tc" },
		{ .dev = "eth1", .mode = "tc", .lease = 3 },
		{ .dev = "eth2", .mode = "tc", .lease = 3, .lease_over = true },
	};
	char *text = expose(uplinks, 1);

	(void)state;
	assert_null(strstr(text, "lease"));
	free(text);
	text = expose(uplinks, 3);
	assert_non_null(strstr(text, "# TYPE ndpx_lease_over gauge\n"));
	assert_null(strstr(text, "ndpx_lease_over{dev=\"eth0\"}"));
	assert_non_null(strstr(text, "\nndpx_lease_over{dev=\"eth1\"} 0\n"
				     "ndpx_lease_over{dev=\"eth2\"} 1\n"));
	free(text);
}

/* node_exporter's textfile collector reads only the older format: "info" makes it skip the file. */
static void test_classic(void **state)
{
	struct metrics_uplink u = { .dev = "eth0", .mode = "tc", .attached = true };
	char *text = expose_as(&u, 1, true);

	(void)state;
	assert_null(strstr(text, " info\n"));
	assert_null(strstr(text, "# UNIT"));
	assert_null(strstr(text, "# EOF"));
	assert_non_null(strstr(text, "# TYPE ndpx_build_info gauge\n"));
	assert_non_null(strstr(text, "# TYPE ndpx_solicitations_total counter\n"));
	assert_non_null(
		strstr(text, "ndpx_solicitations_total{dev=\"eth0\",verdict=\"answered\"} 0\n"));
	free(text);
}

/* Counts of another version are not reported as 0. */
static void test_unknown(void **state)
{
	struct metrics_uplink u = {
		.dev = "eth0", .mode = "tc", .attached = true, .unknown = true
	};
	char *text = expose(&u, 1);

	(void)state;
	assert_non_null(strstr(text, "ndpx_attached{dev=\"eth0\",mode=\"tc\"} 1\n"));
	assert_null(strstr(text, "ndpx_rules{"));
	assert_null(strstr(text, "ndpx_solicitations_total{"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),	 cmocka_unit_test(test_none),
		cmocka_unit_test(test_escaping), cmocka_unit_test(test_families),
		cmocka_unit_test(test_classic),	 cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
