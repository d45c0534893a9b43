/* SPDX-License-Identifier: ISC */
/* What a source alone would bring: whose line is whose, the races with their figures, and whom it
 * lacks. */
#include <inttypes.h>

#include "daemon/core/calls.h"
#include "daemon/core/documents.h"
#include "daemon/core/labels.h"
#include "daemon/core/table.h"

#define CELL 64

static struct slice number(int64_t n, char room[CELL])
{
    struct buf out;
    buf_init_over(&out, room, CELL);
    if (n >= 0)
        buf_addf(&out, "%" PRId64, n);
    return buf_slice(&out);
}

static struct table table_of(const char *title, const char *const *names, size_t n,
                             unsigned numbers, struct jsonw *into, struct buf *out)
{
    return (struct table){.names = names,
                          .count = n,
                          .numbers = numbers,
                          .json = into,
                          .out = out,
                          .title = title,
                          .into = into};
}

/* ---- matches ---- */

static void add_match(struct table *t, const struct model *m, const struct link *l)
{
    const struct endorsement *e = &m->endorsed->list[l->endorsement];
    const struct feed_contest *c = l->contest;
    static const struct feed_choice nobody; /* only the contest is in question */
    const struct feed_choice *choice = l->choice == NONE ? &nobody : &c->choices[l->choice];
    char room[CELL];
    const struct slice cells[] = {
        e->id,
        e->name,
        slice_of(labels_band(l->band)),
        c->text,
        choice->name,
        choice->party,
        number(l->choice == NONE ? -1 : c->units[0].votes[l->choice], room),
        slice_of(labels_mark(choice->mark)),
        l->why};
    table_add(t, cells);
}

static void write_matches(const struct model *m, struct jsonw *into, struct buf *out)
{
    static const char *const names[] = {"endorsement_id", "candidate_name", "band",
                                        "contest",        "choice",         "party",
                                        "votes",          "mark",           "why"};
    struct table t = table_of("matches", names, sizeof names / sizeof names[0], 1 << 6, into, out);
    table_begin(&t);
    for (uint32_t i = 0; i < m->race_count; i++)
        for (uint32_t k = 0; k < m->races[i].link_count; k++)
            add_match(&t, m, &m->races[i].links[k]);
    for (uint32_t i = 0; i < m->review_count; i++)
        add_match(&t, m, &m->review[i]);
    table_end(&t);
}

/* ---- races ---- */

static void add_line(struct table *t, const struct model *m, const struct race *r,
                     const struct race_choice *c)
{
    static char none[] = "";
    char votes[CELL], progress[2 * CELL], flags_room[400];
    struct buf flags, reporting;
    bool ours = c->endorsement != NONE;
    buf_init_over(&reporting, progress, sizeof progress);
    if (r->units_reporting >= 0)
        buf_addf(&reporting, "%" PRId32, r->units_reporting);
    if (r->units_reporting >= 0 && r->units_total >= 0)
        buf_addf(&reporting, " of %" PRId32, r->units_total);
    buf_init_over(&flags, flags_room, sizeof flags_room);
    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (r->flags & flag)
            buf_addf(&flags, "%s%s", flags.len > 0 ? " " : "", labels_race_flag(flag));
    const struct slice cells[] = {r->id,
                                  buf_slice(&reporting),
                                  c->name,
                                  c->party,
                                  number(c->votes, votes),
                                  ours ? m->endorsed->list[c->endorsement].id : slice_of(none),
                                  slice_of(ours ? labels_state(m, c->endorsement) : none),
                                  buf_slice(&flags)};
    table_add(t, cells);
}

static void write_races(const struct model *m, struct jsonw *into, struct buf *out)
{
    static const char *const names[] = {"race_id", "reporting", "choice", "party",
                                        "votes",   "ours",      "stands", "flags"};
    struct table t = table_of("races", names, sizeof names / sizeof names[0], 1 << 4, into, out);
    table_begin(&t);
    for (uint32_t i = 0; i < m->race_count; i++)
        for (uint32_t k = 0; k < m->races[i].choice_count; k++)
            add_line(&t, m, &m->races[i], &m->races[i].choices[k]);
    table_end(&t);
}

/* ---- whom it lacks ---- */

/* Of the states it is of, or has something of. */
static bool is_of(const struct model *m, struct slice state)
{
    for (size_t i = 0; i < m->settings->source_count; i++)
        if (slice_eq(m->settings->sources[i].state, state))
            return true;
    for (uint32_t i = 0; i < m->race_count; i++)
        if (m->races[i].link_count > 0 && slice_eq(m->races[i].state, state))
            return true;
    return false;
}

static bool is_linked(const struct model *m, uint32_t endorsement)
{
    const struct race *r = &m->races[m->standings[endorsement].race];
    bool any = false;
    for (uint32_t k = 0; k < r->link_count; k++)
        any |= r->links[k].endorsement == endorsement;
    for (uint32_t k = 0; k < m->review_count; k++)
        any |= m->review[k].endorsement == endorsement;
    return any;
}

static bool is_missing(const struct model *m, uint32_t i)
{
    const struct endorsement *e = &m->endorsed->list[i];
    return calls_counts(e) && is_of(m, e->state) && !is_linked(m, i);
}

static void write_missing(const struct model *m, struct jsonw *into, struct buf *out)
{
    static const char *const names[] = {"endorsement_id", "candidate_name", "state", "office",
                                        "district"};
    struct table t = table_of("missing", names, sizeof names / sizeof names[0], 0, into, out);
    table_begin(&t);
    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        const struct slice cells[] = {e->id, e->name, e->state, e->office, e->district};
        if (is_missing(m, i))
            table_add(&t, cells);
    }
    table_end(&t);
}

/* ---- all of it ---- */

void documents_trial_count(const struct model *m, struct documents_trial *out)
{
    *out = (struct documents_trial){.review = m->review_count};
    for (uint32_t i = 0; i < m->race_count; i++) {
        const struct race *r = &m->races[i];
        out->matched += r->link_count;
        out->races += r->choice_count > 0;
    }
    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        out->called += m->standings[i].outcome != OUTCOME_PENDING;
        out->missing += is_missing(m, i);
    }
}

void documents_trial(const struct model *m, struct jsonw *into, struct buf *out)
{
    write_matches(m, into, out);
    write_races(m, into, out);
    write_missing(m, into, out);
}
