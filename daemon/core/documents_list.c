/* SPDX-License-Identifier: ISC */
/* Lists for people: races, sources, matches. */
#include <inttypes.h>

#include "daemon/base/counted.h"
#include "daemon/base/csv.h"
#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/documents.h"
#include "daemon/core/documents_filter.h"
#include "daemon/core/feed.h"
#include "daemon/core/held.h"
#include "daemon/core/labels.h"
#include "daemon/core/local_time.h"
#include "daemon/core/press.h"
#include "daemon/core/source_state.h"

/* ---- races ---- */

#define RACES_SCRATCH_MAX ((size_t)64 << 20)

static void write_flags(const struct race *r, struct buf *out)
{
    const char *comma = "";

    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (r->flags & flag) {
            buf_addf(out, "%s%s", comma, labels_race_flag(flag));
            comma = ",";
        }
}

void documents_ours(const struct model *m, uint32_t endorsement, struct buf *out)
{
    const struct race *r = &m->races[m->standings[endorsement].race];

    for (uint32_t k = 0; k < r->choice_count; k++)
        if (race_choice_is(&r->choices[k], endorsement) && r->choices[k].votes >= 0)
            buf_addf(out, "%s%s%" PRId64 " ", r->choices[k].primary ? r->choices[k].primary : "",
                     r->choices[k].primary ? " " : "", r->choices[k].votes);
    buf_addf(out, "%s%s", labels_state(m, endorsement),
             labels_trails(m, endorsement) ? ", trailing" : "");
}

/* Ours with votes and standing: "Ann Lee 1200 leading; Bo Ray won". */
static void write_ours(const struct model *m, const struct race *r, struct buf *out)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        buf_addf(out, "%s%.*s ", i ? "; " : "",
                 SLICE_FMT(m->endorsed->list[r->endorsements[i]].name));
        documents_ours(m, r->endorsements[i], out);
    }
}

static void race_line(const struct model *m, const struct race *r, struct buf *out)
{
    buf_addf(out, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%s\t", SLICE_FMT(r->id), SLICE_FMT(r->state),
             SLICE_FMT(r->office), SLICE_FMT(r->jurisdiction), SLICE_FMT(r->district),
             labels_race_status(r->status));
    for (uint32_t i = 0; i < r->endorsement_count; i++)
        buf_addf(out, "%s%.*s", i ? "," : "", SLICE_FMT(m->endorsed->list[r->endorsements[i]].id));
    buf_addc(out, '\t');
    write_ours(m, r, out);
    buf_addc(out, '\t');
    if (r->units_reporting >= 0 && r->units_total >= 0)
        buf_addf(out, "%" PRId32 "/%" PRId32, r->units_reporting, r->units_total);
    buf_addc(out, '\t');
    if (r->on_air != NONE)
        buf_add(out, m->settings->sources[r->on_air].name);
    else if (r->summed)
        labels_counties(r, out);
    buf_addc(out, '\t');
    write_flags(r, out);
    buf_addc(out, '\t');
    local_time_write(m->settings, labels_updated(r), out);
    buf_addc(out, '\n');
}

bool documents_races(const struct model *m, const struct slice *filters, size_t filter_count,
                     bool json, struct buf *out, struct err *e)
{
    struct arena *scratch = arena_new(RACES_SCRATCH_MAX);
    struct documents_chosen chosen = {0};
    bool ok = scratch ? documents_choose(m, filters, filter_count, scratch, &chosen, e)
                      : err_set(e, ERR_BUG, "out of memory for a list of races");

    if (ok)
        buf_addz(out, json ? "["
                           : "race_id\tstate\toffice\tplace\tdistrict\tstatus\tendorsements\tours\t"
                             "units\tsource\tflags\tupdated\n");
    for (size_t i = 0; ok && i < chosen.count; i++) {
        if (json) {
            buf_addz(out, i ? "," : "");
            documents_race(m, chosen.races[i], out);
        } else {
            race_line(m, chosen.races[i], out);
        }
    }
    if (ok && json)
        buf_addz(out, "]\n");
    if (ok && chosen.count == 0 && filter_count > 0)
        ok = err_set(e, ERR_NO, "none of " COUNTED " fits that",
                     COUNT_OF(m->race_count, "race", "races"));
    arena_free(scratch);
    return ok;
}

