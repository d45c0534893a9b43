/* SPDX-License-Identifier: ISC */
/* Totals as documents. */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"
#include "daemon/core/documents.h"
#include "daemon/core/press.h"
#include "daemon/core/states.h"
#include "daemon/core/statement.h"

/* Without a percentage where too few are called, whatever it is a share of, or seats and
 * nominations are won. */
static void write_rate(struct jsonw *j, const struct settings *s, const char *key,
                       const struct tally *t, int64_t num, int64_t den)
{
    char percent[32];

    if (den == 0) {
        jsonw_null(j, key);
        return;
    }
    jsonw_object(j, key);
    jsonw_int(j, "num", num);
    jsonw_int(j, "den", den);
    if (t->n[TALLY_CALLED] >= s->percent_from && tally_is_of_one_kind(t) &&
        tally_percent(s, num, den, percent))
        jsonw_raw(j, "percent", slice_of(percent));
    else
        jsonw_null(j, "percent");
    jsonw_object_end(j);
}

/* States with a win: the 50, or what is not one of them. */
static void write_places(struct jsonw *j, const struct tally *t, const char *key, bool of_50)
{
    jsonw_array(j, key);
    for (size_t i = 0; i < states_count; i++)
        if (states[i].one_of_50 == of_50 && t->won_in[i] > 0)
            jsonw_strz(j, NULL, states[i].code);
    jsonw_array_end(j);
}

static void write_called_by(struct jsonw *j, const struct settings *s, const struct tally *t)
{
    jsonw_object(j, "called_by");
    if (t->called_by[0])
        jsonw_int(j, "desk", t->called_by[0]);
    for (size_t i = 0; i < s->call_order_count; i++) {
        if (!t->called_by[i + 1])
            continue;
        jsonw_key(j, s->call_order[i]);
        jsonw_int(j, NULL, t->called_by[i + 1]);
    }
    if (t->called_by[CALLS_RANKS - 1])
        jsonw_int(j, "unopposed", t->called_by[CALLS_RANKS - 1]);
    jsonw_object_end(j);
}

void documents_counts(struct jsonw *j, const struct settings *s, const struct tally *t)
{
    for (size_t i = 0; i < TALLY_NUMBERS; i++)
        jsonw_int(j, tally_names[i], t->n[i]);
    jsonw_object(j, "flips_from");
    for (size_t i = 0; i < TALLY_PARTIES; i++) {
        if (t->flips_from[i].flips == 0)
            continue;
        jsonw_key(j, t->flips_from[i].party);
        jsonw_int(j, NULL, t->flips_from[i].flips);
    }
    jsonw_object_end(j);
    write_rate(j, s, "win_rate", t, t->n[TALLY_WON], t->n[TALLY_CALLED]);
    write_rate(j, s, "win_or_advance_rate", t, t->n[TALLY_WON] + t->n[TALLY_ADVANCED],
               t->n[TALLY_SETTLED]);
    write_called_by(j, s, t);
}

static bool has_lifetime(const struct settings *s)
{
    return s->baseline_elected > 0 || s->baseline_state_count > 0;
}

static int64_t elected(const struct settings *s, const struct tally_season *season)
{
    return s->baseline_elected + season->won_seats;
}

static void write_lifetime(struct jsonw *j, const struct model *m,
                           const struct tally_season *season)
{
    jsonw_object(j, "lifetime");
    jsonw_int(j, "elected", elected(m->settings, season));
    jsonw_array(j, "states");
    for (size_t i = 0; i < states_count; i++)
        if (states[i].one_of_50 && tally_ever_won(m, &states[i]))
            jsonw_strz(j, NULL, states[i].code);
    jsonw_array_end(j);
    jsonw_object_end(j);
}

/* Of the season, by their columns; in JSON they are members of its object, without what stands
 * before. */
