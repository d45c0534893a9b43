/* SPDX-License-Identifier: ISC */
/* What is made durable: the rows of a job on their way in, and everything on its way out. */
#ifndef TALLYD_EDGE_WRITER_ROWS_H
#define TALLYD_EDGE_WRITER_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/hash.h"
#include "daemon/base/slice.h"

struct payload;

/* Rows as they are stored; the app translates from and to the core's structs. Text is copied by
 * writer_submit. */
struct writer_claim {
    int64_t number, at_ms, called_at_ms;
    int outcome;
    struct slice race_id, endorsement_id, by, basis, reason, evidence, line, row;
};
struct writer_decision {
    int64_t number, at_ms;
    struct slice verb, target, argument, reason, basis, url, by;
};
struct writer_ruling { /* the desk's, on a payload or one contest of it */
    struct slice source, file, contest;
    struct digest digest;
    bool accept;
};
struct writer_name {
    struct slice source, contest, choice, name, party;
};
/* How much of a payload is on air. */
enum writer_held {
    WRITER_WHOLE, /* all of it: the last accepted one */
    WRITER_PART,  /* the rest is held: the newest of those, beside the last accepted one */
    WRITER_ASIDE, /* nothing: the newest of those, beside the others */
    WRITER_HELDS
};
struct writer_file { /* a payload of a file; it replaces those of as little, or less, on air */
    struct slice source, file;
    enum writer_held held;
    int64_t delta;           /* 0: all of the file; an accepted one removes its deltas. n: the nth
                                change since the accepted one, kept beside it */
    struct payload *payload; /* referenced until filed; written to payloads/ under a temporary name,
                                synced, renamed. NULL: it is filed already and more of it is on air
                                now: only the row of its digest changes, and only in `held`;
                                what is newer stays */
    struct digest digest;
    struct slice version, etag, last_modified;
    int64_t received_ms; /* election clock */
};
struct writer_memo { /* what the core knows beside payloads: in force from the payloads given before
                      * it on, and kept with them */
    struct slice source, file; /* source empty: of the race that `file` names */
    struct digest on_air;      /* the newest payload on air, whole or in part; zero: none */
    struct slice text;
};
struct writer_event { /* a call message Redis has not acknowledged yet; removed by
                         writer_acknowledge */
    struct slice id, channel, data;
};

#define WRITER_SHOWN_TEXTS 4
struct writer_shown { /* what went on air with the totals of an epoch-seq */
    int64_t epoch, seq, at_ms;
    struct slice texts[WRITER_SHOWN_TEXTS]; /* the sentence: short, long, slack; the counts */
};

struct writer_job {
    const struct writer_claim *claims;
    size_t claim_count;
    const struct writer_decision *decisions;
    size_t decision_count;
    const struct writer_ruling *rulings;
    size_t ruling_count;
    const struct writer_name *names;
    size_t name_count;
    const struct writer_file *files;
    size_t file_count;
    const struct writer_memo *memos;
    size_t memo_count;
    /* memos of races that come with no payloads, from another daemon: rows like any other */
    const struct writer_memo *notes;
    size_t note_count;
    const struct writer_event *events;
    size_t event_count;
    const struct slice *acknowledged;
    size_t acknowledged_count; /* event ids */
    const struct writer_shown *shown;
    size_t shown_count;
    int64_t epoch; /* > 0: to be kept as the epoch on disk */
    bool later;    /* nobody waits for it: what is more urgent has the processor for a moment first,
                      and    what is newer may take its place */
    /* the rows are another daemon's, and all there are: claims, decisions, rulings, events and
     * files from before go first. Claims and decisions that are not among them are kept aside, for
     * people, and logged */
    bool replace;
    int64_t partner_s; /* > 0: another daemon was seen then, Unix time */
    /* > 0: with this job the rows are what the desk's stream of this epoch has up to the number */
    int64_t followed_epoch, followed_number;
};

/* Everything that was durable, for the app's restore. Lives in the arena given. */
struct writer_loaded {
    struct writer_claim *claims;
    size_t claim_count; /* by number */
    struct writer_decision *decisions;
    size_t decision_count; /* by number */
    struct writer_ruling *rulings;
    size_t ruling_count;
    struct writer_name *names;
    size_t name_count;
    struct writer_loaded_file {
        struct slice source, file, path, version, etag, last_modified;
        enum writer_held held;
        int64_t delta;
        struct digest digest;
        int64_t received_ms;
    } * files;
    size_t file_count; /* by received_ms; of one file the accepted one, its deltas in their order,
                          then the one in part, then the one aside */
    struct writer_memo *memos;
    size_t memo_count;
    struct writer_loaded_digest { /* payloads once on air, oldest first, at most 256 a file */
        struct slice source, file;
        struct digest digest;
    } * digests;
    size_t digest_count;
    struct writer_event *events;
    size_t event_count;                      /* unacknowledged, in order */
    int64_t epoch;                           /* 0: none yet */
    int64_t instance;                        /* of this directory: random, made once, above 0 */
    int64_t partner_s;                       /* when another daemon was seen last; 0: never */
    int64_t followed_epoch, followed_number; /* of the desk's stream; 0: none of it */
};

#endif
