/* SPDX-License-Identifier: ISC */
/* What a file of a source is, in one word that people can act on: the same word in lists, pages,
 * metrics and on both boards. Derived whenever somebody looks; nothing keeps it. */
#ifndef TALLYD_CORE_SOURCE_STATE_H
#define TALLYD_CORE_SOURCE_STATE_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"

/* The worse first: a source is what the worst of its files is. */
enum source_state {
    SOURCE_BLOCKED,     /* the site refuses us, or sends a page for people */
    SOURCE_QUARANTINED, /* what came is not used, or breaks its worker */
    SOURCE_STALE,       /* it was reached once, and not for too long */
    SOURCE_FAILING,     /* the last poll failed; its figures are fresh still */
    SOURCE_HELD,        /* some of it, or all, waits for people or for a change */
    SOURCE_PAUSED,      /* the desk has stopped it, or the election is long past */
    SOURCE_WAITING,     /* not heard of since the start */
    SOURCE_QUIET,       /* nothing new, as long as polls are open, or for an hour */
    SOURCE_UNCHANGED,   /* nothing new */
    SOURCE_UP,          /* what came last is on air */
    SOURCE_STATES
};

struct source_state_info {
    const char *name;   /* "blocked" */
    const char *advice; /* what it means, and what to do */
    bool answers;       /* the site did when it was last asked */
};
extern const struct source_state_info source_states[SOURCE_STATES];

/* All that the word follows from. */
struct source_facts {
    bool paused;          /* it is not to be asked */
    bool heard;           /* a poll has ended since the start */
    enum verdict verdict; /* the last judgement */
    bool reached, fresh;  /* ever; recently enough */
    bool doubt;           /* some figures are held, or all are in doubt */
    bool lull;            /* nothing new has come for long, or none is expected yet */
};
enum source_state source_state(const struct source_facts *f);

/* Of a file as it is now; and of a source: the worst of its files. */
enum source_state source_state_of_file(const struct model *m, uint32_t source, uint32_t file,
                                       int64_t now_ms);
enum source_state source_state_of(const struct model *m, uint32_t source, int64_t now_ms);

/* From when on news of a source are expected: before it, it is asked rarely. WHEN_NEVER: it is not
 * to be asked, for it is paused, or not meant for so long after the election
 * (settings_source.late); any time past, and WHEN_UNKNOWN: now. */
int64_t source_state_expects(const struct model *m, uint32_t source, int64_t now_ms);

/* From when on a source may have votes: the first close of its county or state, or of all, by the
 * configuration and the desk; that of a single race does not count. WHEN_UNKNOWN: nothing says. */
int64_t source_state_opens(const struct model *m, uint32_t source);

/* How many sources answer: each of their files did when it was last asked, and what is on air of it
 * is not stale. What people are told of it, they are told by this. */
uint32_t source_state_answering(const struct model *m, int64_t now_ms);

/* "1 blocked, 3 quiet, 41 unchanged": all sources, the worse first. */
void source_state_write(const struct model *m, int64_t now_ms, struct buf *out);

#endif