#define SEASON "season_"
static const struct {
    const char *column;
    size_t at; /* in a struct tally_season */
} season_counts[] = {
    {SEASON "endorsed", offsetof(struct tally_season, endorsed)},
    {SEASON "won_seats", offsetof(struct tally_season, won_seats)},
    {SEASON "won_nominations", offsetof(struct tally_season, won_nominations)},
    {SEASON "won_measures", offsetof(struct tally_season, won_measures)},
    {SEASON "lost", offsetof(struct tally_season, lost)},
    {SEASON "advanced", offsetof(struct tally_season, advanced)},
    {SEASON "pending", offsetof(struct tally_season, pending)},
};
#define SEASON_COUNTS (sizeof season_counts / sizeof season_counts[0])
_Static_assert(SEASON_COUNTS + 3 == DOCUMENTS_SEASON, "documents.h says how many columns");

static int64_t season_count(const struct tally_season *s, size_t i)
{
    return *(const int64_t *)((const char *)s + season_counts[i].at);
}

static const char *record_of(const struct settings *s, const struct tally *t)
{
    static const char *const records[] = {
        [TALLY_NO_RECORD] = NULL, [TALLY_RECORD_SO_FAR] = "so_far", [TALLY_RECORD] = "highest"};

    return s->cycle_count > 0 ? records[tally_record(s, t)] : NULL;
}

/* How the night stands in its season, since the beginning, and among earlier cycles. */
static void write_before(struct jsonw *j, const struct model *m, const struct tally *t)
{
    struct tally_season season;

    tally_season(m, t, &season);
    jsonw_object(j, "season");
    for (size_t i = 0; i < SEASON_COUNTS; i++)
        jsonw_int(j, season_counts[i].column + strlen(SEASON), season_count(&season, i));
    jsonw_object_end(j);
    if (has_lifetime(m->settings))
        write_lifetime(j, m, &season);
    if (m->settings->cycle_count > 0)
        jsonw_strz(j, "record", record_of(m->settings, t));
}

size_t documents_season_names(const char **names)
{
    size_t n = 0;

    for (; n < SEASON_COUNTS; n++)
        names[n] = season_counts[n].column;
    names[n++] = "lifetime_elected";
    names[n++] = "lifetime_states";
    names[n++] = "record";
    return n;
}

void documents_season_cells(struct press *p, const struct tally *t)
{
    const struct settings *s = p->m->settings;
    struct tally_season season;
    const char *record = record_of(s, t);
    int64_t ever = 0;

    tally_season(p->m, t, &season);
    for (size_t i = 0; i < SEASON_COUNTS; i++)
        press_known(p, season_count(&season, i), true);
    for (size_t i = 0; i < states_count; i++)
        ever += states[i].one_of_50 && tally_ever_won(p->m, &states[i]);
    press_known(p, elected(s, &season), has_lifetime(s));
    press_known(p, ever, has_lifetime(s));
    press_text(p, slice_of(record ? record : ""));
}

void documents_totals(const struct model *m, const struct tally *t, struct slice state,
                      int64_t now_ms, struct buf *out)
{
    struct jsonw j;
    int64_t people, people_won;

    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    if (state.len > 0)
        jsonw_str(&j, "state", state);
    documents_counts(&j, m->settings, t);
    if (state.len == 0) {
        write_places(&j, t, "states_won", true);
        write_places(&j, t, "territories_won", false);
        tally_people(m, &people, &people_won);
        if (people != t->n[TALLY_ENDORSED]) {
            jsonw_int(&j, "people_endorsed", people);
            jsonw_int(&j, "people_won", people_won);
        }
        write_before(&j, m, t);
        jsonw_bool(&j, "stale", statement_staleness(m, now_ms).stale);
    }
    jsonw_when(&j, "as_of", m->last_change_ms);
    jsonw_when(&j, "checked_at", m->checked_ms);
    jsonw_object_end(&j);
}

static void plain_line(const char *name, int64_t n, struct buf *out)
{
    buf_addz(out, name);
    buf_addc(out, ' ');
    buf_addi(out, n);
    buf_addc(out, '\n');
}

void documents_plain(const struct model *m, const struct tally *t, struct buf *out)
{
    for (size_t i = 0; i < TALLY_NUMBERS; i++)
        plain_line(tally_names[i], t->n[i], out);
    plain_line("states_won", tally_states_won(t), out);
    if (m->last_change_ms != WHEN_UNKNOWN)
        plain_line("as_of_seconds", m->last_change_ms / WHEN_SECOND, out);
}

