/* SPDX-License-Identifier: ISC */
/* What the daemon is to do, made whole from configuration, endorsement list, time zones and
 * credentials: read once, checked once, never changed. A reload makes a new one and swaps. */
#ifndef TALLYD_PLAN_H
#define TALLYD_PLAN_H

#include "config/config.h"
#include "daemon/base/hash.h"
#include "daemon/core/endorse.h"
#include "daemon/core/settings.h"
#include "daemon/edge/poller.h"

struct plan {
    struct config *config;
    struct settings settings;
    struct endorsements endorsed; /* all rows of the list: plan_counted() of them count */
    struct slice list;            /* its bytes */
    bool list_waits;              /* they are no longer those of the file */
    struct poller_settings poller;
    struct poller_source *poller_sources; /* same index as settings.sources */
    struct zone **zones;
    size_t zone_count;
    struct slice redis_user, redis_password, sentinel_user, sentinel_password;
    bool simulated;
    struct arena *arena;
};

struct plan_args {
    struct config_args config;
    struct slice list; /* as it runs, in place of what the file has by now; empty: none */
    bool simulated;    /* --clock: loopback only */
    int64_t speed;     /* of the election clock, 0 is 1: polls are in real time, stale is not */
};

/* On failure *out is untouched and `problems` has a paragraph for each thing that is wrong. */
bool plan_make(const struct plan_args *args, struct plan **out, struct buf *problems,
               struct err *e) MUST_USE;
void plan_free(struct plan *p); /* accepts NULL */

/* Who counts as endorsed by the list: all rows but those withdrawn, disqualified, ... */
size_t plan_counted(const struct plan *p);

#endif
