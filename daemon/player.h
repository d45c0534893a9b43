/* SPDX-License-Identifier: ISC */
/* The player: a recorded night again (edge/archive.h), poll by poll, through the workers and the
 * river, as if the feeds had sent it. Each poll, and each tick the core asks for, happens at its
 * time to the millisecond, one after the other, whatever the speed: the same record comes to the
 * same bytes.
 */
#ifndef TALLYD_PLAYER_H
#define TALLYD_PLAYER_H

#include "daemon/clock.h"
#include "daemon/edge/archive.h"
#include "daemon/plan.h"

struct drill;
struct event_base;
struct player;
struct river;
struct workers;

struct recording {
    const char *directory;
    struct arena *arena;
    struct archive all; /* at least one row */
};

/* Read the tables of a directory; it is borrowed. Blocking. */
bool recording_open(const char *directory, struct recording *out, struct err *e) MUST_USE;
void recording_close(struct recording *r); /* also of zeros */

struct player_parts { /* all borrowed, and outlive the player */
    struct event_base *base;
    const struct plan *plan;
    struct clock *clock; /* the player moves it; the river reads it */
    struct river *river; /* its ticks are the player's: river_parts.stepped */
    struct workers *workers;
    const struct recording *recording;
    struct drill *drill; /* what a script adds; NULL: nothing */
    int64_t speed;       /* times as fast as it was; 0: as fast as it can be */
    /* done(done_ctx) when what the last step brought has been told; NULL: at once */
    void (*settle)(void (*done)(void *ctx), void *done_ctx, void *ctx);
    void (*over)(void *ctx); /* all is played; the clock stands still */
    void *ctx;
};

bool player_new(const struct player_parts *parts, struct player **out, struct err *e) MUST_USE;
void player_free(struct player *p); /* before its parts; accepts NULL */
void player_start(struct player *p);

struct player_view {
    size_t played, count; /* polls of the record */
    size_t skipped;       /* ... that were not: of sources that are not configured, ... */
    size_t unread;        /* ... and those of them whose payload is not there, or broken */
    size_t torn;          /* lines of its tables that say nothing */
    int64_t now_ms, end_ms;
    bool over;
};
void player_view(const struct player *p, struct player_view *out);

/* What of it was not played, for printf. */
#define PLAYED                                                                                     \
    "%zu of %zu polls were left out (%zu of sources that are not configured, %zu whose "           \
    "payload cannot be read) and %zu lines of its tables"
#define PLAYED_OF(v) (v).skipped, (v).count, (v).skipped - (v).unread, (v).unread, (v).torn

#endif