/* ---- sources ---- */

/* What was said of the last payload, or what its verdict means. */
static struct slice last_words(const struct feed_file *f)
{
    bool any = f->seen || f->verdict;

    return f->verdict_text.len || !any ? f->verdict_text : slice_of(verdict_info[f->verdict].about);
}

/* What of a file's contests is held, gone, or shown with a mark: the first so many, and how many.
 */
static void doubts_json(struct jsonw *j, const struct model *m, uint32_t source, uint32_t file)
{
    enum { SHOWN = 50 };
    int64_t count = 0;
    size_t at = 0;
    struct buf text;
    void *value;

    buf_init(&text, 65536);
    jsonw_array(j, "doubts");
    while (map_next(m->feeds[source].contests, &at, NULL, &value)) {
        const struct feed_contest *c = value;
        enum verdict v = c->doubt == VERDICT_ACCEPTED && c->gone ? VERDICT_ROSTER : c->doubt;
        if (c->file != file || v == VERDICT_ACCEPTED || count++ >= SHOWN)
            continue;
        jsonw_object(j, NULL);
        jsonw_str(j, "contest", c->text.len ? c->text : c->id);
        jsonw_str(j, "county", c->county);
        jsonw_strz(j, "verdict", verdict_info[v].name);
        jsonw_strz(j, "text", verdict_info[v].about);
        buf_clear(&text);
        if (held_is(m, c))
            held_write(m, c, &text);
        j->out->failed |= text.failed; /* a part is no whole */
        jsonw_str(j, "held", buf_slice(&text));
        jsonw_object_end(j);
    }
    buf_done(&text);
    jsonw_array_end(j);
    jsonw_int(j, "doubts_total", count);
}

static void source_json(struct jsonw *j, const struct model *m, uint32_t source, uint32_t k,
                        struct slice file, int64_t now_ms)
{
    const struct settings_source *s = &m->settings->sources[source];
    const struct feed_file *f = &m->feeds[source].files[k];
    const struct source_state_info *is = &source_states[source_state_of_file(m, source, k, now_ms)];

    jsonw_object(j, NULL);
    jsonw_str(j, "source", s->name);
    jsonw_str(j, "file", file);
    jsonw_str(j, "state", s->state);
    jsonw_str(j, "county", s->county);
    jsonw_str(j, "authority", s->authority);
    jsonw_bool(j, "calls", s->calls != CALLS_NO);
    jsonw_int(j, "priority", s->priority);
    jsonw_bool(j, "fresh", feed_fresh(m, source, k, now_ms));
    jsonw_strz(j, "verdict", f->seen || f->verdict ? verdict_info[f->verdict].name : NULL);
    jsonw_str(j, "text", last_words(f));
    jsonw_when(j, "last_success", f->last_success_ms);
    jsonw_when(j, "last_change", f->last_change_ms);
    jsonw_when(j, "own_time", f->own_time_ms);
    jsonw_str(j, "version", f->version);
    jsonw_strz(j, "status", is->name);
    jsonw_strz(j, "advice", is->advice);
    doubts_json(j, m, source, k);
    jsonw_object_end(j);
}

static void age(int64_t when, int64_t now_ms, struct buf *out)
{
    if (when == WHEN_UNKNOWN)
        buf_addz(out, "\tnever");
    else
        buf_addf(out, "\t%" PRId64 "s", (now_ms - when) / WHEN_SECOND);
}

/* "; held: US Senate, Sheriff, ...": the first so many of a file. */
static void name_held(const struct model *m, uint32_t source, uint32_t file, struct buf *out)
{
    enum { NAMED = 3 };
    uint32_t n = 0;
    void *value;

    for (size_t at = 0; map_next(m->feeds[source].contests, &at, NULL, &value);) {
        const struct feed_contest *c = value;
        if (c->file != file || !held_is(m, c) || n++ >= NAMED)
            continue;
        buf_addf(out, "%s%.*s", n == 1 ? "; held: " : ", ",
                 SLICE_FMT(c->text.len ? c->text : c->id));
    }
    if (n > NAMED)
        buf_addz(out, ", ...");
}

