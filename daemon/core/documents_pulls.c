/* SPDX-License-Identifier: ISC */
/* What the press pulls: calls with their retractions, winners, races, sources. Only what the list's
 * owner lets out (publish.h). */
#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"
#include "daemon/core/columns.h"
#include "daemon/core/decide.h"
#include "daemon/core/documents.h"
#include "daemon/core/documents_filter.h"
#include "daemon/core/labels.h"
#include "daemon/core/local_time.h"
#include "daemon/core/press.h"
#include "daemon/core/publish.h"
#include "daemon/core/rounds.h"
#include "daemon/core/table.h"
#include "daemon/core/told.h"

static void begin_document(struct jsonw *j, const struct model *m, struct buf *out)
{
    jsonw_init(j, out);
    jsonw_object(j, NULL);
    jsonw_str(j, "election", m->settings->election);
    jsonw_strz(j, "mode", mode_name(m->settings->mode));
    jsonw_when(j, "as_of", m->last_change_ms);
    jsonw_when(j, "checked_at", m->checked_ms);
}

static void end_document(struct jsonw *j, struct buf *out)
{
    jsonw_object_end(j);
    buf_addc(out, '\n');
}

/* Of a desk's call: what it rests on. A feed's evidence is a row of its own, and no page. */
static struct slice url_of(const struct claim *c)
{
    bool page =
        slice_starts(c->evidence, SLICE("https://")) || slice_starts(c->evidence, SLICE("http://"));
    return page ? c->evidence : (struct slice){0};
}

/* ---- calls ---- */

/* The claim that says who did it: the new one, else the one that no longer stands. */
static const struct claim *claim_of(const struct model *m, const struct documents_event *ev)
{
    return &m->claims[ev->claim == NONE ? ev->was : ev->claim];
}

static void call_row(struct press *p, uint32_t i)
{
    const struct model *m = p->m;
    const struct told *t = &m->told[i];
    const struct documents_event ev = told_event(m, i);
    const struct endorsement *e = &m->endorsed->list[t->endorsement];
    const struct race *r = &m->races[m->standings[t->endorsement].race];
    const struct documents_event call = {.id = t->id};
    char rooms[2][64], when[25], called[25] = "";
    struct documents_said said;
    struct buf id, taken;

    buf_init_over(&id, rooms[0], sizeof rooms[0]);
    buf_init_over(&taken, rooms[1], sizeof rooms[1]);
    documents_event_id(&ev, &id);
    documents_event_id(&call, &taken);
    documents_said(m, &ev, &said);
    when_format(t->at_ms, when);
    if (said.called_ms != WHEN_UNKNOWN)
        when_format(said.called_ms, called);
    const struct slice cells[] = {
        buf_slice(&id),
        slice_of(t->retraction ? "retraction" : "call"),
        slice_of(when),
        r->id,
        e->id,
        e->name,
        r->state,
        r->office,
        r->jurisdiction,
        r->district,
        r->seat,
        slice_of(outcome_name(t->retraction ? OUTCOME_PENDING : m->claims[t->claim].outcome)),
        said.by,
        said.basis,
        said.reason,
        url_of(claim_of(m, &ev)),
        slice_of(called),
        slice_of(told_stands(m, i) ? "yes" : "no"),
        slice_of(t->retraction ? outcome_name(m->claims[t->was].outcome) : ""),
        t->retraction ? buf_slice(&taken) : (struct slice){0},
    };
    press_row(p);
    for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
        press_text(p, cells[k]);
    press_end(p);
}

