/* SPDX-License-Identifier: ISC */
/* Corrections, and what is still to be called, as documents. */
#include <inttypes.h>

#include "daemon/base/counted.h"
#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/documents.h"
#include "daemon/core/labels.h"
#include "daemon/core/local_time.h"
#include "daemon/core/lost.h"
#include "daemon/core/open.h"
#include "daemon/core/press.h"

/* ---- corrections ---- */

static const char *const correction_kinds[] = {[CORRECTION_OF_OUTCOME] = "outcome",
                                               [CORRECTION_OF_STATUS] = "status",
                                               [CORRECTION_OF_VOTES] = "votes"};

/* What it is by now, whatever it has been since: appended; nothing where nobody states it. */
static void correction_now(const struct model *m, const struct correction *c, struct buf *out)
{
    const struct endorsement *e = &m->endorsed->list[c->endorsement];
    const struct race *r = &m->races[m->standings[c->endorsement].race];

    if (c->of != CORRECTION_OF_VOTES) {
        bool status = c->of == CORRECTION_OF_STATUS || !calls_counts(e);
        buf_addz(out, status ? endorsement_statuses[e->status]
                             : outcome_name(m->standings[c->endorsement].outcome));
        return;
    }
    const struct race_choice *line = NULL;
    for (uint32_t i = 0; i < r->choice_count; i++) {
        if (!slice_eq(r->choices[i].name, c->choice))
            continue;
        if (line) /* of two lines of one person nobody knows which it was */
            return;
        line = &r->choices[i];
    }
    if (line && line->votes >= 0)
        buf_addf(out, "%" PRId64, line->votes);
}

static void correction_json(struct jsonw *j, const struct model *m, const struct correction *c)
{
    const struct endorsement *e = &m->endorsed->list[c->endorsement];
    const struct race *r = &m->races[m->standings[c->endorsement].race];
    char room[32];
    struct buf now;

    buf_init_over(&now, room, sizeof room);
    correction_now(m, c, &now);
    jsonw_object(j, NULL);
    jsonw_when(j, "when", c->at_ms);
    jsonw_str(j, "race_id", r->id);
    jsonw_str(j, "endorsement_id", e->id);
    jsonw_str(j, "candidate", e->name);
    jsonw_str(j, "state", r->state);
    jsonw_str(j, "office", r->office);
    jsonw_strz(j, "of", correction_kinds[c->of]);
    if (c->of == CORRECTION_OF_VOTES)
        jsonw_str(j, "choice", c->choice);
    jsonw_str(j, "was", c->was);
    jsonw_str(j, "then", c->then);
    jsonw_str(j, "now", buf_slice(&now));
    jsonw_str(j, "by", c->by);
    jsonw_str(j, "why", c->why);
    jsonw_object_end(j);
}

/* "...: was won, then pending, now won. ap: ..."; "...: votes of Jo Poe were 1200, then 900. ..."
 */
void documents_correction_line(const struct model *m, const struct correction *c, struct buf *out)
{
    const struct endorsement *e = &m->endorsed->list[c->endorsement];
    char room[32];
    struct buf now;

    buf_init_over(&now, room, sizeof room);
    correction_now(m, c, &now);
    local_time_write(m->settings, c->at_ms, out);
    buf_addf(out, ": %.*s, %.*s", SLICE_FMT(e->name), SLICE_FMT(e->office));
    if (e->district.len > 0)
        buf_addf(out, " %.*s", SLICE_FMT(e->district));
    buf_addf(out, ", %.*s: ", SLICE_FMT(e->state));
    if (c->of == CORRECTION_OF_VOTES)
        buf_addf(out, "votes of %.*s were ", SLICE_FMT(c->choice));
    else
        buf_addz(out, "was ");
    buf_addf(out, "%.*s, then %.*s", SLICE_FMT(c->was), SLICE_FMT(c->then));
    if (now.len > 0 && !slice_eq(buf_slice(&now), c->then))
        buf_addf(out, ", now %.*s", SLICE_FMT(buf_slice(&now)));
    buf_addf(out, ". %.*s: %.*s.\n", SLICE_FMT(c->by), SLICE_FMT(c->why));
}

static void corrections_text(const struct model *m, struct buf *out)
{
    static const char *const prefix[] = {
        [MODE_LIVE] = "", [MODE_TEST] = "TEST: ", [MODE_REHEARSAL] = "REHEARSAL: "};

    buf_addz(out, prefix[m->settings->mode]);
    if (m->correction_count == 0) {
        buf_addz(out, "No corrections.\n");
        return;
    }
    buf_addf(out, COUNTED ", the latest first.\n",
             COUNT_OF(m->correction_count, "correction", "corrections"));
    for (uint32_t i = m->correction_count; i-- > 0;)
        documents_correction_line(m, &m->corrections[i], out);
}

void documents_corrections(const struct model *m, bool json, struct buf *out)
{
    struct jsonw j;

    if (!json) {
        corrections_text(m, out);
        return;
    }
    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    jsonw_str(&j, "election", m->settings->election);
    jsonw_strz(&j, "mode", mode_name(m->settings->mode));
    jsonw_when(&j, "as_of", m->last_change_ms);
    jsonw_array(&j, "corrections");
    for (uint32_t i = m->correction_count; i-- > 0;)
        correction_json(&j, m, &m->corrections[i]);
    jsonw_array_end(&j);
    jsonw_object_end(&j);
    buf_addc(out, '\n');
}

/* ---- still to be called ---- */

static struct slice flags_of(const struct race *r, struct arena *a)
{
    struct slice out = {"", 0};

    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (r->flags & flag)
            out = arena_printf(a, "%.*s%s%s", SLICE_FMT(out), out.len ? "|" : "",
                               labels_race_flag(flag));
    return out;
}

