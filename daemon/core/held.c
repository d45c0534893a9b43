/* SPDX-License-Identifier: ISC */
/* Held contests, for people and for rows. */
#include "daemon/core/held.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/base/counted.h"
#include "daemon/base/jsonw.h"
#include "daemon/core/local_time.h"
#include "daemon/core/report.h"
#include "daemon/core/table.h"

/* Why the contest as a whole is in doubt: for itself, or with its file; ACCEPTED: it is not. */
static enum verdict held_why(const struct model *m, const struct feed_contest *c)
{
    enum verdict_class class = verdict_info[c->doubt].class;

    return class == CLASS_HOLD || class == CLASS_QUARANTINE
               ? c->doubt
               : m->feeds[c->source].files[c->file].doubt;
}

bool held_is(const struct model *m, const struct feed_contest *c)
{
    return held_why(m, c) != VERDICT_ACCEPTED;
}

uint32_t held_count(const struct model *m, uint32_t source, uint32_t file)
{
    uint32_t n = 0;
    void *value;

    for (size_t at = 0; map_next(m->feeds[source].contests, &at, NULL, &value);) {
        const struct feed_contest *c = value;
        n += c->file == file && held_is(m, c);
    }
    return n;
}

const struct feed_contest *held_next(const struct model *m, uint32_t *source, size_t *at)
{
    void *value;

    for (; *source < m->settings->source_count; (*source)++, *at = 0)
        while (map_next(m->feeds[*source].contests, at, NULL, &value))
            if (held_is(m, value))
                return value;
    return NULL;
}

/* The unit whose figures wait: the total where it is one; NULL: none waits by itself. */
static const struct feed_unit *held_unit(const struct feed_contest *c)
{
    for (uint32_t u = 0; u < c->unit_count; u++)
        if (c->units[u].hold.why != VERDICT_ACCEPTED)
            return &c->units[u];
    return NULL;
}

static struct slice name_of(const struct feed_choice *choice)
{
    return choice->name.len ? choice->name : choice->id;
}

static void add_votes(int64_t votes, struct buf *out)
{
    if (votes >= 0)
        buf_addf(out, "%" PRId64, votes);
    else
        buf_addz(out, "unknown");
}

static void write_figures(const struct feed_contest *c, const struct feed_unit *unit,
                          struct buf *out)
{
    if (unit != c->units)
        buf_addf(out, ", %.*s", SLICE_FMT(unit->name.len ? unit->name : unit->id));
    for (uint32_t i = 0; i < c->choice_count; i++) {
        buf_addf(out, "%s %.*s ", i ? "," : ":", SLICE_FMT(name_of(&c->choices[i])));
        add_votes(unit->votes[i], out);
        if (unit->hold.votes) {
            buf_addz(out, " (");
            add_votes(unit->hold.votes[i], out);
            buf_addz(out, " waits)");
        }
    }
}

void held_write(const struct model *m, const struct feed_contest *c, struct buf *out)
{
    const struct feed_unit *unit = held_unit(c);
    enum verdict why = unit && !unit->hold.along ? unit->hold.why : held_why(m, c);

    if (c->county.len)
        buf_addf(out, "%.*s/", SLICE_FMT(c->county));
    buf_add(out, report_contest(c));
    if (unit)
        write_figures(c, unit, out);
    buf_addf(out, "; %s", verdict_info[why].name);
    if (unit) {
        buf_addz(out, " since ");
        local_time_clock(m->settings, unit->hold.since, out);
    }
    buf_addf(out, ": %s", verdict_info[why].about);
}

/* ---- what became of them ---- */

struct held_totals {
    uint32_t source, file;
    struct held_total { /* one a contest of the source, in the order of the feed's contests */
        const int64_t *votes;
        uint32_t count;
    } * list;
    size_t count;
};

struct held_totals *held_before(const struct model *m, uint32_t source, uint32_t file,
                                struct arena *a)
{
    const struct map *contests = m->feeds[source].contests;
    struct held_totals *was = arena_alloc(a, sizeof *was);
    void *value;

    if (!was)
        return NULL;
    *was = (struct held_totals){.source = source, .file = file};
    was->list = arena_array(a, map_count(contests) + 1, sizeof *was->list);
    if (!was->list)
        return NULL;
    for (size_t at = 0; map_next(contests, &at, NULL, &value); was->count++) {
        const struct feed_contest *c = value;
        uint32_t n = c->file == file && c->unit_count > 0 ? c->choice_count : 0;
        int64_t *votes = arena_array(a, n + 1, sizeof *votes);
        if (!votes)
            return NULL;
        if (n)
            memcpy(votes, c->units[0].votes, n * sizeof *votes);
        was->list[was->count] = (struct held_total){votes, n};
    }
    return was;
}

