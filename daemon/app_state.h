/* SPDX-License-Identifier: ISC */
/* What the daemon holds while it runs: shared by app.c, which makes it, and pages.c and desk.c,
 * which read it. */
#ifndef TALLYD_APP_STATE_H
#define TALLYD_APP_STATE_H

#include "daemon/clock.h"
#include "daemon/drill.h"
#include "daemon/duty.h"
#include "daemon/edge/errand.h"
#include "daemon/edge/rehearse.h"
#include "daemon/edge/shown.h"
#include "daemon/metrics.h"
#include "daemon/outbox.h"
#include "daemon/plan.h"
#include "daemon/player.h"
#include "daemon/restore.h"
#include "daemon/river.h"

struct page_cache;
struct events;

struct app_args {
    struct config_args config;
    struct clock clock;
    const char *replay;                /* an archive, to be played instead of polling; NULL: none */
    int64_t speed;                     /* of the replay; 0: as fast as it can be */
    const struct recording *recording; /* of `replay`, read */
    const char *rehearse;              /* a script that is played onto the replay; NULL: none */
};

/* All that follows from one plan: a reload makes a second one of these and swaps. River, restore
 * and poller are there while this daemon serves (duty.h); a standby has none, and no outbox. */
struct night {
    struct plan *plan;
    struct metrics metrics;
    struct river *river;
    struct restore *restore;
    struct poller *poller;
    struct recorder *recorder; /* NULL: nothing is recorded */
    struct player *player;     /* NULL: no replay; else the poller does not run */
    struct drill *drill;       /* NULL: no script is played onto it */
    struct arena *loaded_arena;
    struct writer_loaded loaded;
};

struct app {
    struct app_args args;
    struct event_base *base;
    struct night *night; /* the one that is shown */
    struct night *next;  /* being made by a reload; NULL */
    struct workers *workers;
    struct writer *writer;
    struct shown *shown;
    struct duty *duty;
    struct outbox *outbox;
    struct page_cache *pages;
    struct buf metrics; /* /metrics as it was made at metrics_us */
    int64_t metrics_us;
    struct http *http;
    struct events *events;
    struct control *control;
    struct children rehearsals; /* previews of decisions */
    struct children errands;    /* of those who test a source */
    struct buf told;            /* watchers: the last line of totals */
    struct timer *term, *intr, *hup, *watchdog, *pulse, *figures, *drain, *settled, *calm;
    void (*after_settled)(void *ctx); /* the player's, and its ctx */
    void *after_ctx;
    char scratch[64];    /* a replay's state directory, gone with it; empty: the configured one */
    char owner[256];     /* names this process in Redis: partner.h */
    size_t instance_len; /* of it, what is the same for each process of this state directory */
    struct err failure;  /* why the loop was stopped; ERR_NONE: by a signal */
    void (*reload)(void *ctx);
    /* Reads what a reload would, and takes nothing of it. What is wrong goes to `said`. */
    bool (*check)(struct app *a, struct buf *said, struct err *e);
    void (*give_up_reload)(struct app *a);
    int64_t pulse_due_us, calm_until_us;
    int64_t started_us, serves_us, ready_us; /* monotonic */
    bool ready;                              /* it serves: restored, first epoch begun */
    bool yielding; /* it served, and what it had is on its way to the disk */
    bool stood;    /* it was a standby once: what was loaded is of before */
    bool over;     /* our payloads are not of what it serves: it waits for figures first */
    bool reloading;
    bool sources_only;      /* the next reload is of sources: nothing else may have changed */
    struct buf reload_said; /* what is wrong, or how it ended */
    uint64_t reload_ticket; /* who is told; control_answer of who no longer waits is nothing */
    int reload_code;
    bool hup_again; /* SIGHUP came while it could not be served */
};

#endif
