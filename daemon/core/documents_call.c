/* SPDX-License-Identifier: ISC */
/* Calls and retractions as documents. */
#include <inttypes.h>
#include <stdio.h>

#include "daemon/base/counted.h"
#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/decide.h"
#include "daemon/core/documents.h"
#include "daemon/core/labels.h"
#include "daemon/core/local_time.h"
#include "daemon/core/match.h"
#include "daemon/core/standings.h"
#include "daemon/core/table.h"
#include "daemon/core/told.h"

void documents_event_id(const struct documents_event *ev, struct buf *out)
{
    buf_addf(out, "%c%" PRId64, ev->retraction ? 'r' : 'c', ev->id.claim);
    if (ev->id.again)
        buf_addf(out, ".%" PRId64, ev->id.again);
}

/* Why: the desk's reason, the claim's own, or that another authority decides. */
static struct slice reason_of(const struct documents_event *ev, const struct claim *c,
                              struct documents_said *said)
{
    const struct decision *d = ev->decision;
    bool overruled = ev->retraction && (!c || c->outcome != OUTCOME_PENDING);
    struct buf text;

    if (d && (!c || overruled))
        return d->reason;
    if (c && !overruled)
        return c->reason;
    buf_init_over(&text, said->room, sizeof said->room);
    if (c)
        buf_addf(&text, "%.*s says %s", SLICE_FMT(said->by), outcome_name(c->outcome));
    else
        buf_addf(&text, "%.*s decides this race now and has not called it", SLICE_FMT(said->by));
    return buf_slice(&text);
}

void documents_said(const struct model *m, const struct documents_event *ev,
                    struct documents_said *out)
{
    const struct race *r = &m->races[m->standings[ev->endorsement].race];
    /* NULL: a higher authority took the race over, in silence */
    const struct claim *c = ev->claim == NONE ? NULL : &m->claims[ev->claim];

    out->by = c ? c->by : ev->decision ? SLICE("desk") : standings_authority(m, r);
    out->basis = c ? c->basis : (struct slice){0};
    out->called_ms = !c                                ? WHEN_UNKNOWN
                     : c->called_at_ms == WHEN_UNKNOWN ? c->at_ms
                                                       : c->called_at_ms;
    out->reason = reason_of(ev, c, out);
}

void documents_event_members(struct jsonw *j, const struct model *m,
                             const struct documents_event *ev)
{
    const struct endorsement *e = &m->endorsed->list[ev->endorsement];
    const struct race *r = &m->races[m->standings[ev->endorsement].race];
    struct documents_said said;
    char room[64];
    struct buf id;

    buf_init_over(&id, room, sizeof room);
    documents_event_id(ev, &id);
    documents_said(m, ev, &said);
    jsonw_str(j, "id", buf_slice(&id));
    jsonw_str(j, "race_id", r->id);
    jsonw_str(j, "endorsement_id", e->id);
    jsonw_str(j, "candidate", e->name);
    jsonw_str(j, "state", r->state);
    jsonw_str(j, "office", r->office);
    jsonw_strz(j, "outcome",
               outcome_name(ev->retraction ? OUTCOME_PENDING : m->claims[ev->claim].outcome));
    jsonw_str(j, "by", said.by);
    jsonw_str(j, "basis", said.basis);
    if (ev->claim != NONE && m->claims[ev->claim].line.len > 0)
        jsonw_str(j, "primary", m->claims[ev->claim].line);
    jsonw_str(j, "reason", said.reason);
    jsonw_when(j, "called_at", said.called_ms); /* null when unknown */
    if (ev->retraction) {
        const struct documents_event call = {.id = ev->id};
        buf_clear(&id);
        documents_event_id(&call, &id);
        jsonw_str(j, "takes_back", buf_slice(&id));
    }
}

void documents_event(const struct model *m, const struct documents_event *ev,
                     const struct tally *after, int64_t now_ms, struct buf *out)
{
    struct jsonw j;
    struct buf totals;

    buf_init(&totals, 65536);
    documents_totals(m, after, (struct slice){0}, now_ms, &totals);
    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    documents_event_members(&j, m, ev);
    jsonw_raw(&j, "totals", buf_slice(&totals));
    jsonw_object_end(&j);
    out->failed |= totals.failed;
    buf_done(&totals);
}

void documents_claims(const struct model *m, const struct race *r, struct buf *out)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        struct documents_event ev;
        struct jsonw j;
        if (!told_last(m, r->endorsements[i], &ev))
            continue;
        jsonw_init(&j, out);
        jsonw_object(&j, NULL);
        jsonw_strz(&j, "type", ev.retraction ? "retraction" : "call");
        documents_event_members(&j, m, &ev);
        jsonw_object_end(&j);
        buf_addc(out, '\n');
    }
}

