/* SPDX-License-Identifier: ISC */
/* What each source says: payloads are judged, and what is good of them becomes the figures of that
 * source. Figures of one source never touch another's; merge.h chooses among them. domain.md,
 * section 6; contracts.md, section 3. */
#ifndef TALLYD_CORE_FEED_H
#define TALLYD_CORE_FEED_H

#include "daemon/core/event.h"
#include "daemon/core/model.h"

enum feed_what { FEED_FIGURES = 1, FEED_MARKS = 2, FEED_ROSTER = 4, FEED_DOUBT = 8 };

/* What one payload brought about. Everything in it lives in `arena`, but contests, which are the
 * model's. Zeroed by feed_take and feed_tick but for `arena`, which the caller sets. */
struct feed_report {
    struct arena *arena;
    uint32_t source, file;
    enum verdict verdict; /* on the payload as a whole */
    struct slice text;
    bool used; /* something of it may be on air now */
    bool keep; /* it alone, restored, gives what is on air: it becomes the last good one, validators
                  move */
    bool held; /* not so, but it is the newest that counts: to be kept beside the last good one, and
                * judged again, in that order and with the time of its receipt, after a restart */
    struct verdict_note *notes;
    size_t note_count, note_room;
    struct feed_change {
        struct feed_contest *contest;
        unsigned what; /* enum feed_what */
    } * changes; /* each contest once; FEED_ROSTER: match it again; any: merge its race again */
    size_t change_count, change_room;
    struct learned *names; /* newly learned */
    size_t name_count, name_room;
};

/* m->settings is set: make m->feeds. On failure what was made is undone. */
bool feed_init(struct model *m, struct err *e) MUST_USE;
void feed_done(struct model *m); /* accepts what was never made */

/* What was durable, before the first payload. */
bool feed_restore_name(struct model *m, const struct learned *name, struct err *e) MUST_USE;
bool feed_restore_digest(struct model *m, uint32_t source, uint32_t file, struct digest d,
                         struct err *e) MUST_USE;

/* Judge a payload (an EVENT_BATCH) and take what is good. The same bytes again change nothing. On
 * failure (memory) what was taken until then stays: every contest is whole. Marks are taken as they
 * come: calls.c judges them. */
bool feed_take(struct model *m, const struct event *event, int64_t now_ms, struct feed_report *out,
               struct err *e) MUST_USE;

/* EVENT_UNCHANGED; EVENT_FAILED: freshness and the last verdict of that file. */
void feed_unchanged(struct model *m, uint32_t source, uint32_t file, int64_t now_ms);
void feed_failed(struct model *m, uint32_t source, uint32_t file, enum verdict verdict,
                 struct slice text);

/* One payload that waited for polls to close and need wait no longer is judged again, as feed_take
 * would. *judged is false when there is none: call it until then. */
bool feed_tick(struct model *m, int64_t now_ms, struct feed_report *out, bool *judged,
               struct err *e) MUST_USE;
int64_t feed_next_tick(const struct model *m, int64_t now_ms); /* WHEN_NEVER */

/* Was this file reached recently enough? A file never reached is not fresh. */
bool feed_fresh(const struct model *m, uint32_t source, uint32_t file, int64_t now_ms);

#endif
