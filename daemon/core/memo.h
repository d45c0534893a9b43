/* SPDX-License-Identifier: ISC */
/* What the payloads that are kept of a file do not say again when they are read once more: which of
 * its contests are held, since when and why, what of them is on air meanwhile, what the desk
 * accepted of payloads that others took the place of, and what was corrected. With it a restart is
 * no new judgement: our own payloads are taken as they were then, but for the contests whose
 * figures the memo has itself. */
#ifndef TALLYD_CORE_MEMO_H
#define TALLYD_CORE_MEMO_H

#include "daemon/base/buf.h"
#include "daemon/core/event.h"
#include "daemon/core/report.h"

struct memo_line;

/* A memo, read. */
struct feed_memo {
    struct digest on_air, held, waiting; /* payloads: zero where there is none */
    int64_t until;                       /* what `waiting` waits for */
    int64_t early_ms;                    /* of feed_own */
    int64_t own_time_ms, last_change_ms, older_since;
    enum verdict doubt, verdict;
    struct slice version, verdict_text;
    struct memo_line *lines;
    bool told; /* the contests it has itself are reported */
};

/* The memo of a file as it is, durable together with its newest payload. Text for the database:
 * records of fields, each field ended by 0x1f. */
void memo_write(const struct model *m, uint32_t source, uint32_t file, struct buf *out);

/* What somebody who has no payloads needs of it: the contests that are held, with what of them is
 * on air meanwhile. Nothing is held: no text. */
void memo_write_held(const struct model *m, uint32_t source, uint32_t file, struct buf *out);

/* A memo that was durable, before the first event. It must be that of the file's newest payload on
 * air. ERR_DATA: it cannot be read; nothing changed, and the file's payloads are judged anew. */
bool memo_restore(struct model *m, uint32_t source, uint32_t file, struct slice text,
                  struct err *e) MUST_USE;

/* Report the contests the memo has itself, once: they are news to everybody. When no payload of
 * the file was kept, before memo_close. */
bool memo_tell(struct model *m, uint32_t source, uint32_t file, struct feed_report *r,
               struct err *e) MUST_USE;

/* After one of the file's own payloads was read again: its contests are as they were.
 * `version` is the payload's. */
bool memo_settle(struct model *m, const struct event *event, struct slice version,
                 struct err *e) MUST_USE;

/* After the last of them: the file is. */
void memo_close(struct feed_file *f);

/* What is on air of a race follows from what was on air of it before: which source has it, since
 * when another lags behind. */
struct race_memo {
    uint32_t on_air;
    bool summed, source_changed, corrected_mark;
    int64_t updated_ms, changed_ms;
    struct race_county *counties;
    uint32_t county_count;
    struct race_seen { /* merge's own notes on contests, where there are any */
        uint32_t source;
        struct slice county, id, text;
        int64_t lag_since;
        bool corrected_before;
    } * seen;
    uint32_t seen_count;
    struct race_fading { /* calls of it that are half taken back */
        struct slice endorsement, by, line;
        int64_t since_ms;
    } * fading;
    uint32_t fading_count;
    struct race_corrected { /* votes of it that were (corrections.h) */
        struct slice endorsement, choice, was, then, by, why;
        int64_t at_ms;
    } * corrected;
    uint32_t corrected_count;
};
void memo_write_race(const struct model *m, const struct race *r, struct buf *out);
/* Another number when somebody who has no payloads needs to know: votes that were corrected, and
 * what is marked. 0: nothing ever. */
uint32_t memo_marks(const struct model *m, const struct race *r);
/* In m->strings; NULL and ERR_DATA: it cannot be read. */
struct race_memo *memo_read_race(struct model *m, struct slice text, struct err *e);
/* When all payloads are taken again, before the race is merged. */
bool memo_set_race(struct model *m, struct race *r, const struct race_memo *memo,
                   struct err *e) MUST_USE;

#endif
