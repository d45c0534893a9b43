/* SPDX-License-Identifier: ISC */
/* What the outside reads of the model: the data of messages (config/schema/), pages, and text
 * for people. Everything is appended to a buffer, whose `failed` is to be asked afterwards. */
#ifndef TALLYD_CORE_DOCUMENTS_H
#define TALLYD_CORE_DOCUMENTS_H

#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/core/message.h"
#include "daemon/core/tally.h"

struct jsonw;
struct press;

/* ---- documents_totals.c ---- */

/* The data of a totals message, a JSON object; of a state's with `state` not empty. */
void documents_totals(const struct model *m, const struct tally *t, struct slice state,
                      int64_t now_ms, struct buf *out);
/* What every slice of the totals has, as members of the object at hand. */
void documents_counts(struct jsonw *j, const struct settings *s, const struct tally *t);
/* "name value\n" for h:totals: plain numbers only. */
void documents_plain(const struct model *m, const struct tally *t, struct buf *out);
/* A line a count, or a line a state, level or tag: tab-separated with a head; or JSON. */
enum documents_by { DOCUMENTS_ALL, DOCUMENTS_STATE, DOCUMENTS_LEVEL, DOCUMENTS_TAG };
bool documents_totals_rows(const struct model *m, enum documents_by by, bool json,
                           struct arena *scratch, struct buf *out);

/* ---- documents_public.c ---- */

/* Totals by "state", "office" or "tag" as far as they are public (publish.h, cells.h), as JSON or
 * CSV for the press; by nothing, as CSV. False: ERR_USAGE, by that there is nothing. */
struct documents_table {
    struct slice by;
    bool json;
    int64_t now_ms;
};
bool documents_public(const struct model *m, const struct documents_table *of,
                      struct arena *scratch, struct buf *out, struct err *e) MUST_USE;

/* Their rows by tag (documents_tags.c): into the array at hand, or, `j` NULL, as CSV. Of tags that
 * may only be counted the figures are those of `as_of`, and `waiting` is of how many people, ours
 * in all, something else has become since (steps.h); a row that is hidden says so. False: memory.
 */
bool documents_tags(const struct model *m, struct jsonw *j, struct press *p, bool stale,
                    struct arena *a) MUST_USE;

/* ---- documents_press.c ---- */

/* What was told and no longer holds, the latest first: what it was, what it became then, what it is
 * now, when, by whom and why. JSON or text. */
void documents_corrections(const struct model *m, bool json, struct buf *out);
void documents_correction_line(const struct model *m, const struct correction *c, struct buf *out);
/* What is still to be called (open.h): CSV for the press; a tab-separated line each, or JSON, for
 * the desk. False: memory. */
bool documents_open(const struct model *m, int64_t now_ms, struct arena *scratch,
                    struct buf *out) MUST_USE;
/* ... behind what the list has lost (lost.h). */
bool documents_todo(const struct model *m, int64_t now_ms, bool json, struct arena *scratch,
                    struct buf *out) MUST_USE;

/* ---- documents_pulls.c: for the press, only what is public ---- */

/* Every call and retraction that was told (told.h), the latest first: JSON or CSV. */
void documents_calls(const struct model *m, bool json, struct buf *out);
/* ... tab-separated lines for people. */
void documents_calls_rows(const struct model *m, bool json, struct buf *out);
/* Ours that have won, in the order of the list, with the published columns that are text. */
void documents_winners(const struct model *m, struct buf *out);
/* Is one of ours a flip? Public only where held_by is published. */
bool documents_is_flip(const struct model *m, uint32_t endorsement);
/* Races that every word fits (documents_filter.h); JSON, or CSV with a row a line of figures.
 * False: ERR_USAGE, a word is no filter out there; or memory. */
struct documents_chosen;
bool documents_choose_public(const struct model *m, const struct slice *words, size_t n,
                             struct arena *a, struct documents_chosen *out, struct err *e) MUST_USE;
bool documents_races_public(const struct model *m, const struct slice *words, size_t n, bool json,
                            struct arena *scratch, struct buf *out, struct err *e) MUST_USE;
/* One race with its calls. False: there is none of this id. */
bool documents_race_page(const struct model *m, struct slice id, struct buf *out) MUST_USE;
/* documents_totals.c: what totals of everything say of the season, of all since the beginning
 * (empty where the configuration has no baseline) and of earlier cycles, as columns of CSV: their
 * names, DOCUMENTS_SEASON of them, and the cells of them. */
enum { DOCUMENTS_SEASON = 10 };
size_t documents_season_names(const char **names);
void documents_season_cells(struct press *p, const struct tally *t);
void documents_sources_public(const struct model *m, int64_t now_ms, struct buf *out);
/* documents_list.c: the same as CSV, without what is in doubt. */
void documents_sources_csv(const struct model *m, int64_t now_ms, struct buf *out);

/* ---- documents_race.c ---- */

/* The data of a race message. */
void documents_race(const struct model *m, const struct race *r, struct buf *out);

/* ---- documents_call.c ---- */

