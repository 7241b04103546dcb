// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See compare.h. A line of the list is: row | Linux | ndpx | why
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "mutate.h"

#define MAX_CLASSES 128
#define SHOWN	    3 /* frames of an unexpected class */

static struct class
{
	char row[16], theirs[64], ours[64], why[256];
	int expected;
	unsigned long long seen;
} classes[MAX_CLASSES];
static size_t n_classes;

static struct class *find(const char *row, const char *theirs, const char *ours)
{
	size_t i;

	for (i = 0; i < n_classes; i++) {
		struct class *c = &classes[i];

		if (!strcmp(c->row, row) && !strcmp(c->theirs, theirs) && !strcmp(c->ours, ours))
			return c;
	}
	return NULL;
}

/* A field without surrounding blanks; *text moves past its bar. */
static void field(char **text, char *ret, size_t size)
{
	char *p = *text + strspn(*text, " \t"), *bar = strchr(p, '|');
	size_t len = bar ? (size_t)(bar - p) : strlen(p);

	*text = bar ? bar + 1 : p + len;
	while (len && strchr(" \t\n", p[len - 1]))
		len--;
	snprintf(ret, size, "%.*s", (int)len, p);
}

int compare_expect(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512], *p;
	int n;

	if (!f) {
		fprintf(stderr, "oracle: %s: cannot be read\n", path);
		return -1;
	}
	for (n = 1; fgets(line, sizeof(line), f); n++) {
		struct class *c = &classes[n_classes];

		if (line[0] == '#' || line[0] == '\n')
			continue;
		p = line;
		field(&p, c->row, sizeof(c->row));
		field(&p, c->theirs, sizeof(c->theirs));
		field(&p, c->ours, sizeof(c->ours));
		field(&p, c->why, sizeof(c->why));
		c->expected = 1;
		if (!c->why[0] || ++n_classes == MAX_CLASSES) {
			fprintf(stderr, "%s:%d: row | Linux | ndpx | why\n", path, n);
			fclose(f);
			return -1;
		}
	}
	fclose(f);
	return 0;
}

int compare_is_expected(const char *row, const char *theirs, const char *ours)
{
	const struct class *c = find(row, theirs, ours);

	return c && c->expected;
}

void compare_count(const char *row, const char *theirs, const char *ours, const __u8 *frame,
		   size_t len)
{
	struct class *c = find(row, theirs, ours);
	size_t i;

	if (!c) {
		if (n_classes == MAX_CLASSES)
			abort();
		c = &classes[n_classes++];
		snprintf(c->row, sizeof(c->row), "%s", row);
		snprintf(c->theirs, sizeof(c->theirs), "%s", theirs);
		snprintf(c->ours, sizeof(c->ours), "%s", ours);
	}
	if (c->seen++ >= SHOWN || c->expected)
		return;
	printf("# not expected: %s: Linux: %s, ndpx: %s: ", row, theirs, ours);
	for (i = 0; i < len && i < 256; i++)
		printf("%02x", frame[i]);
	printf("\n");
}

/* An advertisement, in its parts. */
struct seen {
	const __u8 *eth, *s, *d, *m, *tllao;
	size_t tag_len;
};

static int read_na(const struct heard *h, struct seen *ret)
{
	struct addr s, d;
	struct places p;
	__u8 msg[SIDE_FRAME_MAX];
	size_t len;
	__u16 sum;

	if (places_find(h->na, h->len, &p) || p.msg != p.ip6 + 40 || p.msg + 24 > p.end)
		return -1;
	*ret = (struct seen){
		.eth = h->na,
		.s = h->na + p.ip6 + 8,
		.d = h->na + p.ip6 + 24,
		.m = h->na + p.msg,
		.tag_len = p.ip6 - 14,
	};
	len = p.end - p.msg;
	if (len == 32 && ret->m[24] == OPT_TLLAO && ret->m[25] == 1)
		ret->tllao = ret->m + 26;
	else if (len != 24)
		return -1;
	memcpy(s.b, ret->s, 16);
	memcpy(d.b, ret->d, 16);
	memcpy(msg, ret->m, len);
	memset(msg + 2, 0, 2);
	sum = icmp_checksum(&s, &d, msg, len);
	if (ret->m[2] != sum >> 8 || ret->m[3] != (sum & 0xff))
		return -1;
	return h->na[p.ip6 + 7] == 255 && ret->m[1] == 0 ? 0 : -1;
}

int compare_answers(const struct heard *theirs, const struct heard *ours,
		    void (*differ)(void *, const char *, const char *), void *ctx)
{
	struct mac h = mac_of(H_MAC);
	struct seen l, n;

	if (theirs->answers != 1 || ours->answers != 1 || read_na(theirs, &l) || read_na(ours, &n))
		return -1;
	/* The list cannot express these: they must not differ. */
	if (memcmp(l.m + 8, n.m + 8, 16) || memcmp(l.d, n.d, 16) || memcmp(l.eth + 6, h.b, 6) ||
	    memcmp(n.eth + 6, h.b, 6) || (l.tllao && memcmp(l.tllao, h.b, 6)))
		return -1;
	if (memcmp(l.eth, n.eth, 6))
		differ(ctx, "to another MAC", "to SLL, else es");
	if (memcmp(l.s, n.s, 16))
		differ(ctx, "source: the host's own", "source: T");
	if (l.tag_len != n.tag_len)
		differ(ctx, "no tag", "the tag of the NS");
	if ((l.m[4] ^ n.m[4]) & NA_R)
		differ(ctx, l.m[4] & NA_R ? "R1" : "R0", n.m[4] & NA_R ? "R1" : "R0");
	if ((l.m[4] ^ n.m[4]) & NA_S)
		differ(ctx, l.m[4] & NA_S ? "S1" : "S0", n.m[4] & NA_S ? "S1" : "S0");
	if ((l.m[4] ^ n.m[4]) & NA_O)
		differ(ctx, l.m[4] & NA_O ? "O1" : "O0", n.m[4] & NA_O ? "O1" : "O0");
	if (!l.tllao != !n.tllao)
		differ(ctx, l.tllao ? "TLLAO" : "no TLLAO", n.tllao ? "TLLAO" : "no TLLAO");
	else if (l.tllao && memcmp(l.tllao, n.tllao, 6))
		differ(ctx, "TLLAO: H", "TLLAO: the guest's lladdr");
	return 0;
}

int compare_report(void)
{
	int missing = 0, unexpected = 0;
	size_t i;

	printf("# %8s %-6s | %-24s | %-24s | why\n", "frames", "row", "Linux", "ndpx");
	for (i = 0; i < n_classes; i++) {
		const struct class *c = &classes[i];

		printf("# %8llu %-6s | %-24s | %-24s | %s\n", c->seen, c->row, c->theirs, c->ours,
		       c->expected ? c->why : "NOT EXPECTED");
		unexpected += !c->expected;
		if (!c->seen) {
			printf("# no longer there: %s | %s | %s\n", c->row, c->theirs, c->ours);
			missing++;
		}
	}
	printf("# %zu classes, %d not expected, %d no longer there\n", n_classes, unexpected,
	       missing);
	return unexpected + missing;
}
