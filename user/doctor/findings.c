// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The list of findings and the one table of what each means. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"

const struct doctor_row doctor_rows[DOCTOR_CODES_END] = {
#define X(id, code, severity, fix, meaning, remedy)                                                \
	[DOCTOR_##id] = { code, DOCTOR_##severity, fix, meaning, remedy },
	DOCTOR_CODES(X)
#undef X
};

const char *doctor_severity_name(enum doctor_severity severity)
{
	switch (severity) {
	case DOCTOR_ERROR:
		return "error";
	case DOCTOR_WARNING:
		return "warning";
	default:
		return "info";
	}
}

/* The remedy with its DEV, ADDR and OTHER filled in, where they are known. */
static void fill_remedy(const char *remedy, const struct subject *about, char *to, size_t size)
{
	const struct {
		const char *name, *value;
	} placeholders[] = { { "DEV", about->dev },
			     { "ADDR", about->addr },
			     { "OTHER", about->other } };
	size_t at = 0, i;

	while (*remedy && at + 1 < size) {
		for (i = 0; i < sizeof(placeholders) / sizeof(*placeholders); i++) {
			size_t len = strlen(placeholders[i].name);

			if (placeholders[i].value && !strncmp(remedy, placeholders[i].name, len)) {
				at += (size_t)snprintf(to + at, size - at, "%s",
						       placeholders[i].value);
				remedy += len;
				break;
			}
		}
		if (i == sizeof(placeholders) / sizeof(*placeholders))
			to[at++] = *remedy++;
	}
	to[at < size ? at : size - 1] = '\0';
}

void finding_add(struct findings *list, enum doctor_code code, const struct subject *about,
		 const char *fmt, ...)
{
	struct finding *more, *f;
	va_list ap;

	more = realloc(list->items, (list->n + 1) * sizeof(*more));
	if (!more) {
		list->no_memory = true;
		return;
	}
	list->items = more;
	f = memset(&more[list->n++], 0, sizeof(*f));
	f->code = code;
	snprintf(f->dev, sizeof(f->dev), "%s", about->dev ? about->dev : "");
	f->vlan = (uint16_t)about->vlan;
	va_start(ap, fmt);
	vsnprintf(f->message, sizeof(f->message), fmt, ap);
	va_end(ap);
	fill_remedy(doctor_rows[code].remedy, about, f->remedy, sizeof(f->remedy));
}

void findings_free(struct findings *findings)
{
	free(findings->items);
	memset(findings, 0, sizeof(*findings));
}

bool findings_have(const struct findings *findings, const struct finding *like)
{
	size_t i;

	for (i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];

		if (f->code == like->code && f->vlan == like->vlan && !strcmp(f->dev, like->dev))
			return true;
	}
	return false;
}

void several_add(struct several *s, const struct ndpx_key *key)
{
	if (!s->n++)
		target_text((const struct in6_addr *)key->addr, key->bits, s->first);
}

const char *several_text(struct several *s)
{
	if (s->n > 1)
		snprintf(s->text, sizeof(s->text), "%s and %zu more", s->first, s->n - 1);
	else
		snprintf(s->text, sizeof(s->text), "%s", s->first);
	return s->text;
}