static void source_line(const struct model *m, uint32_t source, uint32_t k, struct slice file,
                        int64_t now_ms, struct buf *out)
{
    const struct settings_source *s = &m->settings->sources[source];
    const struct feed_file *f = &m->feeds[source].files[k];

    buf_addf(out, "%.*s\t%.*s\t%.*s\t%.*s\t%s", SLICE_FMT(s->name), SLICE_FMT(file),
             SLICE_FMT(s->state), SLICE_FMT(s->county),
             source_states[source_state_of_file(m, source, k, now_ms)].name);
    age(f->last_success_ms, now_ms, out);
    age(f->last_change_ms, now_ms, out);
    age(f->own_time_ms, now_ms, out);
    buf_addf(out, "\t%" PRIu32 "\t%s\t%.*s", held_count(m, source, k),
             f->seen || f->verdict ? verdict_info[f->verdict].name : "", SLICE_FMT(last_words(f)));
    name_held(m, source, k, out);
    buf_addc(out, '\n');
}

/* One after the other; `j` NULL: as lines. */
static void source_rows(const struct model *m, int64_t now_ms, struct jsonw *j, struct buf *out)
{
    for (uint32_t i = 0; i < m->settings->source_count; i++) {
        const struct settings_source *s = &m->settings->sources[i];
        for (uint32_t k = 0; k == 0 || k < s->file_count; k++) {
            struct slice file = s->file_count ? s->files[k] : (struct slice){0};
            if (j)
                source_json(j, m, i, k, file, now_ms);
            else
                source_line(m, i, k, file, now_ms, out);
        }
    }
}

void documents_sources_members(struct jsonw *j, const char *key, const struct model *m,
                               int64_t now_ms)
{
    jsonw_array(j, key);
    source_rows(m, now_ms, j, j->out);
    jsonw_array_end(j);
}

void documents_sources(const struct model *m, int64_t now_ms, bool json, struct buf *out)
{
    struct jsonw j;

    jsonw_init(&j, out);
    if (json) {
        documents_sources_members(&j, NULL, m, now_ms);
        buf_addc(out, '\n');
        return;
    }
    buf_addz(out,
             "source\tfile\tstate\tcounty\tstatus\tsuccess\tchange\town\theld\tverdict\ttext\n");
    source_rows(m, now_ms, NULL, out);
}

static void press_when(struct press *p, int64_t when)
{
    char text[25] = "";

    if (when != WHEN_UNKNOWN)
        when_format(when, text);
    press_text(p, slice_of(text));
}

static void source_cells(struct press *p, uint32_t source, uint32_t k, int64_t now_ms)
{
    const struct settings_source *s = &p->m->settings->sources[source];
    const struct feed_file *f = &p->m->feeds[source].files[k];
    const struct source_state_info *is =
        &source_states[source_state_of_file(p->m, source, k, now_ms)];
    const struct slice words[] = {
        s->name,
        s->file_count ? s->files[k] : (struct slice){0},
        s->state,
        s->county,
        slice_of(is->name),
        slice_of(is->answers ? "yes" : "no"),
        slice_of(f->seen || f->verdict ? verdict_info[f->verdict].name : ""),
        last_words(f),
        f->version,
        slice_of(is->advice),
        p->m->settings->election,
    };
    const int64_t times[] = {now_ms, f->last_success_ms, f->last_change_ms, f->own_time_ms};

    press_row(p);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        press_when(p, times[i]);
    press_known(p, held_count(p->m, source, k), true);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        press_text(p, words[i]);
    press_end(p);
}

void documents_sources_csv(const struct model *m, int64_t now_ms, struct buf *out)
{
    static const char *const names[] = {
        "now",  "last_success", "last_change", "own_time", "held",    "source",
        "file", "state",        "county",      "status",   "answers", "verdict",
        "text", "version",      "advice",      "election", NULL};
    struct press p = {.out = out, .m = m};

    press_head(&p, names);
    for (uint32_t i = 0; i < m->settings->source_count; i++)
        for (uint32_t k = 0; k == 0 || k < m->settings->sources[i].file_count; k++)
            source_cells(&p, i, k, now_ms);
}

/* ---- matches ---- */

