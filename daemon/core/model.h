/* SPDX-License-Identifier: ISC */
/* The state of the night: plain data, owned by struct core, changed only by the modules named
 * beside each part. */
#ifndef TALLYD_CORE_MODEL_H
#define TALLYD_CORE_MODEL_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/hash.h"
#include "daemon/base/map.h"
#include "daemon/core/decision.h"
#include "daemon/core/endorsement.h"
#include "daemon/core/rounds.h"
#include "daemon/core/settings.h"
#include "daemon/core/verdict.h"
#include "parsers/results.h"

#define NONE UINT32_MAX /* no such index */

/* ---- what each source says (feed.c, guard.c) ---- */

struct feed_choice {
    /* name and party may have been learned from an earlier payload or a companion */
    struct slice id, name, party;
    uint32_t flags;         /* enum results_choice_flag */
    enum results_mark mark; /* as the last accepted payload has it */
    bool stood; /* official.c: a winner's, since polls closed: where it may have moved from */
};

/* A figure that a guard holds: the last good one stays in `votes`. */
struct feed_hold {
    enum verdict why;    /* VERDICT_ACCEPTED: not held */
    bool deep;           /* at some time the figures fell by much, or to zero: no time ends that */
    bool along;          /* nothing is wrong with this unit: it waits with another of its contest */
    int64_t since;       /* election ms of the first payload that was held */
    struct digest first; /* that payload */
    struct digest roster; /* the choices that wait, where they are others than on air */
    int64_t *votes;       /* the newest figures that wait; NULL: of other choices */
};

struct feed_unit {
    enum results_unit_type type;
    struct slice id, name;
    int32_t reporting, total;    /* -1 unknown */
    int64_t registered, ballots; /* -1 unknown */
    int64_t *votes;              /* on air, one a choice; VOTES_UNKNOWN, VOTES_ABSENT */
    bool *derived;               /* one a choice */
    bool overvote_known;         /* the desk took more votes than its ballots allow */
    struct feed_hold hold;
};

enum feed_day {
    DAY_STATED,  /* the feed says its election day */
    DAY_TAKEN,   /* it is silent, and no other day of ours had come */
    DAY_UNKNOWN, /* ... and another had: it may be of either */
    FEED_DAYS
};

struct feed_contest {
    /* First what is looked at where a payload says again what it said: most of a large one does. */
    uint32_t source, file; /* whose, and which file's figures these are */
    /* take.c: of its part of the payload it was last taken from, where that was judged in full and
     * nothing was wrong; zeros else */
    struct digest settled;
    int64_t first_close, last_close; /* of that part: when polls close (intake.h), */
    bool votes;                      /* and whether some are other than zero */
    bool gone;                       /* no longer in the feed: keeps its last figures */
    /* what is on air is not all of the newest used payload that has it: only a memo says it again
     */
    bool apart;
    bool from_memo; /* as memo.c made it: our own payloads, read again, add nothing to it */
    /* more than one file of the source has had it, its choices began anew, or the desk took more
     * votes than ballots of it: no payload says that again */
    bool storied;
    enum verdict doubt;  /* why it is held or flagged; VERDICT_ACCEPTED: in order */
    int64_t older_since; /* since when the feed has only an older copy of it, by its own time;
                            WHEN_UNKNOWN: it has not */
    int64_t date;        /* its election day, midnight UTC */
    int64_t received_ms; /* when these figures came */
    uint64_t learned;    /* the feed's, when its names were last kept */
    uint64_t seen;       /* the number of the last payload that was looked through for it */
    uint32_t choice_count, unit_count, unit_room;
    struct feed_choice *choices;
    struct feed_unit *units; /* [0] is the total */
    struct slice county, id, text, state, office, district, party, election_type;
    uint32_t flags;                       /* enum results_contest_flag */
    int32_t votes_allowed, seats, places; /* -1 unknown */
    enum feed_day day;                    /* whence its day is known */
    int64_t updated_ms;                   /* the contest's own time, WHEN_UNKNOWN */
    int64_t called_ms;  /* when it was called, by the feed; WHEN_UNKNOWN: not said */
    int64_t changed_ms; /* when its figures, roster or marks last changed */
    bool corrected;     /* a fall was published */
    /* merge.c: `corrected` as it was when its figures were not on air: no correction of the race's
     */
    bool corrected_before;
    bool of_before;      /* official.c: its marks are those of before polls closed */
    int64_t lag_since;   /* offers.c: since when it is lag_bp behind another source; 0: it is not */
    uint32_t race;       /* index, or NONE (match.c) */
    uint64_t roster_rev; /* raised when id, text, choices change: what match looks at */
    struct match_fits *fits; /* match.c's own notes on it; NULL before its first look */
};