void documents_calls(const struct model *m, bool json, struct buf *out)
{
    static const char *const names[] = {
        "id",    "type",       "time",   "race_id",  "endorsement_id", "candidate",
        "state", "office",     "place",  "district", "seat",           "outcome",
        "by",    "basis",      "reason", "url",      "called_at",      "stands",
        "was",   "takes_back", NULL};
    struct press p = {.out = out, .m = m};
    struct jsonw j;

    if (!json) {
        press_head(&p, names);
        for (uint32_t i = m->told_count; i-- > 0;)
            call_row(&p, i);
        return;
    }
    begin_document(&j, m, out);
    jsonw_array(&j, "calls");
    for (uint32_t i = m->told_count; i-- > 0;) {
        const struct told *t = &m->told[i];
        const struct documents_event ev = told_event(m, i);
        struct slice url = url_of(claim_of(m, &ev));
        jsonw_object(&j, NULL);
        jsonw_strz(&j, "type", t->retraction ? "retraction" : "call");
        jsonw_when(&j, "time", t->at_ms);
        documents_event_members(&j, m, &ev);
        if (t->retraction)
            jsonw_strz(&j, "was", outcome_name(m->claims[t->was].outcome));
        if (url.len > 0)
            jsonw_str(&j, "url", url);
        jsonw_bool(&j, "stands", told_stands(m, i));
        jsonw_object_end(&j);
    }
    jsonw_array_end(&j);
    end_document(&j, out);
}

enum { CALL_CELLS = 9 };
static const char *const call_cells[CALL_CELLS] = {
    "time", "what", "candidate", "race", "state", "by", "why", "id", "endorsement"};

static void add_call(struct table *rows, const struct model *m, uint32_t i)
{
    const struct told *t = &m->told[i];
    const struct documents_event ev = told_event(m, i);
    const struct endorsement *e = &m->endorsed->list[t->endorsement];
    const struct race *r = &m->races[m->standings[t->endorsement].race];
    char rooms[4][512];
    struct buf id, when, what, race;
    struct buf *const texts[] = {&id, &when, &what, &race};
    struct documents_said said;

    for (size_t k = 0; k < 4; k++)
        buf_init_over(texts[k], rooms[k], sizeof rooms[k]);
    documents_event_id(&ev, &id);
    documents_said(m, &ev, &said);
    local_time_clock(m->settings, t->at_ms, &when);
    buf_addf(&what, "%s%s", t->retraction ? "no longer " : "",
             outcome_name(m->claims[t->retraction ? t->was : t->claim].outcome));
    buf_addf(&race, "%.*s%s%.*s", SLICE_FMT(r->office), r->district.len ? " " : "",
             SLICE_FMT(r->district));
    const struct slice cells[CALL_CELLS] = {buf_slice(&when), buf_slice(&what), e->name,
                                            buf_slice(&race), r->state,         said.by,
                                            said.reason,      buf_slice(&id),   e->id};
    table_add(rows, cells);
}

void documents_calls_rows(const struct model *m, bool json, struct buf *out)
{
    struct table rows = {call_cells, CALL_CELLS, json, .out = out};

    table_begin(&rows);
    for (uint32_t i = m->told_count; i-- > 0;)
        add_call(&rows, m, i);
    table_end(&rows);
}

/* ---- winners ---- */

static const char *kind_of(const struct race *r, const struct endorsement *e)
{
    static const char *const kinds[] = {
        [WINS_SEAT] = "seat", [WINS_NOMINATION] = "nomination", [WINS_MEASURE] = "measure"};
    return kinds[rounds_kind(e, r->nominates)];
}

static int64_t votes_of(const struct race *r, uint32_t endorsement)
{
    int64_t votes = -1;

    for (uint32_t i = 0; i < r->choice_count; i++)
        if (race_choice_is(&r->choices[i], endorsement) && r->choices[i].votes > votes)
            votes = r->choices[i].votes;
    return votes;
}

bool documents_is_flip(const struct model *m, uint32_t endorsement)
{
    struct tally_part one = {TALLY_BY_ID, m->endorsed->list[endorsement].id};
    struct tally t = {0};

    tally_race(&t, m, &m->races[m->standings[endorsement].race], 1, &one);
    return t.n[TALLY_FLIPS] > 0;
}

