/* SPDX-License-Identifier: ISC */
/* What happens to the election, from outside; and a judgement on part of a payload. */
#ifndef TALLYD_CORE_EVENT_H
#define TALLYD_CORE_EVENT_H

#include <stdint.h>

#include "daemon/base/hash.h"
#include "daemon/core/decision.h"
#include "daemon/core/verdict.h"

struct results;

enum event_type {
    EVENT_BATCH,     /* a payload was read */
    EVENT_UNCHANGED, /* the source says nothing is new (304), or the bytes are the same */
    EVENT_FAILED,    /* the poll or the parse failed: verdict and text say how */
    EVENT_DECISION,  /* a person decided: `decision` */
    EVENT_TICK,      /* the time the core asked for has come */
};

struct event {
    enum event_type type;
    uint32_t source, file;       /* BATCH, UNCHANGED, FAILED */
    const struct results *batch; /* BATCH; borrowed for the call */
    struct digest digest;        /* BATCH: of the payload's bytes; UNCHANGED: of those last taken */
    struct slice version;        /* BATCH: the version its URL named, or empty */
    int64_t received_ms;         /* election clock at the payload's last byte */
    bool restored; /* BATCH: from our own last-accepted copy, at start or reload: judged as already
                      on air */
    bool again;    /* BATCH: the bytes on air, read again with other companions */
    enum verdict verdict;     /* FAILED */
    struct slice text;        /* FAILED */
    struct decision decision; /* DECISION; its number and time are given by the core */
};

struct verdict_note { /* on a contest or a unit of it */
    enum verdict verdict;
    uint32_t source; /* NONE: of no one source */
    struct slice contest, unit, text;
};

#endif
