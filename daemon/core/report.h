/* SPDX-License-Identifier: ISC */
/* Collecting what a payload brought about: notes, changed contests, learned names. */
#ifndef TALLYD_CORE_REPORT_H
#define TALLYD_CORE_REPORT_H

#include "daemon/core/event.h"
#include "daemon/core/model.h"

enum feed_what {
    FEED_FIGURES = 1,
    FEED_MARKS = 2,
    FEED_ROSTER = 4,
    FEED_DOUBT = 8,
    /* it went, or is back: what fits two contests of a source is asked again; or it has votes of a
     * county it had none of: where it is may be another place */
    FEED_THERE = 16
};

/* What the desk ruled of a payload: all of it, or one contest by its key (intake.h). Durable. */
struct feed_ruling {
    uint32_t source, file;
    struct digest digest;
    struct slice contest; /* empty: all */
    bool accept;          /* else reject */
};

/* What one payload brought about. Everything in it lives in `arena`, but contests, which are the
 * model's. Zeroed by feed_take and feed_tick but for `arena`, which the caller sets. */
struct feed_report {
    struct arena *arena;
    uint32_t source, file;
    enum verdict verdict; /* on the payload as a whole */
    struct slice text;
    struct digest digest; /* the payload that was judged */
    bool used;            /* something of it may be on air now */
    bool keep; /* it alone, restored, gives what is on air: it becomes the last good one, validators
                  move */
    bool held; /* not so, but it is the newest that counts: to be kept beside the last good one, and
                * judged again, in that order and with the time of its receipt, after a restart */
    struct verdict_note *notes;
    size_t note_count, note_room;
    struct feed_change {
        struct feed_contest *contest;
        unsigned what; /* enum feed_what */
    } * changes; /* a contest may come twice; FEED_ROSTER and FEED_THERE: match it again; any: merge
                  * its race again */
    size_t change_count, change_room;
    struct learned *names; /* newly learned */
    size_t name_count, name_room;
    struct feed_ruling *rulings; /* new ones (ruling.h) */
    size_t ruling_count, ruling_room;
    struct slice ruled; /* ruling.h: what became of the figures, lines for people */
};

/* All grow in r->arena; false with *e when that is full. Of notes the first 1000 are kept. */
bool report_note(struct feed_report *r, const struct feed_contest *c, const struct feed_unit *u,
                 enum verdict verdict, struct err *e, const char *fmt, ...) MUST_USE
    __attribute__((format(printf, 6, 7)));
bool report_change(struct feed_report *r, struct feed_contest *c, unsigned what,
                   struct err *e) MUST_USE;
bool report_name(struct feed_report *r, const struct learned *name, struct err *e) MUST_USE;

bool report_ruling(struct feed_report *r, const struct feed_ruling *ruling, struct err *e) MUST_USE;

/* What was seen, and how it ends where it is held or in quarantine. ptr NULL: the arena is full. */
struct slice report_text(struct feed_report *r, enum verdict verdict, const char *seen);

/* What a contest is called in a note. */
struct slice report_contest(const struct feed_contest *c);

#endif
