/* SPDX-License-Identifier: ISC */
/* Every judgement on a payload, a contest or a unit: one code, one name, one class. The same names
 * stand in log, metric, document, board and test. */
#ifndef TALLYD_CORE_VERDICT_H
#define TALLYD_CORE_VERDICT_H

#include "daemon/base/slice.h"

enum verdict_class {
    CLASS_ACCEPT,     /* used */
    CLASS_FLAG,       /* used, with a visible mark */
    CLASS_HOLD,       /* the last good figure stays */
    CLASS_QUARANTINE, /* kept, nothing of it used */
    CLASS_FAILED,     /* nothing came that could be judged */
};

enum verdict {
    /* of a payload */
    VERDICT_ACCEPTED,
    VERDICT_UNCHANGED, /* 304, or the same bytes again */
    VERDICT_OLDER, /* older than what is on air, by its own time, version, or as an earlier copy */
    VERDICT_EARLY, /* votes before polls close */
    VERDICT_WRONG_MODE,     /* test data in a live watch, or the other way round */
    VERDICT_WRONG_DATE,     /* another election's */
    VERDICT_ROSTER,         /* contests are missing that were there; the rest is used (a flag) */
    VERDICT_EMPTY,          /* everything zero where votes were on air */
    VERDICT_REJECTED,       /* bytes the desk rejected; of a contest: its figures in them */
    VERDICT_CALLS_VANISHED, /* several calls gone at once: held */
    /* of a payload that gave no batch */
    VERDICT_BLOCKED, /* the site refuses us, or sends a page for people */
    VERDICT_TRUNCATED,
    VERDICT_SYNTAX,
    VERDICT_SCHEMA,
    VERDICT_LIMIT,
    VERDICT_CRASHED,
    VERDICT_OVERRAN,
    VERDICT_MISUSE,
    VERDICT_TOO_BIG,
    VERDICT_UNREACHABLE, /* no connection, time-out, TLS */
    VERDICT_HTTP_STATUS, /* an answer that is not 200 or 304 */
    VERDICT_CUT,         /* the transfer ended before its stated length */
    VERDICT_INTERNAL,
    /* of a contest or a unit of it */
    VERDICT_CONTEST_BAD, /* the worker's own finding: problems of the batch */
    VERDICT_FALL_FLAG,
    VERDICT_FALL_HOLD,
    VERDICT_FALL_DESK, /* a fall only the figure's return or the desk ends */
    VERDICT_CORRECTED, /* a held fall that stood: published as a correction */
    VERDICT_RESTORED,  /* a held fall that went back up */
    VERDICT_DOUBLED,
    VERDICT_SWAPPED,
    VERDICT_ROSTER_CHANGED,
    VERDICT_OVERVOTE,
    VERDICT_OVERVOTE_FLAG,
    VERDICT_MARK_MOVED,   /* an official mark went from one choice to another */
    VERDICT_MARKS_EARLY,  /* official marks stood there before polls closed */
    VERDICT_CALLS_DIFFER, /* of a race: what is said of its calls contradicts itself */
    VERDICTS
};

struct verdict_info {
    const char *name; /* "fall-hold" */
    enum verdict_class class;
    const char *about; /* one line for people, with its exit */
    const char
        *until; /* the exit of what is held or in quarantine; NULL: there is nothing to end */
};
extern const struct verdict_info verdict_info[VERDICTS];

enum verdict verdict_named(struct slice name); /* VERDICTS: none is */

#endif
