/* SPDX-License-Identifier: ISC */
/* Whether a contest, by what its feed says of it, is the race of an endorsement: everything but the
 * names. */
#ifndef TALLYD_CORE_RACE_FIT_H
#define TALLYD_CORE_RACE_FIT_H

#include "daemon/core/model.h"
#include "daemon/core/office.h"
#include "daemon/core/states.h"

enum race_fit {
    RACE_OTHER, /* both sides speak, and differ */
    RACE_DOUBT, /* one side is silent where the other speaks */
    RACE_SAME,
};

struct race_ours { /* an endorsement, read once */
    const struct endorsement *e;
    const struct state *state;
    struct office_text office;        /* with district and seat */
    struct office_text place, county; /* words only; of the jurisdiction, of the county */
    const char *party;                /* of the contest; NULL: none stated */
    const char *own_party;            /* of the person; NULL: none of the table */
    bool cross;                       /* it may stand in several parties' primaries */
    struct slice
        number; /* that ends the office ("School Board 3"): its district, or a word of it */
};

struct race_theirs {           /* a contest of a feed */
    const struct state *state; /* NULL: the feed does not say */
    struct office_text office, county;
    const char *party;
    int64_t date; /* its election day */
    enum feed_day day;
    bool wordless;    /* nothing but ids */
    bool county_seen; /* nobody says the county: it is that of all its votes so far */
};

/* False only when the arena is full. */
bool race_fit_read_ours(const struct endorsement *e, struct arena *a,
                        struct race_ours *out) MUST_USE;
bool race_fit_read_theirs(const struct feed_contest *c, const struct settings_source *source,
                          struct arena *a, struct race_theirs *out) MUST_USE;

/* Reasons are sentences for people, with the word in question where there is one. */
struct race_reason {
    const char *text; /* NULL for RACE_SAME */
    struct slice word;
};
enum race_fit race_fit_compare(const struct race_ours *ours, const struct race_theirs *theirs,
                               struct race_reason *why);

/* Does the feed say that it is of another day? Then it is another race, whoever is named there. */
bool race_fit_other_day(const struct race_ours *ours, const struct race_theirs *theirs);

/* Is it RACE_OTHER already by day, state, office, district and seat? Most are. */
bool race_fit_excludes(const struct race_ours *ours, const struct race_theirs *theirs);

/* A word that a contest of the same class has to have in its office or county to be RACE_SAME: the
 * longest, to tell most races apart. Empty: there is none. */
struct slice race_fit_word(const struct race_ours *ours);

#endif
