/* SPDX-License-Identifier: ISC */
/* The election as a pure function: (state, event, now) -> (state, effects). No clock, no files, no
 * sockets, no logging: a whole night can be played in a test, twice, to the same bytes. */
#ifndef TALLYD_CORE_CORE_H
#define TALLYD_CORE_CORE_H

#include "daemon/core/event.h"
#include "daemon/core/message.h"
#include "daemon/core/model.h"

struct core;
struct feed_ruling;
struct tally;

/* What one event brought about. Slices live in the effects' arena, until effects_reset. */
struct effects {
    struct arena *arena;
    enum verdict verdict;      /* on the payload as a whole */
    struct slice verdict_text; /* what was seen, with numbers */
    bool keep; /* the payload is on air now: keep its bytes as the source's last good, move
                  validators */
    bool held; /* it is not, or not whole, but it is the newest that counts: kept beside the last
                  good one */
    bool used; /* some of it is on air, or all */
    struct verdict_note *notes; /* verdicts on contests and units */
    size_t note_count;
    struct claim *claims; /* new claims: durable before the messages go out */
    size_t claim_count;
    const struct decision *decision; /* NULL, or as it was taken: durable with its claims */
    struct feed_ruling *rulings;     /* of the decision: durable with it */
    size_t ruling_count;
    struct slice said;     /* DECISION: what came of it, for who decided */
    struct learned *names; /* newly learned: durable, not waited for */
    size_t name_count;
    struct message *messages; /* in the order to be published */
    size_t message_count;
    struct judged { /* payloads that had waited for polls to close and were judged again */
        uint32_t source, file;
        enum verdict verdict;
        struct slice text;
    } * judged;
    size_t judged_count;
    struct moved { /* payloads that were kept aside, or in part, and now count for more: the clock,
                      or the desk, has let them in */
        uint32_t source, file;
        struct digest digest;
        enum standing_of_payload standing;
    } * moved;
    size_t moved_count;
    struct memo { /* of files and races, where it is another than before. A file's is durable
                     together with the payload that is on air, which `on_air` names (zero: none) */
        uint32_t source, file; /* source NONE: of a race */
        struct slice race;     /* its id */
        struct digest on_air;
        struct slice text; /* empty: it has none any more */
        bool tell; /* another daemon that goes on from here needs it; of a file, only this: */
        struct slice note; /* memo_write_held */
    } * memos;
    size_t memo_count;
    /* DECISION: why it was refused; ERR_NONE else. Also ERR_BUG when a cap was hit */
    struct err err;
};
bool effects_init(struct effects *f, struct err *e) MUST_USE;
void effects_reset(struct effects *f);
void effects_done(struct effects *f);

bool core_new(const struct settings *s, const struct endorsements *list, struct core **out,
              struct err *e) MUST_USE;
void core_free(struct core *c); /* accepts NULL */

/* Before the first event, in this order: what was durable; claims and decisions by their numbers,
 * which are one row. Then our own payloads, as events, and EVENT_RESTORED. */
struct core_history { /* each in order of number */
    const struct claim *claims;
    size_t claim_count;
    const struct decision *decisions;
    size_t decision_count;
};
bool core_restore_history(struct core *c, const struct core_history *h, struct err *e) MUST_USE;
bool core_restore_ruling(struct core *c, const struct feed_ruling *ruling, struct err *e) MUST_USE;
/* The memo of a race that is no longer in the list says nothing.
 * ERR_DATA: the memo cannot be read, and nothing changed. Not one that was made when another
 * payload was on air than the newest that is kept: memo.h. */
bool core_restore_memo(struct core *c, const struct memo *memo, struct err *e) MUST_USE;
bool core_restore_name(struct core *c, const struct learned *name, struct err *e) MUST_USE;
/* Which bytes this file has shown before, oldest first, so that an older copy is known again. */
bool core_restore_digest(struct core *c, uint32_t source, uint32_t file, struct digest d,
                         struct err *e) MUST_USE;

/* After EVENT_RESTORED: the site has been heard as `was`, this file in another core of this
 * process, says. What is on air must be the same in both; else nothing is done. */
void core_restore_heard(struct core *c, uint32_t source, uint32_t file,
                        const struct feed_file *was);

void core_apply(struct core *c, const struct event *event, int64_t now_ms, struct effects *out);
/* The same in two halves. After the first all is decided, and `out` has one message, the first, a
 * race's, where nothing comes of a BATCH that has to be on the disk, or with the standby, before
 * it; else none. The others, and memos, come with the second. Between them nothing else is asked of
 * the core; event and `out` stay as they are. */
void core_begin(struct core *c, const struct event *event, int64_t now_ms, struct effects *out);
void core_finish(struct core *c);

/* When the core next wants an EVENT_TICK (election ms): polls close, a confirmation, staleness.
 * WHEN_NEVER. */
int64_t core_next_tick(const struct core *c, int64_t now_ms);

/* Every snapshot document as a message, in publishing order: for a start, a reconnect, a new epoch.
 */
void core_snapshot(struct core *c, int64_t now_ms, struct effects *out);

const struct model *core_model(const struct core *c);
const struct tally *core_tally(const struct core *c); /* over everything: tally.h */

#endif
