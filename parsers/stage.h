/* SPDX-License-Identifier: ISC */
/* One stage of a payload's way: it pulls bytes from the stage below and gives its own, run by run.
 * For input.c and unwrap.c only. */
#ifndef TALLYD_PARSERS_STAGE_H
#define TALLYD_PARSERS_STAGE_H

#include "daemon/base/arena.h"
#include "parsers/fault.h"

struct stage {
    /* The next run of bytes, valid until the next pull; an empty run is the end, checked in full.
     */
    bool (*pull)(struct stage *s, struct slice *out, struct fault *f);
    void (*close)(struct stage *s); /* may be NULL */
    struct stage *below;
    struct slice rest;        /* pulled and not yet taken */
    size_t head_at, head_len; /* peeked and not yet taken: head[head_at..head_len) */
    bool end;
    char head[4096];
};

bool stage_take(struct stage *s, struct slice *out,
                struct fault *f) MUST_USE; /* empty at the end */
void stage_untake(struct stage *s,
                  struct slice rest); /* the tail of the run just taken, back again */
bool stage_peek(struct stage *s, size_t want, struct slice *out, struct fault *f) MUST_USE;
void stage_skip(struct stage *s, size_t n); /* of what was peeked */

/* NULL when memory is out. What gunzip gives is capped here because a zip within may swallow it
 * all; what comes out at the top is the input's to cap. */
struct stage *stage_gunzip(struct arena *a, struct stage *below, int64_t max);
struct stage *stage_unzip(struct arena *a, struct stage *below);

/* A spreadsheet of this kind, which is not read: says what to do instead. Always false. */
bool stage_refuse_spreadsheet(const char *kind, struct fault *f);

#endif
