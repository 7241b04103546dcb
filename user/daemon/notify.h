/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a service manager is told: sd_notify(3), without its library. */
#ifndef NDPX_NOTIFY_H
#define NDPX_NOTIFY_H

#include <stdint.h>

/* Sends lines like "READY=1\nSTATUS=..." where NOTIFY_SOCKET names somebody; else does nothing. */
void notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* How often WATCHDOG=1 is expected of this process, in us; 0: not at all. */
uint64_t notify_watchdog(void);

#endif
