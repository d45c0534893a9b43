/* SPDX-License-Identifier: ISC */
/* What a random night (random_night.h) is made of, and its races. */
#ifndef TALLYD_TESTS_RANDOM_RACES_H
#define TALLYD_TESTS_RANDOM_RACES_H

#include "tests/unit/night.h"
#include "tests/unit/random.h"

enum {
    RN_RACES = 10,
    RN_PEOPLE = 7,
    RN_CHOICES = 9,
    RN_SOURCES = 9,
    RN_EVENTS = 80,
    RN_OURS = 30,
};

enum rn_trait {
    RN_CALM = 1,     /* nothing that a guard would hold, refuse or doubt */
    RN_SILENT = 2,   /* nobody may call anything */
    RN_DISJOINT = 4, /* no two sources give votes for one race: their order cannot matter */
    RN_DESK = 8,     /* people decide, too */
};

enum rn_kind {
    RN_SINGLE,
    RN_BOARD,
    RN_PRIMARY,
    RN_FIRST_ROUND,
    RN_MEASURE,
    RN_RANKED,
    RN_FUSION,
    RN_UNOPPOSED,
    RN_COUNTIES, /* only counties' sources have it */
    RN_CROSSED,  /* over two parties' primaries */
    RN_KINDS
};

struct rn_choice {
    char name[32];
    const char *party;
    int person;  /* lines of one person have one number */
    int primary; /* of a crossed race: 0 the first party's, 1 the other's; 0 elsewhere */
    bool write_in;
    int ours; /* index of the endorsement; -1 */
};

struct rn_race {
    enum rn_kind kind;
    char id[16], text[64];
    const char *state, *office, *level;
    int64_t seats, places; /* -1: none, or said by nobody */
    bool seats_in_list, seats_in_feeds, places_in_list;
    bool apart; /* two of ours at least, and not every source has all of them */
    struct rn_choice choices[RN_CHOICES];
    int choice_count;
};

struct rn_ours {
    int race;
    char id[12];
    const char *name, *party, *held_by, *status, *wins, *tag[2];
    int flip, incumbent, opponent; /* -1 unsaid, 0 no, 1 yes */
    int64_t others;                /* seats_held_by_others; -1 */
    const char *side;              /* of a measure; NULL */
};

/* What one source has of one race. */
struct rn_said {
    bool has;
    bool lacks[RN_CHOICES]; /* lines that its contest has not */
    int64_t votes[RN_CHOICES];
    enum results_mark mark[RN_CHOICES];
    int64_t updated;
};

struct rn_event {
    enum event_type type;
    uint32_t source;
    int64_t now_ms;
    const char *text; /* BATCH: batch.h's lines */
    struct digest digest;
    struct decision decision;
    int64_t status;    /* BATCH: enum results_status of the payload */
    struct slice json; /* for the reference: its contests */
};

struct random_night {
    uint64_t seed;
    uint32_t traits;
    bool company; /* payloads of so many contests that some may be bad */
    struct random rnd;
    struct arena *a;
    struct zone *zone;
    struct settings s;
    struct settings_source sources[RN_SOURCES];
    struct settings_polls polls[6];
    struct slice order[4];
    struct endorsements list;
    struct rn_race races[RN_RACES];
    int race_count;
    struct rn_ours ours[RN_OURS];
    int ours_count;
    struct rn_said said[RN_SOURCES][RN_RACES];
    int64_t status[RN_SOURCES], own[RN_SOURCES];
    const char *last_text[RN_SOURCES];
    bool once_won[RN_SOURCES][RN_OURS]; /* did it ever mark this one as the winner? */
    struct rn_event events[RN_EVENTS];
    int event_count;
};

static inline bool rn_chance(struct random_night *n, uint64_t percent)
{
    return random_below(&n->rnd, 100) < percent;
}

static inline int rn_below(struct random_night *n, int below)
{
    return (int)random_below(&n->rnd, (uint64_t)below);
}