struct feed_file {
    int64_t last_success_ms; /* fetched and understood, or unchanged; WHEN_UNKNOWN: never */
    int64_t last_change_ms;  /* an accepted payload with other bytes */
    int64_t own_time_ms;     /* of the payload on air; WHEN_UNKNOWN */
    struct slice version;    /* as the payload or its pointer states */
    struct digest digest;    /* of the payload on air */
    enum verdict verdict;    /* the last judgement */
    struct slice verdict_text;
    enum results_status status;
    bool seen; /* any payload was ever accepted */
    /* Why all its figures are in doubt: OLDER (only older payloads came for too long), EMPTY (it
     * serves nothing but zeros); ACCEPTED: they are not. */
    enum verdict doubt;
    bool unasked; /* kept over a restart, and the site has not been heard since: keeps its place in
                     a race */
    bool as_was;  /* ... and a memo says how it was taken: nothing of it waits to be confirmed */
    bool kept;    /* core.c: what it shows was kept over a restart, and no payload was used since */
    /* the contests of the payload on air, as they stood in it; malloc'd */
    struct feed_contest **order;
    uint32_t order_count;
    /* feed.c's: a payload that waits for polls to close, the verdict's bytes */
    struct feed_own *own;
};

struct feed { /* one a source, same index */
    struct feed_file *files;
    /* "county\x1fid\x1ftext" -> struct feed_contest *, in order of first sight */
    struct map *contests;
    struct map *names; /* learned: "contest id\x1fchoice id" -> struct learned * */
    uint64_t learned;  /* raised when such a name becomes another one */
    uint64_t payloads; /* that were looked through for what is missing */
    bool advisory; /* official.c, calls.c: an official mark moved between choices: its marks call
                      nothing more tonight */
    struct map *digests; /* "file:hex" of payloads once on air: to know an older copy again */
    bool paused; /* the desk has stopped it: its figures are not fresh, whenever they came */
    struct map *rulings; /* the desk's, by payload and contest (ruling.c) */
    bool shared;         /* some contest was in more than one file */
    /* all that this feed may grow; capped, so that one feed costs only itself. The contests are by
     * themselves: a payload is laid against each of them, and few pages are soon read */
    struct arena *memory, *heads;
};

struct learned { /* durable */
    uint32_t source;
    struct slice contest; /* its id; where ids repeat per county "county\x1fid" */
    struct slice choice, name, party;
};

/* ---- what belongs to whom (match.c) ---- */

enum band { BAND_AUTO, BAND_DECIDED, BAND_REVIEW, BAND_NONE };

struct link { /* an endorsement and a choice of one source's contest */
    struct feed_contest *contest;
    uint32_t choice; /* index in the contest; NONE when only the contest is in question */
    uint32_t endorsement;
    enum band band;
    struct slice why;    /* the evidence, for people */
    const char *primary; /* where its race is over several parties' primaries: whose this contest
                            is; NULL else */
    bool kept; /* of a race, in REVIEW: its figures were on air and stay there, in doubt; it calls
                  nothing */
};

/* ---- calls (calls.c) ---- */

enum outcome { OUTCOME_PENDING, OUTCOME_WON, OUTCOME_LOST, OUTCOME_ADVANCED, OUTCOMES };
const char *outcome_name(enum outcome o);

struct claim {      /* append-only, durable */
    int64_t number; /* 1, 2, ...: order of taking, in one row with the decisions, unique for the
                       election */
    struct slice race_id, endorsement_id;
    struct slice line;    /* of one cross-filed in several primaries, the one it is about
                             (primaries_line); empty: the candidacy */
    struct slice by;      /* the authority */
    enum outcome outcome; /* PENDING: this authority takes its call back (a retraction) */
    int64_t at_ms;        /* when we took it, election clock */
    int64_t heard_ms;     /* ... as the clock would say it now (set_back.c); not durable */
    int64_t called_at_ms; /* the authority's own time; WHEN_UNKNOWN */
    struct slice basis, reason, evidence; /* evidence: source, contest, choice and mark as text */
    struct slice row; /* of a call: endorsement_row as it was then; empty: not known */
};