/* A column of the list that is published and is plain text; NULL: it is not. */
static const struct column *published_text(const struct settings *s, size_t i)
{
    for (size_t k = 0; k < COLUMNS; k++)
        if (slice_is(s->publish[i], columns[k].name))
            return columns[k].read || columns[k].passed_on ? NULL : &columns[k];
    return NULL;
}

static void winner_row(struct press *p, uint32_t endorsement)
{
    const struct model *m = p->m;
    const struct settings *s = m->settings;
    const struct endorsement *e = &m->endorsed->list[endorsement];
    const struct standing *st = &m->standings[endorsement];
    const struct race *r = &m->races[st->race];
    const struct claim *c = &m->claims[st->claim];
    char called[25];
    int64_t votes = votes_of(r, endorsement);

    when_format(c->called_at_ms == WHEN_UNKNOWN ? c->at_ms : c->called_at_ms, called);
    const struct slice cells[] = {
        e->id,
        e->name,
        r->state,
        r->office,
        r->jurisdiction,
        r->district,
        r->seat,
        r->id,
        slice_of(kind_of(r, e)),
        slice_of(called),
        c->by,
        c->basis,
    };
    press_row(p);
    for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
        press_text(p, cells[k]);
    press_known(p, votes, votes >= 0);
    if (publish_flips(s))
        press_text(p, documents_is_flip(m, endorsement) ? SLICE("yes") : SLICE("no"));
    for (size_t i = 0; i < s->publish_count; i++) {
        const struct column *column = published_text(s, i);
        if (column)
            press_text(p, *(const struct slice *)(const void *)((const char *)e + column->offset));
    }
    press_checked(p, r->flags & RACE_STALE);
    press_end(p);
}

void documents_winners(const struct model *m, struct buf *out)
{
    static const char *const names[] = {
        "endorsement_id", "candidate", "state",     "office", "place", "district", "seat",
        "race_id",        "kind",      "called_at", "by",     "basis", "votes",    "flip"};
    enum { OWN = sizeof names / sizeof names[0] };
    const char *all[OWN + COLUMNS + 3];
    struct press p = {.out = out, .m = m};
    size_t n = 0;

    for (; n + (publish_flips(m->settings) ? 0 : 1) < OWN; n++)
        all[n] = names[n];
    for (size_t i = 0; i < m->settings->publish_count && n < OWN + COLUMNS; i++) {
        const struct column *column = published_text(m->settings, i);
        if (column)
            all[n++] = column->name;
    }
    all[n++] = "checked_at";
    all[n++] = "stale";
    all[n] = NULL;
    press_head(&p, all);
    for (uint32_t i = 0; i < m->endorsed->count; i++)
        if (m->standings[i].outcome == OUTCOME_WON)
            winner_row(&p, i);
}

/* ---- races ---- */

/* "a|b" of what is put into it. */
static void join(struct buf *out, struct slice item)
{
    if (out->len > 0)
        buf_addc(out, '|');
    buf_add(out, item);
}

/* A line of the race. */
static void choice_row(struct press *p, const struct race *r, const struct race_choice *c,
                       struct slice flags)
{
    const struct model *m = p->m;
    bool ours = c->endorsement != NONE;
    char updated[25] = "";

    if (labels_updated(r) != WHEN_UNKNOWN)
        when_format(labels_updated(r), updated);
    const struct slice cells[] = {
        r->id,
        r->state,
        r->office,
        r->jurisdiction,
        r->district,
        r->seat,
        slice_of(labels_race_status(r->status)),
        flags,
        c->name,
        c->party,
        slice_of(c->primary),
    };
    press_row(p);
    for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
        press_text(p, cells[k]);
    press_known(p, c->votes, c->votes >= 0);
    press_text(p, ours ? m->endorsed->list[c->endorsement].id : (struct slice){0});
    press_text(p, ours ? slice_of(labels_state(m, c->endorsement)) : (struct slice){0});
    press_known(p, r->units_reporting, r->units_reporting >= 0);
    press_known(p, r->units_total, r->units_total >= 0);
    press_text(p, slice_of(updated));
    press_end(p);
}

