/* SPDX-License-Identifier: ISC */
/* Races as documents. */
#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"
#include "daemon/core/documents.h"
#include "daemon/core/labels.h"
#include "daemon/core/progress.h"

static void write_known(struct jsonw *j, const char *key, int64_t value)
{
    if (value < 0)
        jsonw_null(j, key);
    else
        jsonw_int(j, key, value);
}

static void write_text(struct jsonw *j, const char *key, struct slice value)
{
    if (value.len == 0)
        jsonw_null(j, key);
    else
        jsonw_str(j, key, value);
}

static void write_sources(struct jsonw *j, const struct model *m, const struct race *r)
{
    jsonw_array(j, "sources");
    if (r->on_air != NONE)
        jsonw_str(j, NULL, m->settings->sources[r->on_air].name);
    for (uint32_t i = 0; r->summed && i < r->counties_in; i++) {
        bool seen = false;
        for (uint32_t k = 0; k < i; k++)
            seen |= r->counties[k].source == r->counties[i].source;
        if (!seen)
            jsonw_str(j, NULL, m->settings->sources[r->counties[i].source].name);
    }
    jsonw_array_end(j);
}

static void write_choices(struct jsonw *j, const struct model *m, const struct race *r)
{
    jsonw_array(j, "choices");
    for (uint32_t i = 0; i < r->choice_count; i++) {
        const struct race_choice *c = &r->choices[i];
        jsonw_object(j, NULL);
        jsonw_str(j, "name", c->name);
        write_text(j, "party", c->party);
        if (c->primary)
            jsonw_strz(j, "primary", c->primary);
        write_known(j, "votes", c->votes);
        if (c->alone.len)
            jsonw_str(j, "alone", c->alone);
        if (c->endorsement != NONE) {
            jsonw_str(j, "endorsement_id", m->endorsed->list[c->endorsement].id);
            jsonw_strz(j, "outcome", outcome_name(m->standings[c->endorsement].outcome));
        } else {
            jsonw_null(j, "endorsement_id");
            jsonw_null(j, "outcome");
        }
        jsonw_object_end(j);
    }
    jsonw_array_end(j);
}

/* Ours, whether or not a feed lists them. */
static void write_endorsed(struct jsonw *j, const struct model *m, const struct race *r)
{
    jsonw_array(j, "endorsed");
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct endorsement *e = &m->endorsed->list[r->endorsements[i]];
        const struct standing *st = &m->standings[r->endorsements[i]];
        jsonw_object(j, NULL);
        jsonw_str(j, "endorsement_id", e->id);
        jsonw_str(j, "candidate", e->name);
        jsonw_strz(j, "outcome", outcome_name(st->outcome));
        jsonw_strz(j, "state", labels_state(m, r->endorsements[i]));
        jsonw_bool(j, "trails", labels_trails(m, r->endorsements[i]));
        if (st->claim != NONE)
            jsonw_str(j, "by", m->claims[st->claim].by);
        else
            jsonw_null(j, "by");
        jsonw_object_end(j);
    }
    jsonw_array_end(j);
}

void documents_race(const struct model *m, const struct race *r, struct buf *out)
{
    struct jsonw j;

    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    jsonw_str(&j, "race_id", r->id);
    jsonw_str(&j, "state", r->state);
    jsonw_str(&j, "office", r->office);
    write_text(&j, "jurisdiction", r->jurisdiction);
    write_text(&j, "district", r->district);
    write_text(&j, "seat", r->seat);
    jsonw_strz(&j, "status", labels_race_status(r->status));
    jsonw_array(&j, "flags");
    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (r->flags & flag)
            jsonw_strz(&j, NULL, labels_race_flag(flag));
    jsonw_array_end(&j);
    jsonw_bool(&j, "partial", (r->flags & RACE_PARTIAL) != 0);
    write_known(&j, "counties_in", r->summed ? (int64_t)r->counties_in : -1);
    write_known(&j, "counties_of", r->summed && r->counties_of ? (int64_t)r->counties_of : -1);
    write_known(&j, "seats", r->seats);
    write_known(&j, "places", r->places);
    write_known(&j, "units_reporting", r->units_reporting);
    write_known(&j, "units_total", r->units_total);
    jsonw_when(&j, "updated", labels_updated(r));
    write_sources(&j, m, r);
    write_choices(&j, m, r);
    write_endorsed(&j, m, r);
    jsonw_object_end(&j);
}
