/* SPDX-License-Identifier: ISC */
/* A rehearsal's script: what is to happen when, and what is expected then; a line each, as text and
 * as rows. tallyd(8), REHEARSALS, has its words. Pure. */
#ifndef TALLYD_SCRIPT_H
#define TALLYD_SCRIPT_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/core/decision.h"
#include "daemon/core/settings.h"
#include "daemon/core/verdict.h"
#include "parsers/results.h"

/* Of all files of a source, until it ends. */
enum script_fault {
    SCRIPT_SILENT,  /* no answer, or another than its payload: `verdict` and `text` */
    SCRIPT_CUT,     /* half of the payload's bytes */
    SCRIPT_EMPTY,   /* none of them */
    SCRIPT_PAGE,    /* a web page in their place */
    SCRIPT_FLAP,    /* the payload before */
    SCRIPT_ZEROED,  /* no votes */
    SCRIPT_DOUBLED, /* a unit's votes twice; argument: its name, or all */
    SCRIPT_SWAPPED, /* those of the first two choices of each contest */
    SCRIPT_FAULTS
};

struct script_fault_kind {
    const char *word;
    enum script_fault fault;
    enum verdict verdict; /* SILENT */
    const char *text;
};
extern const struct script_fault_kind script_faults[]; /* ended by word NULL */

enum script_what {
    SCRIPT_TICK,    /* nothing: a time at which something is expected */
    SCRIPT_FAULT,   /* it begins */
    SCRIPT_END,     /* ... and ends */
    SCRIPT_MARKS,   /* from now on the feed marks a choice so */
    SCRIPT_DESK,    /* a person decides */
    SCRIPT_EXPECTS, /* what is on air is as it says */
};

/* What is compared, with what was written behind the word. */
enum script_expects {
    EXPECTS_IS,     /* "ID STATE [by WHO]", of an endorsement */
    EXPECTS_RACE,   /* "ID: NAME VOTES, ... [FLAGS] from SOURCE": all of these parts */
    EXPECTS_COUNT,  /* "NAME N, ...": of the totals */
    EXPECTS_SAYS,   /* text of the sentence */
    EXPECTS_SOURCE, /* "NAME VERDICT": of one of its files */
    EXPECTS
};

struct script_line {
    int64_t at_ms;
    enum script_what what;
    size_t line;       /* of the file, from 1 */
    struct slice text; /* as written, without its time */
    uint32_t source;   /* FAULT, END, MARKS */
    const struct script_fault_kind *fault;
    struct slice argument; /* FAULT; MARKS: the choice's name */
    enum results_mark mark;
    struct decision decision; /* DESK */
    enum script_expects expects;
    struct slice wanted; /* EXPECTS: what stands behind the word */
};

struct script {
    struct script_line *lines; /* in order of time; of one time, as they were written */
    size_t count;
};

/* Times are of the settings' day and zone. Every problem of the text goes to `problems`, with its
 * line; false then, ERR_DATA. The text outlives what is read of it. */
bool script_read(struct slice text, const char *name, const struct settings *s, struct arena *a,
                 struct script *out, struct buf *problems, struct err *e) MUST_USE;

#endif
