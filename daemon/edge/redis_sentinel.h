/* SPDX-License-Identifier: ISC */
/* Who is the master? All Sentinels are asked, every second and when somebody wants to know; the one
 * whose configuration is the newest is believed, so that a Sentinel that was cut off names nobody's
 * old master. */
#ifndef TALLYD_EDGE_REDIS_SENTINEL_H
#define TALLYD_EDGE_REDIS_SENTINEL_H

#include "daemon/edge/redis_link.h"

/* redis_link_new, to the master that Sentinels name where the settings name Sentinels. ERR_CONFIG:
 * an address is none, or this build cannot use it. */
bool redis_link_open(struct event_base *base, const struct redis_link_settings *s,
                     const struct redis_link_calls *calls, struct redis_link **out,
                     struct err *e) MUST_USE;

#endif