/* A candidacy's standing came, went, or passed to another authority. */
struct documents_event {
    struct told_id id; /* RETRACTION: of the call it takes back */
    uint32_t endorsement;
    bool retraction;
    uint32_t claim; /* index of the claim that did it; NONE: a higher authority took the race over
                       and has not called it */
    uint32_t was;   /* index of the claim that no longer stands: of the same outcome by another
                       authority, where it is a call; or NONE */
    const struct decision *decision; /* NULL, or what the desk decided that did it */
};
/* "c12", "r12": see struct message. */
void documents_event_id(const struct documents_event *ev, struct buf *out);
/* Who says so, and why. */
struct documents_said {
    struct slice by, basis, reason;
    int64_t called_ms; /* WHEN_UNKNOWN: nobody called anything */
    char room[256];    /* the reason's, where it is made up */
};
void documents_said(const struct model *m, const struct documents_event *ev,
                    struct documents_said *out);
/* What an event says without totals, as members of the object at hand. */
void documents_event_members(struct jsonw *j, const struct model *m,
                             const struct documents_event *ev);
/* The data of a call or retraction message. */
void documents_event(const struct model *m, const struct documents_event *ev,
                     const struct tally *after, int64_t now_ms, struct buf *out);
/* The news in one line for people: what, who, by whom, and the totals after it. */
void documents_event_line(const struct model *m, const struct documents_event *ev,
                          const struct tally *after, struct buf *out);
void documents_totals_line(const struct tally *t, struct buf *out);
/* "1 won of 2 called, 1 flip, 219 to go; 6 leading, 5 trailing"; where any have, "9 advanced"
 * before those to go. */
void documents_totals_words(const struct tally *t, struct buf *out);
/* "GA  Di Foe, US Senate" */
void documents_who(const struct model *m, uint32_t endorsement, struct buf *out);

/* "3  call ga-sd-1-poe won by maria at 10:12 p.m. ET: ... [newspaper, https://...]" */
void documents_decision_line(const struct model *m, const struct decision *d, struct buf *out);

/* The last event of each candidacy of the race, without totals, an object a line. Empty: none. */
void documents_claims(const struct model *m, const struct race *r, struct buf *out);

/* ---- documents_list.c, documents_explain.c: for people ---- */

/* Races that every filter word fits ("state:GA", "status:won", "office:school", "flip:yes", or a
 * bare word found in id, office, place or name): a tab-separated line each with a head, or a JSON
 * array. False: a word is no filter or no value of one (ERR_USAGE), or no race fits (ERR_NO). */
bool documents_races(const struct model *m, const struct slice *filters, size_t filter_count,
                     bool json, struct buf *out, struct err *e) MUST_USE;
/* An endorsement's figures and standing as there: "1200 leading". */
void documents_ours(const struct model *m, uint32_t endorsement, struct buf *out);
/* A line a file of each source. */
void documents_sources(const struct model *m, int64_t now_ms, bool json, struct buf *out);
void documents_sources_members(struct jsonw *j, const char *key, const struct model *m,
                               int64_t now_ms);
/* documents_match.c: lines that wait for review, and lines of sums that a join may end the doubt
 * of, with where the contest is ("GA", "GA/Fulton") and its other choices, most votes first, as
 * "NAME (PARTY): VOTES|..."; decisions about matches, and joins, and whether they stand. */
void documents_match_list(const struct model *m, bool json, struct buf *out);
void documents_match_decisions(const struct model *m, bool json, struct buf *out);
/* documents_call.c: all that the desk decided, the latest first. */
void documents_decisions(const struct model *m, bool json, struct buf *out);
/* documents_coverage.c: each endorsement that counts: matched and where, in review, or in no feed
 * yet and why; who watches by hand what no feed calls. Those that ask for a person first. */
void documents_coverage(const struct model *m, bool json, struct buf *out);
/* The CSV of `tallyd -1 -o matches`. */
void documents_matches(const struct model *m, struct buf *out);
/* A line a source that makes calls and has answered, and lacks some of ours that its state has:
 * how many, and the first few. The CSV shows them only where no source has them. */
void documents_unmatched(const struct model *m, struct buf *out);
/* documents_show.c: a race, found as documents_find does, with each line of its figures. */
bool documents_show(const struct model *m, struct slice id, bool json, struct buf *out,
                    struct err *e) MUST_USE;
/* The last so many calls and retractions that were told, a line each, as watchers heard them. */
void documents_told(const struct model *m, uint32_t most, struct buf *out);
/* From a feed's row to the total: of what documents_find finds; of "count:NAME" what
 * documents_count.c says. */
bool documents_explain(const struct model *m, const struct tally *t, struct slice id,
                       int64_t now_ms, struct buf *out, struct err *e) MUST_USE;

/* documents_count.c: the races that make up a count, each with its share and who of ours is in it;
 * of states_won the states. */
bool documents_explain_count(const struct model *m, const struct tally *t, struct slice name,
                             struct buf *out, struct err *e) MUST_USE;
bool documents_is_count(struct slice name);

/* ---- documents_trial.c ---- */

/* Of a core that one source alone was shown to: its matches with their evidence, the races with
 * their figures and where ours in them stand, and whom of its states it lacks. Titled tables
 * (table.h): members of `into`, or, NULL, text. */
void documents_trial(const struct model *m, struct jsonw *into, struct buf *out);
struct documents_trial { /* how many lines are matched, and in question; races with figures; ours
                            that are called, and that it lacks */
    uint32_t matched, review, races, called, missing;
};
void documents_trial_count(const struct model *m, struct documents_trial *out);

#endif
