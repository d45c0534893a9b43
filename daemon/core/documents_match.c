/* SPDX-License-Identifier: ISC */
/* What waits for a person's eye, and what people decided about matches. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/decide.h"
#include "daemon/core/documents.h"
#include "daemon/core/joins.h"
#include "daemon/core/match.h"
#include "daemon/core/offers.h"
#include "daemon/core/table.h"

enum {
    OTHERS_MAX = 40, /* choices beside the one in question */
    LISTED_MAX = 4 * TEXT_MAX + 64,
    SEEN_MAX = (OTHERS_MAX + 1) * (2 * TEXT_MAX + 32),
};

/* ---- what waits ---- */

/* The line in question as the contest shows it: where it is, its votes, and who else is in it. */
struct seen {
    char room[SEEN_MAX];
    struct buf text;
    struct slice place, votes, others;
};

static void add_votes(const struct feed_contest *c, uint32_t choice, const char *before,
                      struct buf *out)
{
    int64_t votes = c->units[0].votes[choice];

    if (votes >= 0)
        buf_addf(out, "%s%" PRId64, before, votes);
}

/* A name cannot end its own item. */
static void add_item(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++)
        buf_addc(out, text.ptr[i] == '|' ? '/' : text.ptr[i]);
}

/* The next of the others, most votes first, then as the feed has them; NONE: no more. */
static uint32_t other_behind(const struct feed_contest *c, uint32_t choice, uint32_t last)
{
    const int64_t *votes = c->units[0].votes;
    uint32_t best = NONE;

    for (uint32_t i = 0; i < c->choice_count; i++) {
        bool behind =
            last == NONE || votes[i] < votes[last] || (votes[i] == votes[last] && i > last);
        if (i != choice && behind && (best == NONE || votes[i] > votes[best]))
            best = i;
    }
    return best;
}

/* "Cy Poe (REP): 100|Write-in: 3|Who Has None|and 12 more" */
static void add_others(const struct feed_contest *c, uint32_t choice, struct buf *out)
{
    uint32_t left = c->choice_count - (choice != NONE), n = 0;

    for (uint32_t i = other_behind(c, choice, NONE); i != NONE && n < OTHERS_MAX;
         i = other_behind(c, choice, i), n++) {
        const struct feed_choice *o = &c->choices[i];
        buf_addz(out, n > 0 ? "|" : "");
        add_item(o->name.len ? o->name : o->id, out);
        buf_addz(out, o->party.len ? " (" : "");
        add_item(o->party, out);
        buf_addz(out, o->party.len ? ")" : "");
        add_votes(c, i, ": ", out);
    }
    if (n < left)
        buf_addf(out, "|and %u more", left - n);
}

static void look(const struct model *m, const struct feed_contest *c, uint32_t choice,
                 struct seen *s)
{
    struct slice county = offers_county(m, c);
    struct slice state = c->state.len ? c->state : m->settings->sources[c->source].state;
    size_t place, votes;

    buf_init_over(&s->text, s->room, sizeof s->room);
    buf_addf(&s->text, "%.*s%s%.*s", SLICE_FMT(state), county.len ? "/" : "", SLICE_FMT(county));
    place = s->text.len;
    if (choice != NONE)
        add_votes(c, choice, "", &s->text);
    votes = s->text.len;
    add_others(c, choice, &s->text);
    s->place = slice_sub(buf_slice(&s->text), 0, place);
    s->votes = slice_sub(buf_slice(&s->text), place, votes);
    s->others = slice_sub(buf_slice(&s->text), votes, s->text.len);
}

/* Where the list has it: "Alderton, Alder, district 4, seat B". */
static struct slice listed(const struct endorsement *e, char *room, size_t size)
{
    const struct {
        const char *before;
        struct slice text;
    } parts[] = {
        {"", e->jurisdiction}, {"", e->county}, {"district ", e->district}, {"seat ", e->seat}};
    struct buf out;

    buf_init_over(&out, room, size);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].text.len)
            buf_addf(&out, "%s%s%.*s", out.len ? ", " : "", parts[i].before,
                     SLICE_FMT(parts[i].text));
    return buf_slice(&out);
}

static void add_waiting(const struct model *m, const struct link *l, struct table *r)
{
    struct seen s;
    char room[LISTED_MAX];
    look(m, l->contest, l->choice, &s);
    const struct endorsement *e = &m->endorsed->list[l->endorsement];
    const struct feed_choice *choice = l->choice == NONE ? NULL : &l->contest->choices[l->choice];
    const struct slice fields[] = {e->id,
                                   e->name,
                                   e->office,
                                   m->settings->sources[l->contest->source].name,
                                   l->contest->text,
                                   choice ? choice->name : (struct slice){0},
                                   choice ? choice->party : (struct slice){0},
                                   l->why,
                                   m->races[m->standings[l->endorsement].race].id,
                                   s.place,
                                   s.votes,
                                   s.others,
                                   listed(e, room, sizeof room)};

    table_add(r, fields);
}

/* The first that has the line, and which of its choices that is. */
static const struct feed_contest *contest_of(const struct race *r, const struct race_choice *line,
                                             uint32_t *choice)
{
    for (uint32_t i = 0; i < r->contest_count; i++)
        for (*choice = 0; *choice < r->contests[i]->choice_count; (*choice)++)
            if (slice_eq(r->contests[i]->choices[*choice].name, line->name))
                return r->contests[i];
    return NULL;
}

