/* SPDX-License-Identifier: ISC */
/* Between decide.c and its verbs: what a decision is about, and what each verb does with it. */
#ifndef TALLYD_CORE_DECIDE_VERBS_H
#define TALLYD_CORE_DECIDE_VERBS_H

#include "daemon/core/match_decision.h"
#include "daemon/core/model.h"

struct decide_done; /* decide.h */

/* What a decision is about, found. */
struct about {
    const struct decision *d;
    struct decision *said; /* ... where its words may still be put in full; NULL: restored */
    int64_t now_ms;
    uint32_t endorsement;        /* NONE */
    struct race *race;           /* NULL: none, or all */
    uint32_t source;             /* NONE */
    int64_t value;               /* the argument, read: an outcome, a flag, a status, a minute */
    struct match_decision match; /* of the verbs of matches: what it is about */
    struct decide_done *done;
};

/* What it is about, and its words; false: nothing, or not such words. */
typedef bool decide_reader(struct model *m, struct about *a, struct err *e);
/* May it be done now? */
typedef bool decide_judge(const struct model *m, const struct about *a, struct err *e);
/* False: refused (only by what has no judge), or memory is out. */
typedef bool decide_doer(struct model *m, const struct about *a, struct err *e);

struct decide_verb {
    const char *name;
    decide_reader *read;
    decide_judge *judge;  /* NULL: always */
    decide_doer *lasting; /* what it changes that a start does again; NULL: nothing */
    decide_doer *once;    /* what comes back by itself: claims, rulings; NULL: nothing */
    bool looks;           /* what it changes shows only when races are looked at: those that stay
                             the same are no news */
};

/* decide.c: targets. */
decide_reader decide_candidacy, decide_race, decide_race_or_all;
bool decide_no_memory(struct err *e);
/* One of a list of words, of which some may be NULL. */
bool decide_word(struct slice word, const char *const *list, size_t n, int64_t *out);

/* decide_call.c */
/* Is there a seat, or a place, for it at this outcome beside others of ours? */
bool decide_room(const struct model *m, const struct about *a, enum outcome o, struct err *e);
extern const struct decide_verb decide_call, decide_uncall, decide_freeze, decide_release,
    decide_mark;
/* decide_list.c */
extern const struct decide_verb decide_status, decide_polls;
/* decide_feed.c */
extern const struct decide_verb decide_match_accept, decide_match_reject, decide_match_alias,
    decide_match_join, decide_match_undo, decide_source_pin, decide_source_unpin,
    decide_source_accept, decide_source_reject, decide_source_pause, decide_source_resume;

#endif
