/* SPDX-License-Identifier: ISC */
/* Results of works: failures worded, batches taken. */
#include "daemon/edge/work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/sweep.h"

void work_fail(struct work *work, enum wire_failure failure, struct slice text)
{
    struct buf clean, swept;
    buf_init(&clean, sizeof work->text);
    buf_init(&swept, sizeof work->text * 4);
    text_clean(text, &clean);
    sweep(work->credentials, buf_slice(&clean), &swept);
    work->failure = failure;
    snprintf(work->text, sizeof work->text, "%.*s", SLICE_FMT(buf_slice(&swept)));
    buf_done(&clean);
    buf_done(&swept);
}

enum verdict work_verdict(const struct work *work)
{
    static const enum verdict verdict_of[WIRE_FAILURES] = {
        [WIRE_OK] = VERDICT_MISUSE, /* well, before there was all to read */
        [WIRE_BLOCKED] = VERDICT_BLOCKED, [WIRE_TRUNCATED] = VERDICT_TRUNCATED,
        [WIRE_SYNTAX] = VERDICT_SYNTAX,   [WIRE_SCHEMA] = VERDICT_SCHEMA,
        [WIRE_LIMIT] = VERDICT_LIMIT,     [WIRE_INTERNAL] = VERDICT_INTERNAL,
        [WIRE_CRASHED] = VERDICT_CRASHED, [WIRE_OVERRAN] = VERDICT_OVERRAN,
        [WIRE_MISUSE] = VERDICT_MISUSE,
    };
    return verdict_of[work->failure];
}

static void fail(struct work *work, const struct err *e)
{
    work_fail(work, e->kind == ERR_AGAIN ? WIRE_LIMIT : WIRE_MISUSE, slice_of(e->text));
}

static uint64_t next_page(uint64_t at)
{
    return (at + WIRE_PAGE - 1) / WIRE_PAGE * WIRE_PAGE;
}

static bool read_all(int fd, char *into, uint64_t from, uint64_t to)
{
    while (from < to) {
        ssize_t n = pread(fd, into, to - from, (off_t)from);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        into += n;
        from += (uint64_t)n;
    }
    return true;
}

/* What lies there now, `last` if it is to be all; NULL, or malloc'd. The worker can still write to
 * it: what is checked, and used, is a copy. */
static char *copy(int fd, uint64_t from, uint64_t to, bool last, struct err *e)
{
    struct stat st;
    char *bytes = NULL;
    if (fstat(fd, &st) != 0) {
        err_errno(e, ERR_DATA, "the worker's batch cannot be looked at");
        return NULL;
    }
    uint64_t size = (uint64_t)st.st_size;
    if (to <= from || to > RESULTS_MAX || size < to || (last && size > to))
        err_set(e, ERR_DATA, "the worker announced a batch of %llu bytes and left %llu",
                (unsigned long long)to, (unsigned long long)size);
    else if ((uint64_t)st.st_blocks * 512 < to) /* holes cost it nothing, and us a copy */
        err_set(e, ERR_DATA, "the worker's batch has holes");
    else if ((bytes = malloc(to - from)) == NULL)
        err_set(e, ERR_AGAIN, "no memory for a batch of %llu bytes", (unsigned long long)to);
    if (bytes == NULL || read_all(fd, bytes, from, to))
        return bytes;
    err_errno(e, ERR_DATA, "the worker's batch cannot be read");
    free(bytes);
    return NULL;
}

static bool take_piece(struct work *work, int fd, uint64_t from, uint64_t to, struct err *e)
{
    if (work->pieces == NULL && (work->pieces = results_pieces_new()) == NULL)
        return err_set(e, ERR_AGAIN, "no memory for a batch");
    from = next_page(from);
    char *bytes = copy(fd, from, to, false, e);
    if (bytes == NULL)
        return false;
    bool ok = results_pieces_add(work->pieces, (struct slice){bytes, to - from}, e);
    free(bytes);
    return ok || err_prefix(e, "the worker's batch is wrong");
}

bool work_take_piece(struct work *work, int fd, uint64_t from, uint64_t to)
{
    struct err e;
    if (take_piece(work, fd, from, to, &e))
        return true;
    fail(work, &e);
    return false;
}

/* Its last piece; or a whole, and the pieces mean nothing. */
static bool open_batch(struct work *work, struct slice bytes, struct err *e)
{
    const struct results_header *h = (const void *)bytes.ptr;
    if (work->pieces == NULL || bytes.len < sizeof *h || h->piece == 0)
        return results_open(bytes, &work->results, e);
    if (!results_pieces_add(work->pieces, bytes, e))
        return false;
    results_pieces_open(work->pieces, &work->results);
    return true;
}

static bool take(struct work *work, int fd, uint64_t from, uint64_t length, struct err *e)
{
    from = next_page(from);
    char *bytes = copy(fd, from, length, true, e);
    if (bytes == NULL)
        return false;
    work->batch_bytes = (struct slice){bytes, length - from};
    if (open_batch(work, work->batch_bytes, e))
        return true;
    free(bytes);
    work->batch_bytes = (struct slice){NULL, 0};
    return err_prefix(e, "the worker's batch is wrong");
}

void work_take_batch(struct work *work, int fd, uint64_t from, uint64_t length)
{
    struct err e;
    if (take(work, fd, from, length, &e))
        work->failure = WIRE_OK;
    else
        fail(work, &e);
}

void work_done(struct work *work)
{
    free((void *)work->batch_bytes.ptr);
    results_pieces_free(work->pieces);
    work->batch_bytes = (struct slice){NULL, 0};
    work->pieces = NULL;
    work->results = (struct results){0};
}