/* Lines of a sum that fit none, and may be an opponent's under another name. */
static void add_joins(const struct model *m, const struct race *r, struct table *t)
{
    for (uint32_t i = 0; i < r->choice_count; i++) {
        const struct race_choice *line = &r->choices[i];
        uint32_t other = line->alone.len ? joins_offer(m, r, i) : NONE, choice;
        const struct feed_contest *c = other == NONE ? NULL : contest_of(r, line, &choice);
        struct seen s;
        if (!c)
            continue;
        look(m, c, choice, &s);
        const struct slice fields[] = {
            {0},         r->choices[other].name,
            r->office,   m->settings->sources[c->source].name,
            c->text,     line->name,
            line->party, SLICE("an opponent under two names? the sum is in doubt"),
            r->id,       s.place,
            s.votes,     s.others,
            {0}};
        table_add(t, fields);
    }
}

void documents_match_list(const struct model *m, bool json, struct buf *out)
{
    static const char *const names[] = {
        "endorsement_id", "candidate_name", "office", "source", "contest", "choice", "party", "why",
        "race_id",        "place",          "votes",  "others", "listed"};
    struct table r = {names, sizeof names / sizeof names[0], json, .out = out};

    table_begin(&r);
    for (uint32_t i = 0; i < m->review_count; i++)
        add_waiting(m, &m->review[i], &r);
    for (uint32_t i = 0; i < m->race_count; i++)
        add_joins(m, &m->races[i], &r);
    table_end(&r);
}

/* ---- what was decided ---- */

/* The join that this decision made, and that stands. */
static const struct join *join_of(const struct model *m, const struct decision *d)
{
    uint32_t race = decide_find_race(m, d->target);

    for (uint32_t i = 0; race != NONE && i < m->races[race].join_count; i++)
        if (m->races[race].joins[i].number == d->number)
            return &m->races[race].joins[i];
    return NULL;
}

/* What was decided, in the words of the decision; false: it is not about a match. */
static bool read_said(const struct decision *said, struct match_decision *d, struct slice *race,
                      struct slice *other)
{
    bool undo = slice_is(said->verb, "match undo");

    *race = *other = (struct slice){0};
    if (slice_starts(said->verb, SLICE("match ")) && match_decision_read(said->argument, d)) {
        d->endorsement = said->target;
        return true;
    }
    *d = (struct match_decision){.endorsement = {0}};
    *race = said->target;
    return (undo || slice_is(said->verb, "match join")) &&
           joins_split(said->argument, &d->choice_name, other);
}

/* Is it the undo of that decision? */
static bool undoes(const struct decision *said, const struct decision *that)
{
    struct match_decision d;
    struct slice race, other;

    if (!slice_is(said->verb, "match undo") || !slice_eq(said->target, that->target) ||
        !read_said(said, &d, &race, &other))
        return false;
    return race.len ? slice_eq(said->argument, that->argument)
                    : d.undoes == 0 || d.undoes == that->number;
}

/* "stands", "undone by 7", "replaced" by a later one about the same, "undo". */
static void write_state(const struct model *m, uint32_t at, bool stands, struct buf *out)
{
    const struct decision *said = &m->decisions[at];
    uint32_t i = at + 1;

    if (slice_is(said->verb, "match undo"))
        return buf_addz(out, "undo");
    if (stands)
        return buf_addz(out, "stands");
    while (i < m->decision_count && !undoes(&m->decisions[i], said))
        i++;
    if (i < m->decision_count)
        buf_addf(out, "undone by %" PRId64, m->decisions[i].number);
    else
        buf_addz(out, "replaced");
}

void documents_match_decisions(const struct model *m, bool json, struct buf *out)
{
    static const char *const names[] = {"number",     "decided",        "by",        "what",
                                        "state",      "endorsement_id", "source",    "county",
                                        "contest_id", "contest",        "choice_id", "choice",
                                        "party",      "reason",         "race_id",   "joined_to"};
    struct table r = {names, sizeof names / sizeof names[0], json, .out = out};
    char number[24], decided[25], room[40];
    uint32_t at = 0;
    const struct match_decision *next = match_decision_next(m, &at);

    table_begin(&r);
    for (uint32_t i = 0; i < m->decision_count; i++) {
        const struct decision *said = &m->decisions[i];
        struct match_decision d;
        struct slice race, other;
        struct buf state;
        bool stands = next && next->number == said->number;
        if (stands)
            next = match_decision_next(m, &at);
        if (!read_said(said, &d, &race, &other))
            continue;
        snprintf(number, sizeof number, "%" PRId64, said->number);
        when_format(said->at_ms, decided);
        buf_init_over(&state, room, sizeof room);
        write_state(m, i, stands || join_of(m, said), &state);
        const struct slice fields[] = {slice_of(number),
                                       slice_of(decided),
                                       said->by,
                                       slice_sub(said->verb, strlen("match "), said->verb.len),
                                       buf_slice(&state),
                                       d.endorsement,
                                       d.source,
                                       d.county,
                                       d.contest_id,
                                       d.contest_text,
                                       d.choice_id,
                                       d.choice_name,
                                       d.party,
                                       said->reason,
                                       race,
                                       other};
        table_add(&r, fields);
    }
    table_end(&r);
}