static inline const char *rn_pick(struct random_night *n, const char *const *list, size_t count)
{
    return list[random_below(&n->rnd, count)];
}
#define RN_PICK(n, ...)                                                                            \
    rn_pick(n, (const char *const[]){__VA_ARGS__},                                                 \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* ---- races ---- */

static inline void rn_person(struct random_night *n, struct rn_race *r, int person,
                             const char *party)
{
    static const char *const first[] = {"Alma",  "Boris",  "Clara",  "Dmitri", "Edith",
                                        "Farid", "Gloria", "Hector", "Imelda"};
    static const char *const last[] = {"Abernathy", "Bellweather", "Castellan", "Drummond",
                                       "Eversole",  "Fairbanks",   "Goldwater", "Hathaway",
                                       "Ingersoll", "Jorgensen"};
    struct rn_choice *c = &r->choices[r->choice_count++];

    *c = (struct rn_choice){.party = party, .person = person, .ours = -1};
    snprintf(c->name, sizeof c->name, "%s %s", first[person],
             last[(r - n->races + person * 3) % 10]);
}

static inline void rn_make_ours(struct random_night *n, struct rn_race *r, int choice)
{
    struct rn_choice *c = &r->choices[choice];
    struct rn_ours *o = &n->ours[n->ours_count];

    *o = (struct rn_ours){
        .race = (int)(r - n->races),
        .name = c->name,
        .party = c->party,
        .held_by = RN_PICK(n, "", "D", "R", "D", "R", "G"),
        .status = "active",
        .wins = r->kind == RN_PRIMARY || r->kind == RN_CROSSED ? "nomination" : "seat",
        .flip = rn_chance(n, r->kind == RN_BOARD ? 60 : 15) ? rn_chance(n, 70) : -1,
        .incumbent = rn_below(n, 3) - 1,
        .opponent = rn_below(n, 3) - 1,
        .others = rn_chance(n, 30) ? rn_below(n, (int)r->seats + 1) : -1,
        .tag = {rn_chance(n, 50) ? "slate" : NULL, rn_chance(n, 30) ? "young" : NULL},
    };
    if (r->kind == RN_UNOPPOSED)
        o->status = RN_PICK(n, "unopposed", "elected_unopposed");
    else if (c->write_in)
        o->status = "write_in";
    else if (rn_chance(n, 10))
        o->status = RN_PICK(n, "withdrawn", "disqualified", "not_on_ballot", "postponed");
    snprintf(o->id, sizeof o->id, "e%d", n->ours_count);
    for (int i = 0; i < r->choice_count; i++)
        if (r->choices[i].person == c->person)
            r->choices[i].ours = n->ours_count;
    n->ours_count++;
}

/* Some stand in both primaries, some in one; those of one primary stand together. */
static inline void rn_fill_crossed(struct random_night *n, struct rn_race *r)
{
    int people = 3 + rn_below(n, 2), where[4];

    for (int p = 0; p < people; p++)
        where[p] = p < 2 ? p + 1 : 1 + rn_below(n, 3);
    where[0] |= rn_chance(n, 70) ? 2 : 0;
    for (int primary = 0; primary < 2; primary++)
        for (int p = 0; p < people; p++)
            if (where[p] & (primary + 1)) {
                rn_person(n, r, p, primary ? "R" : "D");
                r->choices[r->choice_count - 1].primary = primary;
            }
    rn_make_ours(n, r, 0);
    for (int i = 1; i < r->choice_count; i++)
        if (n->ours_count < RN_OURS && r->choices[i].ours < 0 && rn_chance(n, 30))
            rn_make_ours(n, r, i);
}

static inline void rn_fill_race(struct random_night *n, struct rn_race *r)
{
    int people = r->kind == RN_UNOPPOSED                            ? 1
                 : r->kind == RN_BOARD || r->kind == RN_FIRST_ROUND ? 3 + rn_below(n, 4)
                                                                    : 2 + rn_below(n, 3);
    for (int p = 0; p < people; p++) {
        const char *party = r->kind == RN_PRIMARY ? "D" : p == 0 ? "D" : RN_PICK(n, "R", "D", "G");
        rn_person(n, r, p, party);
        if (r->kind == RN_FUSION && p < 2)
            rn_person(n, r, p, p == 0 ? "WFP" : "CON");
    }
    if (r->kind != RN_UNOPPOSED && rn_chance(n, 30)) {
        rn_person(n, r, people, "");
        struct rn_choice *c = &r->choices[r->choice_count - 1];
        c->write_in = true;
        if (rn_chance(n, 60))
            snprintf(c->name, sizeof c->name, "Write-in");
    }
    rn_make_ours(n, r, 0);
    for (int i = 1; i < r->choice_count && r->kind != RN_FUSION && r->kind != RN_UNOPPOSED; i++)
        if (n->ours_count < RN_OURS && strcmp(r->choices[i].name, "Write-in") != 0 &&
            rn_chance(n, r->kind == RN_BOARD ? 40 : 10))
            rn_make_ours(n, r, i);
    if (r->kind <= RN_FIRST_ROUND && r->choices[1].person == 1 && rn_chance(n, 40)) {
        r->apart = true;
        if (r->choices[1].ours < 0)
            rn_make_ours(n, r, 1);
    }
}

static inline void rn_measure(struct random_night *n, struct rn_race *r)
{
    static const char *const sides[] = {"Yes", "No"};
    struct rn_ours *o = &n->ours[n->ours_count];

    for (int p = 0; p < 2; p++) {
        r->choices[r->choice_count] =
            (struct rn_choice){.party = "", .person = p, .ours = p == 0 ? n->ours_count : -1};
        snprintf(r->choices[r->choice_count++].name, 32, "%s", sides[p]);
    }
    *o = (struct rn_ours){.race = (int)(r - n->races),
                          .name = r->text,
                          .party = "",
                          .held_by = "",
                          .status = "active",
                          .wins = "",
                          .flip = -1,
                          .incumbent = -1,
                          .opponent = -1,
                          .others = -1,
                          .tag = {rn_chance(n, 50) ? "slate" : NULL, NULL},
                          .side = "Yes"};
    snprintf(o->id, sizeof o->id, "e%d", n->ours_count++);
}

static inline void rn_race(struct random_night *n, enum rn_kind kind)
{
    static const struct {
        const char *office, *level;
    } offices[RN_KINDS] = {
        [RN_SINGLE] = {"State Senate", "state"},      [RN_BOARD] = {"School Board", "school"},
        [RN_PRIMARY] = {"State House", "state"},      [RN_FIRST_ROUND] = {"City Council", "local"},
        [RN_MEASURE] = {"Proposition", "local"},      [RN_RANKED] = {"Mayor", "local"},
        [RN_FUSION] = {"State Senate", "state"},      [RN_UNOPPOSED] = {"Town Clerk", "local"},
        [RN_COUNTIES] = {"County Court", "judicial"}, [RN_CROSSED] = {"School Director", "school"},
    };
    int at = n->race_count++;
    struct rn_race *r = &n->races[at];

    *r = (struct rn_race){.kind = kind,
                          .state = kind == RN_FUSION    ? "NY"
                                   : kind == RN_CROSSED ? "PA"
                                                        : RN_PICK(n, "GA", "PA", "NC", "DC"),
                          .office = offices[kind].office,
                          .level = offices[kind].level,
                          .seats = kind == RN_BOARD     ? 1 + rn_below(n, 3)
                                   : kind == RN_CROSSED ? 1 + rn_below(n, 2)
                                                        : 1,
                          .places = kind == RN_FIRST_ROUND ? 2 : -1,
                          .seats_in_list = rn_chance(n, 60),
                          .seats_in_feeds = rn_chance(n, 50),
                          .places_in_list = rn_chance(n, 50)};
    snprintf(r->id, sizeof r->id, "r%d", at);
    snprintf(r->text, sizeof r->text, "%s %s %d", offices[kind].office,
             kind == RN_MEASURE ? "" : "District", at + 1);
    if (kind == RN_MEASURE)
        rn_measure(n, r);
    else if (kind == RN_CROSSED)
        rn_fill_crossed(n, r);
    else
        rn_fill_race(n, r);
}

#endif
