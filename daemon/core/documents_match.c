/* SPDX-License-Identifier: ISC */
/* What waits for a person's eye, and what people decided about matches. */
#include <inttypes.h>

#include "daemon/core/decide.h"
#include "daemon/core/documents.h"
#include "daemon/core/joins.h"
#include "daemon/core/local_time.h"
#include "daemon/core/match.h"
#include "daemon/core/table.h"

static void add_waiting(const struct model *m, const struct link *l, struct table *r)
{
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
                                   m->races[m->standings[l->endorsement].race].id};

    table_add(r, fields);
}

/* The first that has the line. */
static const struct feed_contest *contest_of(const struct race *r, const struct race_choice *line)
{
    for (uint32_t i = 0; i < r->contest_count; i++)
        for (uint32_t k = 0; k < r->contests[i]->choice_count; k++)
            if (slice_eq(r->contests[i]->choices[k].name, line->name))
                return r->contests[i];
    return NULL;
}

/* Lines of a sum that fit none, and may be an opponent's under another name. */
static void add_joins(const struct model *m, const struct race *r, struct table *t)
{
    for (uint32_t i = 0; i < r->choice_count; i++) {
        const struct race_choice *line = &r->choices[i];
        uint32_t other = line->alone.len ? joins_offer(m, r, i) : NONE;
        const struct feed_contest *c = other == NONE ? NULL : contest_of(r, line);
        if (!c)
            continue;
        const struct slice fields[] = {
            {0},         r->choices[other].name,
            r->office,   m->settings->sources[c->source].name,
            c->text,     line->name,
            line->party, SLICE("an opponent under two names? the sum is in doubt"),
            r->id};
        table_add(t, fields);
    }
}

void documents_match_list(const struct model *m, bool json, struct buf *out)
{
    static const char *const names[] = {"endorsement_id", "candidate_name", "office", "source",
                                        "contest",        "choice",         "party",  "why",
                                        "race_id"};
    struct table r = {names, sizeof names / sizeof names[0], json, .out = out};

    table_begin(&r);
    for (uint32_t i = 0; i < m->review_count; i++)
        add_waiting(m, &m->review[i], &r);
    for (uint32_t i = 0; i < m->race_count; i++)
        add_joins(m, &m->races[i], &r);
    table_end(&r);
}

/* The join that this decision made, and that stands. */
static const struct join *join_of(const struct model *m, const struct decision *d)
{
    uint32_t race = decide_find_race(m, d->target);

    for (uint32_t i = 0; race != NONE && i < m->races[race].join_count; i++)
        if (m->races[race].joins[i].number == d->number)
            return &m->races[race].joins[i];
    return NULL;
}

void documents_match_decisions(const struct model *m, bool json, struct buf *out)
{
    static const char *const names[] = {
        "number",     "decided", "by",        "what",   "endorsement_id", "source",  "county",
        "contest_id", "contest", "choice_id", "choice", "reason",         "race_id", "joined_to"};
    struct table r = {names, sizeof names / sizeof names[0], json, .out = out};
    char number_room[24], when_room[100];
    struct buf number, when;
    uint32_t at = 0;
    const struct match_decision *next = match_decision_next(m, &at);

    buf_init_over(&number, number_room, sizeof number_room);
    buf_init_over(&when, when_room, sizeof when_room);
    table_begin(&r);
    for (uint32_t i = 0; i < m->decision_count; i++) {
        const struct decision *said = &m->decisions[i];
        const struct join *join = join_of(m, said);
        struct match_decision d = {.endorsement = {0}};
        struct slice what = SLICE("join"), race = {0}, other = {0};
        if (join && joins_split(join->said, &d.choice_name, &other)) {
            race = said->target;
        } else if (next && next->number == said->number) {
            d = *next;
            what = slice_of(match_verbs[d.verb]);
            next = match_decision_next(m, &at);
        } else {
            continue;
        }
        buf_clear(&number);
        buf_clear(&when);
        buf_addf(&number, "%" PRId64, said->number);
        local_time_write(m->settings, said->at_ms, &when);
        const struct slice fields[] = {
            buf_slice(&number), buf_slice(&when), said->by,     what,           d.endorsement,
            d.source,           d.county,         d.contest_id, d.contest_text, d.choice_id,
            d.choice_name,      said->reason,     race,         other};
        table_add(&r, fields);
    }
    table_end(&r);
}