struct standing { /* one an endorsement, same index: what is derived from its claims */
    enum outcome outcome;
    uint32_t claim;   /* index of the claim that stands, or NONE */
    uint32_t told;    /* index of what was told of it last, or NONE; told.c */
    uint32_t *claims; /* all of its claims, oldest first */
    uint32_t claim_count, claim_room;
    int64_t since_ms;
    uint32_t race; /* its race's index */
    /* the first endorsement in the list of the same person (folded name and state) */
    uint32_t person;
    uint8_t counted; /* steps.c: what it counts as by the last of `turns` */
};

/* An endorsement counts as something else (steps.c), and since when. */
struct turned {
    uint32_t endorsement;
    int64_t at_ms;
    uint8_t was, now; /* enum counted */
};

/* What makes an event's id its own: no claim comes to stand twice by the same thing. */
struct told_id {
    int64_t claim; /* number of the one that came to stand */
    int64_t again; /* 0: when it was made; else the number of the decision, or of the claim, by
                      which it stood (again) later */
};

/* A call or a retraction as it was told (told.c); what each means: struct documents_event. */
struct told {
    struct told_id id;
    uint32_t endorsement, claim, was;
    bool retraction;
    int64_t at_ms;
    int64_t decision; /* number of the desk's that did it; 0: none */
};

/* What was told and no longer holds (corrections.c). */
struct correction {
    enum correction_of { CORRECTION_OF_OUTCOME, CORRECTION_OF_STATUS, CORRECTION_OF_VOTES } of;
    uint32_t endorsement; /* VOTES: whose they are, or one of ours in the race */
    int64_t at_ms;
    struct slice choice;    /* VOTES: the line of the race's figures */
    struct slice was, then; /* an outcome, a status, votes; what it is by now is another matter */
    struct slice by, why;
};

/* A mark gone from a feed, waiting to be seen again. */
struct fading {
    uint32_t endorsement;
    struct slice line, by; /* as a claim's */
    int64_t since_ms;
    bool held; /* one of several that went at once: only its return ends this */
};

/* ---- races (race.c, merge.c) ---- */

struct join; /* joins.h */

enum race_flag {
    RACE_FROZEN = 1, /* feeds' new calls do not count */
    RACE_UNDER_REVIEW = 2,
    RACE_DISAGREEMENT = 4, /* sources differ beyond lag */
    RACE_CONFLICT = 8,     /* authorities differ, or more winners than seats */
    RACE_IN_DOUBT = 16,    /* figures held */
    RACE_CORRECTED = 32,
    RACE_PARTIAL = 64, /* counties are missing */
    RACE_GONE = 128,   /* figures on air of a contest that is no longer in its feed */
    /* what only people know (decide.c) */
    RACE_RECOUNT = 256,
    RACE_TIE = 512,
    RACE_CONTESTED = 1024,
    RACE_CERTIFIED = 2048,
    RACE_VOID = 4096, /* nothing called in it stands */
    /* the figures on air came with a change of source: no change of anybody's votes */
    RACE_SOURCE_CHANGED = 8192,
    RACE_STALE = 16384, /* a source of the figures on air was not reached in time: of one county */
                        /* of a sum, too */
};
/* Nobody leads or trails by such figures. */
#define RACE_NO_STANDING (RACE_IN_DOUBT | RACE_PARTIAL | RACE_VOID)

enum race_status { RACE_UNCALLED, RACE_PARTLY_CALLED, RACE_CALLED };

enum { RACE_MATES = 2 }; /* a line names no more than three people: name.h */

struct race_choice {
    struct slice name, party;
    int64_t votes;              /* VOTES_UNKNOWN */
    uint32_t endorsement;       /* index or NONE: whom it is shown under */
    uint32_t mates[RACE_MATES]; /* where it is a ticket of several of ours: mate_count others */
    uint32_t mate_count;
    bool write_in;
    const char *primary; /* as its link's: one person has a line in each, never added up */
    /* Of a sum: the county, or the source, whose line it is and fits none of those before it, so
     * that the figures are in doubt; empty: it is no such line. */
    struct slice alone;
};

/* Is it the candidacy's line? A ticket is of all whom it names. */
static inline bool race_choice_is(const struct race_choice *c, uint32_t endorsement)
{
    bool is = c->endorsement == endorsement;

    for (uint32_t i = 0; i < c->mate_count; i++)
        is |= c->mates[i] == endorsement;
    return is;
}

struct race_county { /* where counties are summed: one source a county */
    struct slice county;
    uint32_t source;
};