static void tally_line(const struct tally *t, struct buf *out)
{
    buf_addf(out, "%" PRId64 " won of %" PRId64 " called, " COUNTED ", ", t->n[TALLY_WON],
             t->n[TALLY_CALLED], COUNT_OF(t->n[TALLY_FLIPS], "flip", "flips"));
    if (t->n[TALLY_ADVANCED] > 0)
        buf_addf(out, "%" PRId64 " advanced, ", t->n[TALLY_ADVANCED]);
    buf_addf(out, "%" PRId64 " to go", t->n[TALLY_PENDING] - t->n[TALLY_VOID]);
}

void documents_who(const struct model *m, uint32_t endorsement, struct buf *out)
{
    const struct endorsement *e = &m->endorsed->list[endorsement];
    struct slice place = e->jurisdiction.len > 0 ? e->jurisdiction : e->county;

    buf_addf(out, "%.*s  %.*s, %.*s", SLICE_FMT(e->state), SLICE_FMT(e->name),
             SLICE_FMT(e->office));
    if (e->district.len > 0)
        buf_addf(out, " %.*s", SLICE_FMT(e->district));
    if (place.len > 0)
        buf_addf(out, ", %.*s", SLICE_FMT(place));
    if (e->seat.len > 0)
        buf_addf(out, ", %s%.*s", labels_before_seat(e->seat), SLICE_FMT(e->seat));
}

void documents_event_line(const struct model *m, const struct documents_event *ev,
                          const struct tally *after, struct buf *out)
{
    const struct claim *c = &m->claims[ev->retraction ? ev->was : ev->claim];

    buf_addf(out, "%-10s  ", ev->retraction ? "RETRACTION" : "CALL");
    documents_who(m, ev->endorsement, out);
    buf_addf(out, ": %s%s by %.*s  [", ev->retraction ? "no longer " : "", outcome_name(c->outcome),
             SLICE_FMT(c->by));
    tally_line(after, out);
    buf_addz(out, "]");
}

void documents_totals_words(const struct tally *t, struct buf *out)
{
    tally_line(t, out);
    buf_addf(out, "; %" PRId64 " leading, %" PRId64 " trailing", t->n[TALLY_LEADING],
             t->n[TALLY_TRAILING]);
}

void documents_totals_line(const struct tally *t, struct buf *out)
{
    buf_addf(out, "%-10s  ", "totals");
    documents_totals_words(t, out);
}

/* ---- decisions ---- */

/* A match's line is of several fields: "bucks: Bucks, Sheriff / KLEIN, MARA (DEM)". */
static void write_argument(const struct decision *d, struct buf *out)
{
    struct match_decision line;

    if (!match_decision_read(d->argument, &line)) {
        buf_addf(out, "%s%.*s", d->argument.len ? " " : "", SLICE_FMT(d->argument));
        return;
    }
    const struct {
        const char *before, *after;
        struct slice text;
    } parts[] = {{" ", ":", line.source},           {" ", ",", line.county},
                 {" ", "", line.contest_text},      {" / ", "", line.choice_name},
                 {", choice ", "", line.choice_id}, {" (", ")", line.party}};
    if (line.undoes)
        buf_addf(out, " #%" PRId64, line.undoes);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].text.len)
            buf_addf(out, "%s%.*s%s", parts[i].before, SLICE_FMT(parts[i].text), parts[i].after);
}

void documents_decision_line(const struct model *m, const struct decision *d, struct buf *out)
{
    buf_addf(out, "%" PRId64 "  %.*s%s%.*s", d->number, SLICE_FMT(d->verb),
             d->target.len ? " " : "", SLICE_FMT(d->target));
    write_argument(d, out);
    buf_addf(out, " by %.*s at ", SLICE_FMT(d->by));
    local_time_write(m->settings, d->at_ms, out);
    buf_addf(out, ": %.*s", SLICE_FMT(d->reason));
    if (d->basis.len || d->url.len)
        buf_addf(out, " [%.*s%s%.*s]", SLICE_FMT(d->basis), d->basis.len && d->url.len ? ", " : "",
                 SLICE_FMT(d->url));
}

void documents_decisions(const struct model *m, bool json, struct buf *out)
{
    static const char *const names[] = {"number",   "decided", "by",    "what", "about",
                                        "argument", "reason",  "basis", "url"};
    struct table t = {names, sizeof names / sizeof names[0], json, .out = out};
    char number[24], decided[25];
    struct buf argument;

    buf_init(&argument, 65536);
    table_begin(&t);
    for (uint32_t i = m->decision_count; i-- > 0;) {
        const struct decision *d = &m->decisions[i];
        snprintf(number, sizeof number, "%" PRId64, d->number);
        when_format(d->at_ms, decided);
        buf_clear(&argument);
        write_argument(d, &argument);
        const struct slice fields[] = {slice_of(number),
                                       slice_of(decided),
                                       d->by,
                                       d->verb,
                                       d->target.len ? d->target : SLICE("everything"),
                                       slice_trim(buf_slice(&argument)),
                                       d->reason,
                                       d->basis,
                                       d->url};
        table_add(&t, fields);
    }
    table_end(&t);
    out->failed |= argument.failed;
    buf_done(&argument);
}