/* "1.25": of all votes. */
static struct slice share_of(const struct open_candidacy *o, struct arena *a)
{
    if (!o->has_margin)
        return (struct slice){"", 0};
    return arena_printf(a, "%s%" PRId64 ".%02d", o->margin < 0 ? "-" : "", o->share_bp / 100,
                        (int)(o->share_bp % 100));
}

static void open_row(struct press *p, const struct open_candidacy *o, struct arena *a)
{
    const struct model *m = p->m;
    const struct endorsement *e = &m->endorsed->list[o->endorsement];
    const struct race *r = &m->races[m->standings[o->endorsement].race];
    const struct slice texts[] = {r->id,     e->id,           e->name,     r->state,
                                  r->office, r->jurisdiction, r->district, r->seat};

    press_row(p);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        press_text(p, texts[i]);
    press_text(p, slice_of(progress_name(o->progress)));
    press_known(p, o->votes, o->votes >= 0);
    press_known(p, o->margin, o->has_margin);
    buf_addc(p->out, ',');
    buf_add(p->out, share_of(o, a));
    press_known(p, r->units_reporting, o->in_bp >= 0);
    press_known(p, r->units_total, o->in_bp >= 0);
    press_text(p, slice_of(labels_race_status(r->status)));
    press_text(p, flags_of(r, a));
    press_text(p, slice_of(o->why));
    press_text(p, slice_of(o->primary ? o->primary : ""));
    press_end(p);
}

bool documents_open(const struct model *m, int64_t now_ms, struct arena *scratch, struct buf *out)
{
    static const char *const names[] = {"race_id",
                                        "endorsement_id",
                                        "candidate",
                                        "state",
                                        "office",
                                        "place",
                                        "district",
                                        "seat",
                                        "standing",
                                        "votes",
                                        "margin",
                                        "margin_percent",
                                        "units_reporting",
                                        "units_total",
                                        "race_status",
                                        "flags",
                                        "why",
                                        "primary",
                                        NULL};
    struct press p = {.out = out, .m = m};
    size_t n;
    struct open_candidacy *list = open_list(m, now_ms, scratch, &n);

    if (!list)
        return false;
    press_head(&p, names);
    for (size_t i = 0; i < n; i++)
        open_row(&p, &list[i], scratch);
    return !out->failed && !arena_refused(scratch);
}

struct todo_row {
    struct slice units, margin, percent, standing, state, candidate, office, district, id, why,
        primary, flags;
};

static void todo_row(struct jsonw *j, bool json, const struct todo_row *row, struct buf *out)
{
    const struct {
        const char *name;
        struct slice value;
    } cells[] = {
        {"units", row->units},       {"margin", row->margin},     {"percent", row->percent},
        {"standing", row->standing}, {"state", row->state},       {"candidate", row->candidate},
        {"office", row->office},     {"district", row->district}, {"id", row->id},
        {"why", row->why},           {"primary", row->primary},   {"flags", row->flags}};

    if (json)
        jsonw_object(j, NULL);
    for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
        if (json)
            jsonw_str(j, cells[k].name, cells[k].value);
        else
            buf_addf(out, "%s%.*s", k ? "\t" : "", SLICE_FMT(cells[k].value));
    if (json)
        jsonw_object_end(j);
    else
        buf_addc(out, '\n');
}

static struct todo_row row_of(const struct model *m, const struct open_candidacy *o,
                              struct arena *a)
{
    const struct endorsement *e = &m->endorsed->list[o->endorsement];
    const struct race *r = &m->races[m->standings[o->endorsement].race];
    struct todo_row row = {.percent = share_of(o, a),
                           .standing = slice_of(progress_name(o->progress)),
                           .state = e->state,
                           .candidate = e->name,
                           .office = e->office,
                           .district = e->district,
                           .primary = slice_of(o->primary ? o->primary : ""),
                           .flags = flags_of(r, a),
                           .id = e->id,
                           .why = slice_of(o->why)};

    if (o->in_bp >= 0)
        row.units = arena_printf(a, "%" PRId32 "/%" PRId32, r->units_reporting, r->units_total);
    if (o->has_margin)
        row.margin = arena_printf(a, "%+" PRId64, o->margin);
    return row;
}

bool documents_todo(const struct model *m, int64_t now_ms, bool json, struct arena *scratch,
                    struct buf *out)
{
    struct jsonw j;
    size_t n, lost_count;
    const struct lost *lost = lost_list(m, scratch, &lost_count);
    const struct open_candidacy *list = open_list(m, now_ms, scratch, &n);

    if (!list || !lost)
        return false;
    jsonw_init(&j, out);
    if (json)
        jsonw_array(&j, NULL);
    else
        buf_addz(out,
                 "units\tmargin\tpercent\tstanding\tstate\tcandidate\toffice\tdistrict\tid\twhy\t"
                 "primary\tflags\n");
    for (size_t i = 0; i < lost_count; i++) {
        struct todo_row row = {.standing = SLICE("orphaned"),
                               .id = lost[i].id,
                               .why = arena_printf(scratch, "%.*s: %.*s", SLICE_FMT(lost[i].what),
                                                   SLICE_FMT(lost[i].way))};
        todo_row(&j, json, &row, out);
    }
    for (size_t i = 0; i < n; i++) {
        struct todo_row row = row_of(m, &list[i], scratch);
        todo_row(&j, json, &row, out);
    }
    if (json) {
        jsonw_array_end(&j);
        buf_addc(out, '\n');
    }
    return !out->failed && !arena_refused(scratch);
}
