/* SPDX-License-Identifier: ISC */
/* What the daemon holds while it runs: shared by app.c, which makes it, and pages.c and desk.c,
 * which read it. */
#ifndef TALLYD_APP_STATE_H
#define TALLYD_APP_STATE_H

#include "daemon/clock.h"
#include "daemon/metrics.h"
#include "daemon/edge/shown.h"
#include "daemon/outbox.h"
#include "daemon/plan.h"
#include "daemon/restore.h"
#include "daemon/river.h"

struct app_args {
    struct config_args config;
    struct clock clock;
};

/* All that follows from one plan: a reload makes a second one of these and swaps. */
struct night {
    struct plan *plan;
    struct metrics metrics;
    struct river *river;
    struct restore *restore;
    struct poller *poller;
    struct arena *loaded_arena;
    struct writer_loaded loaded;
};

#define APP_PAGES 10
struct app_page { /* of HTTP, made of the model as it was last */
    struct buf body;
    char etag[64];
};

struct app {
    struct app_args args;
    struct event_base *base;
    struct night *night; /* the one that is shown */
    struct night *next;  /* being made by a reload; NULL */
    struct workers *workers;
    struct writer *writer;
    struct shown *shown;
    struct outbox *outbox;
    struct app_page made[APP_PAGES];
    struct http *http;
    struct control *control;
    struct buf told; /* watchers: the last line of totals */
    struct timer *term, *intr, *hup, *watchdog, *pulse;
    int64_t pulse_due_us;
    int64_t started_us, ready_us; /* monotonic */
    bool ready;                   /* restored, first epoch begun */
    bool reloading;
    bool hup_again; /* SIGHUP came while it could not be served */
};

#endif
