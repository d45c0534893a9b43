/* SPDX-License-Identifier: ISC */
/* What feed.c and ruling.c share: a file's own notes, and judging a payload that was kept. */
#ifndef TALLYD_CORE_FEED_OWN_H
#define TALLYD_CORE_FEED_OWN_H

#include "daemon/core/event.h"
#include "daemon/core/intake.h"

/* A payload that is to be judged once more. */
struct feed_kept {
    char *batch; /* NULL: none */
    size_t len;
    struct event event; /* without batch; its version lies in `version` */
    char version[64];
};

struct feed_memo;

struct feed_own {
    char text[500];           /* feed_file.verdict_text */
    int64_t older_since;      /* since when only older payloads come; WHEN_UNKNOWN: they do not */
    char version[64];         /* feed_file.version */
    struct feed_kept waiting; /* with votes before polls close */
    int64_t until;            /* the next close it waits for */
    int64_t early_ms;         /* when what is on air was taken, if some votes of it were early then
                               * and are not on air; WHEN_NEVER: none were */
    int64_t closes;           /* ... and that figures taken back wait for; 0: look again */
    struct feed_kept held;    /* the newest of which something is held */
    struct feed_memo *memo;   /* what was durable of it, at a start; NULL: nothing */
    struct digest told;       /* of the last memo that was made of it */
    struct digest told_held;  /* of the last memo_write_held that was to be told; zero: of none */
};

/* Keep a copy of the event's batch in place of what was kept. */
bool feed_keep(struct feed_kept *k, const struct event *event, struct slice version,
               struct err *e) MUST_USE;
void feed_drop(struct feed_kept *k);
/* The event and its batch; both borrowed from what is kept. */
bool feed_open(const struct feed_kept *k, struct results *batch, struct event *event,
               struct err *e) MUST_USE;

/* Why a payload is judged. */
enum feed_why {
    FEED_CAME,  /* it came */
    FEED_AGAIN, /* it was judged before: for the clock, or its companions */
    FEED_RULED, /* the desk accepted contests of it: these are taken, and nothing else */
};
bool feed_judge(struct model *m, const struct event *event, enum feed_why why, int64_t now_ms,
                struct feed_report *out, struct err *e) MUST_USE;

/* The figures of the whole file are no longer in doubt. */
bool feed_step_up(struct model *m, uint32_t source, uint32_t file, struct feed_report *r,
                  struct err *e) MUST_USE;

/* A copy of a version that lives as long as the file. */
struct slice feed_version(struct feed_file *f, struct slice version);

void feed_say(struct feed_file *f, enum verdict v, struct slice text);

#endif