/* ---- rows for people ---- */

static void all_rows(const struct model *m, bool json, struct buf *out)
{
    struct tally_season season;
    struct tally t;

    tally_all(&t, m, NULL);
    if (json) {
        struct jsonw j;
        jsonw_init(&j, out);
        jsonw_object(&j, NULL);
        documents_counts(&j, m->settings, &t);
        write_places(&j, &t, "states_won", true);
        write_places(&j, &t, "territories_won", false);
        write_before(&j, m, &t);
        jsonw_when(&j, "as_of", m->last_change_ms);
        jsonw_when(&j, "checked_at", m->checked_ms);
        jsonw_object_end(&j);
        buf_addc(out, '\n');
        return;
    }
    buf_addz(out, "count\tvalue\n");
    for (size_t i = 0; i < TALLY_NUMBERS; i++)
        buf_addf(out, "%s\t%" PRId64 "\n", tally_names[i], t.n[i]);
    buf_addf(out, "states_won\t%" PRId64 "\n", tally_states_won(&t));
    for (size_t i = 0; i < TALLY_PARTIES; i++)
        if (t.flips_from[i].flips > 0)
            buf_addf(out, "flips_from %.*s\t%" PRId64 "\n", SLICE_FMT(t.flips_from[i].party),
                     t.flips_from[i].flips);
    tally_season(m, &t, &season);
    buf_addf(out, "season won_seats\t%" PRId64 "\n", season.won_seats);
    if (has_lifetime(m->settings))
        buf_addf(out, "lifetime elected\t%" PRId64 "\n", elected(m->settings, &season));
}

static void part_row(struct jsonw *j, const struct model *m, const char *head,
                     const struct tally_part *part, bool json, struct buf *out)
{
    static const enum tally_count columns[] = {
        TALLY_ENDORSED, TALLY_CALLED,  TALLY_WON,          TALLY_LOST,    TALLY_ADVANCED,
        TALLY_PENDING,  TALLY_LEADING, TALLY_TRAILING,     TALLY_UNCLEAR, TALLY_NO_RESULTS,
        TALLY_FLIPS,    TALLY_RACES,   TALLY_RACES_CALLED,
    };
    struct tally t;

    if (!part) {
        buf_addz(out, head);
        for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
            buf_addf(out, "\t%s", tally_names[columns[i]]);
        buf_addc(out, '\n');
        return;
    }
    tally_all(&t, m, part);
    if (json) {
        jsonw_object(j, NULL);
        jsonw_str(j, head, part->value);
        documents_counts(j, m->settings, &t);
        jsonw_object_end(j);
        return;
    }
    buf_add(out, part->value);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        buf_addf(out, "\t%" PRId64, t.n[columns[i]]);
    buf_addc(out, '\n');
}

bool documents_totals_rows(const struct model *m, enum documents_by by, bool json,
                           struct arena *scratch, struct buf *out)
{
    static const struct {
        const char *head;
        enum tally_by by;
    } dimensions[] = {
        [DOCUMENTS_STATE] = {"state", TALLY_BY_STATE},
        [DOCUMENTS_LEVEL] = {"office_level", TALLY_BY_LEVEL},
        [DOCUMENTS_TAG] = {"tag", TALLY_BY_TAG},
    };
    struct jsonw j;
    size_t n;

    if (by == DOCUMENTS_ALL) {
        all_rows(m, json, out);
        return !out->failed;
    }
    struct slice *values = tally_values(m, dimensions[by].by, scratch, &n);
    if (!values)
        return false;
    jsonw_init(&j, out);
    if (json)
        jsonw_array(&j, NULL);
    else
        part_row(&j, m, dimensions[by].head, NULL, json, out);
    for (size_t i = 0; i < n; i++) {
        struct tally_part part = {dimensions[by].by, values[i]};
        part_row(&j, m, dimensions[by].head, &part, json, out);
    }
    if (json) {
        jsonw_array_end(&j);
        buf_addc(out, '\n');
    }
    return !out->failed;
}