static int64_t votes_before(const struct held_total *was, uint32_t choice)
{
    return choice < was->count ? was->votes[choice] : VOTES_UNKNOWN;
}

static bool moved(const struct feed_contest *c, const struct held_total *was)
{
    for (uint32_t i = 0; c->unit_count > 0 && i < c->choice_count; i++)
        if (c->units[0].votes[i] != votes_before(was, i))
            return true;
    return false;
}

static void write_moved(const struct feed_contest *c, const struct held_total *was, struct buf *out)
{
    const char *before = ":";

    buf_addf(out, "held     %.*s", SLICE_FMT(report_contest(c)));
    for (uint32_t i = 0; i < c->choice_count; i++) {
        if (c->units[0].votes[i] == votes_before(was, i))
            continue;
        buf_addf(out, "%s %.*s ", before, SLICE_FMT(name_of(&c->choices[i])));
        add_votes(votes_before(was, i), out);
        buf_addz(out, " -> ");
        add_votes(c->units[0].votes[i], out);
        before = ",";
    }
    buf_addc(out, '\n');
}

void held_after(const struct model *m, const struct held_totals *was, struct buf *out)
{
    enum { SHOWN = 20 };
    static const struct held_total nothing = {NULL, 0};
    size_t n = 0, i = 0;
    void *value;

    for (size_t at = 0; map_next(m->feeds[was->source].contests, &at, NULL, &value); i++) {
        const struct feed_contest *c = value;
        const struct held_total *before = i < was->count ? &was->list[i] : &nothing;
        if (c->file == was->file && moved(c, before) && n++ < SHOWN)
            write_moved(c, before, out);
    }
    if (n > SHOWN)
        buf_addf(out, "held     and " COUNTED "\n",
                 COUNT_OF(n - SHOWN, "other contest", "other contests"));
    if (n == 0)
        buf_addz(out, "held     what is on air stays\n");
}

/* ---- rows ---- */

static const char *const names[] = {"source", "file",  "county",  "contest", "unit", "choice",
                                    "on_air", "waits", "verdict", "since",   "until"};

enum { COLUMNS = sizeof names / sizeof names[0] };

struct figures {
    const struct model *m;
    struct table rows;
    struct buf on_air, waits, since; /* texts of the row at hand */
};

/* One figure; unit NULL: none of the contest's waits by itself, all of it is held. */
static void figure_row(struct figures *r, const struct feed_contest *c,
                       const struct feed_unit *unit, uint32_t choice)
{
    const struct settings_source *s = &r->m->settings->sources[c->source];
    enum verdict why = unit ? unit->hold.why : held_why(r->m, c);

    buf_clear(&r->on_air);
    buf_clear(&r->waits);
    buf_clear(&r->since);
    if (unit) {
        add_votes(unit->votes[choice], &r->on_air);
        if (unit->hold.votes)
            add_votes(unit->hold.votes[choice], &r->waits);
        local_time_write(r->m->settings, unit->hold.since, &r->since);
    }
    const struct slice fields[COLUMNS] = {
        s->name,
        c->file < s->file_count ? s->files[c->file] : (struct slice){0},
        c->county,
        report_contest(c),
        !unit || unit == c->units ? (struct slice){0}
        : unit->name.len          ? unit->name
                                  : unit->id,
        unit ? name_of(&c->choices[choice]) : (struct slice){0},
        buf_slice(&r->on_air),
        buf_slice(&r->waits),
        slice_of(verdict_info[why].name),
        buf_slice(&r->since),
        slice_of(verdict_info[why].until),
    };
    table_add(&r->rows, fields);
}

static void contest_rows(struct figures *r, const struct feed_contest *c)
{
    if (!held_unit(c))
        figure_row(r, c, NULL, 0);
    for (uint32_t u = 0; u < c->unit_count; u++)
        for (uint32_t i = 0; i < c->choice_count && c->units[u].hold.why != VERDICT_ACCEPTED; i++)
            figure_row(r, c, &c->units[u], i);
}

void held_rows(const struct model *m, struct slice source, bool json, struct buf *out)
{
    struct figures r = {.m = m, .rows = {names, COLUMNS, json, .out = out}};
    char room[3][100];
    const struct feed_contest *c;
    uint32_t s = 0;
    size_t at = 0;

    buf_init_over(&r.on_air, room[0], sizeof room[0]);
    buf_init_over(&r.waits, room[1], sizeof room[1]);
    buf_init_over(&r.since, room[2], sizeof room[2]);
    table_begin(&r.rows);
    while ((c = held_next(m, &s, &at)))
        if (source.len == 0 || slice_eq(m->settings->sources[s].name, source))
            contest_rows(&r, c);
    table_end(&r.rows);
}
