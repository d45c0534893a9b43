/* SPDX-License-Identifier: ISC */
/* What the service manager is told, by the protocol of sd_notify(3). */
#ifndef TALLYD_EDGE_NOTIFY_H
#define TALLYD_EDGE_NOTIFY_H

#include <stdint.h>

/* Send "READY=1", "STATUS=...", "WATCHDOG=1", "STOPPING=1"; lines joined by '\n'. Without a manager
 * nothing happens. */
void notify_send(const char *state);

/* How often the manager wants WATCHDOG=1, halved, in ms; 0: it does not. */
int64_t notify_watchdog_ms(void);

#endif
