/* SPDX-License-Identifier: ISC */
/* What waits for a person's eye, and what people decided about matches. */
#include <inttypes.h>

#include "daemon/base/jsonw.h"
#include "daemon/core/decide.h"
#include "daemon/core/documents.h"
#include "daemon/core/local_time.h"
#include "daemon/core/match.h"

/* Rows of texts, as lines with a head or as objects. */
struct rows {
    const char *const *names;
    size_t count;
    bool json;
    struct jsonw j;
    struct buf *out;
};

static void begin(struct rows *r)
{
    jsonw_init(&r->j, r->out);
    if (r->json)
        jsonw_array(&r->j, NULL);
    for (size_t i = 0; !r->json && i < r->count; i++)
        buf_addf(r->out, "%s%c", r->names[i], i + 1 < r->count ? '\t' : '\n');
}

static void add(struct rows *r, const struct slice *fields)
{
    if (r->json)
        jsonw_object(&r->j, NULL);
    for (size_t i = 0; i < r->count; i++)
        if (r->json)
            jsonw_str(&r->j, r->names[i], fields[i]);
        else
            buf_addf(r->out, "%.*s%c", SLICE_FMT(fields[i]), i + 1 < r->count ? '\t' : '\n');
    if (r->json)
        jsonw_object_end(&r->j);
}

static void end(struct rows *r)
{
    if (!r->json)
        return;
    jsonw_array_end(&r->j);
    buf_addc(r->out, '\n');
}

void documents_match_list(const struct model *m, bool json, struct buf *out)
{
    static const char *const names[] = {"endorsement_id", "candidate_name", "office", "source",
                                        "contest",        "choice",         "party",  "why"};
    struct rows r = {names, sizeof names / sizeof names[0], json, .out = out};

    begin(&r);
    for (uint32_t i = 0; i < m->review_count; i++) {
        const struct link *l = &m->review[i];
        const struct endorsement *e = &m->endorsed->list[l->endorsement];
        const struct feed_choice *choice =
            l->choice == NONE ? NULL : &l->contest->choices[l->choice];
        const struct slice fields[] = {e->id,
                                       e->name,
                                       e->office,
                                       m->settings->sources[l->contest->source].name,
                                       l->contest->text,
                                       choice ? choice->name : (struct slice){0},
                                       choice ? choice->party : (struct slice){0},
                                       l->why};
        add(&r, fields);
    }
    end(&r);
}

/* Each of a match is one of the desk's. */
static const struct decision *decision_of(const struct model *m, int64_t number)
{
    const struct decision *d = m->decisions;

    while (d->number != number)
        d++;
    return d;
}

void documents_match_decisions(const struct model *m, bool json, struct buf *out)
{
    static const char *const names[] = {"number",         "decided",   "by",     "what",
                                        "endorsement_id", "source",    "county", "contest_id",
                                        "contest",        "choice_id", "choice", "reason"};
    struct rows r = {names, sizeof names / sizeof names[0], json, .out = out};
    const struct match_decision *d;
    char number_room[24], when_room[100];
    struct buf number, when;

    buf_init_over(&number, number_room, sizeof number_room);
    buf_init_over(&when, when_room, sizeof when_room);
    begin(&r);
    for (uint32_t at = 0; (d = match_decision_next(m, &at));) {
        const struct decision *said = decision_of(m, d->number);
        buf_clear(&number);
        buf_clear(&when);
        buf_addf(&number, "%" PRId64, d->number);
        local_time_write(m->settings, said->at_ms, &when);
        const struct slice fields[] = {
            buf_slice(&number), buf_slice(&when), said->by,       slice_of(match_verbs[d->verb]),
            d->endorsement,     d->source,        d->county,      d->contest_id,
            d->contest_text,    d->choice_id,     d->choice_name, said->reason};
        add(&r, fields);
    }
    end(&r);
}
