/* SPDX-License-Identifier: ISC */
/* What happens to the election, from outside; and a judgement on part of a payload. */
#ifndef TALLYD_CORE_EVENT_H
#define TALLYD_CORE_EVENT_H

#include <stdint.h>

#include "daemon/base/hash.h"
#include "daemon/core/decision.h"
#include "daemon/core/verdict.h"

struct message;
struct results;

enum event_type {
    EVENT_BATCH,     /* a payload was read */
    EVENT_UNCHANGED, /* the source says nothing is new (304), or the bytes are the same */
    EVENT_FAILED,    /* the poll or the parse failed: verdict and text say how */
    EVENT_DECISION,  /* a person decided: `decision` */
    EVENT_RESTORED,  /* all that was durable is taken: what is on air is as it was */
    EVENT_TICK,      /* the time the core asked for has come */
};

/* How much of a payload is on air; as it is stored. */
enum standing_of_payload {
    PAYLOAD_WHOLE, /* all of it, and nothing else: the last good one */
    PAYLOAD_PART,  /* some of it, beside what is held */
    PAYLOAD_ASIDE, /* nothing: it waits for the clock, or the desk */
};

struct event {
    enum event_type type;
    uint32_t source, file;       /* BATCH, UNCHANGED, FAILED */
    const struct results *batch; /* BATCH; borrowed for the call */
    struct digest digest;        /* BATCH: of the payload's bytes; UNCHANGED: of those last taken */
    struct slice version;        /* BATCH: the version its URL named, or empty */
    int64_t received_ms;         /* election clock at the payload's last byte */
    bool restored; /* BATCH: one of our own copies, at start or reload: taken as it was then. Where
                      no memo says how (memo.h): a WHOLE one as already on air, another as if it
                      came again, at received_ms. Nothing follows from it before RESTORED */
    enum standing_of_payload standing; /* restored: what it was then */
    bool again;               /* BATCH: the bytes on air, read again with other companions */
    enum verdict verdict;     /* FAILED */
    struct slice text;        /* FAILED */
    struct decision decision; /* DECISION; its number and time are given by the core */
    bool would;               /* DECISION: by a copy of us, to see what would come of it */
    bool confirmed;           /* DECISION: who decides has seen that, and the ids in full */
    bool joint;               /* DECISION: one of several, which are told of together */
};

struct verdict_note { /* on a contest or a unit of it */
    enum verdict verdict;
    uint32_t source; /* NONE: of no one source */
    struct slice contest, unit, text;
};

#endif
