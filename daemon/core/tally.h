/* SPDX-License-Identifier: ISC */
/* Every count of the night: over everything, or over a part of the endorsements. A tally
 * is a sum over races, so that one race can be taken out, changed and put back. */
#ifndef TALLYD_CORE_TALLY_H
#define TALLYD_CORE_TALLY_H

#include "daemon/core/calls.h"
#include "daemon/core/model.h"

struct state;

/* In the order and by the names of the documents. */
#define TALLY_COUNTS(X)                                                                            \
    X(LISTED, listed)                                                                              \
    X(ENDORSED, endorsed)                                                                          \
    X(WITHDRAWN, withdrawn)                                                                        \
    X(DISQUALIFIED, disqualified)                                                                  \
    X(NOT_ON_BALLOT, not_on_ballot)                                                                \
    X(POSTPONED, postponed)                                                                        \
    X(WON, won)                                                                                    \
    X(LOST, lost)                                                                                  \
    X(ADVANCED, advanced)                                                                          \
    X(PENDING, pending)                                                                            \
    X(CALLED, called)                                                                              \
    X(SETTLED, settled)                                                                            \
    X(LEADING, leading)                                                                            \
    X(TRAILING, trailing)                                                                          \
    X(UNCLEAR, unclear)                                                                            \
    X(NO_RESULTS, no_results)                                                                      \
    X(VOID, void) /* of pending: in races marked void, where nothing is to be called */            \
    X(RACES, races)                                                                                \
    X(RACES_CALLED, races_called)                                                                  \
    X(WON_SEATS, won_seats)                                                                        \
    X(WON_NOMINATIONS, won_nominations)                                                            \
    X(WON_MEASURES, won_measures) /* sides of measures: nobody is elected */                       \
    X(WON_UNOPPOSED, won_unopposed)                                                                \
    X(UNDER_REVIEW, under_review) /* of won: in races under review, in conflict or contested */    \
    X(FLIPS, flips)                                                                                \
    X(KEPT, kept)                                                                                  \
    X(INCUMBENTS_REELECTED, incumbents_reelected)                                                  \
    X(INCUMBENTS_BEATEN, incumbents_beaten)                                                        \
    X(NEW_MEMBERS, new_members) /* seats won by people said not to be incumbents */                \
    X(AT_LEAST, at_least)                                                                          \
    X(AT_MOST, at_most)

enum tally_count {
#define TALLY_ENUM(upper, lower) TALLY_##upper,
    TALLY_COUNTS(TALLY_ENUM)
#undef TALLY_ENUM
        TALLY_NUMBERS
};
extern const char *const tally_names[TALLY_NUMBERS];

#define TALLY_STATES 64
#define TALLY_UNSTATED "unstated" /* whose held_by says no party: flips by `flip = yes` alone */
#define TALLY_PARTIES 16          /* the last one takes all that find no place: "Other" */

struct tally {
    int64_t n[TALLY_NUMBERS];
    int64_t won_in[TALLY_STATES];   /* by index in `states` */
    int64_t called_by[CALLS_RANKS]; /* settled, by calls_rank */
    struct tally_party {
        struct slice party;
        int64_t flips;
    } flips_from[TALLY_PARTIES]; /* by name; flips 0: unused */
};

enum tally_by { TALLY_BY_STATE, TALLY_BY_LEVEL, TALLY_BY_TAG, TALLY_BY_ID };

/* Which endorsements count; NULL for all. */
struct tally_part {
    enum tally_by by;
    struct slice value;
};

/* Add (sign 1) or take away (-1) a race. Take it away as it was added: before it changes. */
void tally_race(struct tally *t, const struct model *m, const struct race *r, int sign,
                const struct tally_part *part);

/* All races. */
void tally_all(struct tally *t, const struct model *m, const struct tally_part *part);

bool tally_same(const struct tally *a, const struct tally *b);

/* The values a dimension (not TALLY_BY_ID) has in the list, in order of first sight (states: by
 * code), into an array from the arena; NULL: memory. */
struct slice *tally_values(const struct model *m, enum tally_by by, struct arena *a, size_t *n);

/* How many of the 50 states have a win. */
int64_t tally_states_won(const struct tally *t);

/* People behind candidacies: one who stands twice counts once. */
void tally_people(const struct model *m, int64_t *endorsed, int64_t *won);

/* Everything, where a candidacy that goes on in another row (`continues`) counts once, by the last
 * stage of it that is among the endorsed. `t` is over everything. */
struct tally_season {
    int64_t endorsed, won_seats, won_nominations, won_measures, lost, advanced, pending;
};
void tally_season(const struct model *m, const struct tally *t, struct tally_season *out);

/* Is this a party that is known, a word for none, or one that flip-from names? A seat is no flip by
 * itself while its party or its holder's is not understood. */
bool tally_understands(const struct settings *s, struct slice party);

/* Is there a seat won in this state, now or (settings->baseline_states) before? */
bool tally_ever_won(const struct model *m, const struct state *state);

/* Are all wins seats, all nominations, or all measures? Shares of several are of nothing. */
bool tally_is_of_one_kind(const struct tally *t);

/* Is the win rate higher than that of every recorded cycle? So far: with too few settled, or not
 * if every pending race were lost. */
enum tally_record { TALLY_NO_RECORD, TALLY_RECORD_SO_FAR, TALLY_RECORD };
enum tally_record tally_record(const struct settings *s, const struct tally *t);

/* num/den as the settings round it: "66" or "66.8". False, and nothing written, when den is 0 or
 * below percent_from. */
bool tally_percent(const struct settings *s, int64_t num, int64_t den, char out[32]);

#endif