struct race {
    struct slice id, state, office, jurisdiction, district, seat;
    int64_t date;
    int64_t polls_close_ms; /* the last close of the race: calls wait for it; WHEN_UNKNOWN: none
                               known */
    uint32_t *endorsements; /* indexes */
    uint32_t endorsement_count;
    struct link *links; /* AUTO and DECIDED, and in REVIEW those that calls rest on (rests.h) or
                           that are kept; rebuilt by match */
    uint32_t link_count;
    struct feed_contest **contests; /* distinct contests of the links */
    uint32_t contest_count;
    /* merge.c, as tallies count by it: of how many parties these are, where it is over several; 0
     * else */
    uint32_t primaries;
    enum rounds_win win;     /* what a winner's mark says (rounds.h) */
    bool ranked;             /* by law (rounds.h) */
    int64_t seats, places;   /* in one primary. Resolved from the endorsements, then the feeds'
                                statements; -1 unknown or in conflict */
    enum race_status status; /* calls.c */
    int64_t seats_called, places_called; /* standings.c: how many are known to be called, ours or
                                            not, in all its primaries; while a call moves, both */
    uint32_t flags; /* calls.c: CONFLICT; standings.c: FROZEN, UNDER_REVIEW and what is `marked`;
                       merge.c: DISAGREEMENT, IN_DOUBT, CORRECTED, PARTIAL, GONE,
                       SOURCE_CHANGED */
    bool in_parts;  /* official.c: counties have it of which none is the whole, or had it before a
                       restart: no mark of one county is the race's */
    bool nominates; /* nominations.c: it is a party's, of which the list does not say so */
    const char *conflict; /* calls.c: why CONFLICT, where more than claims differ; NULL */
    /* what the desk has said of it (decide.c): numbers of decisions, 0: it has not */
    uint32_t marked;  /* flags */
    int64_t frozen;   /* feeds' claims of higher numbers do not count */
    int64_t released; /* the desk's claims, and retractions, of lower numbers no longer count */
    int64_t polls_moved_ms; /* the close it was given; WHEN_UNKNOWN: none */
    /* figures on air (merge.c) */
    const struct settings_source *pinned; /* by the desk; NULL: none (pins_set) */
    uint32_t on_air; /* source index; NONE: nothing yet, or counties are summed */
    bool summed;     /* counties are summed */
    uint32_t counties_in, counties_of;
    struct race_county *counties; /* counties_in of them */
    uint32_t county_room;
    struct race_choice *choices;
    uint32_t choice_count, choice_room;
    int32_t units_reporting, units_total; /* -1 unknown */
    int64_t updated_ms;                   /* last change of the figures on air; WHEN_UNKNOWN */
    /* core.c: of anything that is told of it, not by the desk or by claims alone; WHEN_UNKNOWN */
    int64_t changed_ms;
    struct race_memo *memo; /* of before a restart; NULL */
    struct digest told;     /* of the last memo that was made of it */
    uint32_t told_marks;    /* memo_marks of the last one that was to be told */
    bool was_corrected;     /* by another daemon's payloads: ours do not say so */
    struct join *joins;     /* the desk's (joins.h), oldest first */
    uint32_t join_count, join_room;
};

struct model {
    const struct settings *settings;     /* the core's copy: the desk moves polls */
    const struct endorsements *endorsed; /* the core's copy: the desk changes statuses */
    struct {
        struct settings *settings;
        struct endorsement *list;
    } own;                 /* ... as decide.c writes them */
    struct arena *strings; /* interned for the life of the core; capped */
    struct feed *feeds;    /* settings->source_count */
    struct match *match;   /* match.c's indexes */
    struct race *races;
    uint32_t race_count;
    struct link *review; /* links in band REVIEW, for the queue */
    uint32_t review_count;
    struct claim *claims; /* all, in order of number */
    uint32_t claim_count, claim_room;
    struct decision *decisions; /* all, in order of number; decide.c */
    uint32_t decision_count, decision_room;
    int64_t last_number;        /* of claims and decisions */
    int64_t number_before;      /* ... as it was before the event at hand */
    int64_t frozen;             /* as a race's, for all of them */
    struct standing *standings; /* endorsed->count */
    struct map *endorsed_by_id; /* endorsement_id -> const struct endorsement *; calls.c */
    struct fading *fading;
    uint32_t fading_count, fading_room;
    struct correction *corrections; /* oldest first */
    uint32_t correction_count, correction_room;
    struct told *told; /* all call events, in order; told.c */
    uint32_t told_count, told_room;
    struct turned *turns; /* all, as they came; steps.c */
    uint32_t turn_count, turn_room;
    int64_t last_change_ms; /* of any outcome or count: the sentence's as-of; WHEN_UNKNOWN before
                               the first */
    int64_t checked_ms;     /* the newest success of any source */
};

#endif
