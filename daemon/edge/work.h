/* SPDX-License-Identifier: ISC */
/* One payload to be parsed, and what came of it. */
#ifndef TALLYD_EDGE_WORK_H
#define TALLYD_EDGE_WORK_H

#include "daemon/base/text.h"
#include "daemon/core/verdict.h"
#include "daemon/edge/payload.h"
#include "parsers/results.h"
#include "parsers/wire.h"

struct spare;

struct work {
    /* What to do. The caller's: it stays until done was called or the work was cancelled. */
    struct slice format;  /* at most 31 bytes */
    struct slice options; /* "key=value\n" lines, at most WIRE_OPTIONS_MAX bytes */
    const struct payload *payload;
    const struct payload *companions[WIRE_COMPANIONS_MAX]; /* finished */
    size_t companion_count;
    struct slice credentials; /* a line each, that were sent for it: no text has them */
    void (*done)(struct work *work, void *ctx);
    void *ctx;

    /* What came of it. */
    enum wire_failure failure;     /* WIRE_OK: the batch is there */
    char text[TEXT_MAX + 1];       /* why not; clean */
    struct slice batch_bytes;      /* a copy of the last of it, or of all */
    struct results_pieces *pieces; /* NULL: it came as a whole */
    struct results results;        /* of these, checked in full */
    int64_t wall_us;               /* to the answer, from the later of hand-over and last byte */

    /* The workers' own; zero at the start. */
    struct work *next;
    struct spare *spare;
};

/* Say why there is no batch; `text` may come from a worker and is cleaned and swept. */
void work_fail(struct work *work, enum wire_failure failure, struct slice text);

/* What a failure is called. */
enum verdict work_verdict(const struct work *work);

/* Copy a piece of a worker's batch, which lies in its memfd behind the `from` bytes of the pieces
 * before, up to `to`, and check it: nobody sees it before the batch is taken. False when anything
 * is wrong: the work failed with WIRE_MISUSE. */
bool work_take_piece(struct work *work, int fd, uint64_t from, uint64_t to) MUST_USE;

/* Take a worker's batch, what of it lies in its memfd behind `from` bytes, up to `length`: copy
 * it, check all of it. When anything is wrong the work fails with WIRE_MISUSE. The descriptor stays
 * the caller's. */
void work_take_batch(struct work *work, int fd, uint64_t from, uint64_t length);

/* Give back the batch; `results` is gone with it. The inputs are the caller's. */
void work_done(struct work *work);

#endif