static bool has_line(const struct race *r, uint32_t endorsement)
{
    for (uint32_t i = 0; i < r->choice_count; i++)
        if (r->choices[i].endorsement == endorsement)
            return true;
    return false;
}

/* Each line of its figures, then those of ours that have none. */
static void race_rows(struct press *p, const struct race *r)
{
    char room[256];
    struct buf flags;

    buf_init_over(&flags, room, sizeof room);
    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (r->flags & flag)
            join(&flags, slice_of(labels_race_flag(flag)));
    for (uint32_t i = 0; i < r->choice_count; i++)
        choice_row(p, r, &r->choices[i], buf_slice(&flags));
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct race_choice ours = {.endorsement = r->endorsements[i],
                                         .name = p->m->endorsed->list[r->endorsements[i]].name,
                                         .votes = VOTES_UNKNOWN};
        if (!has_line(r, ours.endorsement))
            choice_row(p, r, &ours, buf_slice(&flags));
    }
}

bool documents_choose_public(const struct model *m, const struct slice *words, size_t n,
                             struct arena *a, struct documents_chosen *out, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!publish_filter(m->settings, words[i], e) ||
            !documents_filter_check(m->settings, words[i], e))
            return false;
    return documents_choose(m, words, n, a, out, e);
}

bool documents_races_public(const struct model *m, const struct slice *words, size_t n, bool json,
                            struct arena *scratch, struct buf *out, struct err *e)
{
    static const char *const names[] = {
        "race_id",        "state",    "office",          "place",       "district", "seat",
        "status",         "flags",    "choice",          "party",       "primary",  "votes",
        "endorsement_id", "standing", "units_reporting", "units_total", "updated",  NULL};
    struct press p = {.out = out, .m = m};
    struct documents_chosen chosen;
    struct jsonw j;

    if (!documents_choose_public(m, words, n, scratch, &chosen, e))
        return false;
    if (!json) {
        press_head(&p, names);
        for (size_t i = 0; i < chosen.count; i++)
            race_rows(&p, chosen.races[i]);
        return true;
    }
    begin_document(&j, m, out);
    jsonw_array(&j, "races");
    for (size_t i = 0; i < chosen.count; i++) {
        buf_addz(out, i ? "," : "");
        documents_race(m, chosen.races[i], out);
    }
    j.comma = true;
    jsonw_array_end(&j);
    end_document(&j, out);
    return true;
}

bool documents_race_page(const struct model *m, struct slice id, struct buf *out)
{
    uint32_t race = decide_find_race(m, id);
    struct jsonw j;

    if (race == NONE)
        return false;
    begin_document(&j, m, out);
    jsonw_key(&j, SLICE("race"));
    documents_race(m, &m->races[race], out);
    j.comma = true;
    jsonw_array(&j, "calls");
    for (uint32_t k = m->told_count; k-- > 0;) {
        const struct documents_event ev = told_event(m, k);
        if (m->standings[ev.endorsement].race != race)
            continue;
        jsonw_object(&j, NULL);
        jsonw_strz(&j, "type", ev.retraction ? "retraction" : "call");
        jsonw_when(&j, "time", m->told[k].at_ms);
        documents_event_members(&j, m, &ev);
        jsonw_object_end(&j);
    }
    jsonw_array_end(&j);
    end_document(&j, out);
    return true;
}

/* ---- sources ---- */

void documents_sources_public(const struct model *m, int64_t now_ms, struct buf *out)
{
    struct jsonw j;

    begin_document(&j, m, out);
    jsonw_when(&j, "now", now_ms);
    documents_sources_members(&j, "sources", m, now_ms);
    end_document(&j, out);
}
