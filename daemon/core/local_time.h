/* SPDX-License-Identifier: ISC */
/* Times as newsrooms write them, in the zone of the settings. */
#ifndef TALLYD_CORE_LOCAL_TIME_H
#define TALLYD_CORE_LOCAL_TIME_H

#include "daemon/base/buf.h"
#include "daemon/core/settings.h"

/* "10:12 p.m. ET". */
void local_time_clock(const struct settings *s, int64_t when, struct buf *out);
/* "10:12 p.m. ET on Nov. 4"; "never" for WHEN_UNKNOWN. */
void local_time_write(const struct settings *s, int64_t when, struct buf *out);

#endif
