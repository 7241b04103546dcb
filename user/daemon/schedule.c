// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* When what is to be done is due. */
#include "daemon/schedule.h"

void schedule_add(struct schedule *s, unsigned int what, int64_t now)
{
	int i;

	for (i = 0; i < SCHEDULE_KINDS; i++) {
		if (!(what & 1u << i))
			continue;
		s->pending[i].last = now;
		if (!s->pending[i].first)
			s->pending[i].first = now;
	}
}

static int64_t due(const struct schedule *s, int i)
{
	int64_t settled = s->pending[i].last + s->waits[i].settle;
	int64_t latest = s->pending[i].first + s->waits[i].most;
	int64_t at = settled < latest ? settled : latest;

	return at > s->not_before ? at : s->not_before;
}

int64_t schedule_next(const struct schedule *s)
{
	int64_t next = -1;
	int i;

	for (i = 0; i < SCHEDULE_KINDS; i++) {
		if (s->pending[i].first && (next < 0 || due(s, i) < next))
			next = due(s, i);
	}
	if (s->retry_at && (next < 0 || s->retry_at < next))
		next = s->retry_at;
	return next;
}

unsigned int schedule_take(struct schedule *s, int64_t now)
{
	unsigned int what = 0;
	int i;

	for (i = 0; i < SCHEDULE_KINDS; i++) {
		if (!s->pending[i].first || due(s, i) > now)
			continue;
		what |= 1u << i;
		s->pending[i].first = 0;
	}
	if (s->retry_at && s->retry_at <= now) {
		what |= SCHEDULE_RETRY;
		s->retry_at = 0;
	}
	return what;
}

void schedule_done(struct schedule *s, int64_t began, int64_t now, bool again,
		   const struct schedule_wait *retry)
{
	s->not_before = now + (now - began);
	if (!again) {
		s->retry_at = s->backoff = 0;
		return;
	}
	s->backoff = s->backoff ? s->backoff * 2 : retry->settle;
	if (s->backoff > retry->most)
		s->backoff = retry->most;
	s->retry_at = now + s->backoff;
}