static void csv_fields(const struct slice *fields, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(out, ',');
        csv_field(out, fields[i]);
    }
    buf_addc(out, '\n');
}

/* One row: an endorsement and, where there is one, a choice of a feed's contest. */
static void match_row(const struct model *m, uint32_t endorsement, const struct link *l,
                      struct buf *out)
{
    const struct endorsement *e = &m->endorsed->list[endorsement];
    const struct feed_contest *c = l ? l->contest : NULL;
    const struct feed_choice *choice = c && l->choice != NONE ? &c->choices[l->choice] : NULL;
    char room[24];
    struct buf votes;

    buf_init_over(&votes, room, sizeof room);
    if (choice && c->unit_count > 0 && c->units[0].votes[l->choice] >= 0)
        buf_addf(&votes, "%" PRId64, c->units[0].votes[l->choice]);
    const struct slice fields[] = {
        e->id,
        e->name,
        e->state,
        e->office,
        e->district,
        slice_of(labels_band(l ? l->band : BAND_NONE)),
        c ? m->settings->sources[c->source].name : SLICE(""),
        c ? c->id : SLICE(""),
        c ? c->text : SLICE(""),
        choice ? choice->id : SLICE(""),
        choice ? choice->name : SLICE(""),
        choice ? choice->party : SLICE(""),
        buf_slice(&votes),
        slice_of(outcome_name(m->standings[endorsement].outcome)),
        l ? l->why : SLICE("no feed has it"),
    };
    csv_fields(fields, sizeof fields / sizeof fields[0], out);
}

void documents_matches(const struct model *m, struct buf *out)
{
    buf_addz(out,
             "endorsement_id,candidate_name,state,office,district,band,source,contest_id,contest,"
             "choice_id,choice,party,votes,outcome,why\n");
    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        const struct race *r = &m->races[m->standings[i].race];
        bool any = false;
        for (uint32_t k = 0; k < r->link_count; k++)
            if (r->links[k].endorsement == i && r->links[k].band != BAND_REVIEW) { /* it is below */
                match_row(m, i, &r->links[k], out);
                any = true;
            }
        for (uint32_t k = 0; k < m->review_count; k++)
            if (m->review[k].endorsement == i) {
                match_row(m, i, &m->review[k], out);
                any = true;
            }
        if (!any)
            match_row(m, i, NULL, out);
    }
}

static bool linked_from(const struct link *links, uint32_t n, uint32_t source, uint32_t endorsement)
{
    for (uint32_t i = 0; i < n; i++)
        if (links[i].contest->source == source && links[i].endorsement == endorsement)
            return true;
    return false;
}

/* Could the source have this one, and has not? */
static bool lacks(const struct model *m, uint32_t source, uint32_t endorsement)
{
    const struct settings_source *s = &m->settings->sources[source];
    const struct race *r = &m->races[m->standings[endorsement].race];

    return calls_counts(&m->endorsed->list[endorsement]) &&
           (s->state.len == 0 || slice_eq_nocase(s->state, r->state)) &&
           !linked_from(r->links, r->link_count, source, endorsement) &&
           !linked_from(m->review, m->review_count, source, endorsement);
}

void documents_unmatched(const struct model *m, struct buf *out)
{
    enum { NAMED = 5 };

    for (uint32_t s = 0; s < m->settings->source_count; s++) {
        struct buf names;
        uint32_t n = 0;
        if (m->settings->sources[s].calls == CALLS_NO || map_count(m->feeds[s].contests) == 0)
            continue;
        buf_init(&names, 4096);
        for (uint32_t i = 0; i < m->endorsed->count; i++) {
            if (!lacks(m, s, i))
                continue;
            if (n < NAMED)
                buf_addf(&names, "%s%.*s", n ? ", " : "", SLICE_FMT(m->endorsed->list[i].id));
            n++;
        }
        if (n > 0)
            buf_addf(out,
                     "source %.*s makes calls and has no match for %" PRIu32 " of %zu: %.*s%s\n",
                     SLICE_FMT(m->settings->sources[s].name), n, (size_t)m->endorsed->count,
                     SLICE_FMT(buf_slice(&names)), n > NAMED ? ", ..." : "");
        buf_done(&names);
    }
}
